// The errors of corun/testing. Imports nothing.

/**
 * Why an exploration failed: the program did; it did something else when the same schedule was repeated; it waits for
 * something outside; it does not end.
 */
export type ExploreErrorCode = "FAILED" | "NOT_REPEATABLE" | "OUTSIDE" | "LIVELOCK";

/** What is known of a schedule that fails. */
export interface Finding {
  code: ExploreErrorCode;
  cause: unknown;
  schedule: string;
  seed: number;
  run: number;
  runs: number;
}

/** Some schedule makes the program fail. `cause` is the failure itself, `schedule` repeats it with `replay`. */
export class ExploreError extends Error {
  readonly code: ExploreErrorCode;
  /** For {@link replay}, or the environment variable `CORUN_SCHEDULE`. */
  readonly schedule: string;
  readonly seed: number;
  /** Which of the runs it was, from 1. */
  readonly run: number;
  /** How many were to be made. */
  readonly runs: number;

  /** @internal */
  constructor(message: string, { code, cause, schedule, seed, run, runs }: Finding) {
    super(message, { cause });
    this.code = code;
    this.schedule = schedule;
    this.seed = seed;
    this.run = run;
    this.runs = runs;
  }

  static {
    this.prototype.name = "ExploreError";
  }
}

/** What `t.check` throws. */
export class CheckError extends Error {
  static {
    this.prototype.name = "CheckError";
  }
}
