// The programs of the suite `growth`: what one operation costs while `tasks` tasks are there. All of them take part;
// making and ending them does not count, but where that is what is measured.

import { Channel, coroutine, run, scope, select, sleep, spawn, yieldNow } from "corun";
import { now, check, delayOf, heap, whole } from "./together-common.mjs";

/** @typedef {Channel<number>} Numbers */

/** Operations done by all; when they are to stop, whether they are, and since when. */
const shared = { done: 0, until: Number.POSITIVE_INFINITY, stopped: false, at: 0 };

/** One more is done. Whoever does the last one has all stop. */
function count() {
  if (++shared.done !== shared.until) return;
  shared.stopped = true;
  shared.at = now();
}

/** Starts the count. */
function begin() {
  return { from: shared.done, start: now() };
}

/** Ends it, and tells all to stop. @param {{ from: number, start: number }} begun */
function end({ from, start }) {
  shared.stopped = true;
  return { done: shared.done - from, nanoseconds: (now() - start) * 1e6 };
}

const switcher = coroutine(function* switcher() {
  while (!shared.stopped) {
    shared.done++;
    yield* yieldNow();
  }
});

const switches = coroutine(
  /** @param {number} tasks @param {number} rounds */
  function* switches(tasks, rounds) {
    for (let i = 1; i < tasks; i++) spawn(switcher);
    yield* yieldNow();
    const begun = begin();
    for (let i = 0; i < rounds; i++) {
      shared.done++;
      yield* yieldNow();
    }
    return end(begun);
  },
);

const echo = coroutine(
  /** @param {Numbers} from @param {Numbers} to */
  function* echo(from, to) {
    while ((yield* from.receive()) !== 0) yield* to.send(1);
  },
);

const caller = coroutine(function* caller() {
  const there = new Channel();
  const back = new Channel();
  spawn(echo, there, back);
  while (!shared.stopped) {
    yield* there.send(1);
    yield* back.receive();
    count();
  }
  yield* there.send(0);
});

const sender = coroutine(
  /** @param {Numbers} a @param {Numbers} b */
  function* sender(a, b) {
    while (!shared.stopped) {
      yield* a.send(1);
      yield* b.send(1);
    }
    yield* a.send(0);
  },
);

const selector = coroutine(function* selector() {
  const a = new Channel();
  const b = new Channel();
  spawn(sender, a, b);
  let isLast = false;
  while (!isLast) {
    isLast = (yield* select({ a: a.receive(), b: b.receive() })).value === 0;
    count();
  }
});

const pairs = coroutine(
  /** @param {() => Generator} body @param {number} tasks @param {number} rounds */
  function* pairs(body, tasks, rounds) {
    const done = (tasks / 2) * rounds;
    let start = 0;
    yield* scope(function* () {
      for (let i = 0; i < tasks; i += 2) spawn(body);
      yield* yieldNow();
      start = now();
      shared.until = shared.done + done;
    });
    return { done, nanoseconds: (shared.at - start) * 1e6 };
  },
);

const child = coroutine(function* child() {
  return 1;
});

const spawnJoin = coroutine(
  /** @param {number} tasks @param {number} rounds */
  function* spawnJoin(tasks, rounds) {
    let sum = 0;
    for (let round = 0; round < rounds; round++) {
      const spawned = [];
      for (let i = 0; i < tasks; i++) spawned.push(spawn(child));
      for (const task of spawned) sum += yield* task;
    }
    check(sum, tasks * rounds);
    return sum;
  },
);

const sleeper = coroutine(
  /** @param {number} i @param {number} times */
  function* sleeper(i, times) {
    yield* yieldNow();
    for (let n = 0; n < times; n++) yield* sleep(delayOf(i + n));
    shared.done += times;
  },
);

const sleepers = coroutine(
  /** @param {number} tasks @param {number} times */
  function* sleepers(tasks, times) {
    const all = [];
    for (let i = 0; i < tasks; i++) all.push(spawn(sleeper, i, times));
    yield* yieldNow();
    const begun = begin();
    for (const task of all) yield* task;
    return end(begun);
  },
);

/** Time that passes when nothing else is left to do: what is measured is the work, not the sleep. */
function jumpingClock() {
  let time = 0;
  return {
    now: () => time,
    /** @param {number} at @param {() => void} wake */
    wakeAt(at, wake) {
      let isTaken = true;
      queueMicrotask(() => {
        if (!isTaken) return;
        time = at;
        wake();
      });
      return () => void (isTaken = false);
    },
  };
}

const idle = coroutine(function* idle() {
  yield* sleep(Number.POSITIVE_INFINITY);
});

const parent = coroutine(
  /** @param {number} tasks */
  function* parent(tasks) {
    for (let i = 0; i < tasks; i++) spawn(idle);
    yield* sleep(Number.POSITIVE_INFINITY);
  },
);

const cancel = coroutine(
  /** @param {number} tasks */
  function* cancel(tasks) {
    const one = spawn(parent, tasks);
    for (let i = 0; i < 3; i++) yield* yieldNow();
    const start = now();
    yield* one.cancel();
    return (now() - start) * 1e6;
  },
);

const receiver = coroutine(
  /** @param {Numbers} from */
  function* receiver(from) {
    yield* from.receive();
  },
);

const park = coroutine(
  /** @param {number} tasks @param {(bytes: number) => void} tell */
  function* park(tasks, tell) {
    const from = new Channel();
    for (let i = 0; i < 100; i++) spawn(receiver, from);
    yield* yieldNow();
    const before = heap();
    for (let i = 0; i < tasks; i++) spawn(receiver, from);
    yield* yieldNow();
    tell((heap() - before) / tasks);
  },
);

/** @param {number} tasks @param {(tasks: number, rounds: number) => Promise<import("./together-common.mjs").Done>} once */
function rounds(tasks, once) {
  /** @param {number} count */
  return (count) => {
    shared.stopped = false;
    return once(tasks, Math.max(2, Math.ceil(count / tasks)));
  };
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  switch: (tasks) => rounds(tasks, (tasks, rounds) => run(switches, tasks, rounds)),
  roundTrip: (tasks) => rounds(tasks, (tasks, rounds) => run(pairs, caller, tasks, rounds)),
  select: (tasks) => rounds(tasks, (tasks, rounds) => run(pairs, selector, tasks, rounds)),
  spawnJoin: (tasks) => (count) => run(spawnJoin, tasks, Math.ceil(count / tasks)),
  timer: (tasks) => rounds(tasks, (tasks, rounds) => run.with({ clock: jumpingClock() })(sleepers, tasks, rounds)),
  cancel: (tasks) => whole(tasks, () => run(cancel, tasks)),
  bytes: (tasks) => new Promise((resolve) => void run(park, tasks, resolve)),
};
