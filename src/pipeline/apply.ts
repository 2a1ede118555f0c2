// The stage that calls a function for each item in turn: map, filter, tap, scan, take and their like.
//
// May import: given, puller.

import type { Waitable } from "../scheduler/op.ts";
import { type Given, waitableOf } from "./given.ts";
import { END, isSignal, type Puller, type Signal, SKIP, WAIT } from "./puller.ts";

/** What comes of an item, from what the function gave for it: SKIP drops it, END is the end without it. */
export type Use<T, R, U> = (given: Given<R>, item: T, stage: Apply<T, R, U>) => U | Signal;

export class Apply<T, R, U> implements Puller<U> {
  readonly #up: Puller<T>;
  readonly #fn: (item: T) => R;
  readonly #use: Use<T, R, U>;
  /** Set by `use`: the item that it gives is the last one. */
  isOver = false;
  /** What has been waited for; SKIP: nothing. */
  #ready: U | Signal = SKIP;
  /** What has to be waited for before the next item; null: what the stage before waits for. */
  #rest: Waitable<unknown> | null = null;

  constructor(up: Puller<T>, fn: (item: T) => R, use: Use<T, R, U>) {
    this.#up = up;
    this.#fn = fn;
    this.#use = use;
  }

  next(): U | Signal {
    if (this.#ready !== SKIP) {
      const ready = this.#ready;
      if (ready !== END) this.#ready = SKIP;
      return ready;
    }
    if (this.isOver) return this.#end();
    const item = this.#up.next();
    if (isSignal(item)) return item;
    const result = this.#fn(item);
    const waitable = typeof result === "object" && result !== null ? waitableOf(result) : null;
    if (waitable === null) {
      const used = this.#use(result as Given<R>, item, this);
      return used === END ? this.#end() : used;
    }
    this.#rest = this.#settle(waitable as Waitable<Given<R>>, item);
    return WAIT;
  }

  *#settle(waitable: Waitable<Given<R>>, item: T): Generator<never, void, unknown> {
    const used = this.#use(yield* waitable, item, this);
    if (used === END) this.isOver = true;
    else this.#ready = used;
  }

  /** The source is closed before the end is given. */
  #end(): typeof WAIT {
    this.#ready = END;
    this.#rest = this.#close();
    return WAIT;
  }

  *#close(): Generator<never, void, unknown> {
    const closing = this.#up.close();
    if (closing !== undefined) yield* closing;
  }

  wait(): Waitable<unknown> {
    const rest = this.#rest;
    this.#rest = null;
    return rest ?? this.#up.wait();
  }

  close(): Waitable<unknown> | undefined {
    return this.#up.close();
  }
}
