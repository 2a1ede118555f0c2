// A bank as a discrete-event simulation: customers come by chance, stand in line, and are served. Years pass in a second,
// as the clock is virtual. Queueing theory knows how long they wait on average (M/M/1, Erlang C), and the simulation is
// held against it. Its lesson: with two tellers, one line for both is better than a line for each.
import { now, random, runSync, Semaphore, sleep, spawn } from "corun";
import { VirtualClock } from "corun/testing";

const CUSTOMERS = 80_000;
/** In minutes, as which the clock's units are taken: for each teller somebody comes so often, and is served so long. */
const BETWEEN = 4 / 3;
const SERVICE = 1;
const BATCHES = 40;

/** By chance; what is still to come does not depend on what has passed. */
const exponential = (mean: number): number => -mean * Math.log(1 - random());

interface Book {
  /** How long each customer stood in line. */
  waits: number[];
  inside: number;
  /** The sum of all customers' times inside, up to `since`. */
  spent: number;
  since: number;
}

function count(book: Book, change: number): void {
  book.spent += book.inside * (now() - book.since);
  book.since = now();
  book.inside += change;
}

function* customer(line: Semaphore, book: Book): Generator<never, void, unknown> {
  const came = now();
  count(book, 1);
  yield* line.acquire();
  book.waits.push(now() - came);
  yield* sleep(exponential(SERVICE));
  line.release();
  count(book, -1);
}

function* bank(lines: number, tellers: number): Generator<never, Book, unknown> {
  const book = { waits: [], inside: 0, spent: 0, since: 0 };
  const all = Array.from({ length: lines }, () => new Semaphore(tellers));
  for (let i = 0; i < CUSTOMERS; i++) {
    yield* sleep(exponential(BETWEEN / (lines * tellers)));
    spawn(customer, all[Math.floor(random() * lines)]!, book);
  }
  return book;
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the mean: two standard deviations, from the means of batches, as those who wait together wait alike. */
function errorOf(waits: number[]): number {
  const size = waits.length / BATCHES;
  const means = Array.from({ length: BATCHES }, (_, i) => mean(waits.slice(i * size, (i + 1) * size)));
  return 2 * Math.sqrt(mean(means.map((each) => (each - mean(waits)) ** 2)) / (BATCHES - 1));
}

const shown = (...cells: (string | number)[]): string =>
  cells
    .map((cell, i) => (typeof cell === "number" ? cell.toFixed(2) : cell).padEnd(i === 0 ? 27 : 15))
    .join("")
    .trimEnd();

console.log(shown("", "waits, minutes", "in theory", "inside", "in theory"));
for (const [name, lines, tellers, theory] of [
  ["one teller", 1, 1, 3],
  ["two tellers, a line each", 2, 1, 3],
  ["two tellers, one line", 1, 2, 9 / 7],
] as const) {
  const { waits, spent, since } = runSync.with({ clock: new VirtualClock(), seed: 1 })(bank, lines, tellers);
  const error = errorOf(waits);
  const rate = (lines * tellers) / BETWEEN;
  console.log(
    shown(name, `${mean(waits).toFixed(2)} ± ${error.toFixed(2)}`, theory, spent / since, rate * (theory + SERVICE)),
  );
  if (Math.abs(mean(waits) - theory) > 1.5 * error) throw new Error("that is no M/M/c queue");
}
