// A clock that jumps to the next timer as soon as nothing else is to be done.

/** For `run.with({clock})`: starts at 0. */
export function jumpingClock() {
  let now = 0;
  return {
    now: () => now,
    wakeAt(at: number, wake: () => void) {
      const timer = setTimeout(() => {
        now = Math.max(now, at);
        wake();
      });
      return () => clearTimeout(timer);
    },
  };
}
