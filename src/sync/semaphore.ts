// A semaphore: so many at a time.
//
// Invariants
//   whoever is first in line and fits is served at once; so while somebody waits, the first one wants
//   more permits than there are, and nobody behind it, or who comes later, overtakes it
//   0 <= available <= permits
//
// May import: the scheduler layer, checks.

import { SchedulerError } from "../scheduler/errors.ts";
import { created, touch, touchPart } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import { activeTask, type Op, PENDING, requireTask, Waiter } from "../scheduler/op.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Task } from "../scheduler/task.ts";
import { checkCount, checkRun, type Named, titled } from "./checks.ts";

class Acquire extends Waiter<void> {
  readonly semaphore: Semaphore;
  readonly permits: number;

  constructor(semaphore: Semaphore, permits: number) {
    super();
    this.semaphore = semaphore;
    this.permits = permits;
  }

  poll(task: Task): unknown {
    return this.semaphore.take(task, this.permits) ? undefined : PENDING;
  }

  enlist(): void {
    this.semaphore.queue.join(this);
  }

  withdraw(): void {
    this.semaphore.queue.leave(this);
    // Those behind it may fit.
    this.semaphore.giveBack(0);
  }

  override revoke(): void {
    this.semaphore.giveBack(this.permits);
  }

  override touch(isWhole = false): void {
    // A release commutes with those that come for permits, they do not with one another.
    touchPart(this.semaphore, " acquires", isWhole);
  }

  describe(): string {
    const { available, permits, name } = this.semaphore;
    return `acquire(${this.permits}) of ${titled("semaphore", name, "a semaphore")} with ${available} of ${permits} permits available`;
  }
}

/** What {@link Semaphore.statistics} gives. */
export interface SemaphoreStatistics {
  /** How many permits there are. */
  permits: number;
  /** How many of them nobody has. */
  available: number;
  /** How many tasks wait for some. */
  waiting: number;
}

/**
 * So many permits, of which each task takes some and gives them back; those that wait get them in the order in which
 * they came, also where a later one wants fewer.
 *
 * @example
 * let most = 0;
 * await run(function* () {
 *   const connections = new Semaphore(2);
 *   let open = 0;
 *   for (let i = 0; i < 5; i++) {
 *     spawn(function* () {
 *       yield* connections.acquire();
 *       try {
 *         most = Math.max(most, ++open);
 *         yield* sleep(1);
 *         open--;
 *       } finally {
 *         connections.release();
 *       }
 *     });
 *   }
 * });
 * most; // -> 2
 *
 * Source: Go, `x/sync/semaphore` (weighted, a large one is not starved); Kotlin, `Semaphore`.
 */
export class Semaphore {
  /** How many permits there are. */
  readonly permits: number;
  readonly name: string | undefined;
  /** @internal */
  readonly queue: Line<Acquire> = new Line();
  #available: number;
  /** Whose tasks have the permits that are out. */
  #user: Scheduler | undefined = undefined;

  /**
   * @param options `name`: shown in errors, reports and dumps
   * @throws {RangeError} if `permits` is no positive integer
   */
  constructor(permits: number, { name }: Named = {}) {
    checkCount(permits, "Semaphore");
    this.name = name;
    this.permits = this.#available = permits;
    created(this);
  }

  /** How many permits nobody has. */
  get available(): number {
    touch(this);
    return this.#available;
  }

  /**
   * Waits until `k` permits are available and nobody is ahead, and takes them.
   *
   * @throws {RangeError} if `k` is no positive integer, or more than there are
   * @throws {SchedulerError} if tasks of another run use it
   */
  acquire(k = 1): Op<void> {
    this.#check(k, "acquire");
    return new Acquire(this, k);
  }

  /**
   * Takes `k` permits if that needs no wait.
   *
   * @returns whether it did
   * @throws {RangeError} if `k` is no positive integer, or more than there are
   * @throws {SchedulerError} outside a task, or if tasks of another run use it
   */
  tryAcquire(k = 1): boolean {
    this.#check(k, "tryAcquire");
    touch(this);
    return this.take(requireTask("tryAcquire()"), k);
  }

  /**
   * Gives `k` permits back, from any task or callback.
   *
   * @throws {RangeError} if `k` is no positive integer
   * @throws {SchedulerError} if fewer are out, or tasks of another run use it
   */
  release(k = 1): void {
    checkCount(k, "release");
    touchPart(this, " releases", false);
    checkRun(this.#userNow(), activeTask(), "this semaphore");
    if (this.#available + k > this.permits) {
      touch(this);
      const out = this.permits - this.#available;
      throw new SchedulerError(
        `release(${k}), but ${out} of ${this.permits} permits are out: release what was acquired`,
      );
    }
    this.giveBack(k);
  }

  /** A snapshot, for logs and reports. */
  statistics(): SemaphoreStatistics {
    touch(this);
    return { permits: this.permits, available: this.#available, waiting: this.queue.length };
  }

  /** Takes `k` permits for `task` if nobody is ahead and there are so many. @internal */
  take(task: Task, k: number): boolean {
    checkRun(this.#userNow(), task, "this semaphore");
    if (this.queue.first !== null || this.#available < k) return false;
    this.#available -= k;
    this.#user = task.scheduler;
    return true;
  }

  /** Puts `k` permits back, and serves who fits. @internal */
  giveBack(k: number): void {
    this.#available += k;
    for (let { first } = this.queue; first !== null && first.permits <= this.#available; { first } = this.queue) {
      this.queue.take();
      this.#available -= first.permits;
      first.complete(undefined);
    }
  }

  #userNow(): Scheduler | undefined {
    return this.#available < this.permits ? this.#user : undefined;
  }

  #check(k: number, what: string): void {
    checkCount(k, what);
    if (k > this.permits)
      throw new RangeError(`${what}(${k}) can never be done: the semaphore has ${this.permits} permits`);
  }
}
