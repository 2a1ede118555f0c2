// The errors of the scheduler layer. Imports nothing.

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

/** No task can ever go on: each waits for another. */
export class DeadlockError extends Error {
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
