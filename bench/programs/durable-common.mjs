// What the programs of the suite `durable` share, whatever keeps their coroutines.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { now } from "./together-common.mjs";

/** @typedef {{ n: number, sum: number }} Told how many numbers there were, and their sum */

/** Who sends to which key: one key a caller, or the same for all. @typedef {"own" | "one"} Keys */

/** Sums what it is sent. */
export function* plain() {
  for (let n = 0, sum = 0; ; n++) sum += yield { n, sum };
}

/**
 * As {@link plain}, and what it is sent goes through a step: its result is kept before the turn goes on.
 *
 * @param {(name: string, fn: () => number) => Generator<unknown, number>} step that of the durable coroutines
 */
export function withStep(step) {
  return function* withStep() {
    for (let n = 0, sum = 0; ; n++) {
      const sent = yield { n, sum };
      sum += yield* step("work", () => sent);
    }
  };
}

/** The folders of this process; on the disk of the project, as that of the host for temporary files may be memory. */
const cache = fileURLToPath(new URL("../../.cache/bench", import.meta.url));

/** A folder that is there until the process ends. */
export function folder() {
  mkdirSync(cache, { recursive: true });
  const path = mkdtempSync(`${cache}/durable-`);
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Does `end` when this process ends, also where it has taken too long. @param {() => void} end */
export function atEnd(end) {
  process.on("exit", end);
  if (process.listenerCount("SIGTERM") === 0) process.on("SIGTERM", () => process.exit(1));
}

/**
 * The loop of `callers` callers: each sends 1 and waits for its answer, then again. How many sends a key has had, and so
 * what the answer must be, is known only where the key has one caller.
 *
 * @param {number} callers @param {Keys} keys
 * @param {(key: string) => (value: number) => Promise<Told>} open
 * @param {number} [had] how many sends each key has had
 * @returns {(count: number) => Promise<import("./together-common.mjs").Done>}
 */
export function sends(callers, keys, open, had = 0) {
  const all = Array.from({ length: callers }, (_, i) => ({ send: open(keyOf(i, keys)), n: had }));
  return async (count) => {
    /** @type {number[]} */
    const latencies = [];
    let left = Math.max(count, callers);
    /** @param {{ send: (value: number) => Promise<Told>, n: number }} caller */
    const call = async (caller) => {
      while (left-- > 0) {
        const start = now();
        const { n, sum } = await caller.send(1);
        latencies.push(now() - start);
        const isRight = keys === "own" ? n === caller.n + 1 : n > caller.n;
        if (!isRight || sum !== n) throw new Error(`the answer after ${caller.n} is ${n}, with the sum ${sum}`);
        caller.n = n;
      }
    };
    const start = now();
    await Promise.all(all.map(call));
    return { done: latencies.length, nanoseconds: (now() - start) * 1e6, latencies };
  };
}

/** Of a caller. @param {number} i @param {Keys} keys */
export function keyOf(i, keys) {
  return keys === "own" ? `k${i}` : "k0";
}
