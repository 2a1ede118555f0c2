// Backtracking as Python's generator tests do it: `conjoin` searches the product of many choices, where each
// choice is made by a coroutine that takes it back when it is resumed. So a search n choices deep is a
// delegation n levels deep.

import { coroutine, type Coroutine } from "corun";
import { expect, test } from "vitest";

/** What one choice may be, given those before it. */
type Choice = () => Iterable<number>;

/** Every combination of the choices, in order; the same array each time. */
const conjoin = coroutine(function* conjoin(choices: Choice[]): Coroutine.Body<number[]> {
  yield* conjoinFrom(0, choices, []);
});
const conjoinFrom = coroutine(function* (i: number, choices: Choice[], values: number[]): Coroutine.Body<number[]> {
  if (i === choices.length) {
    yield values;
    return;
  }
  for (const value of choices[i]!()) {
    values[i] = value;
    yield* conjoinFrom(i + 1, choices, values);
  }
});

const bit = coroutine(function* bit(): Coroutine.Body<number> {
  yield 0;
  yield 1;
});
const bits = (n: number): string[] => Array.from(conjoin(Array<Choice>(n).fill(bit)), (each) => each.join(""));

test("PD39: the numbers of three bits, in order", () => {
  expect(bits(3)).toEqual(["000", "001", "010", "011", "100", "101", "110", "111"]);
});

test("PD40: n bits have 2^n values, from all zeros to all ones", () => {
  for (let n = 0; n < 10; n++) {
    const all = bits(n);
    expect([new Set(all).size, all.length]).toEqual([2 ** n, 2 ** n]);
    expect([all[0], all.at(-1)]).toEqual(["0".repeat(n), "1".repeat(n)]);
  }
});

/** For the queens of all rows: the column of each. */
function queens(n: number): Coroutine<number[]> {
  const used = new Set<string>();
  const row = coroutine(function* row(i: number): Coroutine.Body<number> {
    for (let j = 0; j < n; j++) {
      const lines = [`column ${j}`, `falling ${i - j}`, `rising ${i + j}`];
      if (lines.some((line) => used.has(line))) continue;
      for (const line of lines) used.add(line);
      yield j;
      for (const line of lines) used.delete(line);
    }
  });
  return conjoin(Array.from({ length: n }, (_, i) => () => row(i)));
}

test("PD41: eight queens have 92 solutions, in order", () => {
  const boards = Array.from(queens(8), (board) => board.join(""));
  expect([boards.length, new Set(boards).size]).toEqual([92, 92]);
  expect(boards.slice(0, 4)).toEqual(["04752613", "05726314", "06357142", "06471352"]);
  expect(boards.at(-1)).toBe("73025164");
});

const MOVES = [
  [1, 2],
  [2, 1],
  [2, -1],
  [1, -2],
  [-1, -2],
  [-2, -1],
  [-2, 1],
  [-1, 2],
] as const;

/** The squares that a knight reaches from each square of a board of `size` by `size`. */
function knightMoves(size: number): number[][] {
  return Array.from({ length: size * size }, (_, square) => {
    const [row, column] = [Math.floor(square / size), square % size];
    return MOVES.map(([down, right]) => [row + down, column + right] as const)
      .filter(([r, c]) => r >= 0 && r < size && c >= 0 && c < size)
      .map(([r, c]) => r * size + c);
  });
}

/**
 * The closed tours of a knight over every square, from a corner on. The next square is one with the fewest ways
 * on (Warnsdorff), and a move that leaves some square without a way on, or two with just one, is taken back at once.
 */
function knightsTours(size: number): Coroutine<number[]> {
  const ways = knightMoves(size);
  let at = 0;
  let last = -1;

  /** Takes a square out of the reach of all others. Whether a tour is still possible. */
  function enter(square: number): boolean {
    let [none, one] = [0, 0];
    for (const next of ways[square]!) {
      const left = ways[next]!;
      left.splice(left.indexOf(square), 1);
      if (left.length === 0) none++;
      if (left.length === 1) one++;
    }
    return none === 0 && one < 2;
  }
  function leave(square: number): void {
    for (const next of ways[square]!) ways[next]!.push(square);
  }

  const corner = coroutine(function* corner(): Coroutine.Body<number> {
    enter(0);
    at = 0;
    yield 0;
    leave(0);
  });
  // The corner has two ways out: the one not taken now must be the last square, as the only way back.
  const second = coroutine(function* second(): Coroutine.Body<number> {
    const [a, b] = [size + 2, 2 * size + 1];
    for (const [taken, kept] of [
      [a, b],
      [b, a],
    ] as const) {
      last = kept;
      enter(taken);
      ways[kept]!.push(0);
      at = taken;
      yield taken;
      ways[kept]!.splice(ways[kept]!.indexOf(0), 1);
      leave(taken);
    }
  });
  const advance = coroutine(function* advance(): Coroutine.Body<number> {
    const forced = ways[at]!.find((square) => ways[square]!.length === 1);
    const byWays = ways[at]!.toSorted((a, b) => ways[a]!.length - ways[b]!.length || a - b);
    for (const square of forced === undefined ? byWays : [forced]) {
      if (square === last) continue;
      if (enter(square)) {
        at = square;
        yield square;
      }
      leave(square);
    }
  });
  const home = coroutine(function* home(): Coroutine.Body<number> {
    yield last;
  });
  return conjoin([corner, second, ...Array<Choice>(size * size - 3).fill(advance), home]);
}

/** The first two closed tours of 10 x 10 squares; they differ in seven squares near the end. */
const FIRST_TOUR = [
  [0, 12, 4, 16, 8, 29, 17, 9, 28, 7, 19, 38, 59, 78, 99, 87, 79, 98, 86, 94, 82, 90, 71, 50, 31, 10, 2, 14, 6, 18],
  [39, 27, 15, 3, 11, 23, 35, 47, 26, 5, 24, 36, 48, 69, 88, 67, 46, 58, 37, 49, 57, 45, 66, 54, 33, 25, 13, 1, 20],
  [32, 40, 52, 44, 56, 68, 89, 97, 76, 95, 74, 55, 34, 22, 30, 51, 43, 64, 83, 75, 63, 84, 96, 77, 65, 53, 41, 60],
  [72, 91, 70, 62, 81, 93, 85, 73, 92, 80, 61, 42, 21],
].flat();
const SECOND_TOUR = [...FIRST_TOUR.slice(0, 87), 81, 62, 70, 91, 72, ...FIRST_TOUR.slice(92)];

test("PD42: the first knight's tours of 10 x 10 squares, by a delegation 100 levels deep", () => {
  const tours = knightsTours(10);
  const moves = knightMoves(10);
  const found = [[...tours.send(undefined)], [...tours.send(undefined)]];
  for (const tour of found) {
    expect(new Set(tour).size).toBe(100);
    expect(tour.every((square, i) => moves[square]!.includes(tour[(i + 1) % 100]!))).toBe(true);
  }
  expect(found).toEqual([FIRST_TOUR, SECOND_TOUR]);

  let depth = 0;
  for (let c = tours.delegate; c !== null; c = c.delegate) depth++;
  expect(depth).toBe(101);
  tours.close();
});
