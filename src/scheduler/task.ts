// A task: a coroutine that the scheduler runs. How it is resumed, interrupted, and how it ends.
//
// May import: the coroutine layer, errors, exchange, op, scope, structure, join.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { CLOSE, NEXT, runStack } from "../coroutine/drive.ts";
import { Wait } from "../coroutine/frames.ts";
import type { Exchange } from "./exchange.ts";
import { activeTask, type Op, setActiveTask } from "./op.ts";
import type { Scheduler } from "./scheduler.ts";
import { cancelScope, markOutwards, Scope } from "./scope.ts";

export type TaskState = "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";

const READY = 0;
const RUNNING = 1;
export const WAITING = 2;
export const DONE = 3;
export const FAILED = 4;
const CANCELLED = 5;

export const STATES: readonly TaskState[] = ["ready", "running", "waiting", "done", "failed", "cancelled"];

/** Who is told how a task ended. */
export interface Listener {
  taskEnded(task: Task): void;
}

/** The scheduler's side of a task. The object that users hold is a `Task` of spawn.ts, which adds the ops. */
export class Task {
  readonly scheduler: Scheduler;
  /** The scope that it belongs to; null: the task is the root of a run. */
  readonly owner: Scope | null;
  /** Its turn among those that were started, from 1. */
  readonly order: number;
  readonly isBackground: boolean;
  readonly isSupervised: boolean;
  root: Coroutine;
  status: number = READY;
  begun = false;
  /** Its innermost scope; null until it has one. */
  scope: Scope | null = null;
  /** The op that it waits for, or whose result it has not taken yet. */
  wait: Op<unknown> | null = null;
  /** How it is resumed next, and with what. */
  mode: number = NEXT;
  value: unknown = undefined;
  /** A cancellation came while it was running: its next wait is where it enters. */
  interrupted = false;
  /** Whether somebody has asked how it ended. */
  isObserved = false;
  /** What it returned, threw, or was cancelled for. */
  outcome: unknown = undefined;
  exchange: Exchange | null = null;
  listeners: Set<Listener> | null = null;
  previous: Task | null = null;
  following: Task | null = null;
  nextReady: Task | null = null;

  constructor(
    scheduler: Scheduler,
    root: Coroutine,
    owner: Scope | null,
    isBackground: boolean,
    isSupervised: boolean,
  ) {
    this.scheduler = scheduler;
    this.root = root;
    this.owner = owner;
    this.isBackground = isBackground;
    this.isSupervised = isSupervised;
    this.order = ++scheduler.started;
    scheduler.live++;
    owner?.add(this);
  }

  get name(): string {
    return this.root.name;
  }

  get hasEnded(): boolean {
    return this.status >= DONE;
  }

  /** The scope that all of it runs in. */
  own(): Scope {
    if (this.scope === null) return (this.scope = new Scope(this, this.owner, this.name, false));
    let scope = this.scope;
    while (scope.parent !== null && scope.parent.task === this) scope = scope.parent;
    return scope;
  }

  /** Makes it ready to go on with `value`. */
  resume(mode: number, value: unknown): void {
    this.mode = mode;
    this.value = value;
    this.status = READY;
    this.scheduler.enqueue(this);
  }

  /** Runs it to its next wait, yield or end. Only the loop calls this. */
  step(): void {
    if (this.status !== READY) return;
    const { mode, value } = this;
    const resumer = activeTask();
    this.status = RUNNING;
    this.begun = true;
    this.mode = NEXT;
    this.value = undefined;
    setActiveTask(this);
    let result: IteratorResult<unknown, unknown>;
    try {
      result = runStack(this.root, mode, value);
    } catch (error) {
      setActiveTask(resumer);
      this.#bodyEnded(FAILED, error);
      return;
    }
    setActiveTask(resumer);
    if (result instanceof Wait) {
      if (this.status === RUNNING) this.status = WAITING;
    } else if (result.done === true) {
      this.#bodyEnded(DONE, result.value);
      return;
    } else {
      this.status = WAITING;
      this.onYield(this, result.value);
    }
    if (this.interrupted) this.interrupt();
  }

  /** What a value that the body yields is for; set by the exchange module, so that a run without one is smaller. */
  onYield(_task: Task, _value: unknown): void {}

  cancel(reason: unknown): void {
    if (this.hasEnded) return;
    if (this.begun) cancelScope(this.own(), reason);
    else this.#end(CANCELLED, reason);
  }

  /** Whether a cancellation that came while it ran enters at the wait that it comes to now. */
  isUnwinding(): boolean {
    if (!this.interrupted) return false;
    this.interrupted = this.mustUnwind();
    return this.interrupted;
  }

  /** Has a cancellation enter, if there is one and the task is not in cleanup. */
  interrupt(): void {
    this.interrupted = false;
    if (this.hasEnded || !this.mustUnwind()) return;
    if (this.status === RUNNING) {
      this.interrupted = true;
      return;
    }
    const { wait, scope } = this;
    this.wait = null;
    if (wait !== null) {
      if (this.status === WAITING) wait.withdraw();
      else if (this.mode === NEXT) wait.revoke(this.value);
    }
    if (this.exchange !== null) this.exchange.parked = false;
    markOutwards(scope!);
    scope!.masked = true;
    scope!.closing = this.root.closing;
    if (this.status === WAITING) this.resume(CLOSE, undefined);
    this.mode = CLOSE;
    this.value = undefined;
  }

  /** Whether a cancellation reaches the innermost scope: none in between is a shield, or is in cleanup. */
  mustUnwind(): boolean {
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
      this.#end(status, value);
      return;
    }
    // The first time for the body, the second for what the scope had to do at its end.
    if (!scope.hasEnded) {
      scope.hasEnded = true;
      scope.masked = true;
      if (status === FAILED) scope.fail(value, 0);
      else this.outcome = value;
      const rest = scope.atEnd();
      if (rest !== null) {
        this.root = rest;
        this.resume(NEXT, undefined);
        return;
      }
    } else if (status === FAILED) {
      scope.fail(value, 0);
    }
    const failure = scope.failure();
    if (failure !== null) this.#end(FAILED, failure.error);
    else if (scope.cancelled) this.#end(CANCELLED, scope.reason);
    else this.#end(DONE, this.outcome);
  }

  #end(status: number, outcome: unknown): void {
    this.status = status;
    this.outcome = outcome;
    this.scheduler.live--;
    this.scope?.controller?.abort();
    const { owner, listeners } = this;
    if (owner !== null) {
      if (status === FAILED) owner.childFailed(this);
      owner.remove(this);
    }
    this.listeners = null;
    if (listeners !== null) for (const listener of listeners) listener.taskEnded(this);
  }
}
