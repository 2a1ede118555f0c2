// Shrinking: the fewest departures from what is usual that still make the program fail in the same way.
//
// Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), ddmin.
//
// May import: schedule, as types.

import type { Departure } from "./schedule.ts";

/**
 * Runs a schedule: gives the departures that it really made if it fails in the same way, else null. May be fewer than it
 * was given, and elsewhere.
 */
export type Attempt = (departures: readonly Departure[]) => Departure[] | null;

/** @param most how many attempts are made at most */
export function shrink(departures: Departure[], most: number, attempt: Attempt): Departure[] {
  let best = departures;
  let attempts = 0;
  const drop = (from: number, to: number): void => {
    attempts++;
    const made = attempt([...best.slice(0, from), ...best.slice(to)]);
    if (made !== null && made.length < best.length) best = made;
  };
  for (let size = best.length; size >= 1 && attempts < most;) {
    const before = best.length;
    // From the end, as what comes after the fault is the first that is not needed.
    for (let to = before; to > 0 && attempts < most; to = Math.min(to - size, best.length))
      drop(Math.max(0, to - size), to);
    // Once more with the same size, where that has helped: now more may go.
    if (best.length === before || size > best.length) size = Math.trunc(Math.min(size, best.length + 1) / 2);
  }
  return best;
}
