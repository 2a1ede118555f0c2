// The programs of the suite `together` on Effection. Its queues hold any number of values, so a sender never waits:
// there is no rendezvous and no bounded channel, and nothing that needs one.

import { createQueue, race, run, sleep, spawn, suspend, until } from "effection";
import { now, check, ringOf, checkSkynet, delayOf, FAN, GROUP, heap, treeSize, whole, WORKERS } from "../programs/together-common.mjs";

const resolved = Promise.resolve();

function* yielder(times) {
  for (let i = 0; i < times; i++) yield* until(resolved);
}

function* switching(tasks, times) {
  const all = [];
  for (let i = 0; i < tasks; i++) all.push(yield* spawn(() => yielder(times)));
  for (const task of all) yield* task;
}

function* echo(from, to) {
  for (;;) to.add((yield* from.next()).value);
}

function* roundTrips(count) {
  const there = createQueue();
  const back = createQueue();
  void (yield* spawn(() => echo(there, back)));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    there.add(1);
    sum += (yield* back.next()).value;
  }
  return sum;
}

function* child() {
  return 1;
}

function* oneByOne(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* yield* spawn(child);
  return sum;
}

function* groups(count) {
  let sum = 0;
  for (let done = 0; done < count; done += GROUP) {
    const tasks = [];
    for (let i = 0; i < GROUP; i++) tasks.push(yield* spawn(child));
    for (const task of tasks) sum += yield* task;
  }
  return sum;
}

// A sender that never waits would fill both queues at once, so the receiver asks for each value.
function* alternating(a, b, asked) {
  for (let i = 0; ; i++) {
    yield* asked.next();
    if (i % 2 === 0) a.add(1);
    else b.add(1);
  }
}

function* selecting(count) {
  const [a, b, asked] = [createQueue(), createQueue(), createQueue()];
  void (yield* spawn(() => alternating(a, b, asked)));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    asked.add(true);
    sum += (yield* race([a.next(), b.next()])).value;
  }
  return sum;
}

function* skynet(to, first, size) {
  if (size === 1) {
    to.add(first);
    return;
  }
  const from = createQueue();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) void (yield* spawn(() => skynet(from, first + i * part, part)));
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += (yield* from.next()).value;
  to.add(sum);
}

function* skynetRoot(size) {
  const from = createQueue();
  void (yield* spawn(() => skynet(from, 0, size)));
  return (yield* from.next()).value;
}

function* worker(id, from, to, ended) {
  for (;;) {
    const token = (yield* from.next()).value;
    if (token === 0) ended.add(id);
    else to.add(token - 1);
  }
}

function* ring(hops) {
  const queues = Array.from({ length: WORKERS }, createQueue);
  const ended = createQueue();
  for (let i = 0; i < WORKERS; i++) void (yield* spawn(() => worker(i + 1, queues[i], queues[(i + 1) % WORKERS], ended)));
  const start = now();
  queues[0].add(hops);
  return { id: (yield* ended.next()).value, start };
}

function* timers(tasks) {
  const all = [];
  for (let i = 0; i < tasks; i++) all.push(yield* spawn(() => sleep(delayOf(i))));
  for (const task of all) yield* task;
}

/** How many tasks have come to their wait. */
const seen = { waiting: 0 };

function* node(levels) {
  if (levels > 0) for (let i = 0; i < FAN; i++) void (yield* spawn(() => node(levels - 1)));
  seen.waiting++;
  yield* suspend();
}

function* cancelTree(levels) {
  seen.waiting = 0;
  const root = yield* spawn(() => node(levels));
  while (seen.waiting < treeSize(levels)) yield* until(resolved);
  const start = now();
  yield* root.halt();
  return (now() - start) * 1e6;
}

function* park(tasks, tell) {
  const queue = createQueue();
  const parked = function* () {
    seen.waiting++;
    yield* queue.next();
  };
  for (let i = 0; i < GROUP; i++) void (yield* spawn(parked));
  while (seen.waiting < GROUP) yield* until(resolved);
  const before = heap();
  for (let i = 0; i < tasks; i++) void (yield* spawn(parked));
  while (seen.waiting < GROUP + tasks) yield* until(resolved);
  tell((heap() - before) / tasks);
  yield* suspend();
}

function* nest(levels, times) {
  if (levels > 0) yield* nest(levels - 1, times);
  else for (let i = 0; i < times; i++) yield* until(resolved);
}

export const programs = {
  switch: (tasks) => async (count) => {
    const times = Math.ceil(count / tasks);
    await run(() => switching(tasks, times));
    return tasks * times;
  },
  roundTrip: () => async (count) => {
    check(await run(() => roundTrips(count)), count);
    return count;
  },
  spawnJoin: () => async (count) => {
    check(await run(() => oneByOne(count)), count);
    return count;
  },
  spawnMany: () => async (count) => await run(() => groups(count)),
  select: () => async (count) => {
    check(await run(() => selecting(count)), count);
    return count;
  },
  skynet: (size) => whole(size, async () => checkSkynet(size, await run(() => skynetRoot(size)))),
  ring: () => ringOf(async (hops) => await run(() => ring(hops))),
  timers: (tasks) => whole(tasks, async () => await run(() => timers(tasks))),
  cancelTree: (levels) => whole(treeSize(levels), async () => await run(() => cancelTree(levels))),
  bytes: (tasks) => new Promise((resolve) => void run(() => park(tasks, resolve))),
  deep: (levels) => async (count) => {
    await run(() => nest(levels, count));
    return count;
  },
};
