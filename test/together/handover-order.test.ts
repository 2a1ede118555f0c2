// Values that come back from receivers that were cancelled before they ran, in the order in which they were sent.
import { Channel, run, runSync, scope, spawn, type Task } from "corun";
import { describe, expect, test } from "vitest";
import { rest } from "./rest.ts";

function* receiveFrom(channel: Channel<number>): Generator<never, number, unknown> {
  return yield* channel.receive();
}

function drained(channel: Channel<number>): number[] {
  const values: number[] = [];
  for (let next = channel.tryReceive(); next?.done === false; next = channel.tryReceive()) values.push(next.value);
  return values;
}

describe("a value that came back and was handed to the next in line keeps its place, if that one is cancelled, too", () => {
  test("one task after the other", async () => {
    const left = await run(function* () {
      const channel = new Channel<number>();
      const receivers = [0, 1, 2].map(() => spawn(receiveFrom, channel));
      yield* rest();
      channel.trySend(1);
      channel.trySend(2);
      for (const receiver of receivers) receiver.cancel(); // 1 passes from the first to the third
      return drained(channel);
    });
    expect(left).toEqual([1, 2]);
  });

  test("with the scope of all", async () => {
    const left = await run(function* () {
      const channel = new Channel<number>();
      try {
        yield* scope(function* (own) {
          for (let i = 0; i < 5; i++) spawn(receiveFrom, channel);
          yield* rest();
          for (let i = 0; i < 4; i++) channel.trySend(i);
          own.cancel();
        });
      } catch {
        // It was cancelled.
      }
      return drained(channel);
    });
    expect(left).toEqual([0, 1, 2, 3]);
  });

  test.each([[[2, 0, 1]], [[1, 2, 0]], [[3, 1, 0, 2]], [[0, 3, 1, 2]]])("in the order %j", async (order) => {
    const left = await run(function* () {
      const channel = new Channel<number>();
      const receivers = [0, 1, 2, 3].map(() => spawn(receiveFrom, channel));
      yield* rest();
      for (let i = 0; i < 3; i++) channel.trySend(i);
      for (const index of order) receivers[index]!.cancel();
      for (const receiver of receivers) receiver.cancel();
      return drained(channel);
    });
    expect(left).toEqual([0, 1, 2]);
  });
});

test.each([["first"], ["last"]])(
  "many that come back, the %s one first, cost no more than as many",
  { tags: "large" },
  (way) => {
    const count = 50_000;
    const left = runSync(function* () {
      const channel = new Channel<number>();
      const receivers: Task[] = [];
      for (let i = 0; i < count; i++) receivers.push(spawn(receiveFrom, channel));
      yield* rest();
      for (let i = 0; i < count; i++) channel.trySend(i);
      if (way === "last") receivers.reverse();
      for (const receiver of receivers) receiver.cancel();
      return drained(channel);
    });
    expect(left).toHaveLength(count);
    expect(left.every((value, index) => value === index)).toBe(true);
  },
);
