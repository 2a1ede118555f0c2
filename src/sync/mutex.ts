// A mutex: one task at a time.
//
// Invariants
//   nobody waits while the mutex is free: `unlock` makes the first in line the holder, at once, so that
//   nobody who comes later gets in between
//   `guard` is that of the present hold; any other one is spent, and disposing it has no effect
//
// May import: the scheduler layer, checks.

import { SchedulerError } from "../scheduler/errors.ts";
import { created, touch, touchPart } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import { type Op, PENDING, requireTask, Waiter } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import { checkRun, type Named, titled } from "./checks.ts";

/** What {@link Mutex.lock} gives: disposing it unlocks the mutex, once. */
export class Guard {
  readonly #mutex: Mutex;

  /** @internal */
  constructor(mutex: Mutex) {
    this.#mutex = mutex;
  }

  /**
   * Unlocks the mutex; no effect if that was done.
   *
   * @throws {SchedulerError} in another task than the one that locked it, unless that has ended: `all([mutex.lock()])`
   *   locks in a task of its own, and gives the guard to whoever waits for it
   */
  [Symbol.dispose](): void {
    const mutex = this.#mutex;
    if (mutex.guard !== this) return;
    if (mutex.holder!.hasEnded) mutex.pass();
    else mutex.unlock();
  }
}

/** A part of a mutex (footprint.ts): an unlock commutes with those that come for the lock, they do not with one another. */
export const LOCKS = " locks";

/** A place in the line for a mutex. @internal */
export class Lock extends Waiter<Guard> {
  readonly mutex: Mutex;
  /** The guard of a hold that was interrupted, and goes on with this one. */
  readonly kept: Guard | null;

  constructor(mutex: Mutex, kept: Guard | null) {
    super();
    this.mutex = mutex;
    this.kept = kept;
  }

  poll(task: Task): unknown {
    const { mutex } = this;
    const { holder } = mutex;
    checkRun(holder?.scheduler, task, "this mutex");
    if (holder === task) {
      throw new SchedulerError(`task ${task.name} holds this mutex already: locking it again would wait for itself`);
    }
    return holder === null ? mutex.grant(task, this.kept) : PENDING;
  }

  enlist(_task: Task): void {
    this.mutex.queue.join(this);
  }

  withdraw(): void {
    this.mutex.queue.leave(this);
  }

  override revoke(): void {
    this.mutex.pass();
  }

  override touch(isWhole = false): void {
    touchPart(this.mutex, LOCKS, isWhole);
  }

  describe(): string {
    return this.mutex.describe();
  }

  override needs(tell: (task: Task, held: string) => void): void {
    const { holder, name } = this.mutex;
    if (holder !== null) tell(holder, titled("mutex", name, "the mutex"));
  }
}

/** What {@link Mutex.statistics} gives. */
export interface MutexStatistics {
  isLocked: boolean;
  /** The name of the task that holds it. */
  holder: string | undefined;
  /** How many tasks wait for it. */
  waiting: number;
}

/**
 * A lock that one task at a time holds; those that wait get it in the order in which they came.
 *
 * @example
 * let balance = 0;
 * await run(function* () {
 *   const mutex = new Mutex();
 *   const deposit = function* () {
 *     const guard = yield* mutex.lock();
 *     try {
 *       const before = balance;
 *       yield* sleep(1);
 *       balance = before + 1;
 *     } finally {
 *       guard[Symbol.dispose]();
 *     }
 *   };
 *   spawn(deposit);
 *   spawn(deposit);
 * });
 * balance; // -> 2
 *
 * Source: Trio, `Lock` (owned by a task, direct hand-over); Kotlin, `Mutex`.
 */
export class Mutex {
  readonly name: string | undefined;
  /** @internal */
  holder: Task | null = null;
  /** @internal */
  guard: Guard | null = null;
  /** @internal */
  readonly queue: Line<Lock> = new Line();

  /** @param options `name`: shown in errors, reports and dumps */
  constructor({ name }: Named = {}) {
    this.name = name;
    created(this);
  }

  get isLocked(): boolean {
    touch(this);
    return this.holder !== null;
  }

  /**
   * Waits until the task has the lock.
   *
   * @returns for `yield*`: a guard, for `using`, or to be disposed in `finally`
   * @throws {SchedulerError} if the task holds it already, or tasks of another run use it
   */
  lock(): Op<Guard> {
    return new Lock(this, null);
  }

  /**
   * Takes the lock if it is free.
   *
   * @returns a guard; undefined if some task holds it
   * @throws {SchedulerError} outside a task, or if tasks of another run use it
   */
  tryLock(): Guard | undefined {
    const task = requireTask("tryLock()");
    touch(this);
    checkRun(this.holder?.scheduler, task, "this mutex");
    return this.holder === null ? this.grant(task, null) : undefined;
  }

  /**
   * Gives the lock to the first task that waits for it.
   *
   * @throws {SchedulerError} if it is not locked, or the running task is not the one that holds it
   */
  unlock(): void {
    this.requireHolder("unlock()");
    this.pass();
  }

  /** A snapshot, for logs and reports. */
  statistics(): MutexStatistics {
    return { isLocked: this.isLocked, holder: this.holder?.name, waiting: this.queue.length };
  }

  /** For reports, for instance `lock held by task writer`, or `mutex "accounts" held by task writer`. */
  describe(): string {
    const { holder } = this;
    const what = titled("mutex", this.name, "lock");
    if (holder === null) return `${what} that nobody holds`;
    return `${what} held by task ${holder.name}${holder.hasEnded ? ", which has ended without unlocking it" : ""}`;
  }

  /** The running task, which must hold the mutex. @internal */
  requireHolder(what: string): Task {
    const task = requireTask(what);
    if (this.holder === task) return task;
    throw new SchedulerError(
      this.holder === null
        ? `${what} in task ${task.name}, but the mutex is not locked: lock it before`
        : `${what} in task ${task.name}, but the mutex is held by task ${this.holder.name}: only the holder can`,
    );
  }

  /** Makes `task` the holder. @internal */
  grant(task: Task, kept: Guard | null): Guard {
    this.holder = task;
    return (this.guard = kept ?? new Guard(this));
  }

  /** Ends the present hold. @internal */
  pass(): void {
    touchPart(this, " unlocks", false);
    const next = this.queue.take();
    if (next === null) this.holder = this.guard = null;
    else next.complete(this.grant(next.task!, next.kept));
  }
}
