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
  const search = { best: departures, left: most };
  let size = departures.length;
  while (size >= 1 && search.left > 0) {
    const before = search.best.length;
    pass(search, size, attempt);
    // Once more with the same size, where that has helped: now more may go.
    const { length } = search.best;
    if (length === before || size > length) size = Math.trunc(Math.min(size, length + 1) / 2);
  }
  return search.best;
}

interface Search {
  best: Departure[];
  /** How many attempts are left. */
  left: number;
}

/** Tries to do without each `size` departures, one after the other; from the end, as what comes after the fault goes first. */
function pass(search: Search, size: number, attempt: Attempt): void {
  for (let to = search.best.length; to > 0 && search.left > 0; to = Math.min(to - size, search.best.length)) {
    search.left--;
    const { best } = search;
    const made = attempt([...best.slice(0, Math.max(0, to - size)), ...best.slice(to)]);
    if (made !== null && made.length < best.length) search.best = made;
  }
}
