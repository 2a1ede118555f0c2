// The four schedules that are tried first: each is extreme in another way.
//
// May import: strategy; Task as a type.

import type { Task } from "../scheduler/task.ts";
import { isSpinning, type Moment, type Strategy, usual } from "./strategy.ts";

type Order = (ready: readonly Task[], moment: Moment) => number;

class Fixed implements Strategy {
  readonly name: string;
  readonly #order: Order;
  readonly #picksLast: boolean;

  constructor(name: string, order: Order, picksLast: boolean) {
    this.name = name;
    this.#order = order;
    this.#picksLast = picksLast;
  }

  begin(): void {}

  next(ready: readonly Task[], moment: Moment): number {
    return this.#order(ready, moment);
  }

  choose(count: number): number {
    return this.#picksLast ? count - 1 : 0;
  }
}

/** As `usual`, but those that were started last come first. */
function reversed(ready: readonly Task[], moment: Moment): number {
  const at = moment.last === null ? -1 : ready.indexOf(moment.last);
  if (at >= 0 && !isSpinning(moment)) return at;
  let best = -1;
  for (let i = 0; i < ready.length; i++) {
    if (i !== at && (best < 0 || ready[i]!.order > ready[best]!.order)) best = i;
  }
  return best;
}

/** The one that became ready last. */
function newest(ready: readonly Task[], moment: Moment): number {
  return ready.length - (isSpinning(moment) ? 2 : 1);
}

/** Each runs to its end; in turn; the last first; the newest first. */
export function fixedOrders(): Strategy[] {
  return [
    new Fixed("run to completion", usual, false),
    new Fixed("round robin", () => 0, false),
    new Fixed("reverse", reversed, true),
    new Fixed("newest first", newest, true),
  ];
}
