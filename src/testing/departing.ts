// Between decisions and schedules: a strategy that follows a schedule, and what finds the schedule of a run.
//
// May import: paths, schedule, strategy; Task as a type.

import type { Task } from "../scheduler/task.ts";
import type { Paths } from "./paths.ts";
import type { Departure } from "./schedule.ts";
import { type Moment, usual } from "./strategy.ts";

/** Decides as a schedule says. */
export class Departing {
  readonly #departures: readonly Departure[];
  readonly #paths: Paths;
  #decision = 0;
  #next = 0;

  constructor(departures: readonly Departure[], paths: Paths) {
    this.#departures = departures;
    this.#paths = paths;
  }

  next(ready: readonly Task[], moment: Moment): number {
    const what = this.#due();
    const index = what === undefined ? -1 : ready.findIndex((task) => this.#paths.of(task) === what);
    return index < 0 ? usual(ready, moment) : index;
  }

  choose(count: number): number {
    const what = this.#due();
    return typeof what === "number" && what < count ? what : 0;
  }

  #due(): string | number | undefined {
    const departure = this.#departures[this.#next];
    if (departure?.at !== this.#decision++) return undefined;
    this.#next++;
    return departure.what;
  }
}

/** Notes where the decisions of a run depart from what is usual. */
export class Departures {
  readonly found: Departure[] = [];
  #decision = 0;

  picked(ready: readonly Task[], moment: Moment, index: number, path: string): void {
    const at = this.#decision++;
    if (index !== usual(ready, moment)) this.found.push({ at, what: path });
  }

  drew(value: number): void {
    const at = this.#decision++;
    if (value !== 0) this.found.push({ at, what: value });
  }
}
