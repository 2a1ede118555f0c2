// How stages ask each other: the consumer pulls, one item at a time.
//
//   next()   the next item at once; or END; or WAIT: it is not there yet, wait for `wait()` and ask again;
//            or SKIP: there is none this time, ask again
//   wait()   for `yield*`, once after each WAIT
//   close()  for `yield*`: ends what it holds open, and is done when that is. More than once is fine
//
// Who has got END need not close. So a stage that does not wait is a plain object on top of another, and a
// row of them runs as nested calls: no task, no channel and no generator for each.
//
// May import: the scheduler layer.

import { defer } from "../scheduler/block.ts";
import { touchUntold } from "../scheduler/footprint.ts";
import { requireTask, type Waitable } from "../scheduler/op.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { yieldNow } from "../scheduler/sleep.ts";

export const END: unique symbol = Symbol("end");
export const WAIT: unique symbol = Symbol("wait");
export const SKIP: unique symbol = Symbol("skip");
export type Signal = typeof END | typeof WAIT | typeof SKIP;

export interface Puller<out T> {
  next(): T | Signal;
  wait(): Waitable<unknown>;
  close(): Waitable<unknown> | undefined;
}

/** Begins a run: called in the task that pulls, so that what it starts belongs to that task's innermost scope. */
export type Opener<T> = () => Puller<T>;

export function isSignal(item: unknown): item is Signal {
  // The type first: it tells nearly all items in one comparison.
  return typeof item === "symbol" && (item === END || item === WAIT || item === SKIP);
}

/** What is done with an item; what it gives is waited for before the next one is asked for. */
export type Visit<T> = (item: T) => Waitable<unknown> | undefined | void;

/**
 * Pulls all that `open` gives, in the running task. What is open is closed at the end of the innermost scope, when the
 * tasks in it have ended.
 */
export function* consume<T>(open: Opener<T>, visit: Visit<T>): Generator<never, void, unknown> {
  touchUntold(); // what its stages share
  const puller = open();
  defer(() => puller.close());
  const { scheduler } = requireTask("a pipeline");
  for (let rest = pump(puller, visit, scheduler); rest !== null; rest = pump(puller, visit, scheduler)) yield* rest;
}

/** Pulls what is there at once; gives what has to be waited for then, or null at the end. */
function pump<T>(puller: Puller<T>, visit: Visit<T>, scheduler: Scheduler): Waitable<unknown> | null {
  for (;;) {
    const item = puller.next();
    if (item === END) return null;
    if (item === WAIT) return puller.wait();
    if (item !== SKIP) {
      const rest = visit(item);
      if (rest !== undefined) return rest;
    }
    if (!scheduler.mayStay()) return yieldNow();
  }
}
