// What the programs of the suite `together` share, whatever system they are written for.

/**
 * What a program's loop gives: how many operations it did; with the time they took, where only a part of it counts, and
 * with how long each one took in milliseconds, where that is asked.
 *
 * @typedef {number | { done: number, nanoseconds: number, latencies?: number[] }} Done
 */

/**
 * Sets up, and gives the loop that does about `count` operations; or the figure itself.
 *
 * @typedef {(argument: number) => ((count: number) => Done | Promise<Done>) | number | Promise<number>} Program
 */

/**
 * Milliseconds since some moment: by the clock, or, on a busy machine, of the processor's time that this process has
 * had, its helper threads included.
 *
 * @type {() => number}
 */
export const now = process.env.CORUN_BENCH_CLOCK === "cpu" ? processorTime : () => performance.now();

function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export const WORKERS = 503;
export const CAPACITY = 128;
export const GROUP = 1000;
export const FAN = 10;
export const PRIMES = 500;

/** Of the sleepers, in milliseconds: 1 to 20, mixed, so that the work takes longer than the longest of them. @param {number} i */
export function delayOf(i) {
  return 1 + ((i * 7919) % 20);
}

/** Tasks in a tree of which each has FAN children, with `levels` levels below the root. @param {number} levels */
export function treeSize(levels) {
  return (FAN ** (levels + 1) - 1) / (FAN - 1);
}

/** What `size` leaves numbered from 0 add up to. @param {number} size @param {number} sum */
export function checkSkynet(size, sum) {
  if (sum !== (size * (size - 1)) / 2) throw new Error(`skynet of ${size} gave ${sum}`);
}

/** @param {number} got @param {number} expected */
export function check(got, expected) {
  if (got !== expected) throw new Error(`got ${got} instead of ${expected}`);
}

/**
 * The loop of a ring. `once` sends the token round for that many hops; it gives the worker that had it when it had come
 * down to 0, and when it was sent off: the making of the ring does not count.
 *
 * @param {(hops: number) => Promise<{ id: number, start: number }>} once
 */
export function ringOf(once) {
  /** @param {number} count @returns {Promise<Done>} */
  return async (count) => {
    const hops = Math.max(count, 20 * WORKERS);
    const { id, start } = await once(hops);
    const nanoseconds = (now() - start) * 1e6;
    check(id, (hops % WORKERS) + 1);
    return { done: hops, nanoseconds };
  };
}

/** @type {{ last: number, messages: number } | undefined} */
let sieve;

/** The last of the first PRIMES primes, and how many messages the sieve passes until it is found. */
export function sieveFacts() {
  if (sieve !== undefined) return sieve;
  /** @type {number[]} */
  const primes = [];
  let messages = 0;
  for (let n = 2; primes.length < PRIMES; n++) {
    const stopped = primes.findIndex((prime) => n % prime === 0);
    messages += (stopped < 0 ? primes.length : stopped) + 1;
    if (stopped < 0) primes.push(n);
  }
  return (sieve = { last: primes[PRIMES - 1], messages });
}

/**
 * The loop of a program that always does `size` operations at once. `once` may give the nanoseconds that count.
 *
 * @param {number} size @param {() => Promise<number | void>} once
 */
export function whole(size, once) {
  /** @param {number} count @returns {Promise<Done>} */
  return async (count) => {
    let done = 0;
    let nanoseconds = 0;
    while (done < count) {
      const start = now();
      const given = await once();
      nanoseconds += given ?? (now() - start) * 1e6;
      done += size;
    }
    return { done, nanoseconds };
  };
}

/** Bytes on the heap, or held by it, when all garbage is gone. */
export function heap() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
