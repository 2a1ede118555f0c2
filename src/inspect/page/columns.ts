// Events as columns that grow: one list of numbers for each property, so that a hundred thousand are cheap to keep and
// to search.
//
// May import: span.

import { lowerBound } from "./span.ts";

/** `order`: every step takes the same room. */
export type Axis = "order" | "time";

/** Moments, on both axes: the number of a step, and its time. */
export class Moments {
  readonly time: number[] = [];
  readonly order: number[] = [];

  add(order: number, time: number): void {
    this.order.push(order);
    this.time.push(time);
  }

  on(axis: Axis): number[] {
    return axis === "time" ? this.time : this.order;
  }
}

export class Steps {
  readonly at: number[] = [];
  readonly kind: number[] = [];
  readonly lane: number[] = [];
  readonly other: number[] = [];
  readonly site: number[] = [];
  readonly value: number[] = [];
  readonly label: number[] = [];

  get count(): number {
    return this.at.length;
  }

  /** Where a moment stands in the order: that of step 3 is 3, the middle between two is 3.5. Behind the last it is at most one more. */
  orderOf(at: number): number {
    const { at: moments, count } = this;
    const next = lowerBound(moments, at);
    if (next === count) return count === 0 || moments[count - 1] === at ? count - 1 : count;
    if (next === 0 || moments[next] === at) return next;
    const before = moments[next - 1]!;
    return next - 1 + (at - before) / (moments[next]! - before);
  }

  /** The other way. */
  timeOf(order: number, end: number): number {
    const { at: moments, count } = this;
    if (count === 0) return 0;
    const index = Math.floor(Math.max(0, Math.min(order, count)));
    const before = moments[Math.min(index, count - 1)]!;
    const after = moments[index + 1] ?? Math.max(end, before);
    return index >= count ? after : before + (after - before) * (Math.max(0, order) - index);
  }
}

/** The slices of one lane, in order; none overlaps another. */
export class Slices {
  readonly from: Moments = new Moments();
  readonly to: Moments = new Moments();
  readonly site: number[] = [];
}

export class Arrows {
  readonly sent: Moments = new Moments();
  readonly taken: Moments = new Moments();
  /** The latest end of this arrow and all before it: it grows, so that those that reach into a span are found by search. */
  readonly reach: Moments = new Moments();
  readonly sender: number[] = [];
  readonly receiver: number[] = [];
  readonly kind: number[] = [];
  readonly value: number[] = [];
  readonly label: number[] = [];
}

/** The marks of one lane, in order. */
export class Marks {
  readonly at: Moments = new Moments();
  readonly kind: number[] = [];
  readonly label: number[] = [];
}
