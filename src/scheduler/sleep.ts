// Time: sleep, yieldNow, and the timer that scopes use.
//
// May import: errors, footprint, op, timers.

import { NEXT } from "../coroutine/drive.ts";
import { show } from "../coroutine/errors.ts";
import { TIMERS, touch } from "./footprint.ts";
import { dropStray, isCut, Op, PENDING, suspended, taken, taskThatWaits } from "./op.ts";
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

  poll(): unknown {
    return this.ms <= 0 ? undefined : PENDING;
  }

  enlist(task: Task): void {
    const { scheduler } = task;
    this.at = after(scheduler, this.ms);
    if (this.ms !== Infinity) scheduler.timers.add(this);
  }

  withdraw(): void {
    this.task!.scheduler.timers.remove(this);
  }

  ring(): void {
    this.complete(undefined);
  }

  override touch(): void {
    touch(TIMERS, "", true);
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

/** Keeps nothing of a wait, so one object does for all. */
class YieldNow extends Op<void> {
  override next(value: unknown): unknown {
    const task = taskThatWaits();
    if (task === null) return this.refuse();
    if (task.wait === this) return taken(task, value);
    if (arguments.length === 0) this.refuseIteration();
    if (task.wait !== null) dropStray(task);
    if (!isCut(task)) {
      task.resume(NEXT, undefined);
      task.wait = this;
    }
    return suspended();
  }

  /** In a select it is done at once. */
  poll(): unknown {
    return undefined;
  }

  enlist(): void {}

  withdraw(): void {}

  override touch(): void {}

  describe(): string {
    return "yieldNow()";
  }
}

const YIELD_NOW = /* @__PURE__ */ new YieldNow();

/** Lets all other tasks that are ready run first. */
export function yieldNow(): Op<void> {
  return YIELD_NOW;
}

/** The moment in `ms` milliseconds: a last one, if there is none so late. */
function after(scheduler: Scheduler, ms: number): number {
  return Math.min(scheduler.clock.now() + ms, Number.MAX_VALUE);
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
    this.at = after(scheduler, ms);
    this.ring = ring;
    if (ms !== Infinity) scheduler.timers.add(this);
    scheduler.nudge(); // the host's timer may have to be set anew
    touch(TIMERS);
  }

  takeBack(): void {
    this.#scheduler.timers.remove(this);
    touch(TIMERS);
  }
}
