import {
  all,
  any,
  defer,
  race,
  run,
  runSync,
  SchedulerError,
  scope,
  sleep,
  spawn,
  timeout,
  until,
  yieldNow,
} from "corun";
import { expect, test } from "vitest";
import { Mutex } from "../../src/sync/mutex.ts";
import { rest } from "./rest.ts";

test("tasks get the lock in the order in which they came, one at a time", () => {
  const mutex = new Mutex();
  const order: number[] = [];
  let inside = 0;
  runSync(function* () {
    const held = yield* mutex.lock();
    for (let i = 0; i < 5; i++) {
      spawn(function* () {
        const guard = yield* mutex.lock();
        try {
          expect(++inside).toBe(1);
          yield* yieldNow();
          yield* yieldNow();
          inside--;
          order.push(i);
        } finally {
          guard[Symbol.dispose]();
        }
      });
      yield* rest();
    }
    held[Symbol.dispose]();
  });
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(mutex.statistics()).toEqual({ isLocked: false, holder: undefined, waiting: 0 });
});

test("unlock hands the lock to the first that waits, so nobody gets in between", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  runSync(function* main() {
    yield* mutex.lock();
    spawn(function* waiter() {
      yield* mutex.lock();
      order.push("waiter");
      mutex.unlock();
    });
    yield* rest();
    mutex.unlock();
    expect(mutex.statistics()).toEqual({ isLocked: true, holder: "waiter", waiting: 0 });
    expect(mutex.tryLock()).toBeUndefined();
    yield* mutex.lock();
    order.push("main");
    mutex.unlock();
  });
  expect(order).toEqual(["waiter", "main"]);
});

test("tryLock gives a guard if the lock is free, and undefined otherwise", () => {
  const mutex = new Mutex();
  runSync(function* () {
    const guard = mutex.tryLock();
    expect(mutex.isLocked).toBe(true);
    expect(mutex.tryLock()).toBeUndefined();
    guard?.[Symbol.dispose]();
    expect(mutex.isLocked).toBe(false);
    yield* yieldNow();
  });
});

test("a guard unlocks once, and only its own hold", () => {
  const mutex = new Mutex();
  runSync(function* () {
    const first = yield* mutex.lock();
    first[Symbol.dispose]();
    const second = yield* mutex.lock();
    first[Symbol.dispose]();
    expect(mutex.isLocked).toBe(true);
    mutex.unlock();
    second[Symbol.dispose]();
    expect(mutex.isLocked).toBe(false);
  });
});

test("a guard can be left to the end of the scope", () => {
  const mutex = new Mutex();
  runSync(function* () {
    yield* scope(function* () {
      const guard = yield* mutex.lock();
      defer(() => guard[Symbol.dispose]());
      yield* yieldNow();
      expect(mutex.isLocked).toBe(true);
    });
    expect(mutex.isLocked).toBe(false);
  });
});

test("an op for the lock can be used again, one after the other, but not by two at once", () => {
  const mutex = new Mutex();
  runSync(function* () {
    const lock = mutex.lock();
    const first = yield* lock;
    mutex.unlock();
    expect(yield* lock).not.toBe(first);
    spawn.supervised(function* () {
      yield* lock;
      mutex.unlock();
    });
    yield* rest();
    const second = spawn.supervised(function* () {
      yield* lock;
    });
    yield* rest();
    mutex.unlock();
    try {
      yield* second;
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toMatch(/is waited for already: make one for each wait/);
    }
  });
});

test("misuse of a mutex is an error that names what is wrong", () => {
  const mutex = new Mutex();
  expect(() => mutex.unlock()).toThrow(/unlock\(\) belongs to a running task/);
  expect(() => mutex.tryLock()).toThrow(/tryLock\(\) belongs to a running task/);
  runSync(function* main() {
    expect(() => mutex.unlock()).toThrow(
      new SchedulerError("unlock() in task main, but the mutex is not locked: lock it before"),
    );
    const guard = yield* mutex.lock();
    const thief = spawn(function* thief() {
      expect(() => mutex.unlock()).toThrow(
        /unlock\(\) in task thief, but the mutex is held by task main: only the holder can/,
      );
      expect(() => guard[Symbol.dispose]()).toThrow(SchedulerError);
    });
    yield* thief;
    let caught: unknown;
    try {
      yield* mutex.lock();
    } catch (error) {
      caught = error;
    }
    expect(String(caught)).toMatch(/task main holds this mutex already/);
    guard[Symbol.dispose]();
  });
});

test("a mutex can't be used by two runs at once, but by one after the other", async () => {
  const mutex = new Mutex();
  const locks = function* () {
    yield* mutex.lock();
  };
  await run(function* () {
    const guard = yield* mutex.lock();
    yield* until(() => expect(run(locks)).rejects.toThrow(/this mutex is in use by tasks of another run/));
    guard[Symbol.dispose]();
  });
  await run(function* () {
    (yield* mutex.lock())[Symbol.dispose]();
  });
});

test("what waits for a lock says who holds it", () => {
  const mutex = new Mutex();
  expect(mutex.lock().describe()).toBe("lock that nobody holds");
  runSync(function* () {
    yield* spawn(function* writer() {
      const guard = yield* mutex.lock();
      expect(mutex.lock().describe()).toBe("lock held by task writer");
      guard[Symbol.dispose]();
      yield* mutex.lock();
    });
  });
  expect(mutex.lock().describe()).toBe("lock held by task writer, which has ended without unlocking it");
});

test.each([
  ["all", (mutex: Mutex) => all([mutex.lock()])],
  ["race", (mutex: Mutex) => race([mutex.lock(), sleep(100)])],
  ["any", (mutex: Mutex) => any([mutex.lock()])],
  ["spawn", (mutex: Mutex) => spawn(mutex.lock())],
  ["timeout", (mutex: Mutex) => timeout(100, mutex.lock())],
])("a guard that comes out of %s is given back by whoever has got it", async (_, take) => {
  const mutex = new Mutex();
  await run(function* () {
    const taken = yield* take(mutex);
    const guard = Array.isArray(taken) ? taken[0] : taken;
    const next = spawn(() => mutex.lock());
    yield* rest();
    expect(mutex.statistics()).toMatchObject({ isLocked: true, waiting: 1 });
    guard![Symbol.dispose]();
    (yield* next)[Symbol.dispose]();
    expect(mutex.isLocked).toBe(false);
    expect(() => guard![Symbol.dispose]()).not.toThrow();
  });
});

test("the guard of a task that has not ended is its own", async () => {
  const mutex = new Mutex();
  await run(function* () {
    const guard = yield* mutex.lock();
    yield* spawn.supervised(function* other() {
      expect(() => guard[Symbol.dispose]()).toThrow(/in task other, but the mutex is held by task/);
    });
    guard[Symbol.dispose]();
  });
});
