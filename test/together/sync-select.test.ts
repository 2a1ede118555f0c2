import { runSync, spawn } from "corun";
import { expect, test } from "vitest";
import { select } from "../../src/channel/select.ts";
import { Event } from "../../src/sync/event.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { rest } from "./rest.ts";

test("a select that one lock decides leaves the lines of the others, and holds only that one", () => {
  const [a, b, permits, event] = [new Mutex(), new Mutex(), new Semaphore(1), new Event()];
  runSync(function* () {
    const guards = [yield* a.lock(), yield* b.lock()];
    yield* permits.acquire();
    const task = spawn(function* chooser() {
      const hit = yield* select({ a: a.lock(), b: b.lock(), permits: permits.acquire(), event: event.wait() });
      if (hit.key !== "b") expect.unreachable();
      else hit.value[Symbol.dispose]();
      return hit.key;
    });
    yield* rest();
    guards[1]![Symbol.dispose]();
    expect(b.statistics().holder).toBe("chooser");
    guards[0]![Symbol.dispose]();
    permits.release();
    event.set();
    expect(yield* task).toBe("b");
  });
  expect([a.isLocked, b.isLocked, permits.available, event.statistics().waiting]).toEqual([false, false, 1, 0]);
});

test("a select that was handed a lock and is cancelled before it runs passes it on", () => {
  const [a, b] = [new Mutex(), new Mutex()];
  runSync(function* () {
    const guard = yield* a.lock();
    yield* b.lock();
    const chooser = spawn(function* () {
      yield* select({ a: a.lock(), b: b.lock() });
      expect.unreachable();
    });
    yield* rest();
    const next = spawn(function* next() {
      const own = yield* a.lock();
      own[Symbol.dispose]();
    });
    yield* rest();
    guard[Symbol.dispose]();
    chooser.cancel();
    expect(a.statistics()).toEqual({ isLocked: true, holder: "next", waiting: 0 });
    yield* next;
    b.unlock();
  });
  expect([a.isLocked, b.isLocked]).toEqual([false, false]);
});
