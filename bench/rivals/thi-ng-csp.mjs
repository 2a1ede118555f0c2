// The programs of the suite `together` on @thi.ng/csp: channels of promises between async functions. Tasks and
// switches are those of the language. A write is done when it is read, also where there is a buffer.

import { channel as makeChannel, select } from "@thi.ng/csp";
import { now, CAPACITY, check, ringOf, checkSkynet, FAN, GROUP, heap, PRIMES, sieveFacts, whole, WORKERS } from "../programs/together-common.mjs";

const channel = (capacity = 1) => makeChannel(capacity, { id: "" });

async function echo(from, to) {
  for (;;) await to.write(await from.read());
}

async function roundTrips(count) {
  const there = channel();
  const back = channel();
  void echo(there, back);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    await there.write(1);
    sum += await back.read();
  }
  return sum;
}

async function producer(to, count) {
  for (let i = 0; i < count; i++) await to.write(1);
}

async function oneWay(capacity, count) {
  const to = channel(capacity);
  void producer(to, count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await to.read();
  return sum;
}

async function alternating(a, b, count) {
  for (let i = 0; i < count; i += 2) {
    await a.write(1);
    await b.write(2);
  }
}

async function selecting(count) {
  const a = channel();
  const b = channel();
  void alternating(a, b, count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const [value, from] = await select(a, b);
    sum += from === a ? value : value - 1;
  }
  return sum;
}

async function skynet(to, first, size) {
  if (size === 1) {
    await to.write(first);
    return;
  }
  const from = channel();
  const part = size / FAN;
  for (let i = 0; i < FAN; i++) void skynet(from, first + i * part, part);
  let sum = 0;
  for (let i = 0; i < FAN; i++) sum += await from.read();
  await to.write(sum);
}

async function skynetRoot(size) {
  const from = channel();
  void skynet(from, 0, size);
  return await from.read();
}

async function worker(id, from, to, ended) {
  for (;;) {
    const token = await from.read();
    if (token === 0) await ended.write(id);
    else await to.write(token - 1);
  }
}

async function ring(hops) {
  const channels = Array.from({ length: WORKERS }, () => channel());
  const ended = channel();
  for (let i = 0; i < WORKERS; i++) void worker(i + 1, channels[i], channels[(i + 1) % WORKERS], ended);
  const start = now();
  await channels[0].write(hops);
  return { id: await ended.read(), start };
}

async function parked(from) {
  await from.read();
}

// At most 1024 may wait for one channel.
function park(tasks) {
  const kept = [];
  const start = (count) => {
    for (let i = 0; i < count; i++) {
      if (i % GROUP === 0) kept.push(channel());
      void parked(kept.at(-1));
    }
  };
  start(GROUP);
  const before = heap();
  start(tasks);
  const bytes = (heap() - before) / tasks;
  check(kept.length, 1 + tasks / GROUP);
  return bytes;
}

async function generate(to) {
  for (let n = 2; ; n++) await to.write(n);
}

async function filter(from, to, prime) {
  for (;;) {
    const n = await from.read();
    if (n % prime !== 0) await to.write(n);
  }
}

async function sieve() {
  let from = channel();
  void generate(from);
  for (let found = 1; ; found++) {
    const prime = await from.read();
    if (found === PRIMES) return prime;
    const to = channel();
    void filter(from, to, prime);
    from = to;
  }
}

export const programs = {
  roundTrip: () => async (count) => {
    check(await roundTrips(count), count);
    return count;
  },
  oneWay: () => async (count) => {
    check(await oneWay(1, count), count);
    return count;
  },
  buffered: () => async (count) => {
    check(await oneWay(CAPACITY, count), count);
    return count;
  },
  select: () => async (count) => {
    check(await selecting(count), count);
    return count;
  },
  skynet: (size) => whole(size, async () => checkSkynet(size, await skynetRoot(size))),
  ring: () => ringOf(ring),
  bytes: park,
  sieve: () => whole(sieveFacts().messages, async () => check(await sieve(), sieveFacts().last)),
};
