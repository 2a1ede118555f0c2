// The programs on native generators. corun.mjs has the same ones; the two are to be read side by side.

import { heapOf, sink, treeOf, WORKERS, workerThatGets } from "./common.mjs";

/**
 * Sets up, and gives the loop that does about `count` operations and tells how many; or the figure itself.
 *
 * @typedef {(argument: number) => ((count: number) => number) | number} Program
 */

function* counter() {
  for (let i = 0; ; i = (i + 1) | 0) yield i;
}

function* echo() {
  for (let heard = yield 0; ;) heard = yield heard;
}

function* child() {
  return 1;
}

/** @param {number} count */
function* parent(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + (yield* child())) | 0;
  return sum;
}

/** @param {number} levels */
function* nest(levels) {
  if (levels > 0) yield* nest(levels - 1);
  for (let i = 0; ; i = (i + 1) | 0) yield i;
}

/** @param {import("./common.mjs").Tree} tree */
function* walk(tree) {
  if (tree.left !== null) yield* walk(tree.left);
  yield tree.value;
  if (tree.right !== null) yield* walk(tree.right);
}

/** @param {number} id @param {Generator[]} ring who tells the loop below whom to resume with what */
function* worker(id, ring) {
  for (let token = yield 0; ;) token = yield token === 0 ? id : { to: ring[id % ring.length], value: token - 1 };
}

/** @param {number} size */
function ringOf(size) {
  /** @type {Generator[]} */
  const ring = [];
  for (let id = 1; id <= size; id++) ring.push(worker(id, ring));
  for (const one of ring) one.next();
  return ring;
}

/** @param {Generator} first @param {number} token */
function runRing(first, token) {
  let said = first.next(token).value;
  while (typeof said === "object") said = said.to.next(said.value).value;
  return said;
}

/** @type {Record<string, Program>} */
export const programs = {
  next() {
    const generator = counter();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + generator.next().value) | 0;
      sink(sum);
      return count;
    };
  },
  nextMany(size) {
    // Each function made has its own kind of object, so the place that resumes them knows none beforehand.
    const ones = Array.from({ length: size }, () => {
      const body = function* () {
        for (let i = 0; ; i = (i + 1) | 0) yield i;
      };
      return body();
    });
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + ones[i % size].next().value) | 0;
      sink(sum);
      return count;
    };
  },
  send() {
    const generator = echo();
    generator.next();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + generator.next(i).value) | 0;
      sink(sum);
      return count;
    };
  },
  forOf() {
    return (count) => {
      let sum = 0;
      let left = count;
      for (const value of counter()) {
        sum = (sum + value) | 0;
        if (--left === 0) break;
      }
      sink(sum);
      return count;
    };
  },
  transfer() {
    const [first] = ringOf(2);
    return (count) => {
      sink(runRing(first, count));
      return count;
    };
  },
  ring() {
    const [first] = ringOf(WORKERS);
    return (count) => {
      workerThatGets(count, runRing(first, count));
      return count;
    };
  },
  call() {
    return (count) => {
      sink(parent(count).next().value);
      return count;
    };
  },
  depth(levels) {
    const generator = nest(levels);
    generator.next();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + generator.next().value) | 0;
      sink(sum);
      return count;
    };
  },
  tree(levels) {
    const tree = treeOf(levels);
    return (count) => {
      let sum = 0;
      let seen = 0;
      while (seen < count) {
        for (const value of walk(tree)) {
          sum = (sum + value) | 0;
          seen++;
        }
      }
      sink(sum);
      return seen;
    };
  },
  create() {
    const kept = Array.from({ length: 1024 }, counter);
    return (count) => {
      for (let i = 0; i < count; i++) kept[i & 1023] = counter();
      sink(kept.length);
      return count;
    };
  },
  bytes(kept) {
    return heapOf(kept, () => {
      const generator = counter();
      generator.next();
      return generator;
    });
  },
};
