// A strategy decides which schedule is tried next, one decision at a time; and what all of them build on.
//
// May import: sleep; Task as a type.

import { yieldNow } from "../scheduler/sleep.ts";
import type { Task } from "../scheduler/task.ts";

/** Where a run stands when somebody asks who goes on. */
export interface Moment {
  /** The task that ran last; null at first. */
  readonly last: Task | null;
  /** Which step it is, from 1. */
  readonly step: number;
  /** How many steps the last task has made without a switch. */
  readonly streak: number;
}

/** Decides, run by run, who runs next and what is drawn. An own one may be given to `explore`. */
export interface Strategy {
  readonly name: string;
  /** A run begins: `draw` gives whole numbers from 0, below `count`, the same ones in each repetition of the run. */
  begin(draw: (count: number) => number, run: number): void;
  /** Which of `ready` runs now: its index. They are in the order in which they became ready; there are two at least. */
  next(ready: readonly Task[], at: Moment): number;
  /** A whole number from 0, below `count`, for `select`, `random()` and `t.pick(…)`. */
  choose(count: number): number;
}

const YIELD: unknown = /* @__PURE__ */ yieldNow();

/** So often a task may say `yieldNow()`, and go on. */
const PATIENCE = 50;

/** Whether the task that ran last does nothing but to look again and again, as it seems. */
export function isSpinning({ last, streak }: Moment): boolean {
  return streak > PATIENCE && last!.wait === YIELD;
}

/** The index of the task that ran last, if to have another one go on is to stop it: a pre-emption; else -1. */
export function stoppable(ready: readonly Task[], moment: Moment): number {
  const { last } = moment;
  return last === null || isSpinning(moment) ? -1 : ready.indexOf(last);
}

/**
 * What is done where a schedule says nothing: the task that ran last goes on while it can, else the one that was started
 * first. After many a `yieldNow()` it is the turn of the next one, as it may wait for another one by looking again.
 */
export function usual(ready: readonly Task[], moment: Moment): number {
  const { last } = moment;
  const at = last === null ? -1 : ready.indexOf(last);
  if (at >= 0 && !isSpinning(moment)) return at;
  const after = at >= 0 ? last!.order : 0;
  let best = -1;
  for (let i = 0; i < ready.length; i++) {
    if (best < 0 || turn(ready[i]!, after) < turn(ready[best]!, after)) best = i;
  }
  return best;
}

/** Its turn in the cycle that begins behind the task that was started as number `after`. */
function turn(task: Task, after: number): number {
  return task.order > after ? task.order : task.order + 2 ** 31;
}
