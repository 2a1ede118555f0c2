// Every kind of wait, on every runtime: it waits and ends, is done at once where it can be, leaves nothing when it is
// cancelled, works in a select and a second time, and is refused where nobody can wait. Hosts differ in what `yield*`
// does with the results of an iterator, which each kind has to bear.
import {
  all,
  Barrier,
  Broadcast,
  Channel,
  Condition,
  coroutine,
  type Coroutine,
  Event,
  Mutex,
  race,
  run,
  scope,
  select,
  Semaphore,
  sleep,
  spawn,
  timeout,
  until,
  type Waitable,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { rest } from "./rest.ts";

interface Kind {
  /** Makes one more of this kind. */
  op: () => Waitable<unknown>;
  /** Has one that waits, or that is made next, be done. */
  release: () => unknown;
  value: unknown;
  /** How many wait where this kind stands in line; absent: that can't be told. */
  waiting?: () => number;
  /** It opens a scope, or takes several waits: not for a select, and its own matter by hand. */
  isBlock?: true;
}

type SetUp = () => Generator<never, Kind, unknown>;

const receiving = (what: "receive" | "next", value: unknown): SetUp =>
  function* () {
    const channel = new Channel<number>(1);
    return {
      op: () => channel[what](),
      release: () => channel.trySend(1),
      value,
      waiting: () => channel.statistics().receivers,
    };
  };

const kinds: Record<string, SetUp> = {
  receive: receiving("receive", 1),
  next: receiving("next", { value: 1, done: false }),
  *send() {
    const channel = new Channel<number>(1);
    channel.trySend(0);
    const release = () => channel.tryReceive();
    return { op: () => channel.send(1), release, value: undefined, waiting: () => channel.statistics().senders };
  },
  *select() {
    const [one, other] = [new Channel<number>(1), new Channel<number>()];
    const op = () => select({ one: one.receive(), other: other.send(2), later: sleep(1e6) });
    const waiting = () => one.statistics().receivers + other.statistics().senders;
    return { op, release: () => one.trySend(1), value: { key: "one", value: 1 }, waiting };
  },
  *join() {
    const event = new Event();
    const task = spawn.background(function* () {
      yield* event.wait();
      return "joined";
    });
    yield* rest();
    return { op: () => task, release: () => event.set(), value: "joined" };
  },
  *"the end of a cancellation"() {
    const event = new Event();
    const task = spawn.background(function* () {
      try {
        yield* sleep(1e6);
      } finally {
        yield* event.wait();
      }
    });
    yield* rest();
    const end = task.cancel();
    yield* rest();
    return { op: () => end, release: () => event.set(), value: undefined };
  },
  *"send to a task"() {
    const event = new Event();
    const task = spawn.background(function* (): Coroutine.Body<string, void, string> {
      let sent = yield "";
      for (;;) {
        yield* event.wait();
        sent = yield `got ${sent}`;
      }
    });
    return { op: () => task.send("it"), release: () => event.set(), value: "got it" };
  },
  *lock() {
    const mutex = new Mutex();
    const event = new Event();
    spawn.background(function* () {
      using _ = yield* mutex.lock();
      yield* event.wait();
    });
    yield* rest();
    const waiting = () => mutex.statistics().waiting;
    return { op: () => mutex.lock(), release: () => event.set(), value: expect.anything(), waiting };
  },
  *acquire() {
    const semaphore = new Semaphore(1);
    yield* semaphore.acquire();
    const waiting = () => semaphore.statistics().waiting;
    return { op: () => semaphore.acquire(), release: () => semaphore.release(), value: undefined, waiting };
  },
  *event() {
    const event = new Event();
    return { op: () => event.wait(), release: () => event.set(), value: undefined };
  },
  *barrier() {
    const barrier = new Barrier(2);
    const release = () => spawn.background(() => barrier.wait());
    return { op: () => barrier.wait(), release, value: expect.anything() };
  },
  *condition() {
    const mutex = new Mutex();
    const condition = new Condition(mutex);
    const changes: string[] = [];
    const waitIn = coroutine(function* () {
      using _ = yield* mutex.lock();
      while (changes.length === 0) yield* condition.wait();
      return "changed";
    });
    const change = function* () {
      using _ = yield* mutex.lock();
      changes.push("one");
      condition.notifyAll();
    };
    const release = () => spawn.background(change);
    return { op: waitIn, release, value: "changed", waiting: () => condition.statistics().waiting, isBlock: true };
  },
  *"a subscription"() {
    const broadcast = new Broadcast<number>();
    const subscription = broadcast.subscribe({ capacity: 1, overflow: "dropOldest" });
    const release = () => spawn.background(() => broadcast.send(3));
    return { op: () => subscription.receive(), release, value: 3 };
  },
  *"until a promise"() {
    let resolve: (value: string) => void = () => {};
    const promise = new Promise<string>((settle) => {
      resolve = settle;
    });
    return { op: () => until(promise), release: () => resolve("settled"), value: "settled" };
  },
  *"until a function's promise"() {
    const settles: ((value: string) => void)[] = [];
    let isReleased = false;
    let waiting = 0;
    const ask = (signal: AbortSignal) =>
      new Promise<string>((resolve) => {
        waiting++;
        signal.addEventListener("abort", () => waiting--);
        settles.push((value) => (waiting--, resolve(value)));
        if (isReleased) settles.pop()!("settled");
      });
    const release = () => {
      isReleased = true;
      for (const settle of settles) settle("settled");
    };
    return { op: () => until(ask), release, value: "settled", waiting: () => waiting };
  },
};

/** The same in blocks, which pass the waits of their bodies on. */
for (const [name, wrap] of Object.entries({
  scope: (op: Waitable<unknown>) => scope(() => op),
  timeout: (op: Waitable<unknown>) => timeout(1e6, op),
  race: (op: Waitable<unknown>) => race([op, sleep(1e6)]),
})) {
  kinds[`${name} of a receive`] = function* () {
    const kind = yield* kinds["receive"]!();
    return { ...kind, op: () => wrap(kind.op()), isBlock: true };
  };
}
kinds["all of two receives"] = function* () {
  const kind = yield* kinds["receive"]!();
  const op = () => all([kind.op(), sleep(1)]);
  return { ...kind, op, value: [1, undefined], isBlock: true };
};

function runKind(body: (kind: Kind) => Generator<never, void, unknown>, setUp: SetUp): Promise<void> {
  return run.with({ clock: new VirtualClock() })(function* () {
    yield* body(yield* setUp());
  });
}

describe.each(Object.entries(kinds))("%s", (_, setUp) => {
  test("waits, and gives its value when it is done", () =>
    runKind(function* ({ op, release, value, waiting }) {
      const log: unknown[] = [];
      const waiter = spawn(function* () {
        log.push("waits");
        log.push(yield* op());
      });
      yield* sleep(10);
      expect(log).toEqual(["waits"]);
      expect(waiting?.() ?? 1).toBeGreaterThan(0);
      release();
      yield* waiter;
      expect(log).toEqual(["waits", value]);
      expect(waiting?.() ?? 0).toBe(0);
    }, setUp));

  test("gives its value where it can be done at once", () =>
    runKind(function* ({ op, release, value }) {
      release();
      yield* rest();
      expect(yield* timeout(1000, op())).toEqual(value);
    }, setUp));

  test("is cancelled without a trace: the next one gets the value", () =>
    runKind(function* ({ op, release, value, waiting }) {
      const log: string[] = [];
      const waiter = spawn(function* () {
        try {
          yield* op();
          log.push("went on");
        } finally {
          yield* sleep(1);
          log.push("cleaned");
        }
      });
      yield* sleep(10);
      yield* waiter.cancel();
      expect(log).toEqual(["cleaned"]);
      expect(waiting?.() ?? 0).toBe(0);
      release();
      expect(yield* timeout(1000, op())).toEqual(value);
    }, setUp));

  test("wins and loses in a select", () =>
    runKind(function* ({ op, release, value, waiting, isBlock }) {
      if (isBlock) return;
      expect(yield* select({ it: op(), later: sleep(5) })).toEqual({ key: "later", value: undefined });
      expect(waiting?.() ?? 0).toBe(0);
      const winner = spawn(() => select({ it: op(), later: sleep(1e6) }));
      yield* sleep(1);
      release();
      expect(yield* winner).toEqual({ key: "it", value });
    }, setUp));

  test("is refused in a coroutine that is resumed by hand, which may go on", () =>
    runKind(function* ({ op, release, isBlock }) {
      if (isBlock) return;
      const body = coroutine(function* () {
        try {
          yield* op();
        } catch (error) {
          yield error;
        }
        return "went on";
      });
      const c = body();
      expect(c.next()).toMatchObject({ value: { code: "WAIT_BY_HAND" }, done: false });
      expect(c.next()).toEqual({ value: "went on", done: true });
      release();
    }, setUp));
});

test("waits that are all done at once let another task run now and then", { tags: "default-order" }, async () => {
  const turns = await run(function* () {
    let turns = 0;
    const other = spawn.background(function* () {
      for (;;) {
        turns++;
        yield* yieldNow();
      }
    });
    const channel = new Channel<number>(100_000);
    for (let i = 0; i < 100_000; i++) yield* channel.send(i);
    const received: number[] = [];
    for (let i = 0; i < 100_000; i++) received.push(yield* channel.receive());
    expect(received.every((value, i) => value === i)).toBe(true);
    yield* other.cancel();
    return turns;
  });
  expect(turns).toBeGreaterThan(10);
});
