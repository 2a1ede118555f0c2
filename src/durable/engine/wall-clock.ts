// The clock of an engine: the time of day, in whole milliseconds since 1970, that only goes forward.
//
// Imports nothing.

import type { Clock } from "../../scheduler/clock.ts";

/** A longer delay than this overflows in every host. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** It is set by the time of day once; from there it goes with the host's own, which no one sets. */
export function wallClock(): Clock {
  const offset = Date.now() - performance.now();
  const now = () => Math.floor(offset + performance.now());
  return {
    now,
    wakeAt(at, wake) {
      let timer: ReturnType<typeof setTimeout>;
      const wait = () => {
        const left = Math.ceil(at - now());
        timer =
          left <= 0
            ? setTimeout(wake, 0)
            : setTimeout(left <= LONGEST_DELAY ? wake : wait, Math.min(left, LONGEST_DELAY));
      };
      wait();
      return () => clearTimeout(timer);
    },
  };
}
