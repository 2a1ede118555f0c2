// The programs on Corun, the built package. native.mjs has the same ones; the two are to be read side by side.

import { coroutine, transfer } from "corun";
import { heapOf, sink, treeOf, WORKERS, workerThatGets } from "./common.mjs";

const counter = coroutine(function* counter() {
  for (let i = 0; ; i = (i + 1) | 0) yield i;
});

const echo = coroutine(function* echo() {
  for (let heard = yield 0; ;) heard = yield heard;
});

const child = coroutine(function* child() {
  return 1;
});

const parent = coroutine(
  /** @param {number} count */
  function* parent(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum = (sum + (yield* child())) | 0;
    return sum;
  },
);

// Bodies that call themselves have no name of their own: it would stand for the bare generator function.

const nest = coroutine(
  /** @param {number} levels */
  function* (levels) {
    if (levels > 0) yield* nest(levels - 1);
    for (let i = 0; ; i = (i + 1) | 0) yield i;
  },
);

const walk = coroutine(
  /** @param {import("./common.mjs").Tree} tree */
  function* (tree) {
    if (tree.left !== null) yield* walk(tree.left);
    yield tree.value;
    if (tree.right !== null) yield* walk(tree.right);
  },
);

const worker = coroutine(
  /** @param {number} id @param {import("corun").Coroutine[]} ring */
  function* worker(id, ring) {
    for (let token = yield 0; ;) token = token === 0 ? yield id : yield* transfer(ring[id % ring.length], token - 1);
  },
);

/** @param {number} size */
function ringOf(size) {
  /** @type {import("corun").Coroutine[]} */
  const ring = [];
  for (let id = 1; id <= size; id++) ring.push(worker(id, ring));
  for (const one of ring) one.next();
  return ring;
}

/** @type {Record<string, import("./native.mjs").Program>} */
export const programs = {
  next() {
    const one = counter();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + one.next().value) | 0;
      sink(sum);
      return count;
    };
  },
  nextMany(size) {
    // Each function made has its own kind of object, so the place that resumes them knows none beforehand.
    const ones = Array.from({ length: size }, () => {
      const body = coroutine(function* () {
        for (let i = 0; ; i = (i + 1) | 0) yield i;
      });
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
    const one = echo();
    one.next();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + one.send(i)) | 0;
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
      sink(first.next(count).value);
      return count;
    };
  },
  ring() {
    const [first] = ringOf(WORKERS);
    return (count) => {
      workerThatGets(count, first.next(count).value);
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
    const one = nest(levels);
    one.next();
    return (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum = (sum + one.next().value) | 0;
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
      const one = counter();
      one.next();
      return one;
    });
  },
};
