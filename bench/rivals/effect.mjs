// The programs of the suite `together` on Effect. Imported by module, as its size asks for.

import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as Queue from "effect/Queue";
import { now, CAPACITY, check, ringOf, checkSkynet, delayOf, FAN, GROUP, heap, PRIMES, sieveFacts, treeSize, whole, WORKERS,
} from "../programs/together-common.mjs";

// A bounded queue of capacity 0 is a rendezvous.
const channel = (capacity = 0) => Queue.bounded(capacity);

const yielder = (times) =>
  Effect.gen(function* () {
    for (let i = 0; i < times; i++) yield* Effect.yieldNow;
  });

const switching = (tasks, times) =>
  Effect.all(Array.from({ length: tasks }, () => yielder(times)), { concurrency: "unbounded", discard: true });

const echo = (from, to) => Effect.forever(Effect.flatMap(Queue.take(from), (v) => Queue.offer(to, v)));

const roundTrips = (count) =>
  Effect.gen(function* () {
    const there = yield* channel();
    const back = yield* channel();
    yield* Effect.forkChild(echo(there, back));
    let sum = 0;
    for (let i = 0; i < count; i++) {
      yield* Queue.offer(there, 1);
      sum += yield* Queue.take(back);
    }
    return sum;
  });

const producer = (to, count) =>
  Effect.gen(function* () {
    for (let i = 0; i < count; i++) yield* Queue.offer(to, 1);
  });

const oneWay = (capacity, count) =>
  Effect.gen(function* () {
    const queue = yield* channel(capacity);
    yield* Effect.forkChild(producer(queue, count));
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* Queue.take(queue);
    return sum;
  });

const child = Effect.gen(function* () {
  return 1;
});

const oneByOne = (count) =>
  Effect.gen(function* () {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* Fiber.join(yield* Effect.forkChild(child));
    return sum;
  });

const groups = (count) =>
  Effect.gen(function* () {
    let sum = 0;
    for (let done = 0; done < count; done += GROUP) {
      const fibers = [];
      for (let i = 0; i < GROUP; i++) fibers.push(yield* Effect.forkChild(child));
      for (const fiber of fibers) sum += yield* Fiber.join(fiber);
    }
    return sum;
  });

const alternating = (a, b, count) =>
  Effect.gen(function* () {
    for (let i = 0; i < count; i += 2) {
      yield* Queue.offer(a, 1);
      yield* Queue.offer(b, 2);
    }
  });

const selecting = (count) =>
  Effect.gen(function* () {
    const a = yield* channel();
    const b = yield* channel();
    yield* Effect.forkChild(alternating(a, b, count));
    const either = Effect.raceFirst(
      Queue.take(a),
      Effect.map(Queue.take(b), (v) => v - 1),
    );
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* either;
    return sum;
  });

const skynet = (to, first, size) =>
  size === 1
    ? Queue.offer(to, first)
    : Effect.gen(function* () {
        const from = yield* channel();
        const part = size / FAN;
        for (let i = 0; i < FAN; i++) yield* Effect.forkChild(skynet(from, first + i * part, part));
        let sum = 0;
        for (let i = 0; i < FAN; i++) sum += yield* Queue.take(from);
        yield* Queue.offer(to, sum);
      });

const skynetRoot = (size) =>
  Effect.gen(function* () {
    const from = yield* channel();
    yield* Effect.forkChild(skynet(from, 0, size));
    return yield* Queue.take(from);
  });

const worker = (id, from, to, ended) =>
  Effect.gen(function* () {
    for (;;) {
      const token = yield* Queue.take(from);
      if (token === 0) yield* Queue.offer(ended, id);
      else yield* Queue.offer(to, token - 1);
    }
  });

const ring = (hops) =>
  Effect.gen(function* () {
    const channels = [];
    for (let i = 0; i < WORKERS; i++) channels.push(yield* channel());
    const ended = yield* channel();
    for (let i = 0; i < WORKERS; i++) {
      yield* Effect.forkChild(worker(i + 1, channels[i], channels[(i + 1) % WORKERS], ended));
    }
    const start = now();
    yield* Queue.offer(channels[0], hops);
    return { id: yield* Queue.take(ended), start };
  });

const timers = (tasks) =>
  Effect.all(Array.from({ length: tasks }, (_, i) => Effect.sleep(delayOf(i))), { concurrency: "unbounded", discard: true });

/** How many tasks have come to their wait. */
const seen = { waiting: 0 };

const node = (levels) =>
  Effect.gen(function* () {
    if (levels > 0) for (let i = 0; i < FAN; i++) yield* Effect.forkChild(node(levels - 1));
    seen.waiting++;
    yield* Effect.never;
  });

const cancelTree = (levels) =>
  Effect.gen(function* () {
    seen.waiting = 0;
    const root = yield* Effect.forkChild(node(levels));
    while (seen.waiting < treeSize(levels)) yield* Effect.yieldNow;
    const start = now();
    yield* Fiber.interrupt(root);
    return (now() - start) * 1e6;
  });

const park = (tasks, tell) =>
  Effect.gen(function* () {
    const queue = yield* channel();
    const parked = Effect.gen(function* () {
      seen.waiting++;
      yield* Queue.take(queue);
    });
    for (let i = 0; i < GROUP; i++) yield* Effect.forkChild(parked);
    while (seen.waiting < GROUP) yield* Effect.yieldNow;
    const before = heap();
    for (let i = 0; i < tasks; i++) yield* Effect.forkChild(parked);
    while (seen.waiting < GROUP + tasks) yield* Effect.yieldNow;
    tell((heap() - before) / tasks);
  });

const nest = (levels, times) => (levels > 0 ? Effect.gen(() => nested(levels, times)) : yielder(times));
function* nested(levels, times) {
  yield* nest(levels - 1, times);
}

const generate = (to) =>
  Effect.gen(function* () {
    for (let n = 2; ; n++) yield* Queue.offer(to, n);
  });

const filter = (from, to, prime) =>
  Effect.gen(function* () {
    for (;;) {
      const n = yield* Queue.take(from);
      if (n % prime !== 0) yield* Queue.offer(to, n);
    }
  });

const sieve = Effect.gen(function* () {
  let from = yield* channel();
  yield* Effect.forkChild(generate(from));
  for (let found = 1; ; found++) {
    const prime = yield* Queue.take(from);
    if (found === PRIMES) return prime;
    const to = yield* channel();
    yield* Effect.forkChild(filter(from, to, prime));
    from = to;
  }
});

const run = Effect.runPromise;

export const programs = {
  switch: (tasks) => async (count) => {
    const times = Math.ceil(count / tasks);
    await run(switching(tasks, times));
    return tasks * times;
  },
  roundTrip: () => async (count) => {
    check(await run(roundTrips(count)), count);
    return count;
  },
  oneWay: () => async (count) => {
    check(await run(oneWay(0, count)), count);
    return count;
  },
  buffered: () => async (count) => {
    check(await run(oneWay(CAPACITY, count)), count);
    return count;
  },
  spawnJoin: () => async (count) => {
    check(await run(oneByOne(count)), count);
    return count;
  },
  spawnMany: () => (count) => run(groups(count)),
  select: () => async (count) => {
    check(await run(selecting(count)), count);
    return count;
  },
  skynet: (size) => whole(size, async () => checkSkynet(size, await run(skynetRoot(size)))),
  ring: () => ringOf((hops) => run(ring(hops))),
  timers: (tasks) => whole(tasks, () => run(timers(tasks))),
  cancelTree: (levels) => whole(treeSize(levels), () => run(cancelTree(levels))),
  bytes: (tasks) => new Promise((resolve) => void run(park(tasks, resolve))),
  deep: (levels) => async (count) => {
    await run(nest(levels, count));
    return count;
  },
  sieve: () => whole(sieveFacts().messages, async () => check(await run(sieve), sieveFacts().last)),
};
