// Time that passes at once: for examples in which somebody waits, but no reader should.
import type { Clock } from "corun";

/** For `run.with({ clock })`: starts at 0, and jumps to the next moment that is waited for when nothing else is to be done. */
export function simulatedTime(): Clock {
  let now = 0;
  return {
    now: () => now,
    wakeAt(at, wake) {
      const timer = setTimeout(() => {
        now = Math.max(now, at);
        wake();
      });
      return () => clearTimeout(timer);
    },
  };
}
