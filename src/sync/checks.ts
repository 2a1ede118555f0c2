// What is checked at the edge of every class here, so that misuse is an error where it happens.
//
// May import: the scheduler layer.

import { SchedulerError } from "../scheduler/errors.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Task } from "../scheduler/task.ts";

/** @throws {RangeError} if `count` is no positive integer; {@link TypeError} if it is no number */
export function checkCount(count: unknown, what: string): void {
  if (Number.isSafeInteger(count) && (count as number) > 0) return;
  const text = `${what} needs a positive integer, but got ${show(count)}`;
  throw typeof count === "number" ? new RangeError(text) : new TypeError(text);
}

/** The value as it stands in an error text. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" ? `${value}` : Object.prototype.toString.call(value);
}

/** What all classes here may be given. */
export interface Named {
  /** Shown in errors, reports and dumps. */
  name?: string;
}

/** A kind of thing with its name, for instance `mutex "accounts"`; `unnamed` if it has none. */
export function titled(kind: string, name: string | undefined, unnamed: string): string {
  return name === undefined ? unnamed : `${kind} ${JSON.stringify(name)}`;
}

/**
 * One run at a time: while tasks of one hold or wait, those of another would be woken behind its back, and each would
 * see a deadlock where there is none.
 *
 * @param user the scheduler whose tasks hold or wait; undefined if none do
 * @param task the one that comes now; null outside every task
 * @throws {SchedulerError} if they are of two schedulers
 */
export function checkRun(user: Scheduler | undefined, task: Task | null, what: string): void {
  if (user === undefined || task === null || task.scheduler === user) return;
  throw new SchedulerError(
    `${what} is in use by tasks of another run, and task ${task.name} belongs to this one: ` +
      "make one for each run, or use it after the other has ended and given back what it held",
  );
}
