// A broadcast's send that is waited for once more.
import { Broadcast, run, spawn } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

test("a broadcast's send that was cancelled, and is waited for again, comes once to each", async () => {
  await run(function* () {
    const news = new Broadcast<number>();
    const reader = news.subscribe();
    const send = news.send(1);
    const first = spawn(send);
    yield* rest();
    yield* first.cancel();
    const second = spawn(send);
    yield* rest();
    expect(yield* reader.receive()).toBe(1);
    yield* second;
    expect(reader.tryReceive()).toBeUndefined();
  });
});
