// Seven programs with a fault each, of the kinds that are found in real ones.

import { Condition, Event, Mutex, scope, spawn, yieldNow } from "corun";
import type { World } from "corun/testing";

/** Two deposits, and a wait between reading and writing. */
export function* lostUpdate(t: World) {
  let balance = 0;
  const deposit = function* deposit() {
    const before = balance;
    yield* yieldNow();
    balance = before + 1;
  };
  yield* scope(function* () {
    spawn(deposit);
    spawn(deposit);
  });
  t.check(balance === 2, "an update was lost");
}

/** The same in two of twelve jobs that five workers do; all else is guarded by a lock. */
export function* buriedUpdate(t: World) {
  const mutex = new Mutex();
  const jobs = Array.from({ length: 12 }, (_, index) => index);
  let special = 0;
  const worker = function* worker() {
    for (;;) {
      const guard = yield* mutex.lock();
      const job = jobs.shift();
      guard[Symbol.dispose]();
      if (job === undefined) return;
      if (job === 4 || job === 8) {
        const before = special;
        yield* yieldNow();
        special = before + 1;
      } else {
        yield* yieldNow();
      }
    }
  };
  yield* scope(function* () {
    for (let i = 0; i < 5; i++) spawn(worker);
  });
  t.check(special === 2, "an update was lost");
}

/** Each takes the left fork, then the right one. */
export function philosophers(count: number) {
  return function* () {
    const forks = Array.from({ length: count }, () => new Mutex());
    const philosopher = function* philosopher(left: Mutex, right: Mutex) {
      const first = yield* left.lock();
      const second = yield* right.lock();
      second[Symbol.dispose]();
      first[Symbol.dispose]();
    };
    yield* scope(function* () {
      for (let i = 0; i < count; i++) spawn(philosopher, forks[i]!, forks[(i + 1) % count]!);
    });
  };
}

class Buffer {
  readonly mutex = new Mutex();
  readonly changed = new Condition(this.mutex);
  readonly items: number[] = [];
}

/** One condition for "not full" and for "not empty", and `notify()` wakes whom it should not. */
export function* oneCondition() {
  const { mutex, changed, items } = new Buffer();
  const put = function* producer() {
    const guard = yield* mutex.lock();
    while (items.length === 1) yield* changed.wait();
    items.push(1);
    changed.notify();
    guard[Symbol.dispose]();
  };
  const take = function* consumer() {
    const guard = yield* mutex.lock();
    while (items.length === 0) yield* changed.wait();
    items.pop();
    changed.notify();
    guard[Symbol.dispose]();
  };
  yield* scope(function* () {
    for (let i = 0; i < 2; i++) spawn(take);
    for (let i = 0; i < 2; i++) spawn(put);
  });
}

/** Two consumers that look once, and a notification for all. */
export function* ifForWhile(t: World) {
  const { mutex, changed, items } = new Buffer();
  const take = function* consumer() {
    const guard = yield* mutex.lock();
    if (items.length === 0) yield* changed.wait();
    t.check(items.length > 0, "an item that is not there is taken");
    items.pop();
    guard[Symbol.dispose]();
  };
  const put = function* producer() {
    for (let i = 0; i < 2; i++) {
      const guard = yield* mutex.lock();
      items.push(i);
      changed.notify();
      guard[Symbol.dispose]();
      yield* yieldNow();
    }
  };
  yield* scope(function* () {
    for (let i = 0; i < 2; i++) spawn(take);
    spawn(put);
  });
}

/** It looks, and when it begins to wait the one notification may be gone. */
export function* missedWakeUp() {
  const happened = new Event();
  let isReady = false;
  yield* scope(function* () {
    spawn(function* waiter() {
      if (isReady) return;
      yield* yieldNow();
      yield* happened.wait();
    });
    spawn(function* notifier() {
      yield* yieldNow();
      isReady = true;
      happened.set();
      happened.clear();
    });
  });
}

/** The user has 30 steps to make before it needs what another one makes in two. */
export function* useBeforeInit(t: World) {
  let config: string | undefined;
  yield* scope(function* () {
    spawn(function* init() {
      yield* yieldNow();
      config = "made";
    });
    spawn(function* user() {
      for (let i = 0; i < 30; i++) yield* yieldNow();
      t.check(config !== undefined, "used before it was made");
    });
  });
}
