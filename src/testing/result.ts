// What an exploration without a failure gives.
//
// May import: texts.

import { counted } from "./texts.ts";

/** How many schedules were tried without a failure, and whether there are more. */
export class ExploreResult {
  /** How many were tried; if it is complete, how many there are. */
  readonly runs: number;
  readonly seed: number;
  /** Whether these are all: within the bound on pre-emptions, where one was given. */
  readonly complete: boolean;
  readonly #but: string;

  /** @internal @param but what was left out though it is complete */
  constructor(runs: number, seed: number, complete: boolean, but: string) {
    this.runs = runs;
    this.seed = seed;
    this.complete = complete;
    this.#but = but;
  }

  /** For instance `complete: all 36 schedules`. */
  toString(): string {
    if (!this.complete) return `${counted(this.runs, "schedule")}, seed ${this.seed}`;
    return `complete: ${this.runs === 1 ? "the only schedule" : `all ${this.runs} schedules`}${this.#but}`;
  }
}
