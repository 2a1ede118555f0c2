// The time of a virtual clock: it stands, or goes at a rate of the real time; and it can be set, forward.
//
// May import: the coroutine layer's errors.

import { show } from "../coroutine/errors.ts";

/** @throws {RangeError} if it is negative or not finite */
export function checkSize(value: number, what: string): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new RangeError(`${what} is a finite number, 0 or more, but got ${show(value)}`);
}

export class Time {
  /** The time at the real moment `#since`. */
  #base = 0;
  #since: number = performance.now();
  #rate = 0;

  now(): number {
    if (this.#rate === 0) return this.#base;
    return Math.min(this.#base + this.#rate * (performance.now() - this.#since), Number.MAX_VALUE);
  }

  /** Makes it `time`; where it has gone further by itself, it stays so. */
  set(time: number): void {
    this.#base = Math.max(time, this.now());
    this.#since = performance.now();
  }

  /** @throws {RangeError} if `to` is before the moment that it was made last */
  jump(to: number): void {
    if (!(to >= this.#base))
      throw new RangeError(`time goes only forward: it is ${this.#base}, and can't jump to ${show(to)}`);
    this.set(to);
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    checkSize(rate, "a clock's rate");
    this.set(this.now());
    this.#rate = rate;
  }

  /** How many real milliseconds there are until `at`. */
  realUntil(at: number): number {
    return Math.max(0, Math.ceil((at - this.now()) / this.#rate));
  }
}
