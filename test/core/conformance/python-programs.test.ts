// Whole programs of Python's generator tests: trees, combinations, union-find, sieve, streams that feed themselves.
// The bodies that call themselves have no name of their own: inside it, that name would be the plain generator function.

import type { Coroutine } from "corun";
import { coroutine } from "corun";
import { expect, test } from "vitest";
import {
  excludeMultiples,
  firstN,
  hammingByDivision,
  intsFrom,
  LazyList,
  merge,
  take,
  tee,
  times,
} from "./python-streams.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

interface Tree {
  label: string;
  left: Tree | null;
  right: Tree | null;
}

function treeOf(labels: string): Tree | null {
  if (labels === "") return null;
  const middle = labels.length >> 1;
  return { label: labels[middle]!, left: treeOf(labels.slice(0, middle)), right: treeOf(labels.slice(middle + 1)) };
}

const inOrder = coroutine(function* (tree: Tree | null): Coroutine.Body<string> {
  if (tree === null) return;
  yield* inOrder(tree.left);
  yield tree.label;
  yield* inOrder(tree.right);
});

const inOrderByStack = coroutine(function* inOrderByStack(tree: Tree | null): Coroutine.Body<string> {
  const stack: Tree[] = [];
  for (let node = tree; node !== null || stack.length > 0;) {
    while (node !== null) {
      stack.push(node);
      node = node.left;
    }
    const top: Tree = stack.pop()!;
    yield top.label;
    node = top.right;
  }
});

test("PD15: a recursive walk of a tree, by delegation, yields its labels in order", () => {
  expect([...inOrder(treeOf(ALPHABET))].join("")).toBe(ALPHABET);
});

test("PD16: so does one with a stack of its own", () => {
  expect([...inOrderByStack(treeOf(ALPHABET))].join("")).toBe(ALPHABET);
});

const combinations = coroutine(function* (items: number[], k: number): Coroutine.Body<number[]> {
  if (k > items.length) return;
  if (k === 0) {
    yield [];
    return;
  }
  const [first, ...rest] = items;
  for (const others of combinations(rest, k - 1)) yield [first!, ...others];
  yield* combinations(rest, k);
});

test("PD19: the combinations of four items, of every size", () => {
  const bySize = [0, 1, 2, 3, 4, 5].map((k) => [...combinations([1, 2, 3, 4], k)].map((each) => each.join("")));
  expect(bySize).toEqual([
    [""],
    ["1", "2", "3", "4"],
    ["12", "13", "14", "23", "24", "34"],
    ["123", "124", "134", "234"],
    ["1234"],
    [],
  ]);
});

/** A set of a union-find forest: a coroutine that yields its root for ever, from its parent's coroutine once it has one. */
class DisjointSet {
  readonly name: string;
  readonly roots: Coroutine<DisjointSet>;
  parent: DisjointSet | null = null;

  static readonly #roots = coroutine(function* roots(set: DisjointSet): Coroutine.Body<DisjointSet> {
    while (set.parent === null) yield set;
    yield* set.parent.roots;
  });

  constructor(name: string) {
    this.name = name;
    this.roots = DisjointSet.#roots(this);
  }

  find(): DisjointSet {
    return this.roots.send(undefined);
  }
}

/** What each set finds after each merger of `mergers`, where "KB" is K into B. */
function printout(mergers: string[]): string[] {
  const sets = new Map(Array.from("ABCDEFGHIJKLM", (name) => [name, new DisjointSet(name)]));
  const line = (): string => Array.from(sets.values(), (set) => set.find().name).join("");
  const lines = [line()];
  for (const merger of mergers) {
    sets.get(merger[0]!)!.parent = sets.get(merger[1]!)!;
    lines.push(line());
  }
  return lines;
}

// The live coroutine of one set is delegated to by several others, and resumed by hand too.
test("PD22: union-find by coroutines that delegate to each other's live coroutines", () => {
  expect(printout("KB AF EF DC MC JB BC FG LC GI IH CH".split(" "))).toEqual([
    "ABCDEFGHIJKLM",
    "ABCDEFGHIJBLM",
    "FBCDEFGHIJBLM",
    "FBCDFFGHIJBLM",
    "FBCCFFGHIJBLM",
    "FBCCFFGHIJBLC",
    "FBCCFFGHIBBLC",
    "FCCCFFGHICCLC",
    "GCCCGGGHICCLC",
    "GCCCGGGHICCCC",
    "ICCCIIIHICCCC",
    "HCCCHHHHHCCCC",
    "HHHHHHHHHHHHH",
  ]);
});

test("PD22: and every chain of mergers, from either end", () => {
  const pairs = Array.from({ length: 12 }, (_, i) => "ABCDEFGHIJKLM".slice(i, i + 2));
  expect(printout(pairs).at(-1)).toBe("M".repeat(13));
  expect(printout(pairs.toReversed()).at(-1)).toBe("M".repeat(13));
});

test("PD23: the first of infinitely many", () => {
  expect(firstN(intsFrom(5), 7)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  expect(firstN(excludeMultiples(3, intsFrom(1)), 6)).toEqual([1, 2, 4, 5, 7, 8]);
});

const sieve = coroutine(function* (ints: Coroutine<number>): Coroutine.Body<number> {
  const prime = take(ints);
  yield prime;
  yield* sieve(excludeMultiples(prime, ints));
});

test("PD24: a sieve that delegates to itself, a level deeper for each prime", () => {
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];
  expect(firstN(sieve(intsFrom(2)), 20)).toEqual(primes);
});

test("PD25: a stream that maps another one", () => {
  expect(firstN(times(10, intsFrom(1)), 10)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
});

test("PD26: Hamming's numbers from streams that start themselves anew", () => {
  const hamming = coroutine(function* (): Coroutine.Body<number> {
    yield 1;
    yield* merge(merge(times(2, hamming()), times(3, hamming())), times(5, hamming()));
  });
  const numbers = firstN(hamming(), 45);
  expect(numbers).toEqual(hammingByDivision(45));
  expect([numbers[9], numbers[44]]).toEqual([12, 192]);
});

test("PD27: Hamming's numbers from one stream that reads what it has yielded", () => {
  let started = 0;
  const hamming = coroutine(function* hamming(): Coroutine.Body<number> {
    started++;
    yield 1;
    yield* merge(merge(times(2, list), times(3, list)), times(5, list));
  });
  const list: LazyList<number> = new LazyList(hamming());
  expect(firstN(list[Symbol.iterator](), 75)).toEqual(hammingByDivision(75));
  expect([started, list.known.length]).toEqual([1, 75]);
});

const FIBONACCI = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584];

const sums = coroutine(function* sums(a: Iterator<number>, b: Iterator<number>): Coroutine.Body<number> {
  for (;;) yield take(a) + take(b);
});
const tail = coroutine(function* tail(stream: Coroutine<number>): Coroutine.Body<number> {
  take(stream);
  yield* stream;
});

test("PD28: Fibonacci's numbers, a stream that feeds itself", () => {
  const fibonacci = coroutine(function* fibonacci(): Coroutine.Body<number> {
    yield 1;
    yield 2;
    yield* sums(list[Symbol.iterator](), tail(list[Symbol.iterator]()));
  });
  const list: LazyList<number> = new LazyList(fibonacci());
  expect(firstN(list[Symbol.iterator](), 17)).toEqual(FIBONACCI);
});

test("PD29: Hamming's numbers from a stream that is split in four, three of which feed it", () => {
  const hamming = coroutine(function* hamming(): Coroutine.Body<number> {
    yield 1;
    yield* merge(times(2, by2!), merge(times(3, by3!), times(5, by5!)));
  });
  const [by2, by3, by5, result] = tee(hamming(), 4);
  expect(firstN(result!, 75)).toEqual(hammingByDivision(75));
});

test("PD30: Fibonacci's numbers from a stream that is split in three, two of which feed it", () => {
  const fibonacci = coroutine(function* fibonacci(): Coroutine.Body<number> {
    yield 1;
    yield 2;
    yield* sums(head!, tail(rest!));
  });
  const [head, rest, result] = tee(fibonacci(), 3);
  expect(firstN(result!, 17)).toEqual(FIBONACCI);
});
