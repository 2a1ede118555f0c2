// The queue that all of this layer waits in: first in, first out, its links in the ops themselves, so
// that standing in line, being served and leaving from the middle are O(1) and allocate nothing.
//
// Invariants
//   a waiter is in one queue at most, and `queue` says in which; in none, all its links are null
//   whoever is served has left the queue before it is told
//
// May import: the scheduler layer.

import { SchedulerError } from "../scheduler/errors.ts";
import { Op } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";

/** An op that stands in line. */
export abstract class Waiter<T> extends Op<T> {
  queue: WaitQueue<Waiter<unknown>> | null = null;
  ahead: Waiter<unknown> | null = null;
  behind: Waiter<unknown> | null = null;

  /** Also called for one that was never enlisted: the task was cancelled before. */
  withdraw(): void {
    this.queue?.remove(this);
  }
}

export class WaitQueue<W extends Waiter<unknown>> {
  first: W | null = null;
  size = 0;
  #last: W | null = null;

  /** Puts `waiter` at the end; it is there for `task`. */
  add(waiter: W, task: Task): void {
    if (waiter.queue !== null)
      throw new SchedulerError(`${waiter.describe()} is waited for already: make one for each wait`);
    waiter.task = task;
    waiter.queue = this as unknown as WaitQueue<Waiter<unknown>>;
    waiter.ahead = this.#last;
    if (this.#last === null) this.first = waiter;
    else this.#last.behind = waiter;
    this.#last = waiter;
    this.size++;
  }

  /** Takes the one that came first. */
  take(): W | null {
    const { first } = this;
    if (first !== null) this.remove(first);
    return first;
  }

  /** Takes `waiter`, which is in this queue, from wherever it stands. */
  remove(waiter: W): void {
    const ahead = waiter.ahead as W | null;
    const behind = waiter.behind as W | null;
    if (ahead === null) this.first = behind;
    else ahead.behind = behind;
    if (behind === null) this.#last = ahead;
    else behind.ahead = ahead;
    waiter.queue = waiter.ahead = waiter.behind = null;
    this.size--;
  }
}
