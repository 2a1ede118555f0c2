// Channels: a sentence of the contract, a test. IDs are rows of the conformance table.
import { Broadcast, Channel, ClosedError, OverflowError, run, runSync, spawn, type Task, until, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

/** All that a channel gives until it is closed. */
function* drain<T>(channel: Channel<T>) {
  const got: T[] = [];
  for (;;) {
    const result = yield* channel.next();
    if (result.done) return got;
    got.push(result.value);
  }
}

const capacities = [0, 1, 2, 10, 100, Number.POSITIVE_INFINITY];

test.each(capacities)(
  "GO01 GO34: with capacity %s a receive waits on an empty channel, and values come in order",
  (n) => {
    const order: string[] = [];
    const got = runSync(function* () {
      const channel = new Channel<number>(n);
      const receiver = spawn(function* () {
        order.push("receiver waits");
        return yield* drain(channel);
      });
      yield* rest();
      order.push("sender begins");
      for (let i = 0; i < 200; i++) yield* channel.send(i);
      channel.close();
      return yield* receiver;
    });
    expect(order).toEqual(["receiver waits", "sender begins"]);
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => i));
  },
);

test("GO02: tryReceive on an empty channel returns at once", () => {
  expect(new Channel().tryReceive()).toBeUndefined();
});

test("GO04 GO22: buffered values come out after close, in order, then the end for ever; a send on closed throws", () => {
  runSync(function* () {
    const channel = new Channel<number>(3);
    for (const n of [1, 2, 3]) yield* channel.send(n);
    channel.close();
    channel.close();
    expect(yield* drain(channel)).toEqual([1, 2, 3]);
    expect(yield* channel.next()).toEqual({ value: undefined, done: true });
    expect(channel.tryReceive()).toEqual({ value: undefined, done: true });
    expect(() => channel.trySend(4)).toThrow(ClosedError);
    let caught: unknown;
    try {
      yield* channel.receive();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ClosedError);
  });
});

test("GO05: close wakes receivers that wait", () => {
  const ends = runSync(function* () {
    const channel = new Channel<number>();
    const receivers = [1, 2].map(() => spawn(() => drain(channel)));
    yield* yieldNow();
    channel.close();
    return [yield* receivers[0]!, yield* receivers[1]!];
  });
  expect(ends).toEqual([[], []]);
});

test("close with an error: receive and next throw it once drained", () => {
  const boom = new Error("boom");
  runSync(function* () {
    const channel = new Channel<number>(1);
    yield* channel.send(1);
    channel.close(boom);
    expect(yield* channel.receive()).toBe(1);
    for (const op of [() => channel.receive(), () => channel.next()]) {
      let caught: unknown;
      try {
        yield* op();
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(boom);
    }
  });
});

test.each([0, 1, 7])("GO07: with capacity %s four senders and four receivers lose and double nothing", (capacity) => {
  const counts = new Map<number, number>();
  runSync(function* () {
    const channel = new Channel<number>(capacity);
    const senders = [0, 1, 2, 3].map(() =>
      spawn(function* () {
        for (let i = 0; i < 1000; i++) yield* channel.send(i);
      }),
    );
    for (let r = 0; r < 4; r++) {
      spawn(function* () {
        for (const n of yield* drain(channel)) counts.set(n, (counts.get(n) ?? 0) + 1);
      });
    }
    for (const sender of senders) yield* sender;
    channel.close();
  });
  expect(counts.size).toBe(1000);
  expect([...counts.values()].every((count) => count === 4)).toBe(true);
});

test("GO08 KT10: length and capacity are exact, also after the ring has wrapped", () => {
  runSync(function* () {
    const channel = new Channel<number>(3);
    for (let i = 0; i < 20; i++) {
      yield* channel.send(i);
      yield* channel.send(i);
      expect([channel.length, channel.capacity]).toEqual([2, 3]);
      yield* channel.receive();
      yield* channel.receive();
    }
    for (let i = 0; i < 3; i++) expect(channel.trySend(i)).toBe(true);
    expect([channel.trySend(9), channel.length]).toEqual([false, 3]);
  });
});

test("GO35: a chain of waiting receivers is served strictly first come, first served; so are senders", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const got: string[] = [];
    const receivers: Task[] = [];
    for (let r = 0; r < 4; r++) {
      const receiver = spawn(function* () {
        got.push(`${r}:${yield* channel.receive()}`);
      });
      receivers.push(receiver);
      yield* rest();
    }
    for (let n = 0; n < 4; n++) {
      yield* channel.send(n);
      yield* rest();
    }
    for (const receiver of receivers) yield* receiver;
    expect(got).toEqual(["0:0", "1:1", "2:2", "3:3"]);
    for (let s = 0; s < 4; s++) {
      spawn(() => channel.send(s));
      yield* rest();
    }
    for (let s = 0; s < 4; s++) expect(yield* channel.receive()).toBe(s);
  });
});

test("GO37: ten thousand tasks in a chain of rendezvous channels pass one value on", { tags: "large" }, () => {
  const value = runSync(function* () {
    let from = new Channel<number>();
    const first = from;
    for (let i = 0; i < 10_000; i++) {
      const [left, right] = [from, new Channel<number>()];
      spawn(function* () {
        yield* right.send((yield* left.receive()) + 1);
      });
      from = right;
    }
    yield* first.send(0);
    return yield* from.receive();
  });
  expect(value).toBe(10_000);
});

test("GO40: the prime sieve over channels gives 25 primes up to 97", () => {
  const primes = runSync(function* () {
    const found: number[] = [];
    let source = new Channel<number>();
    const numbers = source;
    spawn.background(function* () {
      for (let n = 2; ; n++) yield* numbers.send(n);
    });
    while (found.length < 25) {
      const prime = yield* source.receive();
      found.push(prime);
      const [all, rest] = [source, new Channel<number>()];
      spawn.background(function* () {
        for (;;) {
          const n = yield* all.receive();
          if (n % prime !== 0) yield* rest.send(n);
        }
      });
      source = rest;
    }
    return found;
  });
  expect([primes.length, primes.at(-1)]).toEqual([25, 97]);
});

test("TR38: a value sent to a waiting receiver is its own: nobody takes it in between", () => {
  runSync(function* () {
    const channel = new Channel<string>(1);
    const receiver = spawn(() => channel.receive());
    yield* rest();
    yield* channel.send("for the receiver");
    expect(channel.tryReceive()).toBeUndefined();
    expect(yield* receiver).toBe("for the receiver");
  });
});

test("a cancelled receive takes nothing and a cancelled send leaves nothing", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const receiver = spawn(() => channel.receive());
    yield* yieldNow();
    yield* receiver.cancel();
    const sender = spawn(() => channel.send(1));
    yield* yieldNow();
    yield* sender.cancel();
    expect(channel.statistics()).toMatchObject({ senders: 0, receivers: 0, length: 0 });
    expect([channel.trySend(2), channel.tryReceive()]).toEqual([false, undefined]);
  });
});

test("a value handed to a receiver that is cancelled before it runs goes to the next receiver, or back to the head", () => {
  runSync(function* () {
    const channel = new Channel<number>(2);
    const first = spawn(() => channel.receive());
    yield* rest();
    const second = spawn(() => channel.receive());
    yield* rest();
    expect(channel.trySend(1)).toBe(true);
    first.cancel();
    expect(yield* second).toBe(1);
    const third = spawn(() => channel.receive());
    yield* rest();
    expect([channel.trySend(2), channel.trySend(3)]).toEqual([true, true]);
    yield* third.cancel();
    expect([yield* channel.receive(), yield* channel.receive()]).toEqual([2, 3]);
  });
});

test("KT02: a sender that was suspended when close came is still served", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const sender = spawn(() => channel.send(1));
    yield* rest();
    channel.close();
    expect(yield* drain(channel)).toEqual([1]);
    yield* sender;
  });
});

test("KT14: with an overflow policy a send never waits, and which value is lost is exact", () => {
  const lost: number[] = [];
  const onUndelivered = (value: number) => lost.push(value);
  const sent = (overflow: "dropOldest" | "dropNewest", capacity: number) =>
    runSync(function* () {
      const channel = new Channel<number>(capacity, { overflow, onUndelivered });
      for (let i = 0; i < 5; i++) yield* channel.send(i);
      channel.close();
      return [yield* drain(channel), lost.splice(0)];
    });
  expect(sent("dropOldest", 2)).toEqual([
    [3, 4],
    [0, 1, 2],
  ]);
  expect(sent("dropNewest", 2)).toEqual([
    [0, 1],
    [2, 3, 4],
  ]);
  expect(sent("dropNewest", 0)).toEqual([[], [0, 1, 2, 3, 4]]);
  const full = new Channel<number>(1, { overflow: "error" });
  full.trySend(1);
  expect(() => full.trySend(2)).toThrow(OverflowError);
});

test("TR32: the capacity and the overflow are checked where the channel is made, with the value seen", () => {
  for (const capacity of [-1, 1.5, Number.NaN, "3" as never]) expect(() => new Channel(capacity)).toThrow(TypeError);
  expect(() => new Channel(-1)).toThrow("got -1");
  expect(() => new Channel(1, { overflow: "drop" as never })).toThrow('got "drop"');
});

test("GO49: a channel connects the tasks of one run: another run is told so", async () => {
  const channel = new Channel<number>(0);
  await run(function* () {
    spawn(() => channel.send(1));
    yield* rest();
    yield* until(() => expect(run(() => channel.receive())).rejects.toThrow("belongs to another run"));
    expect(channel.tryReceive()).toEqual({ value: 1, done: false });
  });
  // A run that has ended has no claim on it.
  channel.close();
  expect(await run(() => channel.next())).toEqual({ value: undefined, done: true });
});

test("a send on a channel that was closed with an error tells that error as its cause", async () => {
  const boom = new Error("boom");
  const channel = new Channel<number>(1);
  channel.close(boom);
  const thrown = await run(function* () {
    try {
      yield* channel.send(1);
    } catch (error) {
      return error as Error;
    }
    return null;
  });
  expect([thrown?.message, thrown?.cause]).toEqual(["can't send: channel is closed", boom]);
  const broadcast = new Broadcast<number>();
  broadcast.close(boom);
  expect(() => broadcast.trySend(1)).toThrow(expect.objectContaining({ cause: boom }));
  const ended = new Channel<number>(1);
  ended.close();
  expect(() => ended.trySend(1)).toThrow(ClosedError);
  await expect(run(() => ended.receive())).rejects.toSatisfy((error: Error) => !Object.hasOwn(error, "cause"));
});

test("trySend from outside wakes a task that receives", async () => {
  const channel = new Channel<string>();
  // The timer of the host is not the scheduler's: something else must keep the run from calling a deadlock.
  const got = await run(function* () {
    const receiver = spawn(() => channel.receive());
    yield* rest();
    setTimeout(() => channel.trySend("from a timer"), 1);
    while (receiver.state !== "done") yield* yieldNow();
    return yield* receiver;
  });
  expect(got).toBe("from a timer");
});

test("code outside iterates a channel with for await: the sender waits for it, and a break ends it", async () => {
  const channel = new Channel<number>();
  const sent: number[] = [];
  const running = run(function* () {
    for (let i = 0; i < 4; i++) {
      yield* channel.send(i);
      sent.push(i);
    }
    channel.close();
  });
  const got: number[] = [];
  for await (const n of channel) {
    got.push(n);
    await new Promise((resolve) => setTimeout(resolve, 1)); // nobody receives meanwhile, and that is no deadlock
    if (n === 1) break;
  }
  for await (const n of channel) got.push(n);
  await running;
  expect([got, sent]).toEqual([
    [0, 1, 2, 3],
    [0, 1, 2, 3],
  ]);
});
