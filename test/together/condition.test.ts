import { runSync, spawn, yieldNow, run, timeout, TimeoutError } from "corun";
import { expect, test } from "vitest";
import { Condition } from "../../src/sync/condition.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { rest } from "./rest.ts";

/** A mutex with a condition, and a body that waits for it and notes that it went on, holding the lock. */
function setUp() {
  const mutex = new Mutex();
  const condition = new Condition(mutex);
  const order: string[] = [];
  function* waiter(name: string) {
    const guard = yield* mutex.lock();
    try {
      yield* condition.wait();
      order.push(name);
    } finally {
      expect(mutex.statistics().holder).toBe("waiter");
      guard[Symbol.dispose]();
    }
  }
  function* notify(n: number) {
    const guard = yield* mutex.lock();
    condition.notify(n);
    guard[Symbol.dispose]();
  }
  return { mutex, condition, order, waiter, notify };
}

test("producers and consumers share a bounded buffer", () => {
  const mutex = new Mutex();
  const notFull = new Condition(mutex);
  const notEmpty = new Condition(mutex);
  const buffer: number[] = [];
  const consumed: number[] = [];
  let most = 0;
  function* produce(from: number) {
    for (let n = from; n < from + 50; n++) {
      const guard = yield* mutex.lock();
      try {
        while (buffer.length === 4) yield* notFull.wait();
        buffer.push(n);
        most = Math.max(most, buffer.length);
        notEmpty.notify();
      } finally {
        guard[Symbol.dispose]();
      }
    }
  }
  function* consume() {
    for (let taken = 0; taken < 30; taken++) {
      const guard = yield* mutex.lock();
      try {
        while (buffer.length === 0) yield* notEmpty.wait();
        consumed.push(buffer.shift()!);
        notFull.notify();
      } finally {
        guard[Symbol.dispose]();
      }
      yield* yieldNow();
    }
  }
  runSync(function* () {
    for (const from of [0, 50, 100]) spawn(produce, from);
    yield* rest();
    for (let i = 0; i < 5; i++) spawn(consume);
  });
  expect(most).toBe(4);
  expect(consumed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, n) => n));
  expect(mutex.isLocked).toBe(false);
});

test("notify wakes those that have waited longest, notifyAll the rest, in order", () => {
  const { mutex, condition, order, waiter, notify } = setUp();
  runSync(function* () {
    for (const name of ["a", "b", "c", "d", "e"]) {
      spawn(waiter, name);
      yield* rest();
    }
    expect(condition.statistics()).toEqual({ waiting: 5 });
    expect(mutex.isLocked).toBe(false);
    yield* notify(2);
    yield* rest();
    expect(order).toEqual(["a", "b"]);
    const guard = yield* mutex.lock();
    condition.notifyAll();
    expect(condition.statistics()).toEqual({ waiting: 0 });
    expect(mutex.statistics().waiting).toBe(3);
    guard[Symbol.dispose]();
  });
  expect(order).toEqual(["a", "b", "c", "d", "e"]);
});

test("a notification for which nobody waits is gone", () => {
  const { order, waiter, notify } = setUp();
  runSync(function* () {
    yield* notify(1);
    const task = spawn(waiter, "late");
    yield* rest();
    expect(task.state).toBe("waiting");
    task.cancel();
  });
  expect(order).toEqual([]);
});

test("a task that was notified gets the lock before those that come for it later", () => {
  const { mutex, condition, order, waiter } = setUp();
  runSync(function* () {
    spawn(waiter, "notified");
    yield* rest();
    const guard = yield* mutex.lock();
    condition.notify();
    spawn(function* () {
      const later = yield* mutex.lock();
      order.push("later");
      later[Symbol.dispose]();
    });
    yield* rest();
    guard[Symbol.dispose]();
  });
  expect(order).toEqual(["notified", "later"]);
});

test("a wait that is cancelled has the lock again before the task's finally runs", () => {
  const { mutex, order, waiter } = setUp();
  runSync(function* () {
    const task = spawn(waiter, "not reached");
    yield* rest();
    const guard = yield* mutex.lock();
    task.cancel();
    yield* rest();
    expect(task.state).toBe("waiting");
    guard[Symbol.dispose]();
    yield* rest();
    expect(task.state).toBe("cancelled");
  });
  expect(order).toEqual([]);
  expect(mutex.isLocked).toBe(false);
});

test("a second cancellation does not cut the wait for the lock", () => {
  const { mutex, waiter } = setUp();
  runSync(function* () {
    const task = spawn(waiter, "not reached");
    yield* rest();
    const guard = yield* mutex.lock();
    task.cancel();
    yield* rest();
    task.cancel();
    yield* rest();
    expect(task.state).toBe("waiting");
    guard[Symbol.dispose]();
  });
  expect(mutex.isLocked).toBe(false);
});

test("a task that is cancelled when it starts to wait has the lock in its finally", () => {
  const { mutex, condition, waiter } = setUp();
  runSync(function* () {
    spawn(waiter, "other").cancel();
    const task = spawn(function* waiter() {
      const guard = yield* mutex.lock();
      try {
        task.cancel();
        yield* condition.wait();
        expect.unreachable();
      } finally {
        expect(mutex.statistics().holder).toBe("waiter");
        guard[Symbol.dispose]();
      }
    });
    yield* yieldNow();
  });
  expect(mutex.isLocked).toBe(false);
  expect(condition.statistics()).toEqual({ waiting: 0 });
});

test("a waiter in the middle that is cancelled gets no notification", () => {
  const { order, waiter, notify } = setUp();
  runSync(function* () {
    spawn(waiter, "a");
    yield* rest();
    const b = spawn(waiter, "b");
    yield* rest();
    spawn(waiter, "c");
    yield* rest();
    b.cancel();
    yield* notify(2);
  });
  expect(order).toEqual(["a", "c"]);
});

test("a task that was notified and is cancelled while it waits for the lock passes the notification on", () => {
  const { mutex, condition, order, waiter } = setUp();
  runSync(function* () {
    const a = spawn(waiter, "a");
    yield* rest();
    spawn(waiter, "b");
    yield* rest();
    const guard = yield* mutex.lock();
    condition.notify();
    expect([mutex.statistics().waiting, condition.statistics().waiting]).toEqual([1, 1]);
    a.cancel();
    expect([mutex.statistics().waiting, condition.statistics().waiting]).toEqual([1, 0]);
    guard[Symbol.dispose]();
  });
  expect(order).toEqual(["b"]);
  expect(mutex.isLocked).toBe(false);
});

test("a task that was notified, has the lock and is cancelled before it runs passes the notification on", () => {
  const { mutex, condition, order, waiter } = setUp();
  runSync(function* () {
    const a = spawn(waiter, "a");
    yield* rest();
    spawn(waiter, "b");
    yield* rest();
    const guard = yield* mutex.lock();
    condition.notify();
    guard[Symbol.dispose]();
    expect(a.state).toBe("ready");
    a.cancel();
    expect(mutex.statistics()).toEqual({ isLocked: true, holder: "waiter", waiting: 1 });
  });
  expect(order).toEqual(["b"]);
  expect(mutex.isLocked).toBe(false);
});

test("what notifyAll gave to a task that is cancelled goes to nobody who came later", { tags: "default-order" }, () => {
  const { mutex, condition, order, waiter } = setUp();
  runSync(function* () {
    const a = spawn(waiter, "a");
    yield* rest();
    const guard = yield* mutex.lock();
    const late = spawn(waiter, "late");
    yield* rest();
    condition.notifyAll();
    guard[Symbol.dispose]();
    yield* yieldNow();
    expect([a.state, late.state, condition.statistics().waiting]).toEqual(["ready", "waiting", 1]);
    a.cancel();
    yield* rest();
    expect(late.state).toBe("waiting");
    late.cancel();
  });
  expect(order).toEqual([]);
  expect(mutex.isLocked).toBe(false);
});

test("a wait with a limit ends in a TimeoutError, holding the lock", async () => {
  const { mutex, condition } = setUp();
  await run(function* main() {
    const guard = yield* mutex.lock();
    try {
      yield* timeout(1, condition.wait());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TimeoutError);
    }
    expect(mutex.statistics().holder).toBe("main");
    guard[Symbol.dispose]();
    expect(mutex.isLocked).toBe(false);
  });
});

test("what wait() gives can be waited for again and again", () => {
  const { mutex, condition, notify } = setUp();
  let rounds = 0;
  runSync(function* () {
    spawn(function* () {
      const guard = yield* mutex.lock();
      const wait = condition.wait();
      for (; rounds < 3; rounds++) yield* wait;
      guard[Symbol.dispose]();
    });
    for (let i = 0; i < 3; i++) {
      yield* rest();
      expect(rounds).toBe(i);
      yield* notify(1);
      yield* rest();
    }
  });
  expect(rounds).toBe(3);
});

test("a wait in a plain helper is cancelled as one in the body", () => {
  const { mutex, condition } = setUp();
  const order: string[] = [];
  function* helper() {
    const guard = yield* mutex.lock();
    try {
      yield* condition.wait();
      order.push("not reached");
    } finally {
      order.push(mutex.statistics().holder!);
      guard[Symbol.dispose]();
    }
  }
  runSync(function* () {
    const task = spawn(function* user() {
      yield* helper();
      order.push("nor here");
    });
    yield* rest();
    task.cancel();
  });
  expect(order).toEqual(["user"]);
});

test("misuse of a condition is an error that names what is wrong", () => {
  expect(() => new Condition({} as never)).toThrow(/Condition needs the Mutex/);
  const { mutex, condition } = setUp();
  runSync(function* main() {
    expect(() => condition.notify()).toThrow(/notify\(\) in task main, but the mutex is not locked/);
    expect(() => condition.notifyAll()).toThrow(/notifyAll\(\) in task main, but the mutex is not locked/);
    let caught: unknown;
    try {
      yield* condition.wait();
    } catch (error) {
      caught = error;
    }
    expect(String(caught)).toMatch(/wait\(\) in task main, but the mutex is not locked/);
    const guard = yield* mutex.lock();
    expect(() => condition.notify(0)).toThrow(/notify needs a positive integer, but got 0/);
    yield* spawn(function* other() {
      expect(() => condition.notify()).toThrow(/notify\(\) in task other, but the mutex is held by task main/);
    });
    guard[Symbol.dispose]();
  });
});
