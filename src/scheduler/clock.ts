// The clock seam: where all time of a scheduler comes from.
//
// May import: the coroutine layer.

import { show } from "../coroutine/errors.ts";

/** Where a scheduler gets its time from. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Has `wake` called once at `at`, in the clock's milliseconds. Gives what takes that back. */
  wakeAt(at: number, wake: () => void): () => void;
  /**
   * Of a clock whose time passes only when nobody has anything to do: makes it `to`. Called in a run without a host, when
   * no task is ready, with the earliest moment that one waits for.
   */
  jump?(to: number): void;
}

/** The host's own time. */
export const hostClock: Clock = {
  now: () => performance.now(),
  wakeAt(at, wake) {
    // A longer delay than this overflows in every host; the scheduler looks at its timers again then.
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), 2 ** 31 - 1);
    const timer = setTimeout(wake, delay);
    return () => clearTimeout(timer);
  },
};

/** The time of a clock that may be the user's own. */
export function timeOf(clock: Clock): number {
  const time: unknown = clock.now();
  if (typeof time === "number" && !Number.isNaN(time)) return time;
  throw new TypeError(`a clock's now() gives milliseconds, a number, but it gave ${show(time)}`);
}
