// Some programs of the suite `together` on the bare scheduler: what is left when all semantics are left out.

import { Channel, loop, start, yieldNow } from "./bare-scheduler.mjs";
import { CAPACITY, check, checkSkynet, FAN, GROUP, heap, now, ringOf, whole, WORKERS } from "./together-common.mjs";

/** @param {number} times */
function* yielder(times) {
  for (let i = 0; i < times; i++) yield* yieldNow();
}

/** @param {Channel} from @param {Channel} to */
function* echo(from, to) {
  for (;;) yield* to.send(yield* from.receive());
}

/** @param {number} count */
function* roundTrips(count) {
  const there = new Channel();
  const back = new Channel();
  start(echo(there, back));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    yield* there.send(1);
    sum += yield* back.receive();
  }
  return sum;
}

/** @param {Channel} to @param {number} count */
function* producer(to, count) {
  for (let i = 0; i < count; i++) yield* to.send(1);
}

/** @param {number} capacity @param {number} count */
function* oneWay(capacity, count) {
  const channel = new Channel(capacity);
  start(producer(channel, count));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* channel.receive();
  return sum;
}

function* child() {
  return 1;
}

/** @param {number} count */
function* oneByOne(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* start(child()).join();
  return sum;
}

/** @param {number} count */
function* groups(count) {
  let sum = 0;
  for (let done = 0; done < count; done += GROUP) {
    const tasks = [];
    for (let i = 0; i < GROUP; i++) tasks.push(start(child()));
    for (const task of tasks) sum += yield* task.join();
  }
  return sum;
}

/** @param {Channel} to @param {number} first @param {number} size */
function* skynet(to, first, size) {
  if (size === 1) {
    yield* to.send(first);
    return;
  }
  const from = new Channel();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) start(skynet(from, first + i * part, part));
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += yield* from.receive();
  yield* to.send(sum);
}

/** @param {number} size */
function* skynetRoot(size) {
  const from = new Channel();
  start(skynet(from, 0, size));
  return yield* from.receive();
}

/** @param {number} id @param {Channel} from @param {Channel} to @param {Channel} ended */
function* worker(id, from, to, ended) {
  for (;;) {
    const token = yield* from.receive();
    if (token === 0) yield* ended.send(id);
    else yield* to.send(token - 1);
  }
}

/** @param {number} hops */
function* ring(hops) {
  const channels = Array.from({ length: WORKERS }, () => new Channel());
  const ended = new Channel();
  for (let i = 0; i < WORKERS; i++) start(worker(i + 1, channels[i], channels[(i + 1) % WORKERS], ended));
  const began = now();
  yield* channels[0].send(hops);
  return { id: yield* ended.receive(), start: began };
}

/** @param {Channel} channel */
function* parked(channel) {
  yield* channel.receive();
}

/** Runs `body` to its end, and gives what it returned. @param {Generator} body */
function run(body) {
  const task = start(body);
  loop();
  return task.value;
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  switch: (tasks) => (count) => {
    const times = Math.ceil(count / tasks);
    for (let i = 0; i < tasks; i++) start(yielder(times));
    loop();
    return tasks * times;
  },
  roundTrip: () => (count) => {
    check(run(roundTrips(count)), count);
    return count;
  },
  oneWay: () => (count) => {
    check(run(oneWay(0, count)), count);
    return count;
  },
  buffered: () => (count) => {
    check(run(oneWay(CAPACITY, count)), count);
    return count;
  },
  spawnJoin: () => (count) => {
    check(run(oneByOne(count)), count);
    return count;
  },
  spawnMany: () => (count) => run(groups(count)),
  skynet: (size) => whole(size, async () => checkSkynet(size, run(skynetRoot(size)))),
  ring: () => ringOf(async (hops) => run(ring(hops))),
  bytes: (tasks) => {
    const channel = new Channel();
    for (let i = 0; i < GROUP; i++) start(parked(channel));
    loop();
    const before = heap();
    for (let i = 0; i < tasks; i++) start(parked(channel));
    loop();
    const bytes = (heap() - before) / tasks;
    check(channel.firstReceiver === null ? 0 : 1, 1); // they are still held
    return bytes;
  },
};
