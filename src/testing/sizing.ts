// How many schedules a program has, as random runs tell.
//
// Source: Knuth, "Estimating the efficiency of backtrack programs" (1975).
//
// May import: random, strategies; Task as a type.

import type { Task } from "../scheduler/task.ts";
import type { Draw } from "./random.ts";
import { RandomWalk } from "./strategies.ts";

/** A random run that multiplies all that it could choose: the mean of these products is the number of schedules. */
export class SizingWalk extends RandomWalk {
  size = 1;

  override begin(draw: Draw): void {
    super.begin(draw);
    this.size = 1;
  }

  override next(ready: readonly Task[]): number {
    this.size *= ready.length;
    return super.next(ready);
  }

  override choose(count: number): number {
    this.size *= count;
    return super.choose(count);
  }
}
