// What a benchmark run gives: the shape of `--json` and of the files in bench/results.

/** In the languages of the two READMEs. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly os: string;
}

/** Of the figures of the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * What is measured of an operation: the time that passes for each, `"each"`; and where several are under way at once, or
 * each is waited for, how long one takes from its begin to its end: half of them, and 99 of 100, take no longer.
 */
export type Measure = "each" | "p50" | "p99";

/** What one side of a row gave: figures, or why there are none. */
export interface Side {
  readonly side: string;
  /** What stands for each round. */
  readonly figure?: Spread;
  readonly p50?: Spread;
  readonly p99?: Spread;
  /** To the suite's side of reference, computed within each round. */
  readonly ratio?: Spread;
  /** What is not as on the other sides. */
  readonly note?: string;
  /** For instance `overflow`, `not installed`. */
  readonly none?: string;
}

export interface Verdict {
  /** The side that is bound; `corun` if absent. */
  readonly of?: string;
  /** `"each"` if absent. */
  readonly measure?: Measure;
  /** What the figure is compared with, for instance `native`; a number: that figure. */
  readonly against: string;
  /** The median of the rounds' ratios. */
  readonly ratio: number;
  readonly aim?: number;
  readonly most: number;
  readonly met: boolean;
}

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: "ns" | "B";
  readonly sides: readonly Side[];
  readonly budget: readonly Verdict[];
}

export interface Report {
  readonly suite: string;
  readonly machine: Machine;
  readonly date: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values);
  sorted.sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  const median = sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
  return { median: round(median), min: round(sorted[0]!), max: round(sorted.at(-1)!) };
}

/** To four digits: no more of a timing is worth keeping. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** Whether `side` is the one that is called `name`: it may have its version behind that. */
export function isSide(side: string, name: string): boolean {
  return side === name || side.startsWith(`${name} `);
}

export function sideOf(row: Row, name: string): Side | undefined {
  return row.sides.find(({ side }) => isSide(side, name));
}
