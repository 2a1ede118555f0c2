// A task: a coroutine that the scheduler runs. How it is resumed, interrupted, and how it ends.
//
// May import: the coroutine layer, end-scope, errors, exchange, join, op, scope, states.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { CLOSE, NEXT, runStack } from "../coroutine/drive.ts";
import { CREATED, WAIT } from "../coroutine/frames.ts";
import { restOf } from "./end-scope.ts";
import { SchedulerError } from "./errors.ts";
import { type Exchange, Send, taskYielded } from "./exchange.ts";
import { Join, listen, type Listener } from "./join.ts";
import type { Line } from "./line.ts";
import type { Op, Waitable } from "./op.ts";
import type { Scheduler } from "./scheduler.ts";
import { cancelScope, markOutwards, Scope } from "./scope.ts";
import {
  CANCELLED,
  CANCELLED_SCOPE,
  DONE,
  ENDING,
  FAILED,
  INTERRUPTED,
  RUNNING,
  STATES,
  SUPERVISED,
  type TaskState,
  WAITING,
} from "./states.ts";

/** A coroutine that runs beside others. `yield* task` waits for its end: gives what it returns, or throws its failure. */
export class Task<Y = unknown, R = unknown, S = unknown> implements Waitable<R> {
  /** @internal */
  readonly scheduler: Scheduler;
  /** @internal The scope that it belongs to; null: the task is the root of a run. */
  readonly owner: Scope | null;
  /** @internal Its turn among those that were started, from 1. */
  readonly order: number;
  /** @internal */
  flags: number;
  /** @internal */
  root: Coroutine;
  /** @internal What it does, and how it is to be resumed (states.ts). */
  status: number = NEXT;
  /** @internal What it is resumed with; what it returned, threw, or was cancelled for. */
  value: unknown = undefined;
  /** @internal Its innermost scope; null until it has one. */
  scope: Scope | null = null;
  /** @internal The op that it waits for, or whose result it has not taken yet. */
  wait: Op<unknown> | null = null;
  /** @internal */
  exchange: Exchange | null = null;
  /** @internal */
  listeners: Line<Listener> | null = null;
  /** @internal */
  previous: Task | null = null;
  /** @internal */
  following: Task | null = null;
  /** @internal */
  nextReady: Task | null = null;

  /** @internal */
  constructor(scheduler: Scheduler, root: Coroutine, owner: Scope | null, flags: number) {
    this.scheduler = scheduler;
    this.root = root;
    this.owner = owner;
    this.flags = flags;
    this.order = ++scheduler.started;
    scheduler.live++;
    owner?.add(this);
  }

  get name(): string {
    return this.root.name;
  }

  get state(): TaskState {
    return STATES[this.status]!;
  }

  /** Joins it. @throws its failure; {@link CancelledError} if it was cancelled */
  [Symbol.iterator](): Iterator<never, R, unknown> {
    return new Join(this, true) as never;
  }

  /** Cancels it, at once. What this gives can be waited for: it ends when the cleanup has. */
  cancel(reason?: unknown): Waitable<void> {
    this.cancelNow(reason);
    return new Join(this, false) as Waitable<unknown> as Waitable<void>;
  }

  /**
   * Sends `value` to the `yield` where it waits; gives the next value that it yields. One that has not come to its
   * first `yield` is brought there, and what it yields there is dropped, as `next()` does by hand.
   *
   * @throws {StopIteration} if it ends instead (`.value` is what it returned); or its failure
   */
  send(value: S): Waitable<Y> {
    return new Send(this, value) as Waitable<unknown> as Waitable<Y>;
  }

  /** For instance `<task worker waiting>`. */
  toString(): string {
    return `<task ${this.name} ${this.state}>`;
  }

  /** `using task = …`: cancels it at the end of the block. */
  [Symbol.dispose](): void {
    this.cancelNow(undefined);
  }

  /** `await using task = …`, in code outside: cancels it, and waits until its cleanup has ended. */
  [Symbol.asyncDispose](): Promise<void> {
    this.cancelNow(undefined);
    return new Promise((resolve) => {
      if (this.hasEnded) resolve();
      else listen(this, { ahead: null, behind: null, taskEnded: () => resolve() });
    });
  }

  /** @internal */
  get hasEnded(): boolean {
    return this.status >= DONE;
  }

  /** @internal */
  get hasBegun(): boolean {
    return !(this.root.status & CREATED) || (this.flags & ENDING) !== 0;
  }

  /** @internal The scope that all of it runs in. */
  own(): Scope {
    if (this.scope === null) return (this.scope = new Scope(this, this.owner, this.name, false));
    let scope = this.scope;
    while (scope.parent !== null && scope.parent.task === this) scope = scope.parent;
    return scope;
  }

  /** @internal Starts a task in `owner`, a scope of this task. */
  start(owner: Scope, root: Coroutine, flags: number): Task {
    if (owner.hasEnded) throw new SchedulerError(`${owner.name} has ended: no task can be started in it any more`);
    const task = new Task(this.scheduler, root, owner, flags);
    if (owner.cancelled) task.end(CANCELLED, owner.reason);
    else this.scheduler.enqueue(task);
    return task;
  }

  /** @internal Makes it ready to go on with `value`. */
  resume(mode: number, value: unknown): void {
    this.status = mode;
    this.value = value;
    this.scheduler.enqueue(this);
  }

  /** @internal Runs it to its next wait, yield or end. Only the loop calls this. */
  step(): void {
    const { status, value } = this;
    if (status >= RUNNING) return;
    this.status = RUNNING;
    this.value = undefined;
    let result: IteratorResult<unknown, unknown>;
    try {
      result = runStack(this.root, status, value);
    } catch (error) {
      this.#bodyEnded(FAILED, error);
      return;
    }
    if (result === WAIT) {
      if (this.status === RUNNING) this.status = WAITING;
    } else if (result.done === true) {
      this.#bodyEnded(DONE, result.value);
      return;
    } else {
      this.status = WAITING;
      taskYielded(this, result.value);
    }
    if ((this.flags & INTERRUPTED) !== 0) this.interrupt();
  }

  /** @internal */
  cancelNow(reason: unknown): void {
    if (this.hasEnded) return;
    if (this.hasBegun) cancelScope(this.own(), reason);
    else this.end(CANCELLED, reason);
  }

  /** @internal Whether a cancellation that came while it ran enters at the wait that it comes to now. */
  isUnwinding(): boolean {
    const unwinds = this.mustUnwind();
    if (!unwinds) this.flags &= ~INTERRUPTED;
    return unwinds;
  }

  /** @internal Has a cancellation enter, if there is one and the task is not in cleanup. */
  interrupt(): void {
    this.flags &= ~INTERRUPTED;
    if (this.hasEnded || !this.mustUnwind()) return;
    const { status, wait, scope } = this;
    if (status === RUNNING) {
      this.flags |= INTERRUPTED;
      return;
    }
    this.wait = null;
    if (wait !== null) this.#leave(wait, status);
    if (this.exchange !== null) this.exchange.isParked = false;
    markOutwards(scope!);
    scope!.masked = true;
    scope!.closing = this.root.closing;
    if (status === WAITING) this.resume(CLOSE, undefined);
    this.status = CLOSE;
    this.value = undefined;
  }

  #leave(wait: Op<unknown>, status: number): void {
    try {
      if (status === NEXT) wait.revoke(this.value);
      if (status !== WAITING) return;
      wait.withdraw();
      wait.dropped();
    } catch (error) {
      // Of a callback of the user's, for instance a channel's `onUndelivered`.
      this.own().fail(error, 0);
    }
  }

  /** @internal Whether a cancellation reaches the innermost scope: none in between is a shield, or is in cleanup. */
  mustUnwind(): boolean {
    if (this.flags < CANCELLED_SCOPE) return false;
    for (let scope = this.scope; scope !== null && scope.task === this; scope = scope.parent) {
      if (scope.masked) return false;
      if (scope.cancelled) return true;
      if (scope.shielded) return false;
    }
    return false;
  }

  #bodyEnded(status: number, value: unknown): void {
    const { scope } = this;
    if (scope === null) {
      this.end(status, value);
      return;
    }
    // The first time for the body, the second for what the scope had to do at its end.
    if ((this.flags & ENDING) === 0) {
      this.flags |= ENDING;
      scope.masked = true;
      if (status === FAILED) scope.fail(value, 0);
      else scope.result = value;
      const rest = restOf(scope);
      if (rest !== null) {
        this.root = rest;
        this.resume(NEXT, undefined);
        return;
      }
    } else if (status === FAILED) {
      scope.fail(value, 0);
    }
    const failure = scope.failure();
    if (failure !== null) this.end(FAILED, failure.error);
    else if (scope.cancelled) this.end(CANCELLED, scope.reason);
    else this.end(DONE, scope.result);
  }

  /** @internal */
  end(status: number, value: unknown): void {
    const { owner, listeners, exchange } = this;
    this.status = status;
    this.value = value;
    this.scheduler.live--;
    this.scope?.end();
    if (owner !== null) {
      if (status === FAILED) owner.childFailed(this, (this.flags & SUPERVISED) !== 0);
      owner.remove(this);
    }
    if (exchange !== null) exchange.taskEnded();
    if (listeners === null) return;
    this.listeners = null;
    for (let listener = listeners.take(); listener !== null; listener = listeners.take()) listener.taskEnded(this);
  }
}
