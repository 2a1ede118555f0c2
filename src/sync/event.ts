// An event: something that has happened, or has not yet.
//
// Invariants
//   nobody waits while it is set
//   whoever was waiting when it was set goes on, also if it is cleared before that task runs
//
// May import: the scheduler layer, checks.

import { created, touch } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import { activeTask, type Op, PENDING, Waiter } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import { checkRun, type Named, titled } from "./checks.ts";

class Happening extends Waiter<void> {
  readonly event: Event;

  constructor(event: Event) {
    super();
    this.event = event;
  }

  poll(task: Task): unknown {
    this.event.check(task);
    return this.event.isSet ? undefined : PENDING;
  }

  enlist(): void {
    this.event.queue.join(this);
  }

  withdraw(): void {
    this.event.queue.leave(this);
  }

  override touch(isWhole = false): void {
    touch(this.event, "", !isWhole);
  }

  describe(): string {
    return `${titled("event", this.event.name, "event")} that is not set`;
  }
}

/** What {@link Event.statistics} gives. */
export interface EventStatistics {
  isSet: boolean;
  /** How many tasks wait for it. */
  waiting: number;
}

/**
 * A flag that tasks wait for; all of them go on when it is set.
 *
 * @example
 * await run(function* () {
 *   const started = new Event();
 *   spawn(function* () {
 *     yield* sleep(1);
 *     started.set();
 *   });
 *   yield* started.wait();
 * });
 *
 * Source: Python, `asyncio.Event`; Trio, `Event` (there without `clear`).
 */
export class Event {
  readonly name: string | undefined;
  /** @internal */
  readonly queue: Line<Happening> = new Line();
  #isSet = false;

  /** @param options `name`: shown in errors, reports and dumps */
  constructor({ name }: Named = {}) {
    this.name = name;
    created(this);
  }

  get isSet(): boolean {
    touch(this);
    return this.#isSet;
  }

  /**
   * Has all tasks that wait go on, in the order in which they came, and those that come later not wait.
   *
   * @throws {SchedulerError} in a task, if tasks of another run wait
   */
  set(): void {
    touch(this, "", true); // commutes with those that come to wait
    this.check(activeTask());
    this.#isSet = true;
    for (let waiter = this.queue.take(); waiter !== null; waiter = this.queue.take()) waiter.complete(undefined);
  }

  /** Has tasks that come later wait again; those that were let go stay so. */
  clear(): void {
    touch(this);
    this.#isSet = false;
  }

  /**
   * Waits until it is set; not at all if it is.
   *
   * @throws {SchedulerError} if tasks of another run wait
   */
  wait(): Op<void> {
    return new Happening(this);
  }

  /** A snapshot, for logs and reports. */
  statistics(): EventStatistics {
    touch(this);
    return { isSet: this.#isSet, waiting: this.queue.length };
  }

  /** @internal */
  check(task: Task | null): void {
    checkRun(this.queue.first?.task?.scheduler, task, "this event");
  }
}
