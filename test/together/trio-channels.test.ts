// What Trio's tests pin about memory channels. IDs are rows of the conformance table.
import { Channel, ClosedError, defer, runSync, scope, spawn, type Task, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

/** What `op` throws; undefined if it does not. */
function* thrownBy(op: { [Symbol.iterator](): Iterator<never, unknown, unknown> }): Generator<never, unknown, unknown> {
  try {
    yield* op;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** All that a channel gives until it is closed. */
function* drain<T>(channel: Channel<T>): Generator<never, T[], unknown> {
  const got: T[] = [];
  for (let result = yield* channel.next(); !result.done; result = yield* channel.next()) got.push(result.value);
  return got;
}

test("TR32: send and receive wait, trySend and tryReceive do not; each value goes once, in order", () => {
  runSync(function* () {
    const channel = new Channel<number>(2);
    expect(channel.tryReceive()).toBeUndefined();
    yield* channel.send(1);
    expect([channel.trySend(2), channel.trySend(3)]).toEqual([true, false]);
    const sender = spawn(() => channel.send(3));
    yield* rest();
    expect(sender.state).toBe("waiting");
    expect([yield* channel.receive(), channel.tryReceive(), yield* channel.receive()]).toEqual([
      1,
      { value: 2, done: false },
      3,
    ]);
    yield* sender;
    const receiver = spawn(() => channel.receive());
    yield* rest();
    expect(receiver.state).toBe("waiting");
    expect(channel.trySend(4)).toBe(true);
    expect(yield* receiver).toBe(4);
  });
});

test("TR32: with capacity 0 trySend needs a receiver that waits, and tryReceive a sender", () => {
  runSync(function* () {
    const channel = new Channel<number>(0);
    expect([channel.trySend(1), channel.tryReceive()]).toEqual([false, undefined]);
    spawn(() => channel.send(2));
    yield* rest();
    expect(channel.tryReceive()).toEqual({ value: 2, done: false });
    const receiver = spawn(() => channel.receive());
    yield* rest();
    expect([channel.trySend(3), channel.trySend(4)]).toEqual([true, false]);
    expect(yield* receiver).toBe(3);
  });
});

test("TR32: closing twice is fine; what is buffered is received first; then sends and receives fail, for ever", () => {
  runSync(function* () {
    const channel = new Channel<number>(2);
    yield* channel.send(1);
    channel.close();
    channel.close(new Error("too late to matter"));
    expect(channel.isClosed).toBe(true);
    expect(yield* channel.receive()).toBe(1);
    for (let time = 0; time < 2; time++) {
      expect(yield* thrownBy(channel.send(2))).toBeInstanceOf(ClosedError);
      expect(() => channel.trySend(2)).toThrow(ClosedError);
      expect(yield* thrownBy(channel.receive())).toBeInstanceOf(ClosedError);
      expect(yield* channel.next()).toEqual({ value: undefined, done: true });
      expect(channel.tryReceive()).toEqual({ value: undefined, done: true });
    }
  });
});

test("TR34: the scope of the producers tells when the last of them has ended; all their values arrive", () => {
  const got = runSync(function* () {
    const channel = new Channel<number>(0);
    spawn(function* () {
      yield* scope(function* () {
        defer(() => channel.close());
        for (const producer of [0, 100, 200]) {
          spawn(function* () {
            for (let i = 0; i < 10; i++) yield* channel.send(producer + i);
          });
        }
      });
    });
    return yield* drain(channel);
  });
  expect(got.toSorted((a, b) => a - b)).toEqual(
    [0, 100, 200].flatMap((start) => Array.from({ length: 10 }, (_, i) => start + i)),
  );
});

test("TR34: of five consumers of one channel each gets some, none gets what another has got, and each sees the end", () => {
  runSync(function* () {
    const channel = new Channel<number>(0);
    const consumers = [0, 1, 2, 3, 4].map(() => spawn(() => drain(channel)));
    yield* rest();
    for (let i = 0; i < 30; i++) yield* channel.send(i);
    channel.close();
    const got: number[][] = [];
    for (const consumer of consumers) got.push(yield* consumer);
    expect(got.every((each) => each.length > 0)).toBe(true);
    expect(got.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});

test("TR35: close while a receiver waits wakes it with ClosedError, and one that asks for the end with the end", () => {
  runSync(function* () {
    const channel = new Channel<number>(0);
    const [asks, iterates] = [spawn(() => thrownBy(channel.receive())), spawn(() => channel.next())];
    yield* yieldNow();
    channel.close();
    expect(yield* asks).toBeInstanceOf(ClosedError);
    expect(yield* iterates).toEqual({ value: undefined, done: true });
  });
});

test("TR35: close while a sender waits leaves it waiting until it is served; one that comes later gets ClosedError", () => {
  runSync(function* () {
    const channel = new Channel<number>(0);
    const early = spawn(() => channel.send(1));
    yield* rest();
    channel.close();
    yield* rest();
    expect(early.state).toBe("waiting");
    expect(yield* thrownBy(channel.send(2))).toBeInstanceOf(ClosedError);
    expect(yield* drain(channel)).toEqual([1]);
    yield* early;
  });
});

test("TR35: the one that closes may say why: then receivers get that error instead, each time, behind the values", () => {
  const broken = new Error("the producer has crashed");
  runSync(function* () {
    const channel = new Channel<number>(1);
    yield* channel.send(1);
    channel.close(broken);
    expect(yield* channel.receive()).toBe(1);
    expect([yield* thrownBy(channel.receive()), yield* thrownBy(channel.next())]).toEqual([broken, broken]);
    expect(() => channel.tryReceive()).toThrow(broken);
    expect(yield* thrownBy(channel.send(1))).toBeInstanceOf(ClosedError);
  });
});

test("TR37: statistics count what is buffered and who waits; who is cancelled disappears from them", () => {
  runSync(function* () {
    const channel = new Channel<number>(2);
    const idle = { length: 0, capacity: 2, senders: 0, receivers: 0, isClosed: false };
    expect(channel.statistics()).toEqual(idle);
    const cancelAll = function* (tasks: Task<never, unknown, never>[]) {
      yield* rest();
      const before = channel.statistics();
      for (const task of tasks.splice(1)) yield* task.cancel();
      return [before, channel.statistics()];
    };
    const receivers = [1, 2, 3].map(() => spawn(() => channel.receive()));
    expect(yield* cancelAll(receivers)).toEqual([
      { ...idle, receivers: 3 },
      { ...idle, receivers: 1 },
    ]);
    for (let i = 0; i < 3; i++) yield* channel.send(i);
    expect(channel.statistics()).toEqual({ ...idle, length: 2 });
    const senders = [1, 2, 3].map(() => spawn(() => channel.send(9)));
    expect(yield* cancelAll(senders)).toEqual([
      { ...idle, length: 2, senders: 3 },
      { ...idle, length: 2, senders: 1 },
    ]);
    channel.close();
    expect(channel.statistics()).toEqual({ ...idle, length: 2, senders: 1, isClosed: true });
    yield* drain(channel);
    expect(channel.statistics()).toEqual({ ...idle, isClosed: true });
  });
});

test(
  "TR38: a slot that a receive frees belongs to the sender that waits: trySend does not take it in between",
  { tags: "at-once" },
  () => {
    runSync(function* () {
      const channel = new Channel<string>(1);
      yield* channel.send("first");
      const sender = spawn(() => channel.send("of the one that waited"));
      yield* rest();
      expect(yield* channel.receive()).toBe("first");
      expect(sender.state).not.toBe("done"); // it has not run since
      expect(channel.trySend("barges in")).toBe(false);
      expect(yield* channel.receive()).toBe("of the one that waited");
    });
  },
);

test("TR38: a receive that comes later does not overtake one to which a value is on its way", () => {
  runSync(function* () {
    const channel = new Channel<number>(0);
    const order: string[] = [];
    const receiver = (name: string) =>
      spawn(function* () {
        order.push(`${name} ${yield* channel.receive()}`);
      });
    receiver("first");
    yield* rest();
    expect(channel.trySend(1)).toBe(true);
    receiver("second");
    expect(channel.trySend(2)).toBe(false); // the second has not come to its wait
    yield* rest();
    yield* channel.send(2);
    yield* rest();
    expect(order).toEqual(["first 1", "second 2"]);
  });
});
