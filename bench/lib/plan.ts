// What a suite is made of: rows, and on each row the sides that do the same thing.

import type { Measure, Text } from "./report.ts";

/** A program in JavaScript: `program` of a module, given `argument`; or the reason why that side has none. */
export interface Measured {
  readonly side: string;
  /** In bench; `programs/<side>.mjs` if absent. */
  readonly module?: string;
  /** The package of bench/rivals that it measures. */
  readonly package?: string;
  readonly program: string;
  readonly argument?: number;
  /** How many operations at once, where that is part of the task; otherwise as many as fill the time. */
  readonly count?: { readonly full: number; readonly quick: number };
  /** What is not as on the other sides, for instance that it is a smaller one. */
  readonly note?: string;
}

/**
 * Programs that take turns in one process: so what disturbs the disk, or a server that they share, disturbs all alike. They
 * may tell how long each of their operations takes.
 */
export interface Group {
  readonly sides: readonly Pick<Measured, "side" | "module" | "program">[];
  readonly argument?: number;
  /** The package of bench/rivals that they measure. */
  readonly package?: string;
  /** The Node that runs them, where that is not the one of the suite: a file. */
  readonly node?: string;
}

/** A side that cannot do it, or not in this form. */
export interface Absent {
  readonly side: string;
  readonly none: string;
}

/** A program in another language, in bench/rivals. */
export interface Rival {
  readonly side: string;
  readonly source: string;
  /** Tells whether it is installed, and which version. */
  readonly version: readonly [command: string, ...args: string[]];
  /** The interpreter; or the compiler, whose output is run. */
  readonly interpret?: string;
  readonly compile?: (source: string, output: string) => readonly [command: string, ...args: string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Operations a repetition, for a source that holds one program … */
  readonly count?: number;
  /** … or which of its programs, and that program's argument: it then measures as run.mjs does. */
  readonly program?: string;
  readonly argument?: number;
  readonly note?: string;
}

/** A bound on the figure of a side, as a multiple of another figure or in the row's unit. */
export interface Budget {
  /** The side; `corun` if absent. */
  readonly of?: string;
  /** What is compared; the time of one operation if absent. */
  readonly measure?: Measure;
  /** A side of the same row, the same side of another row, or a figure. */
  readonly against: string | { readonly row: string } | { readonly figure: number };
  readonly aim?: number;
  readonly most: number;
}

export interface RowPlan {
  readonly id: string;
  readonly title: Text;
  readonly unit?: "ns" | "B";
  readonly sides: readonly (Measured | Absent)[];
  readonly groups?: readonly Group[];
  readonly rivals?: readonly Rival[];
  readonly budget?: readonly Budget[];
}

/** How one process measures one program. */
export interface Timing {
  /** Runs that fill the time before the first repetition. */
  readonly warmups: number;
  readonly repetitions: number;
  /** Of one repetition. */
  readonly milliseconds: number;
  /** After so many milliseconds it does not begin another repetition. */
  readonly limit: number;
}

export interface Suite {
  readonly name: string;
  readonly title: Text;
  readonly rows: readonly RowPlan[];
  /** The side that the others are compared with. */
  readonly reference: string;
  /**
   * What stands for the repetitions of one process: `best` where what disturbs comes from outside alone, `median`
   * where the garbage collector is part of the cost.
   */
  readonly statistic: "best" | "median";
  readonly timing: { readonly full: Timing; readonly quick: Timing };
  readonly rounds: { readonly full: number; readonly quick: number };
}
