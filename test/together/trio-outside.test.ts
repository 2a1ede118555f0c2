// What Trio's tests pin about the way in from outside a run. IDs are rows of the conformance table.
import { Channel, Event, run, sleep, spawn, until, yieldNow } from "corun";
import { expect, test } from "vitest";

test(
  "TR31: what the outside hands in comes first in, first out, a hundred thousand at once",
  { tags: "large" },
  async () => {
    const channel = new Channel<number>(Number.POSITIVE_INFINITY);
    const count = 100_000;
    const fed = new Promise<void>((resolve) => {
      setTimeout(() => {
        for (let n = 0; n < count; n++) channel.trySend(n);
        channel.close();
        resolve();
      }, 1);
    });
    const got = await run(function* () {
      const receiver = spawn(function* () {
        let next = 0;
        for (let result = yield* channel.next(); !result.done; result = yield* channel.next()) {
          if (result.value !== next++) throw new Error(`${result.value} came as number ${next}`);
        }
        return next;
      });
      yield* until(fed);
      return yield* receiver;
    });
    expect(got).toBe(count);
  },
);

test("TR31: tasks whose promises are settled from outside go on in that order", { tags: "default-order" }, async () => {
  const resolvers: (() => void)[] = [];
  const order: number[] = [];
  await run(function* () {
    for (let n = 0; n < 1000; n++) {
      spawn(function* () {
        yield* until(new Promise<void>((resolve) => resolvers.push(resolve)));
        order.push(n);
      });
    }
    yield* yieldNow();
    setTimeout(() => {
      for (const resolve of resolvers.toReversed()) resolve();
    }, 1);
  });
  expect(order).toEqual(Array.from({ length: 1000 }, (_, n) => 999 - n));
});

test("TR31: callbacks that never cease do not starve tasks and timers, nor tasks the callbacks", async () => {
  const [inbox, enough] = [new Channel<number>(1, { overflow: "dropOldest" }), new Event()];
  let calls = 0;
  const soon: (call: () => void) => unknown = globalThis.setImmediate ?? ((call: () => void) => setTimeout(call, 0));
  const feed = () => {
    inbox.trySend(++calls);
    if (!enough.isSet) soon(feed);
  };
  soon(feed);
  const ends = await run(function* () {
    spawn.background(function* () {
      for (;;) yield* inbox.receive();
    });
    spawn.background(function* () {
      for (;;) yield* yieldNow();
    });
    yield* sleep(30);
    const before = calls;
    yield* sleep(30);
    enough.set();
    return [before > 0, calls > before];
  });
  expect(ends).toEqual([true, true]);
});
