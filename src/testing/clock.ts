// The clock of one explored run: time passes only when no task is ready, and then at once.
//
// May import: the clock seam, as a type.

import type { Clock } from "../scheduler/clock.ts";

export class RunClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  jump(to: number): void {
    this.#now = to;
  }

  /** Never asked for: such a run has no host that could call back. */
  wakeAt(at: number): () => void {
    throw new Error(`a run that is explored has no host that could wake it at ${at} ms`);
  }
}
