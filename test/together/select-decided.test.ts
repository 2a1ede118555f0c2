// A select that is decided, or given up, in the midst of something: exactly one clause happens all the same.
import { Channel, DeadlockError, Event, run, runSync, select, Semaphore, sleep, spawn, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { errorOf } from "./error-of.ts";
import { rest } from "./rest.ts";

const never = (act: () => void) => until(() => (act(), new Promise<never>(() => {})));

describe("what the function of an until does at once decides the select in which it stands", () => {
  test.each(["fair", "priority"] as const)("a send to another clause, order %s", async (order) => {
    await run.with({ clock: new VirtualClock() })(function* () {
      const [first, last] = [new Channel<number>(), new Channel<number>()];
      let signal: AbortSignal | undefined;
      const calling = until((given) => {
        signal = given;
        first.trySend(1);
        return new Promise<never>(() => {});
      });
      const clauses = { first: first.receive(), calling, last: last.receive() };
      expect(yield* select(clauses, { order })).toEqual({ key: "first", value: 1 });
      expect(signal?.aborted).toBe(true);
      expect(last.statistics().receivers).toBe(0);
      expect(last.trySend(2)).toBe(false); // nobody is left in that line
      expect(yield* sleep(1)).toBeUndefined();
    });
  });

  test.each(["fair", "priority"] as const)("a value that is put into a buffer, order %s", async (order) => {
    const hit = await run(function* () {
      const channel = new Channel<number>(1);
      return yield* select({ calling: never(() => channel.trySend(1)), value: channel.receive() }, { order });
    });
    expect(hit).toEqual({ key: "value", value: 1 });
  });

  test("a close, an event, a permit", async () => {
    await run(function* () {
      const [channel, event, permits] = [new Channel<number>(), new Event(), new Semaphore(1)];
      yield* permits.acquire();
      const closed = yield* select(
        { calling: never(() => channel.close()), end: channel.next() },
        { order: "priority" },
      );
      expect(closed).toEqual({ key: "end", value: { value: undefined, done: true } });
      const set = yield* select({ calling: never(() => event.set()), set: event.wait() }, { order: "priority" });
      expect(set.key).toBe("set");
      const got = yield* select({ calling: never(() => permits.release()), got: permits.acquire() });
      expect([got.key, permits.available]).toEqual(["got", 0]);
    });
  });

  test("the promise that it gave is waited for no longer: a deadlock is told", { tags: "slow" }, async () => {
    const stuck = run(function* () {
      const channel = new Channel<number>();
      yield* select({ value: channel.receive(), calling: never(() => channel.trySend(1)) }, { order: "priority" });
      yield* channel.receive();
    });
    await expect(stuck).rejects.toBeInstanceOf(DeadlockError);
  });

  test("the functions of others are not called any more", async () => {
    const called: string[] = [];
    await run(function* () {
      const channel = new Channel<number>();
      const one = never(() => (called.push("one"), channel.trySend(1)));
      const two = never(() => (called.push("two"), channel.trySend(2)));
      const nested = select({ two, idle: sleep(1000) });
      expect((yield* select({ one, nested, value: channel.receive() }, { order: "priority" })).key).toBe("value");
    });
    expect(called).toEqual(["one"]);
  });
});

describe("one semaphore in two clauses", () => {
  function* waiting(permits: Semaphore, channel: Channel<number>, steps: string[]) {
    yield* permits.acquire(3);
    const task = spawn(function* () {
      const clauses = { all: permits.acquire(3), one: permits.acquire(1), value: channel.receive() };
      const hit = yield* select(clauses, { order: "priority" });
      steps.push(hit.key);
      yield* yieldNow();
      steps.push("goes on");
    });
    yield* rest();
    permits.release(1); // the first in line wants more
    return task;
  }

  test("the permit that the withdrawal of the first would let the second take is not lost", async () => {
    await run(function* () {
      const [permits, channel, steps] = [new Semaphore(3), new Channel<number>(), [] as string[]];
      const task = yield* waiting(permits, channel, steps);
      channel.trySend(1);
      yield* task;
      expect([steps, permits.available]).toEqual([["value", "goes on"], 1]);
    });
  });

  test("nor when the select is cancelled", async () => {
    await run(function* () {
      const [permits, channel, steps] = [new Semaphore(3), new Channel<number>(), [] as string[]];
      const task = yield* waiting(permits, channel, steps);
      yield* task.cancel();
      expect([steps, permits.available, task.state]).toEqual([[], 1, "cancelled"]);
    });
  });

  test("it goes to whoever waits behind", async () => {
    await run(function* () {
      const [permits, channel, steps] = [new Semaphore(3), new Channel<number>(), [] as string[]];
      const task = yield* waiting(permits, channel, steps);
      const behind = spawn(permits.acquire(1));
      yield* rest();
      yield* task.cancel();
      yield* behind;
      expect(permits.available).toBe(0);
    });
  });
});

test(
  "a select that is waited for again and takes `otherwise` gives nothing back to what it took before",
  { tags: "default-order" },
  async () => {
    await run(function* () {
      const channel = new Channel<string>(1);
      const look = select({ value: channel.receive() }, { otherwise: "nothing" });
      channel.trySend("real");
      const task = spawn(function* () {
        yield* look;
        for (;;) yield* look; // now and then it lets others run
      });
      yield* yieldNow();
      expect(task.state).toBe("ready");
      yield* task.cancel();
      expect(channel.length).toBe(0);
    });
  },
);

test("each send of a select that is cancelled is undelivered, also if the first callback throws", async () => {
  const lost: number[] = [];
  const channelOf = (text: string) =>
    new Channel<number>(0, {
      onUndelivered(value) {
        lost.push(value);
        throw new Error(text);
      },
    });
  const error = await run(function* () {
    const [a, b] = [channelOf("a"), channelOf("b")];
    const task = spawn.supervised(select({ a: a.send(1), b: b.send(2) }));
    yield* rest();
    yield* task.cancel();
    return yield* errorOf(task);
  });
  expect(lost).toEqual([1, 2]);
  expect((error as AggregateError).errors.map(String)).toEqual(["Error: a", "Error: b"]);
});

test("what is no clause, and what is no order, is an error that says what to do", () => {
  const wrong = (clauses: unknown, options?: unknown) => () =>
    runSync(() => select(clauses as { a: null }, options as object));
  expect(wrong({ a: Promise.resolve(1) })).toThrow('"a" is a Promise; did you mean until(promise)?');
  expect(wrong({ a: null }, { order: "first" })).toThrow('a select\'s order is "fair" or "priority", but got "first"');
});
