// The programs of the suite `together` on redux-saga. `put` never waits for a taker, so there is no rendezvous: the
// channels below hold any number of values.

import { buffers, channel as makeChannel, runSaga } from "redux-saga";
import { all, call, cancel, delay, fork, join, put, race, take } from "redux-saga/effects";
import { now, check, ringOf, checkSkynet, delayOf, FAN, GROUP, heap, PRIMES, sieveFacts, treeSize, whole, WORKERS,
} from "../programs/together-common.mjs";

const channel = () => makeChannel(buffers.expanding());
const resolved = Promise.resolve();

function* yielder(times) {
  for (let i = 0; i < times; i++) yield resolved;
}

function* switching(tasks, times) {
  for (let i = 0; i < tasks; i++) yield fork(yielder, times);
}

function* echo(from, to) {
  for (;;) yield put(to, yield take(from));
}

function* roundTrips(count) {
  const there = channel();
  const back = channel();
  const task = yield fork(echo, there, back);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    yield put(there, 1);
    sum += yield take(back);
  }
  yield cancel(task);
  return sum;
}

function* producer(to, count) {
  for (let i = 0; i < count; i++) yield put(to, 1);
}

function* oneWay(count) {
  const to = channel();
  yield fork(producer, to, count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield take(to);
  return sum;
}

function* child() {
  return 1;
}

function* oneByOne(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield join(yield fork(child));
  return sum;
}

function* groups(count) {
  let sum = 0;
  for (let done = 0; done < count; done += GROUP) {
    const tasks = [];
    for (let i = 0; i < GROUP; i++) tasks.push(yield fork(child));
    for (const one of yield join(tasks)) sum += one;
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
  const a = channel();
  const b = channel();
  yield fork(alternating, a, b, count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const hit = yield race({ a: take(a), b: take(b) });
    sum += hit.a ?? hit.b - 1;
  }
  return sum;
}

function* skynet(to, first, size) {
  if (size === 1) {
    yield put(to, { sum: first });
    return;
  }
  const from = channel();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) yield fork(skynet, from, first + i * part, part);
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += (yield take(from)).sum;
  yield put(to, { sum });
}

function* skynetRoot(size) {
  const from = channel();
  yield fork(skynet, from, 0, size);
  return (yield take(from)).sum;
}

function* worker(id, from, to, ended) {
  for (;;) {
    const token = yield take(from);
    if (token.left === 0) yield put(ended, id);
    else yield put(to, { left: token.left - 1 });
  }
}

function* ring(hops) {
  const channels = Array.from({ length: WORKERS }, channel);
  const ended = channel();
  const tasks = [];
  for (let i = 0; i < WORKERS; i++) {
    tasks.push(yield fork(worker, i + 1, channels[i], channels[(i + 1) % WORKERS], ended));
  }
  const start = now();
  yield put(channels[0], { left: hops });
  const id = yield take(ended);
  yield cancel(tasks);
  return { id, start };
}

function* timers(tasks) {
  yield all(Array.from({ length: tasks }, (_, i) => delay(delayOf(i))));
}

let waiting = 0;

const never = new Promise(() => {});

// Not a take: to cancel one means to look for it among all that take from the channel.
function* node(levels) {
  if (levels > 0) for (let i = 0; i < FAN; i++) yield fork(node, levels - 1);
  waiting++;
  yield never;
}

function* cancelTree(levels) {
  waiting = 0;
  const root = yield fork(node, levels);
  check(waiting, treeSize(levels));
  const start = now();
  yield cancel(root);
  return (now() - start) * 1e6;
}

function* parked(from) {
  yield take(from);
}

function* park(tasks, tell) {
  const from = channel();
  for (let i = 0; i < GROUP; i++) yield fork(parked, from);
  const before = heap();
  for (let i = 0; i < tasks; i++) yield fork(parked, from);
  tell((heap() - before) / tasks);
}

function* nest(levels, times) {
  if (levels > 0) yield call(nest, levels - 1, times);
  else for (let i = 0; i < times; i++) yield resolved;
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
  const tasks = [];
  let from = channel();
  tasks.push(yield fork(generate, from));
  for (let found = 1; ; found++) {
    const prime = yield take(from);
    if (found === PRIMES) {
      yield cancel(tasks);
      return prime;
    }
    const to = channel();
    tasks.push(yield fork(filter, from, to, prime));
    from = to;
  }
}

const run = (saga, ...args) => runSaga({}, saga, ...args).toPromise();

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
    check(await run(oneWay, count), count);
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
