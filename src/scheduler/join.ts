// Waiting for the end of a task.
//
// May import: errors, footprint, op, states; Task as a type.

import { CancelledError, SchedulerError } from "./errors.ts";
import { END, touch } from "./footprint.ts";
import { Line, type Place } from "./line.ts";
import { PENDING, Waiter } from "./op.ts";
import { DONE, FAILED, OBSERVED } from "./states.ts";
import type { Task } from "./task.ts";

/** Who is told how a task ended. */
export interface Listener extends Place {
  taskEnded(task: Task): void;
}

export function listen(task: Task, listener: Listener): void {
  (task.listeners ??= new Line()).join(listener);
}

/** Has `act` called when `task` has ended, which it has not yet. */
export function whenEnded(task: Task, act: () => void): void {
  listen(task, { ahead: null, behind: null, taskEnded: () => act() });
}

/** Somebody knows how `task` ended. */
export function observe(task: Task): void {
  task.flags |= OBSERVED;
  task.owner?.supervised?.delete(task);
}

/** What joining `task`, which ended without a result, throws; `what` it is called. */
export function failureOf(task: Task, what = "task"): unknown {
  return task.status === FAILED ? task.value : new CancelledError(`${what} ${task.name}`, task.value);
}

export class Join extends Waiter<unknown> implements Listener {
  readonly of: Task;
  /** Whether it gives how the task ended, and not only waits. */
  readonly asks: boolean;

  constructor(of: Task, asks: boolean) {
    super();
    this.of = of;
    this.asks = asks;
  }

  poll(task: Task): unknown {
    if (task === this.of) throw new SchedulerError(`task ${task.name} waits for its own end, which can't come`);
    if (!this.of.hasEnded) {
      if (this.of.scheduler === task.scheduler) return PENDING;
      throw new SchedulerError(
        `task ${this.of.name} belongs to another run: wait for that one's promise, with until(…)`,
      );
    }
    if (!this.asks) return undefined;
    if (this.of.status === DONE) return this.of.value;
    this.touch();
    this.told();
    throw failureOf(this.of);
  }

  enlist(): void {
    listen(this.of, this);
  }

  withdraw(): void {
    this.of.listeners?.leave(this);
  }

  /** Only now somebody knows how the task ended: before, the one who joins it might have been cancelled. */
  override told(): void {
    if (this.asks) observe(this.of);
  }

  taskEnded(): void {
    const { of } = this;
    if (!this.asks) this.complete(undefined);
    else if (of.status === DONE) this.complete(of.value);
    else this.fail(failureOf(of));
  }

  override touch(): void {
    touch(this.of, END, true);
  }

  describe(): string {
    return `task ${this.of.name}`;
  }

  override needs(tell: (task: Task) => void): void {
    tell(this.of);
  }
}
