// The errors of the scheduler layer. Imports nothing; TaskReport as a type.

import type { TaskReport } from "./report.ts";

/** Thrown by joining a task that was cancelled. */
export class CancelledError extends Error {
  /** What was given to `cancel`. */
  readonly reason: unknown;

  constructor(what: string, reason: unknown) {
    super(`${what} was cancelled`, reason === undefined ? undefined : { cause: reason });
    this.reason = reason;
  }

  static {
    this.prototype.name = "CancelledError";
  }
}

/** A deadline or a timeout passed; the cleanup of what was under way has ended. */
export class TimeoutError extends Error {
  static {
    this.prototype.name = "TimeoutError";
  }
}

/** No task can ever go on: each waits for another. Its message tells where, one or some lines a task. */
export class DeadlockError extends Error {
  /** What is known of those that wait; of many, of some. */
  readonly tasks: readonly TaskReport[];
  /** The ids of tasks that wait for one another in a circle; empty, if there is none. */
  readonly cycle: readonly number[];

  constructor(message: string, tasks: readonly TaskReport[] = [], cycle: readonly number[] = []) {
    super(message);
    this.tasks = tasks;
    this.cycle = cycle;
  }

  static {
    this.prototype.name = "DeadlockError";
  }
}

/** A wait, a spawn or a task was used where it can't work; the text says where it can. */
export class SchedulerError extends Error {
  static {
    this.prototype.name = "SchedulerError";
  }
}
