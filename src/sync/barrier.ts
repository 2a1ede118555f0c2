// A barrier: nobody goes on before all have come.
//
// Invariants
//   fewer than `parties` wait at any time: the one that makes it full waits not at all, and lets all go
//   whoever is cancelled while it waits has not come; once it is full, all have
//   a task comes once, also where it waits in two clauses of a select
//
// May import: the scheduler layer, checks.

import { created, touch } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import { type Op, PENDING, Waiter } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import { checkCount, checkRun, type Named, titled } from "./checks.ts";

class Arrival extends Waiter<number> {
  readonly barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.barrier = barrier;
  }

  poll(task: Task): unknown {
    const { queue, parties } = this.barrier;
    checkRun(queue.first?.task?.scheduler, task, "this barrier");
    if (queue.length < parties - 1) return PENDING;
    for (let index = 0; index < parties - 1; index++) queue.take()?.complete(index);
    return parties - 1;
  }

  enlist(): void {
    const { queue } = this.barrier;
    if (this.chooser !== null) {
      for (let each = queue.first; each !== null; each = queue.after(each)) if (each.task === this.task) return;
    }
    queue.join(this);
  }

  withdraw(): void {
    this.barrier.queue.leave(this);
  }

  override touch(): void {
    touch(this.barrier);
  }

  describe(): string {
    const { queue, parties, name } = this.barrier;
    return `${titled("barrier", name, "barrier")} that ${queue.length} of ${parties} tasks have come to`;
  }
}

/** What {@link Barrier.statistics} gives. */
export interface BarrierStatistics {
  /** How many tasks it lets go together. */
  parties: number;
  /** How many of them have come, and wait. */
  waiting: number;
}

/**
 * A point where so many tasks wait for one another, then go on together; then it is ready for the next round.
 *
 * @example
 * const order: string[] = [];
 * await run(function* () {
 *   const barrier = new Barrier(2);
 *   for (const part of ["a", "b"]) {
 *     spawn(function* () {
 *       order.push(`${part} works`);
 *       yield* barrier.wait();
 *       order.push(`${part} goes on`);
 *     });
 *   }
 * });
 * order.slice(0, 2); // -> ["a works", "b works"]
 *
 * Source: Python, `threading.Barrier`; here a task that is cancelled leaves, and nothing breaks.
 */
export class Barrier {
  /** How many tasks it lets go together. */
  readonly parties: number;
  readonly name: string | undefined;
  /** @internal */
  readonly queue: Line<Arrival> = new Line();

  /**
   * @param options `name`: shown in errors, reports and dumps
   * @throws {RangeError} if `parties` is no positive integer
   */
  constructor(parties: number, { name }: Named = {}) {
    checkCount(parties, "Barrier");
    this.name = name;
    this.parties = parties;
    created(this);
  }

  /**
   * Waits until as many tasks wait as the barrier was made for.
   *
   * @returns for `yield*`: the task's place in the order of arrival, from 0
   * @throws {SchedulerError} if tasks of another run wait
   */
  wait(): Op<number> {
    return new Arrival(this);
  }

  /** A snapshot, for logs and reports. */
  statistics(): BarrierStatistics {
    touch(this);
    return { parties: this.parties, waiting: this.queue.length };
  }
}
