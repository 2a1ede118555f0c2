// A strategy that is kept to schedules in which tasks are stopped only so often though they could go on.
//
// May import: strategy; Task as a type.

import type { Task } from "../scheduler/task.ts";
import { type Moment, stoppable, type Strategy } from "./strategy.ts";

/** Asks another strategy, as long as it may stop a task, and where there is none to stop. */
export class Bounded implements Strategy {
  readonly name: string;
  readonly #inner: Strategy;
  readonly #most: number;
  readonly #waits: boolean;
  #used = 0;
  /** No task is stopped before this step. */
  #from = 0;
  /** How many steps the longest run had so far. */
  #length = 0;

  /** @param waits whether the first task is stopped at a step that is drawn: `inner` would always stop the first ones */
  constructor(inner: Strategy, most: number, waits: boolean) {
    this.name = inner.name;
    this.#inner = inner;
    this.#most = most;
    this.#waits = waits;
  }

  begin(draw: (count: number) => number, run: number): void {
    this.#used = 0;
    this.#from = this.#waits ? draw(this.#length + 1) : 0;
    this.#inner.begin(draw, run);
  }

  next(ready: readonly Task[], moment: Moment): number {
    const { step } = moment;
    if (step > this.#length) this.#length = step;
    const at = stoppable(ready, moment);
    if (at >= 0 && (this.#used >= this.#most || step < this.#from)) return at;
    const index = this.#inner.next(ready, moment);
    if (at >= 0 && index !== at) this.#used++;
    return index;
  }

  choose(count: number): number {
    return this.#inner.choose(count);
  }
}
