// Time: sleep, yieldNow, and the timer that scopes use.
//
// May import: errors, op, timers.

import { NEXT } from "../coroutine/drive.ts";
import { show } from "../coroutine/errors.ts";
import { Op } from "./op.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";
import type { Timer } from "./timers.ts";

export function checkMilliseconds(ms: number, what: string): void {
  if (typeof ms !== "number" || Number.isNaN(ms))
    throw new TypeError(`${what} needs milliseconds, a number, but got ${show(ms)}`);
}

class Sleep extends Op<void> implements Timer {
  at = 0;
  place = -1;
  turn = 0;
  readonly ms: number;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  poll(): boolean {
    return this.ms <= 0;
  }

  enlist(task: Task): void {
    const { scheduler } = task;
    this.at = scheduler.clock.now() + this.ms;
    if (this.ms !== Number.POSITIVE_INFINITY) scheduler.timers.add(this);
  }

  withdraw(): void {
    this.task!.scheduler.timers.remove(this);
  }

  ring(): void {
    this.complete(undefined);
  }

  describe(): string {
    return `sleep(${this.ms})`;
  }
}

/**
 * Waits for `ms` milliseconds; for ever if that is `Infinity`, not at all if it is 0 or less.
 *
 * @throws {TypeError} if `ms` is no number
 * @example
 * await run(function* () {
 *   yield* sleep(20);
 * });
 */
export function sleep(ms: number): Op<void> {
  checkMilliseconds(ms, "sleep");
  return new Sleep(ms);
}

class YieldNow extends Op<void> {
  poll(): boolean {
    return false;
  }

  enlist(task: Task): void {
    task.resume(NEXT, undefined);
  }

  withdraw(): void {}

  describe(): string {
    return "yieldNow()";
  }
}

/** Lets all other tasks that are ready run first. */
export function yieldNow(): Op<void> {
  return new YieldNow();
}

/** Calls `ring` once at a moment of the scheduler's clock. */
export class Timeout implements Timer {
  at: number;
  place = -1;
  turn = 0;
  readonly ring: () => void;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, ms: number, ring: () => void) {
    this.#scheduler = scheduler;
    this.at = scheduler.clock.now() + ms;
    this.ring = ring;
    scheduler.timers.add(this);
  }

  takeBack(): void {
    this.#scheduler.timers.remove(this);
  }
}
