// Ops that were, or are, clauses of a select: an op object may be used again, one after the other, and twice at once it
// must be refused.
import { Channel, runSync, SchedulerError, select, spawn, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

/** A select over `op` and a channel on which nothing comes. */
const withIdle = <T>(op: T) => ({ op, idle: new Channel<never>().receive() });

test("an op can be a clause of one select after another, whether it won or lost", () => {
  runSync(function* () {
    const [channel, other] = [new Channel<number>(), new Channel<number>()];
    const op = channel.receive();
    for (let n = 0; n < 100; n++) {
      const task = spawn(() => select({ op, other: other.receive() }));
      yield* rest();
      const [target, key] = n % 3 === 0 ? [other, "other"] : [channel, "op"];
      expect(target.trySend(n)).toBe(true);
      expect(yield* task).toEqual({ key, value: n });
    }
    expect(channel.statistics().receivers).toBe(0);
  });
});

test("an op that was a clause of a select can be waited for alone after it", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const op = channel.receive();
    const selecting = spawn(() => select(withIdle(op)));
    yield* rest();
    channel.trySend(1);
    expect((yield* selecting).value).toBe(1);
    const alone = spawn(() => op);
    yield* rest();
    channel.trySend(2);
    expect(yield* alone).toBe(2);
  });
});

test("one op in two clauses of a select is refused, and leaves nothing behind", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const op = channel.receive();
    const task = spawn.supervised(() => select({ one: op, two: op }));
    yield* yieldNow();
    channel.trySend(1);
    try {
      yield* task;
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SchedulerError);
    }
    expect(channel.statistics().receivers).toBe(0);
  });
});

test("one op in the selects of two tasks at once is refused, as one that two tasks wait for alone is", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const op = channel.receive();
    const first = spawn.supervised(() => select(withIdle(op)));
    yield* rest();
    const second = spawn.supervised(() => select(withIdle(op)));
    yield* rest();
    channel.trySend(1);
    expect((yield* first).value).toBe(1);
    try {
      yield* second;
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SchedulerError);
    }
  });
});
