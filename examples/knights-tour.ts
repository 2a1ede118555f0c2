// A knight's tour of a 10x10 board that ends where it can begin again, by backtracking, after CPython's test suite.
// Every move is a coroutine that delegates to the next move: a hundred levels deep, and the tour comes out at once.
import { coroutine, type Coroutine } from "corun";

const size = 10;
const squares = Array.from({ length: size * size }, (_, square) => square);
const reach = squares.map((from) =>
  squares.filter((to) => {
    const rows = Math.floor(from / size) - Math.floor(to / size);
    return Math.abs(rows * ((from % size) - (to % size))) === 2;
  }),
);
// The tour begins in the corner, which has two neighbours: the first move takes one, so the last must come from the other.
const corner = 0;
const [first, last] = reach[corner] as [number, number];
const free = new Set(squares);

/** In how many ways a knight on `square` could go on; from the last square it goes home. */
const exits = (square: number): number => freeAround(square).length + (square === last ? 1 : 0);
const freeAround = (square: number): number[] => reach[square]!.filter((to) => free.has(to));

/** All ways to complete `tour`, whose last move was to `here`. */
const complete = coroutine(
  function* (tour: number[], here: number): Coroutine.Body<readonly number[], void, void> {
    tour.push(here);
    free.delete(here);
    if (free.size === 0) yield tour;
    else if (!strands(here)) for (const next of candidates(here)) yield* complete(tour, next);
    free.add(here);
    tour.pop();
  },
  { name: "complete" },
);

/** Whether a square that can be reached from `here` is a dead end now, or two of them can be left one way only. */
function strands(here: number): boolean {
  const left = freeAround(here).map(exits);
  return left.includes(0) || left.filter((n) => n === 1).length > 1;
}

/** Warnsdorff's rule: first to the square with the fewest exits; to one with a single exit it must be now. */
function candidates(here: number): number[] {
  const moves = freeAround(here);
  moves.sort((a, b) => exits(a) - exits(b) || a - b);
  const open = exits(moves[0]!) === 1 ? moves.slice(0, 1) : moves;
  return open.filter((square) => square !== last || free.size === 1);
}

const tours = complete([corner], first);
free.delete(corner);
const tour = tours.next().value!;

const rule = `${"+---".repeat(size)}+`;
for (let row = 0; row < size; row++) {
  const cells = squares.slice(0, size).map((column) => String(tour.indexOf(row * size + column) + 1).padStart(3));
  console.log(`${rule}\n|${cells.join("|")}|`);
}
console.log(rule);
