// A task that is cancelled after it was chosen (it has a value, a lock, permits, or its select has won) and before it
// runs: what it was given goes to the next, or back. IDs are rows of the conformance table.
import {
  Channel,
  coroutine,
  type Coroutine,
  Event,
  Mutex,
  run,
  runSync,
  select,
  Semaphore,
  spawn,
  type Waitable,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { rest } from "./rest.ts";

const log: string[] = [];

/** Starts a task for `body` and lets it come to its wait. */
function* waiting<R>(body: () => Waitable<R>) {
  const task = spawn(body);
  yield* rest();
  expect(task.state).toBe("waiting");
  return task;
}

/** Waits for `op` in a coroutine in a coroutine, and logs what runs. */
const inner = coroutine(function* inner(op: Waitable<unknown>): Coroutine.Body<never> {
  try {
    yield* op;
    log.push("never: went on");
  } catch (error) {
    log.push("never: a catch");
    throw error;
  } finally {
    log.push("inner");
  }
});
const outer = coroutine(function* outer(op: Waitable<unknown>): Coroutine.Body<never> {
  try {
    yield* inner(op);
  } finally {
    log.push("outer");
  }
});

describe("a task that is cancelled after it was chosen and before it runs", () => {
  test.each(["receive", "next", "select"] as const)(
    "PG01: in %s: its value goes to the next receiver, and the cancellation enters at the innermost body",
    (how) => {
      log.length = 0;
      runSync(function* () {
        const [channel, idle] = [new Channel<number>(), new Channel<number>()];
        const first = yield* waiting(function* () {
          if (how === "receive") yield* outer(channel.receive());
          else if (how === "next") yield* outer(channel.next());
          else yield* outer(select({ idle: idle.receive(), value: channel.receive() }));
        });
        const second = yield* waiting(() => channel.receive());
        expect(channel.trySend(1)).toBe(true);
        expect([first.state, second.state]).toEqual(["ready", "waiting"]);
        yield* first.cancel();
        expect([first.state, yield* second]).toEqual(["cancelled", 1]);
        expect(idle.statistics().receivers).toBe(0);
      });
      expect(log).toEqual(["inner", "outer"]);
    },
  );

  test.each([0, 1, 3, Number.POSITIVE_INFINITY])(
    "PG01: with capacity %s and no other receiver, its value is the first of the channel again, also if that was closed",
    (capacity) => {
      runSync(function* () {
        const channel = new Channel<number>(capacity);
        const task = yield* waiting(() => channel.receive());
        channel.trySend(1);
        for (let n = 2; n < 4 && channel.trySend(n); n++);
        const buffered = channel.length;
        task.cancel();
        channel.close();
        expect(channel.length).toBe(buffered + 1);
        for (let n = 1; n <= buffered + 1; n++) expect(yield* channel.next()).toEqual({ value: n, done: false });
        expect(yield* channel.next()).toEqual({ value: undefined, done: true });
      });
    },
  );

  test("PG01: what it has sent stays sent: it is received once", () => {
    runSync(function* () {
      const channel = new Channel<number>();
      const sender = yield* waiting(() => channel.send(1));
      const selecting = yield* waiting(function* () {
        yield* select({ put: channel.send(2) });
      });
      expect([channel.tryReceive()?.value, channel.tryReceive()?.value]).toEqual([1, 2]);
      expect([sender.state, selecting.state]).toEqual(["ready", "ready"]);
      for (const task of [sender, selecting]) yield* task.cancel();
      expect(channel.tryReceive()).toBeUndefined();
    });
  });

  test.each(["lock", "select"] as const)("PG01: in %s: the lock goes to the next", (how) => {
    runSync(function* () {
      const mutex = new Mutex();
      const guard = yield* mutex.lock();
      const first = yield* waiting(function* () {
        yield* how === "lock" ? mutex.lock() : select({ lock: mutex.lock(), idle: new Channel().receive() });
      });
      const second = yield* waiting(function* () {
        const own = yield* mutex.lock();
        own[Symbol.dispose]();
        return "had it";
      });
      guard[Symbol.dispose]();
      expect([first.state, second.state]).toEqual(["ready", "waiting"]);
      yield* first.cancel();
      expect(yield* second).toBe("had it");
      expect(mutex.statistics()).toEqual({ isLocked: false, holder: undefined, waiting: 0 });
    });
  });

  test.each(["acquire", "select"] as const)(
    "PG01: in %s: no permit is lost, and those that fit now are served",
    (how) => {
      runSync(function* () {
        const semaphore = new Semaphore(3);
        yield* semaphore.acquire(3);
        const large = yield* waiting(function* () {
          yield* how === "acquire" ? semaphore.acquire(3) : select({ permits: semaphore.acquire(3) });
        });
        const small = [1, 2].map((k) => spawn(() => semaphore.acquire(k)));
        yield* rest();
        semaphore.release(3);
        expect([large.state, ...small.map(({ state }) => state)]).toEqual(["ready", "waiting", "waiting"]);
        yield* large.cancel();
        for (const task of small) yield* task;
        expect(semaphore.statistics()).toEqual({ permits: 3, available: 0, waiting: 0 });
        semaphore.release(3);
      });
    },
  );

  test("PG01: in a select that an event, a task or a lock has won: the event stays set, and no other clause happens", () => {
    runSync(function* () {
      const [event, mutex, channel] = [new Event(), new Mutex(), new Channel<number>()];
      const guard = yield* mutex.lock();
      const task = yield* waiting(function* () {
        yield* select({ event: event.wait(), lock: mutex.lock(), put: channel.send(1), got: channel.receive() });
      });
      event.set();
      expect(task.state).toBe("ready");
      guard[Symbol.dispose]();
      yield* task.cancel();
      expect([event.isSet, mutex.isLocked, channel.trySend(2), channel.tryReceive()]).toEqual([
        true,
        false,
        false,
        undefined,
      ]);
    });
  });
});

// Two values that are given back one after the other stand the wrong way round: the second was handed over behind the
// first, and is put before it. So it is whenever a scope with two receivers is cancelled.
test("two values that are given back are the first of the channel in the order in which they were sent", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const receivers = spawn(function* () {
      for (let n = 0; n < 2; n++) spawn(() => channel.receive());
    });
    yield* rest();
    expect([channel.trySend(1), channel.trySend(2)]).toEqual([true, true]);
    yield* receivers.cancel();
    expect([channel.tryReceive()?.value, channel.tryReceive()?.value]).toEqual([1, 2]);
  });
});

test(
  "what it took without waiting, when its time was up before it went on, is the first of the channel again",
  { tags: "default-order" },
  async () => {
    // A clock on which every look is past the slice: then a wait that is done at once lets the others run after all.
    let now = 0;
    const clock = { now: () => (now += 100), wakeAt: () => () => {} };
    const received: number[] = [];
    let interrupted = 0;
    await run.with({ clock })(function* () {
      const channel = new Channel<number>(Number.POSITIVE_INFINITY);
      for (let n = 0; n < 5000; n++) channel.trySend(n);
      while (channel.length > 0) {
        const task = spawn(function* () {
          for (;;) received.push(yield* channel.receive());
        });
        yield* yieldNow();
        if (task.state === "ready") interrupted++;
        yield* task.cancel();
      }
    });
    expect(received).toEqual(Array.from({ length: 5000 }, (_, n) => n));
    expect(interrupted).toBeGreaterThan(5);
  },
);

test.each(["join", "select"])("in a %s of a supervised task that has failed: the failure is not lost", (how) => {
  const wrong = new Error("wrong");
  const attempt = () =>
    runSync(function* () {
      const gate = new Channel<void>();
      const failing = spawn.supervised(function* () {
        yield* gate.receive();
        throw wrong;
      });
      const joiner = yield* waiting(function* () {
        yield* how === "join" ? failing : select({ failing });
      });
      gate.trySend();
      spawn(function* () {
        joiner.cancel();
      });
      for (let turn = 0; turn < 3; turn++) yield* rest();
      expect([failing.state, joiner.state]).toEqual(["failed", "cancelled"]);
    });
  expect(attempt).toThrow(wrong);
});

test("a value that is given back to a channel that keeps only the newest one is dropped for a newer one", () => {
  const lost: number[] = [];
  runSync(function* () {
    const onUndelivered = (value: number) => lost.push(value);
    const channel = new Channel<number>(1, { overflow: "dropOldest", onUndelivered });
    const task = yield* waiting(() => channel.receive());
    for (const n of [1, 2]) expect(channel.trySend(n)).toBe(true);
    yield* task.cancel();
    expect([channel.length, channel.tryReceive()?.value, lost]).toEqual([1, 2, [1]]);
  });
});
