// A task: a coroutine that the scheduler runs. How it is resumed, interrupted, and how it ends.
//
// May import: the coroutine layer, end-scope, errors, exchange, footprint, interrupt, join, op, scope, sites, states,
// swallowed.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { CLOSE, NEXT, runStack, tasks } from "../coroutine/drive.ts";
import { inspectable } from "../coroutine/errors.ts";
import { CREATED, HELD } from "../coroutine/frames.ts";
import { restOf } from "./end-scope.ts";
import { SchedulerError } from "./errors.ts";
import { type Exchange, Send, taskYielded } from "./exchange.ts";
import { END, touch, touchStart } from "./footprint.ts";
import { endLost, interrupt, isUnwinding } from "./interrupt.ts";
import { Join, type Listener, whenEnded } from "./join.ts";
import type { Line } from "./line.ts";
import { activeTask, dropStray, type Op, type Waitable } from "./op.ts";
import type { Scheduler } from "./scheduler.ts";
import { cancelScope, Scope } from "./scope.ts";
import { noteFailure } from "./sites.ts";
import {
  CANCELLED,
  DONE,
  ENDING,
  FAILED,
  INTERRUPTED,
  RUNNING,
  STATES,
  SUPERVISED,
  type TaskState,
  WAITING,
  WATCHED,
} from "./states.ts";
import { hasGoneOn, watch } from "./swallowed.ts";

// V8 folds what a module keeps for itself.
const runBodies = runStack;

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
  /** @internal When it began to wait, in the scheduler's `time`. */
  since = 0;
  /** @internal The op that it waits for, or whose result it has not taken yet. */
  wait: Op<unknown> | null = null;
  /** @internal The store that it runs in (ambient.ts). */
  readonly ambient: unknown;
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

  static {
    inspectable(this.prototype);
  }

  /** @internal */
  constructor(scheduler: Scheduler, root: Coroutine, owner: Scope | null, flags: number) {
    this.scheduler = scheduler;
    this.root = root;
    root.status |= HELD;
    this.owner = owner;
    this.flags = flags;
    this.order = ++scheduler.started;
    scheduler.live++;
    this.ambient = scheduler.ambient?.getStore();
    owner?.add(this);
    scheduler.watcher?.tell("taskSpawned", this);
  }

  /** That of its body; may be changed, to tell tasks of one body apart. Shown in errors and dumps. */
  get name(): string {
    return this.root.name;
  }

  set name(name: string) {
    this.root.name = name;
  }

  /** The task that it was started in; null: it is the root of a run. */
  get parent(): Task | null {
    return this.owner?.task ?? null;
  }

  get state(): TaskState {
    touch(this, "", true);
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

  /** @internal */
  describe(): string {
    return `task ${this.name}`;
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
      else whenEnded(this, resolve);
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
    touchStart(this);
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
    if (status === CLOSE) watch(this);
    this.status = RUNNING;
    this.value = undefined;
    let result: IteratorResult<unknown, unknown> | null;
    try {
      result = runBodies(this.root, status, value);
    } catch (error) {
      if (this.wait !== null) dropStray(this);
      return bodyEnded(this, FAILED, error);
    }
    if (result !== null) {
      // It went on after a wait that some iteration had swallowed.
      if (this.wait !== null) dropStray(this);
      if (result.done === true) return bodyEnded(this, DONE, result.value);
    }
    if (this.status === RUNNING) {
      this.status = WAITING;
      this.since = this.scheduler.time;
    }
    if (result !== null) taskYielded(this, result.value);
    if ((this.flags & (WATCHED | INTERRUPTED)) === 0) return;
    if (result === null && (this.flags & WATCHED) !== 0 && hasGoneOn(this)) endLost(this);
    if ((this.flags & INTERRUPTED) !== 0) this.interrupt();
  }

  /** @internal */
  cancelNow(reason: unknown): void {
    touch(this);
    if (this.hasEnded) return;
    if (this.hasBegun) return cancelScope(this.own(), reason);
    this.scheduler.watcher?.tell("taskCancelled", this);
    this.end(CANCELLED, reason);
  }

  /** @internal For those that interrupt.ts must not import. */
  interrupt(): void {
    touch(this);
    interrupt(this);
  }

  /** @internal */
  isUnwinding(): boolean {
    return isUnwinding(this);
  }

  /** @internal */
  end(status: number, value: unknown): void {
    const { owner, listeners, exchange } = this;
    this.status = status;
    this.value = value;
    touch(this, END);
    this.scheduler.live--;
    this.scope?.end();
    if (status === FAILED) noteFailure(this, value);
    if (owner !== null) {
      if (status === FAILED) owner.childFailed(this, (this.flags & SUPERVISED) !== 0);
      owner.remove(this);
    }
    this.scheduler.watcher?.tell("taskEnded", this);
    exchange?.taskEnded();
    if (listeners === null) return;
    this.listeners = null;
    for (let listener = listeners.take(); listener !== null; listener = listeners.take()) listener.taskEnded(this);
  }
}

function bodyEnded(task: Task, status: number, value: unknown): void {
  if (task.scope === null) {
    task.end(status, value);
    return;
  }
  const scope = task.own();
  // The first time for the body, the second for what the scope had to do at its end.
  if ((task.flags & ENDING) === 0) {
    task.flags |= ENDING;
    scope.masked = true;
    if (status === FAILED) scope.fail(value, 0);
    else scope.result = value;
    const rest = restOf(task.scope);
    if (rest !== null) {
      task.root = rest;
      task.resume(NEXT, undefined);
      return;
    }
  } else if (status === FAILED) {
    scope.fail(value, 0);
  }
  const failure = scope.failure();
  if (failure !== null) task.end(FAILED, failure.error);
  else if (scope.cancelled) task.end(CANCELLED, scope.reason);
  else task.end(DONE, scope.result);
}

tasks.root = () => activeTask()?.root ?? null;
tasks.cleanupFailed = (error) => activeTask()!.scope!.fail(error, 0);
