// The time of an engine, and when it is to be woken next.
//
// It begins where the store's ends: a clock that was set back between two processes loses nothing but the time between.
//
// Imports nothing; types only.

import type { Clock } from "../../scheduler/clock.ts";

export class Alarm implements Clock {
  readonly #clock: Clock;
  /** How far the clock is behind the store. */
  readonly #shift: number;
  readonly #ring: () => void;
  /** The next moment that somebody waits for, and that which the clock knows. */
  #next = Number.POSITIVE_INFINITY;
  #armedFor = Number.POSITIVE_INFINITY;
  #takeBack: (() => void) | null = null;
  #isOff = false;

  /** @param from the latest moment of the store */
  constructor(clock: Clock, from: number, ring: () => void) {
    this.#clock = clock;
    this.#shift = Math.max(0, from - clock.now());
    this.#ring = ring;
  }

  now(): number {
    return this.#clock.now() + this.#shift;
  }

  wakeAt(at: number, wake: () => void): () => void {
    return this.#clock.wakeAt(at - this.#shift, wake);
  }

  /** Somebody waits for `moment`. */
  note(moment: number | null): void {
    if (moment !== null && moment < this.#next) this.#next = moment;
  }

  /** Has the clock ring at the next moment. */
  arm(): void {
    if (this.#isOff || this.#next === this.#armedFor) return;
    this.#takeBack?.();
    this.#armedFor = this.#next;
    this.#takeBack = this.#next === Number.POSITIVE_INFINITY ? null : this.wakeAt(this.#next, () => this.#rung());
  }

  #rung(): void {
    this.#takeBack = null;
    this.#armedFor = this.#next = Number.POSITIVE_INFINITY;
    this.#ring();
    this.arm();
  }

  off(): void {
    this.#isOff = true;
    this.#takeBack?.();
  }
}
