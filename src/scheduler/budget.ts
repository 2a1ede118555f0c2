// What costs a microsecond or two, many times what it is done for: a look at the host's stack. It is always done, but
// only so many times in a tenth of a second; what is left of that is a number, so that who has used it up only compares.
//
// Imports nothing.

/** How many are left; `until`: when there are as many again, in the host's milliseconds. */
export const budget: { sites: number; watches: number; until: number } = { sites: 100, watches: 200, until: 0 };

const PERIOD = 100;

/** The host's time is `now`. */
export function refill(now: number): void {
  budget.sites = 100;
  budget.watches = 200;
  budget.until = now + PERIOD;
}
