// What is in a channel whose reader outside has left for good.
import { all, Channel, run, spawn, toReadableStream, until } from "corun";
import { expect, test } from "vitest";
import { errorOf } from "./error-of.ts";
import { rest } from "./rest.ts";

test("a stream that is cancelled lets all go, also where onUndelivered throws", async () => {
  const lost: number[] = [];
  await run(function* () {
    const channel = new Channel<number>(1, {
      onUndelivered(value) {
        lost.push(value);
        if (value < 3) throw new Error(`lost ${value}`);
      },
    });
    const stream = toReadableStream(channel);
    yield* channel.send(1);
    const second = spawn(channel.send(2));
    yield* rest();
    const third = spawn(channel.send(3));
    yield* rest();
    const error = yield* errorOf(until(stream.cancel()));
    expect((error as AggregateError).errors.map(String)).toEqual(["Error: lost 1", "Error: lost 2"]);
    yield* all([second, third]);
  });
  expect(lost).toEqual([1, 2, 3]);
});
