import { run, runSync, scope, shield, sleep, spawn, type Task, timeout, TimeoutError, yieldNow } from "corun";
import { expect, test } from "vitest";
import { Mutex } from "../../src/sync/mutex.ts";
import { rest } from "./rest.ts";

test("a waiter in the middle that is cancelled leaves the line", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  function* user(name: string) {
    const guard = yield* mutex.lock();
    order.push(name);
    guard[Symbol.dispose]();
  }
  runSync(function* () {
    yield* mutex.lock();
    const tasks: Task[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      tasks.push(spawn(user, name));
      yield* rest();
    }
    expect(mutex.statistics().waiting).toBe(5);
    tasks[2]!.cancel();
    tasks[4]!.cancel();
    expect(mutex.statistics().waiting).toBe(3);
    tasks[0]!.cancel();
    spawn(user, "f");
    yield* rest();
    mutex.unlock();
  });
  expect(order).toEqual(["b", "d", "f"]);
  expect(mutex.isLocked).toBe(false);
});

test(
  "a task that is cancelled after it was handed the lock and before it runs passes it on",
  { tags: "default-order" },
  () => {
    const mutex = new Mutex();
    const order: string[] = [];
    function* user(name: string) {
      try {
        const guard = yield* mutex.lock();
        order.push(name);
        guard[Symbol.dispose]();
      } finally {
        order.push(`${name} ends`);
      }
    }
    runSync(function* () {
      yield* mutex.lock();
      const a = spawn(user, "a");
      yield* rest();
      const b = spawn(user, "b");
      yield* rest();
      const c = spawn(user, "c");
      yield* rest();
      mutex.unlock();
      expect([a.state, b.state]).toEqual(["ready", "waiting"]);
      a.cancel();
      expect([b.state, c.state]).toEqual(["ready", "waiting"]);
      b.cancel();
      expect(c.state).toBe("ready");
    });
    expect(order).toEqual(["a ends", "b ends", "c", "c ends"]);
    expect(mutex.isLocked).toBe(false);
  },
);

test("a lock that is handed over to the last task, which is cancelled, is free", () => {
  const mutex = new Mutex();
  runSync(function* () {
    yield* mutex.lock();
    const task = spawn(function* () {
      yield* mutex.lock();
      expect.unreachable();
    });
    yield* yieldNow();
    mutex.unlock();
    task.cancel();
    expect(mutex.isLocked).toBe(false);
  });
});

test("a whole scope of waiters that is cancelled leaves the lock to those outside it", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  runSync(function* () {
    yield* mutex.lock();
    const group = spawn(function* () {
      for (let i = 0; i < 10; i++) {
        spawn(function* () {
          yield* mutex.lock();
          order.push("in the group");
        });
      }
    });
    yield* yieldNow();
    yield* yieldNow();
    spawn(function* () {
      yield* mutex.lock();
      order.push("outside");
      mutex.unlock();
    });
    yield* yieldNow();
    mutex.unlock();
    group.cancel();
    yield* yieldNow();
    yield* yieldNow();
  });
  expect(order).toEqual(["outside"]);
  expect(mutex.statistics()).toEqual({ isLocked: false, holder: undefined, waiting: 0 });
});

test("a task that is interrupted while it runs does not take the lock", () => {
  const mutex = new Mutex();
  runSync(function* () {
    const task = spawn(function* () {
      task.cancel();
      yield* mutex.lock();
      expect.unreachable();
    });
    yield* yieldNow();
    expect(mutex.isLocked).toBe(false);
  });
});

test("cleanup of a cancelled task may wait for the lock", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  runSync(function* () {
    const guard = yield* mutex.lock();
    const task = spawn(function* () {
      try {
        yield* sleep(Number.POSITIVE_INFINITY);
      } finally {
        const own = yield* mutex.lock();
        order.push("cleanup has it");
        own[Symbol.dispose]();
      }
    });
    yield* rest();
    task.cancel();
    yield* rest();
    order.push("unlock");
    guard[Symbol.dispose]();
  });
  expect(order).toEqual(["unlock", "cleanup has it"]);
});

test("a lock that takes too long ends in a TimeoutError, and its place in the line is gone", async () => {
  const mutex = new Mutex();
  await run(function* () {
    yield* mutex.lock();
    yield* scope(function* () {
      const task = spawn.supervised(function* () {
        yield* timeout(1, mutex.lock());
      });
      try {
        yield* task;
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(TimeoutError);
      }
    });
    expect(mutex.statistics()).toEqual({ isLocked: true, holder: "<anonymous>", waiting: 0 });
    mutex.unlock();
  });
});

test("a shielded lock is had before the cancellation goes on", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  runSync(function* () {
    yield* mutex.lock();
    const task = spawn(function* () {
      yield* shield(function* () {
        const guard = yield* mutex.lock();
        order.push("locked");
        guard[Symbol.dispose]();
      });
      yield* yieldNow();
      order.push("not reached");
    });
    yield* rest();
    task.cancel();
    expect(mutex.statistics().waiting).toBe(1);
    mutex.unlock();
  });
  expect(order).toEqual(["locked"]);
});
