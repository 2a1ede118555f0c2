// A condition: tasks that hold a mutex wait until another one that holds it has changed what it guards.
//
// A waiter stands in two lines, one after the other: first in that of the condition; `notify` moves it
// to that of the mutex, where it stands until it has the lock. So it is woken once, holding it.
//
// Invariants
//   a waiter is moved only while some task holds the mutex
//   a notification is never lost: a waiter that is cancelled between it and its return passes it on
//   a task leaves `wait()` with the mutex and the guard that it came with, also when it is cancelled
//
// May import: the scheduler layer, mutex, checks.

import { created, touch, touchPart } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import { PENDING, type Waitable } from "../scheduler/op.ts";
import { toCoroutine } from "../scheduler/runnable.ts";
import type { Task } from "../scheduler/task.ts";
import { checkCount, checkRun, type Named, titled } from "./checks.ts";
import { type Guard, Lock, LOCKS, Mutex } from "./mutex.ts";

/** A place in the line for a notification, and then in that for the lock. */
class Notified extends Lock {
  readonly condition: Condition;
  /** It was notified in particular, not with all others: somebody else is to have that if it is cancelled. */
  passesOn = false;
  /** It stands in the line for the lock. */
  isNotified = false;

  constructor(condition: Condition, kept: Guard) {
    super(condition.mutex, kept);
    this.condition = condition;
  }

  override poll(): unknown {
    return PENDING;
  }

  override enlist(): void {
    this.condition.queue.join(this);
  }

  /** Cancelled while it waits: for the notification, or for the lock. */
  override withdraw(): void {
    (this.isNotified ? this.mutex.queue : this.condition.queue).leave(this);
    if (this.passesOn) this.condition.wake(1, true);
  }

  /** Cancelled when it had the lock, which it keeps. */
  override revoke(): void {
    if (this.passesOn) this.condition.wake(1, true);
  }

  override touch(isWhole = false): void {
    touch(this.condition);
    super.touch(isWhole);
  }

  override describe(): string {
    if (this.isNotified) return super.describe();
    return `notification of ${titled("condition", this.condition.name, "a condition")}`;
  }

  override needs(tell: (task: Task, held: string) => void): void {
    if (this.isNotified) super.needs(tell);
  }
}

/** `yield*` on it waits, each time anew. A frame of its own: there a cancellation waits for the lock. */
class Wait implements Waitable<void> {
  readonly #condition: Condition;

  constructor(condition: Condition) {
    this.#condition = condition;
  }

  [Symbol.iterator](): Iterator<never, void, unknown> {
    const condition = this.#condition;
    const task = condition.mutex.requireHolder("wait()");
    return toCoroutine(waitIn, [condition, task], "wait()")[Symbol.iterator]() as never;
  }

  describe(): string {
    return "wait for a condition";
  }
}

function* waitIn(condition: Condition, task: Task): Generator<never, void, unknown> {
  const { mutex } = condition;
  const guard = mutex.guard!;
  checkRun(condition.queue.first?.task?.scheduler, task, "this condition");
  mutex.pass();
  try {
    yield* new Notified(condition, guard);
  } finally {
    if (mutex.holder !== task) yield* new Lock(mutex, guard);
  }
}

/** What {@link Condition.statistics} gives. */
export interface ConditionStatistics {
  /** How many tasks wait for a notification. */
  waiting: number;
}

/**
 * Has tasks wait until something that a mutex guards has changed.
 *
 * @example
 * const item = await run(function* () {
 *   const mutex = new Mutex();
 *   const filled = new Condition(mutex);
 *   const items: string[] = [];
 *   spawn(function* () {
 *     const guard = yield* mutex.lock();
 *     items.push("first");
 *     filled.notify();
 *     guard[Symbol.dispose]();
 *   });
 *   const guard = yield* mutex.lock();
 *   try {
 *     while (items.length === 0) yield* filled.wait();
 *     return items.shift();
 *   } finally {
 *     guard[Symbol.dispose]();
 *   }
 * });
 * item; // -> "first"
 *
 * Source: Trio, `Condition` (the notified go straight to the line for the lock); Python 3.13, `asyncio.Condition` (a
 * cancelled task passes its notification on).
 */
export class Condition {
  readonly mutex: Mutex;
  readonly name: string | undefined;
  /** @internal */
  readonly queue: Line<Notified> = new Line();

  /**
   * @param options `name`: shown in errors, reports and dumps
   * @throws {TypeError} if `mutex` is none
   */
  constructor(mutex: Mutex, { name }: Named = {}) {
    if (!(mutex instanceof Mutex)) throw new TypeError("Condition needs the Mutex that guards what is waited for");
    this.mutex = mutex;
    this.name = name;
    created(this);
  }

  /**
   * Unlocks the mutex, waits for a notification, and has the mutex again when it ends, also when it is cancelled; look
   * then whether what you wait for is so.
   *
   * @throws {SchedulerError} if the task does not hold the mutex
   */
  wait(): Waitable<void> {
    return new Wait(this);
  }

  /**
   * Wakes the `n` tasks that have waited longest; they go on, one by one, when the mutex is unlocked.
   *
   * @throws {RangeError} if `n` is no positive integer
   * @throws {SchedulerError} if the task does not hold the mutex
   */
  notify(n = 1): void {
    checkCount(n, "notify");
    this.mutex.requireHolder("notify()");
    this.wake(n, true);
  }

  /** Wakes all tasks that wait now. @throws {SchedulerError} if the task does not hold the mutex */
  notifyAll(): void {
    this.mutex.requireHolder("notifyAll()");
    this.wake(this.queue.length, false);
  }

  /** A snapshot, for logs and reports. */
  statistics(): ConditionStatistics {
    touch(this);
    return { waiting: this.queue.length };
  }

  /** Moves up to `n` waiters to the line for the mutex. @internal */
  wake(n: number, passesOn: boolean): void {
    touch(this);
    touchPart(this.mutex, LOCKS, false);
    for (let waiter: Notified | null; n > 0 && (waiter = this.queue.take()) !== null; n--) {
      waiter.passesOn = passesOn;
      waiter.isNotified = true;
      this.mutex.queue.join(waiter);
    }
  }
}
