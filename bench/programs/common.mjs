// What the programs on both sides need.

/** @typedef {{ left: Tree | null, value: number, right: Tree | null }} Tree */

/** The size of the ring in the benchmarks game, a prime. */
export const WORKERS = 503;

let sunk = 0;

/** Takes what a loop computed, so that the loop is not dead code. @param {number} value */
export function sink(value) {
  sunk ^= value;
}

/** A complete binary tree of 2^levels - 1 nodes. @param {number} levels @returns {Tree} */
export function treeOf(levels) {
  if (levels === 1) return { left: null, value: levels, right: null };
  return { left: treeOf(levels - 1), value: levels, right: treeOf(levels - 1) };
}

/** Checks the answer of a ring: the worker that gets the token when it has come down to 0. @param {number} token @param {number} id */
export function workerThatGets(token, id) {
  if (id !== (token % WORKERS) + 1) throw new Error(`the token of ${token} ended at worker ${id}`);
}

/** Bytes on the heap of each of `count` kept ones. @param {number} count @param {() => unknown} make */
export function heapOf(count, make) {
  const kept = Array.from({ length: count }, () => null);
  for (let i = 0; i < 100; i++) make();
  const before = heap();
  for (let i = 0; i < count; i++) kept[i] = make();
  const bytes = (heap() - before) / count;
  sink(kept.length);
  return bytes;
}

function heap() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
