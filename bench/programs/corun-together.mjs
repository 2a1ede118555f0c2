// The programs of the suite `together` on Corun, the built package. async-together.mjs and bench/rivals have the
// same ones on other systems; they are to be read side by side.

import { Channel, coroutine, run, select, sleep, spawn, yieldNow } from "corun";
import { sieve } from "./corun-sieve.mjs";
import {
  now,
  CAPACITY,
  check,
  ringOf,
  checkSkynet,
  delayOf,
  FAN,
  GROUP,
  heap,
  sieveFacts,
  treeSize,
  whole,
  WORKERS,
} from "./together-common.mjs";

/** @typedef {Channel<number>} Numbers */

// The names of the bodies are left out where a body calls itself: it would call the bare generator function.

const yielder = coroutine(
  /** @param {number} times */
  function* yielder(times) {
    for (let i = 0; i < times; i++) yield* yieldNow();
  },
);

const switching = coroutine(
  /** @param {number} tasks @param {number} times */
  function* switching(tasks, times) {
    for (let i = 0; i < tasks; i++) spawn(yielder, times);
  },
);

const echo = coroutine(
  /** @param {Numbers} from @param {Numbers} to */
  function* echo(from, to) {
    for (;;) yield* to.send(yield* from.receive());
  },
);

const roundTrips = coroutine(
  /** @param {number} count */
  function* roundTrips(count) {
    const there = new Channel();
    const back = new Channel();
    spawn.background(echo, there, back);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      yield* there.send(1);
      sum += yield* back.receive();
    }
    return sum;
  },
);

const producer = coroutine(
  /** @param {Numbers} to @param {number} count */
  function* producer(to, count) {
    for (let i = 0; i < count; i++) yield* to.send(1);
  },
);

const oneWay = coroutine(
  /** @param {number} capacity @param {number} count */
  function* oneWay(capacity, count) {
    const channel = new Channel(capacity);
    spawn(producer, channel, count);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* channel.receive();
    return sum;
  },
);

const child = coroutine(function* child() {
  return 1;
});

const oneByOne = coroutine(
  /** @param {number} count */
  function* oneByOne(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* spawn(child);
    return sum;
  },
);

const groups = coroutine(
  /** @param {number} count */
  function* groups(count) {
    let sum = 0;
    for (let done = 0; done < count; done += GROUP) {
      const tasks = [];
      for (let i = 0; i < GROUP; i++) tasks.push(spawn(child));
      for (const task of tasks) sum += yield* task;
    }
    return sum;
  },
);

const alternating = coroutine(
  /** @param {Numbers} a @param {Numbers} b @param {number} count */
  function* alternating(a, b, count) {
    for (let i = 0; i < count; i += 2) {
      yield* a.send(1);
      yield* b.send(2);
    }
  },
);

const selecting = coroutine(
  /** @param {number} count */
  function* selecting(count) {
    const a = new Channel();
    const b = new Channel();
    spawn(alternating, a, b, count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const hit = yield* select({ a: a.receive(), b: b.receive() });
      sum += hit.key === "a" ? hit.value : hit.value - 1;
    }
    return sum;
  },
);

const skynet = coroutine(
  /** @param {Numbers} to @param {number} first @param {number} size */
  function* (to, first, size) {
    if (size === 1) {
      yield* to.send(first);
      return;
    }
    const from = new Channel();
    const part = size / FAN;
    for (let i = 0; i < FAN; i++) spawn(skynet, from, first + i * part, part);
    let sum = 0;
    for (let i = 0; i < FAN; i++) sum += yield* from.receive();
    yield* to.send(sum);
  },
);

const skynetRoot = coroutine(
  /** @param {number} size */
  function* skynetRoot(size) {
    const from = new Channel();
    spawn(skynet, from, 0, size);
    return yield* from.receive();
  },
);

const worker = coroutine(
  /** @param {number} id @param {Numbers} from @param {Numbers} to @param {Numbers} ended */
  function* worker(id, from, to, ended) {
    for (;;) {
      const token = yield* from.receive();
      if (token === 0) yield* ended.send(id);
      else yield* to.send(token - 1);
    }
  },
);

const ring = coroutine(
  /** @param {number} hops */
  function* ring(hops) {
    const channels = Array.from({ length: WORKERS }, () => new Channel());
    const ended = new Channel();
    for (let i = 0; i < WORKERS; i++) {
      spawn.background(worker, i + 1, channels[i], channels[(i + 1) % WORKERS], ended);
    }
    const start = now();
    yield* channels[0].send(hops);
    return { id: yield* ended.receive(), start };
  },
);

const sleeper = coroutine(
  /** @param {number} ms */
  function* sleeper(ms) {
    yield* sleep(ms);
  },
);

const timers = coroutine(
  /** @param {number} tasks */
  function* timers(tasks) {
    for (let i = 0; i < tasks; i++) spawn(sleeper, delayOf(i));
  },
);

/** How many tasks have come to their wait. */
const seen = { waiting: 0 };

const node = coroutine(
  /** @param {number} levels */
  function* (levels) {
    if (levels > 0) for (let i = 0; i < FAN; i++) spawn(node, levels - 1);
    seen.waiting++;
    yield* sleep(Number.POSITIVE_INFINITY);
  },
);

const cancelTree = coroutine(
  /** @param {number} levels */
  function* cancelTree(levels) {
    seen.waiting = 0;
    const root = spawn(node, levels);
    while (seen.waiting < treeSize(levels)) yield* yieldNow();
    const start = now();
    yield* root.cancel();
    return (now() - start) * 1e6;
  },
);

const parked = coroutine(
  /** @param {Numbers} channel */
  function* parked(channel) {
    seen.waiting++;
    yield* channel.receive();
  },
);

const park = coroutine(
  /** @param {number} tasks @param {(bytes: number) => void} tell */
  function* park(tasks, tell) {
    const channel = new Channel();
    for (let i = 0; i < GROUP; i++) spawn.background(parked, channel);
    while (seen.waiting < GROUP) yield* yieldNow();
    const before = heap();
    for (let i = 0; i < tasks; i++) spawn.background(parked, channel);
    while (seen.waiting < GROUP + tasks) yield* yieldNow();
    tell((heap() - before) / tasks);
  },
);

const nest = coroutine(
  /** @param {number} levels @param {number} times */
  function* (levels, times) {
    if (levels > 0) yield* nest(levels - 1, times);
    else for (let i = 0; i < times; i++) yield* yieldNow();
  },
);

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  switch: (tasks) => async (count) => {
    const times = Math.ceil(count / tasks);
    await run(switching, tasks, times);
    return tasks * times;
  },
  roundTrip: () => async (count) => {
    check(await run(roundTrips, count), count);
    return count;
  },
  oneWay: () => async (count) => {
    check(await run(oneWay, 0, count), count);
    return count;
  },
  buffered: () => async (count) => {
    check(await run(oneWay, CAPACITY, count), count);
    return count;
  },
  spawnJoin: () => async (count) => {
    check(await run(oneByOne, count), count);
    return count;
  },
  spawnMany: () => (count) => run(groups, count),
  select: () => async (count) => {
    check(await run(selecting, count), count);
    return count;
  },
  skynet: (size) => whole(size, async () => checkSkynet(size, await run(skynetRoot, size))),
  ring: () => ringOf((hops) => run(ring, hops)),
  timers: (tasks) => whole(tasks, () => run(timers, tasks)),
  cancelTree: (levels) => whole(treeSize(levels), () => run(cancelTree, levels)),
  bytes: (tasks) => new Promise((resolve) => void run(park, tasks, resolve)),
  deep: (levels) => async (count) => {
    await run(nest, levels, count);
    return count;
  },
  sieve: () => whole(sieveFacts().messages, async () => check(await run(sieve), sieveFacts().last)),
};
