// The programs of the suite `together` with async functions and a channel of promises. A call of an async function
// stands for a task, though nothing can cancel it and nobody must wait for it.

import { setTimeout as sleep } from "node:timers/promises";
import { PromiseChannel, selectOfTwo } from "./promise-channel.mjs";
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
  PRIMES,
  sieveFacts,
  treeSize,
  whole,
  WORKERS,
} from "./together-common.mjs";

/** @typedef {PromiseChannel<number>} Numbers */

const resolved = Promise.resolve();

/** @param {number} times */
async function yielder(times) {
  for (let i = 0; i < times; i++) await resolved;
}

/** @param {Numbers} from @param {Numbers} to */
async function echo(from, to) {
  for (;;) await to.send(await from.receive());
}

/** @param {number} count */
async function roundTrips(count) {
  const there = new PromiseChannel();
  const back = new PromiseChannel();
  void echo(there, back);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    await there.send(1);
    sum += await back.receive();
  }
  return sum;
}

/** @param {Numbers} to @param {number} count */
async function producer(to, count) {
  for (let i = 0; i < count; i++) await to.send(1);
}

/** @param {number} capacity @param {number} count */
async function oneWay(capacity, count) {
  const channel = new PromiseChannel(capacity);
  const produced = producer(channel, count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await channel.receive();
  await produced;
  return sum;
}

async function child() {
  return 1;
}

/** @param {number} count */
async function oneByOne(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await child();
  return sum;
}

/** @param {number} count */
async function groups(count) {
  let sum = 0;
  for (let done = 0; done < count; done += GROUP) {
    const tasks = [];
    for (let i = 0; i < GROUP; i++) tasks.push(child());
    for (const one of await Promise.all(tasks)) sum += one;
  }
  return sum;
}

/** @param {Numbers} a @param {Numbers} b @param {number} count */
async function alternating(a, b, count) {
  for (let i = 0; i < count; i += 2) {
    await a.send(1);
    await b.send(2);
  }
}

/** @param {number} count */
async function selecting(count) {
  const a = new PromiseChannel();
  const b = new PromiseChannel();
  void alternating(a, b, count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const hit = await selectOfTwo(a, b);
    sum += hit.from === a ? hit.value : hit.value - 1;
  }
  return sum;
}

/** @param {Numbers} to @param {number} first @param {number} size */
async function skynet(to, first, size) {
  if (size === 1) {
    await to.send(first);
    return;
  }
  const from = new PromiseChannel();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) void skynet(from, first + i * part, part);
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += await from.receive();
  await to.send(sum);
}

/** @param {number} size */
async function skynetRoot(size) {
  const from = new PromiseChannel();
  void skynet(from, 0, size);
  return await from.receive();
}

/** @param {number} id @param {Numbers} from @param {Numbers} to @param {Numbers} ended */
async function worker(id, from, to, ended) {
  for (;;) {
    const token = await from.receive();
    if (token === 0) await ended.send(id);
    else await to.send(token - 1);
  }
}

/** @param {number} hops */
async function ring(hops) {
  const channels = Array.from({ length: WORKERS }, () => new PromiseChannel());
  const ended = new PromiseChannel();
  for (let i = 0; i < WORKERS; i++) void worker(i + 1, channels[i], channels[(i + 1) % WORKERS], ended);
  const start = now();
  await channels[0].send(hops);
  return { id: await ended.receive(), start };
}

/** @param {number} ms */
async function sleeper(ms) {
  await sleep(ms);
}

/** @param {number} tasks */
async function timers(tasks) {
  const all = [];
  for (let i = 0; i < tasks; i++) all.push(sleeper(delayOf(i)));
  await Promise.all(all);
}

/** Waits until it is cancelled. @param {AbortSignal} signal */
function cancelled(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

// Each that has children has a controller of its own, and ends when they have: what a scope does, by hand.
/** @param {number} levels @param {AbortSignal} signal */
async function node(levels, signal) {
  const children = [];
  if (levels > 0) {
    const controller = new AbortController();
    signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
    for (let i = 0; i < FAN; i++) children.push(node(levels - 1, controller.signal));
  }
  try {
    await cancelled(signal);
  } finally {
    await Promise.allSettled(children);
  }
}

/** @param {number} levels */
async function cancelTree(levels) {
  const controller = new AbortController();
  const root = node(levels, controller.signal);
  const start = now();
  controller.abort(new Error("cancelled"));
  await Promise.allSettled([root]);
  return (now() - start) * 1e6;
}

/** @param {Numbers} channel */
async function parked(channel) {
  await channel.receive();
}

/** @param {number} tasks */
function park(tasks) {
  const channel = new PromiseChannel();
  for (let i = 0; i < GROUP; i++) void parked(channel);
  const before = heap();
  for (let i = 0; i < tasks; i++) void parked(channel);
  const bytes = (heap() - before) / tasks;
  check(channel.receivers.length, GROUP + tasks);
  return bytes;
}

/** @param {number} levels @param {number} times */
async function nest(levels, times) {
  if (levels > 0) {
    await nest(levels - 1, times);
    return;
  }
  for (let i = 0; i < times; i++) await resolved;
}

/** @param {Numbers} to */
async function generate(to) {
  for (let n = 2; ; n++) await to.send(n);
}

/** @param {Numbers} from @param {Numbers} to @param {number} prime */
async function filter(from, to, prime) {
  for (;;) {
    const n = await from.receive();
    if (n % prime !== 0) await to.send(n);
  }
}

async function sieve() {
  let from = new PromiseChannel();
  void generate(from);
  for (let found = 1; ; found++) {
    const prime = await from.receive();
    if (found === PRIMES) return prime;
    const to = new PromiseChannel();
    void filter(from, to, prime);
    from = to;
  }
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  switch: (tasks) => async (count) => {
    const times = Math.ceil(count / tasks);
    await Promise.all(Array.from({ length: tasks }, () => yielder(times)));
    return tasks * times;
  },
  roundTrip: () => async (count) => {
    check(await roundTrips(count), count);
    return count;
  },
  oneWay: () => async (count) => {
    check(await oneWay(0, count), count);
    return count;
  },
  buffered: () => async (count) => {
    check(await oneWay(CAPACITY, count), count);
    return count;
  },
  spawnJoin: () => async (count) => {
    check(await oneByOne(count), count);
    return count;
  },
  spawnMany: () => groups,
  select: () => async (count) => {
    check(await selecting(count), count);
    return count;
  },
  skynet: (size) => whole(size, async () => checkSkynet(size, await skynetRoot(size))),
  ring: () => ringOf(ring),
  timers: (tasks) => whole(tasks, () => timers(tasks)),
  cancelTree: (levels) => whole(treeSize(levels), () => cancelTree(levels)),
  bytes: park,
  deep: (levels) => async (count) => {
    await nest(levels, count);
    return count;
  },
  sieve: () => whole(sieveFacts().messages, async () => check(await sieve(), sieveFacts().last)),
};
