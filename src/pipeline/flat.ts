// Stages that give several items for one: Flat opens a source for each, Expand computes them at once.
//
// May import: puller.

import type { Waitable } from "../scheduler/op.ts";
import { END, isSignal, type Puller, type Signal, SKIP } from "./puller.ts";

/** Gives the items of each source in turn. */
export class Flat<T, U> implements Puller<U> {
  readonly #up: Puller<T>;
  readonly #open: (item: T) => Puller<U>;
  #inner: Puller<U> | null = null;

  constructor(up: Puller<T>, open: (item: T) => Puller<U>) {
    this.#up = up;
    this.#open = open;
  }

  next(): U | Signal {
    if (this.#inner === null) {
      const item = this.#up.next();
      if (isSignal(item)) return item;
      this.#inner = this.#open(item);
    }
    const item = this.#inner.next();
    if (item !== END) return item;
    this.#inner = null;
    return SKIP;
  }

  wait(): Waitable<unknown> {
    return (this.#inner ?? this.#up).wait();
  }

  *close(): Generator<never, void, unknown> {
    try {
      const closing = this.#inner?.close();
      if (closing !== undefined) yield* closing;
    } finally {
      const closing = this.#up.close();
      if (closing !== undefined) yield* closing;
    }
  }
}

/** Gives what `step` makes of each item, and of the end. */
export class Expand<T, U> implements Puller<U> {
  readonly #up: Puller<T>;
  readonly #step: (item: T | typeof END) => readonly U[];
  #items: readonly U[] = [];
  #given = 0;
  #atEnd = false;

  constructor(up: Puller<T>, step: (item: T | typeof END) => readonly U[]) {
    this.#up = up;
    this.#step = step;
  }

  next(): U | Signal {
    if (this.#given < this.#items.length) return this.#items[this.#given++]!;
    if (this.#atEnd) return END;
    const item = this.#up.next();
    if (item === END) this.#atEnd = true;
    else if (isSignal(item)) return item;
    this.#items = this.#step(item);
    this.#given = 0;
    return SKIP;
  }

  wait(): Waitable<unknown> {
    return this.#up.wait();
  }

  close(): Waitable<unknown> | undefined {
    return this.#up.close();
  }
}
