// What an engine has done in this process, counted by the names of the coroutines: for whoever watches over it.
//
// Imports nothing; types only.

import type { Outcome } from "../port.ts";

/** Of the coroutines of one name, since the engine was opened in this process. All of it only grows. */
export interface Counts {
  readonly name: string;
  /** Turns that have ended, by how: of sends, posts and calls. */
  readonly turns: Readonly<Record<Outcome["how"], number>>;
  /** Attempts of steps that have ended, by how. */
  readonly steps: Readonly<Record<"returned" | "failed", number>>;
  /** How often one was brought back from its journal, */
  readonly replays: number;
  /** and how many entries were gone through for that. */
  readonly entries: number;
}

export class Tally implements Counts {
  readonly name: string;
  readonly turns: Record<Outcome["how"], number> = { yielded: 0, returned: 0, failed: 0, cancelled: 0 };
  readonly steps: Record<"returned" | "failed", number> = { returned: 0, failed: 0 };
  replays = 0;
  entries = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** One is brought back from a journal of so many entries. */
  replayed(entries: number): void {
    this.replays++;
    this.entries += entries;
  }
}

export class Tallies {
  readonly #byName: Map<string, Tally> = new Map();

  of(name: string): Tally {
    let tally = this.#byName.get(name);
    if (tally === undefined) this.#byName.set(name, (tally = new Tally(name)));
    return tally;
  }

  /** As they are now. */
  counts(): Counts[] {
    return Array.from(this.#byName.values(), ({ name, turns, steps, replays, entries }) => ({
      name,
      turns: { ...turns },
      steps: { ...steps },
      replays,
      entries,
    }));
  }
}
