// The programs of the suite `together` on js-csp. It cannot cancel. At most 1024 may wait for one channel.

import { createRequire } from "node:module";
import { now, CAPACITY, check, ringOf, checkSkynet, delayOf, FAN, GROUP, heap, PRIMES, sieveFacts, whole, WORKERS,
} from "../programs/together-common.mjs";

// Its files for import and for require export differently.
const csp = createRequire(import.meta.url)("js-csp");
const { alts, chan, go, put, sleep, take } = csp;

function* yielder(times) {
  for (let i = 0; i < times; i++) yield undefined;
  return true;
}

function* switching(tasks, times) {
  const all = [];
  for (let i = 0; i < tasks; i++) all.push(go(yielder, [times]));
  for (const one of all) yield one;
  return true;
}

function* echo(from, to) {
  for (let v = yield take(from); v !== csp.CLOSED; v = yield take(from)) yield put(to, v);
}

function* roundTrips(count) {
  const there = chan();
  const back = chan();
  go(echo, [there, back]);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    yield put(there, 1);
    sum += yield take(back);
  }
  there.close();
  return sum;
}

function* producer(to, count) {
  for (let i = 0; i < count; i++) yield put(to, 1);
}

function* oneWay(capacity, count) {
  const channel = chan(capacity);
  go(producer, [channel, count]);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield take(channel);
  return sum;
}

function* child() {
  return 1;
}

function* oneByOne(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield go(child);
  return sum;
}

function* groups(count) {
  let sum = 0;
  for (let done = 0; done < count; done += GROUP) {
    const tasks = [];
    for (let i = 0; i < GROUP; i++) tasks.push(go(child));
    for (const task of tasks) sum += yield task;
  }
  return sum;
}

function* alternating(a, b, count) {
  for (let i = 0; i < count; i += 2) {
    yield put(a, 1);
    yield put(b, 2);
  }
}

function* selecting(count) {
  const a = chan();
  const b = chan();
  go(alternating, [a, b, count]);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const { channel, value } = yield alts([a, b]);
    sum += channel === a ? value : value - 1;
  }
  return sum;
}

function* skynet(to, first, size) {
  if (size === 1) {
    yield put(to, first);
    return;
  }
  const from = chan();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) go(skynet, [from, first + i * part, part]);
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += yield take(from);
  yield put(to, sum);
}

function* skynetRoot(size) {
  const from = chan();
  go(skynet, [from, 0, size]);
  return yield take(from);
}

function* worker(id, from, to, ended) {
  for (;;) {
    const token = yield take(from);
    if (token === 0) yield put(ended, id);
    else yield put(to, token - 1);
  }
}

function* ring(hops) {
  const channels = Array.from({ length: WORKERS }, () => chan());
  const ended = chan();
  for (let i = 0; i < WORKERS; i++) go(worker, [i + 1, channels[i], channels[(i + 1) % WORKERS], ended]);
  const start = now();
  yield put(channels[0], hops);
  return { id: yield take(ended), start };
}

function* sleeper(ms) {
  yield sleep(ms);
  return true;
}

function* timers(tasks) {
  const all = [];
  for (let i = 0; i < tasks; i++) all.push(go(sleeper, [delayOf(i)]));
  for (const one of all) yield one;
  return true;
}

function* parked(from) {
  yield take(from);
}

function* park(tasks) {
  const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
  const kept = [];
  const start = (count) => {
    for (let i = 0; i < count; i++) {
      if (i % GROUP === 0) kept.push(chan());
      go(parked, [kept.at(-1)]);
    }
  };
  start(GROUP);
  yield* wait(settle());
  const before = heap();
  start(tasks);
  yield* wait(settle());
  const bytes = (heap() - before) / tasks;
  check(kept.length, 1 + tasks / GROUP);
  return bytes;
}

function* wait(promise) {
  const channel = chan();
  void promise.then(() => csp.putAsync(channel, true));
  yield take(channel);
}

function* nest(levels, times) {
  if (levels > 0) yield* nest(levels - 1, times);
  else for (let i = 0; i < times; i++) yield undefined;
  return true;
}

function* generate(to) {
  for (let n = 2; ; n++) yield put(to, n);
}

function* filter(from, to, prime) {
  for (;;) {
    const n = yield take(from);
    if (n % prime !== 0) yield put(to, n);
  }
}

function* sieve() {
  let from = chan();
  go(generate, [from]);
  for (let found = 1; ; found++) {
    const prime = yield take(from);
    if (found === PRIMES) return prime;
    const to = chan();
    go(filter, [from, to, prime]);
    from = to;
  }
}

const run = (body, ...args) => new Promise((resolve) => void csp.takeAsync(go(body, args), resolve));

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
  timers: (tasks) => whole(tasks, () => run(timers, tasks).then(() => undefined)),
  bytes: (tasks) => run(park, tasks),
  deep: (levels) => async (count) => {
    await run(nest, levels, count);
    return count;
  },
  sieve: () => whole(sieveFacts().messages, async () => check(await run(sieve), sieveFacts().last)),
};
