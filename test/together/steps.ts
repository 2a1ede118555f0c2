// Step counters: the order in which the parts of a program run, written where they run.
import { expect } from "vitest";

/** `step(n)` must be the n-th call; `step.last(n)` that there were n. */
export function counter() {
  let count = 0;
  const step = (n: number) => expect(++count, "the order of the steps").toBe(n);
  return Object.assign(step, { last: (n: number) => expect(count, "the number of steps").toBe(n) });
}
