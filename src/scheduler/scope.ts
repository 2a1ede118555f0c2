// A scope: the tasks that are started in it end before it does. Its failures, its cancellation, its end.
//
// Where a cancellation may enter. The body of a scope is a frame of its task's stack, at which closing
// stops. While that body is being closed, or has ended, the scope is `masked`: what runs then is
// cleanup, and is never cut. A scope that is opened in the cleanup is not masked, and works in full.
//
// May import: the coroutine layer, budget, errors, footprint, runnable, sites, states; Task as a type.

import type { Frame } from "../coroutine/frames.ts";
import { inspectable, show } from "../coroutine/errors.ts";
import { budget } from "./budget.ts";
import { CancelledError } from "./errors.ts";
import { TASKS, touch } from "./footprint.ts";
import type { Line, Place } from "./line.ts";
import { type ArgsOf, type Runnable, type Steps, toCoroutine } from "./runnable.ts";
import type { TaskOf } from "./spawn.ts";
import { noteSite } from "./sites.ts";
import { BACKGROUND, CANCELLED, CANCELLED_SCOPE, OBSERVED } from "./states.ts";
import type { Task } from "./task.ts";

/** A cleanup that is bound to a scope. */
export type Cleanup = () => unknown;
interface CleanupPlace extends Place {
  cleanup: Cleanup;
}

export class Scope {
  readonly name: string;
  /** The task whose body it is in. */
  readonly task: Task;
  /** The scope around it: in the same task, or the one that the task was started in; null: it is that of a run. */
  readonly parent: Scope | null;
  /** @internal */
  readonly shielded: boolean;
  /** @internal The last that was started of its tasks that have not ended; each leads to the previous one. */
  lastTask: Task | null = null;
  /** @internal How many of them it does not wait for. */
  background = 0;
  /** @internal Its failures, each with the turn of the task that it comes from; 0: from the body. */
  failures: Map<unknown, number> | null = null;
  /** @internal */
  cancelled = false;
  /** @internal */
  reason: unknown = undefined;
  /** @internal When it was cancelled, in the clock's milliseconds: a grace counts from then. */
  cancelledAt = 0;
  /** @internal In the clock's milliseconds. */
  deadlineAt: number = Infinity;
  /** @internal */
  masked = false;
  /** @internal All of it is over. */
  hasEnded = false;
  /** @internal What the stack was closing when closing entered this scope. */
  closing: Frame | null = null;
  /** @internal Called when one of its tasks has ended, while it waits for them. */
  onTaskEnd: (() => void) | null = null;
  /** @internal */
  cleanups: Line<CleanupPlace> | null = null;
  /** @internal Its supervised tasks that failed, and nobody knows. */
  supervised: Set<Task> | null = null;
  /** @internal For APIs of the host: aborted when the scope is cancelled or has ended. */
  controller: AbortController | null = null;
  /** @internal Of a shield with a grace: starts to count it. */
  onOuterCancel: ((by: Scope) => void) | null = null;
  /** @internal Of a task's own scope: what its body returned. */
  result: unknown = undefined;
  /** @internal The values of contexts (context.ts) for what runs in it; null: all have their defaults. */
  context: ReadonlyMap<unknown, unknown> | null;

  static {
    inspectable(this.prototype);
  }

  /** @internal */
  constructor(task: Task, parent: Scope | null, name: string, shielded: boolean) {
    this.task = task;
    this.parent = parent;
    this.name = name;
    this.shielded = shielded;
    this.context = parent?.task === task ? parent.context : null;
  }

  /** Its tasks that have not ended, in the order of their start. */
  get tasks(): Task[] {
    touch(this.task, TASKS);
    return childrenOf(this);
  }

  /**
   * Starts a task in the scope, from anywhere: for callbacks, which belong to no task. In one that is cancelled the task
   * is cancelled already, and starts nothing.
   *
   * @throws {SchedulerError} if the scope has ended
   */
  spawn<A extends unknown[], W extends Steps>(body: (...args: A) => W, ...args: A): TaskOf<W>;
  spawn<B extends Runnable>(body: B, ...args: ArgsOf<B>): TaskOf<B>;
  spawn<B extends Runnable>(body: B, ...args: unknown[]): TaskOf<B> {
    return spawnIn(this, body, args) as unknown as TaskOf<B>;
  }

  /** Cancels the body and all tasks of the scope, at once; from anywhere, also from outside every task. */
  cancel(reason?: unknown): void {
    cancelScope(this, reason);
  }

  /** For instance `<scope requests of task server>`. */
  toString(): string {
    return `<scope ${this.name} of task ${this.task.name}>`;
  }

  /** `using scope = …`: cancels it. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  /** @internal */
  add(task: Task): void {
    const { lastTask } = this;
    if (lastTask !== null) {
      task.previous = lastTask;
      lastTask.following = task;
    }
    this.lastTask = task;
    if (task.flags & BACKGROUND) this.background++;
    // What a task inherits is that of the moment of its start.
    if (this.context !== null) task.own().context = this.context;
  }

  /** @internal */
  remove(task: Task): void {
    touch(this.task, TASKS, true);
    const { previous, following } = task;
    if (previous !== null) previous.following = following;
    if (following === null) this.lastTask = previous;
    else following.previous = previous;
    task.previous = task.following = null;
    if (task.flags & BACKGROUND) this.background--;
    if (this.onTaskEnd !== null) this.onTaskEnd();
  }

  /** @internal */
  childFailed(task: Task, isSupervised: boolean): void {
    if (!isSupervised) this.fail(task.value, task.order);
    else if (!(task.flags & OBSERVED)) (this.supervised ??= new Set()).add(task);
  }

  /**
   * @internal A failure that is the scope's: everything in it is cancelled. What its cancellation itself made throw in a
   * cleanup, say the join of a task that was cancelled with it, is none.
   */
  fail(error: unknown, order: number): void {
    if (this.cancelled && error instanceof CancelledError && error.reason === this.reason) return;
    this.failures ??= new Map();
    if (!this.failures.has(error)) this.failures.set(error, order);
    cancelScope(this, error);
  }

  /** @internal What the scope throws at its end, if it failed. */
  failure(): { error: unknown } | null {
    if (this.failures === null) return null;
    const errors = [...this.failures].sort(([, a], [, b]) => a - b).map(([error]) => error);
    if (errors.length === 1) return { error: errors[0] };
    const told = errors.slice(0, 10).map(textOf).join("; ");
    const text = `${errors.length} failures in ${this.name}: ${told}${errors.length > 10 ? "; …" : ""}`;
    return { error: new AggregateError(errors, text, { cause: errors[0] }) };
  }

  /** @internal */
  end(): void {
    this.hasEnded = true;
    this.controller?.abort();
  }
}

function spawnIn(scope: Scope, body: unknown, args: readonly unknown[]): Task {
  const task = scope.task.start(scope, toCoroutine(body, args, "spawn"), 0);
  if (budget.sites > 0) noteSite(task, spawnIn);
  return task;
}

/** An error's text, also if it has none. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return show(error);
  }
}

/** The nearest scope that is cancelled, of `scope` and those around it in the same task. */
export function nearestCancelled(scope: Scope | null): Scope | null {
  let each = scope;
  while (each !== null && !each.cancelled) each = each.parent?.task === each.task ? each.parent : null;
  return each;
}

/** Cancels what runs in `scope`, inwards up to shields and cleanups, and its tasks with theirs, innermost first. */
export function cancelScope(scope: Scope, reason: unknown): void {
  touch(scope.task);
  if (scope.cancelled || scope.hasEnded) return;
  const at = scope.task.scheduler.clock.now();
  const tasks: Task[] = [];
  const found: Task[] = [];
  markInwards(scope, reason, at, found);
  // A list instead of recursion, as a chain of tasks may be longer than the host's stack is deep.
  for (let task = found.pop(); task !== undefined; task = found.pop()) {
    tasks.push(task);
    if (task.hasBegun) markInwards(task.own(), reason, at, found);
  }
  const { watcher } = scope.task.scheduler;
  if (watcher !== null) for (const task of [scope.task, ...tasks]) watcher.tell("taskCancelled", task);
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    touch(task);
    if (task.hasBegun) task.interrupt();
    else task.end(CANCELLED, reason);
  }
  scope.task.interrupt();
}

/** Marks `scope` and those that its task has opened in it; adds their tasks to `found`. */
function markInwards(scope: Scope, reason: unknown, at: number, found: Task[]): void {
  if (scope.cancelled) return;
  const { task } = scope;
  const inwards: Scope[] = [];
  for (let each = task.scope; each !== null && each !== scope && each.task === task; each = each.parent)
    inwards.push(each);
  mark(scope, reason, at, found);
  for (let outer = scope, inner = inwards.pop(); inner !== undefined; outer = inner, inner = inwards.pop()) {
    if (outer.masked) break;
    if (inner.shielded) {
      inner.onOuterCancel?.(scope);
      break;
    }
    mark(inner, reason, at, found);
  }
}

/** Marks `scope` and those around it, up to the one that is cancelled: they were opened after the cancellation. */
export function markOutwards(scope: Scope): void {
  const opened: Scope[] = [];
  let cancelled = scope;
  for (; !cancelled.cancelled; cancelled = cancelled.parent!) opened.push(cancelled);
  const { reason, cancelledAt } = cancelled;
  const found: Task[] = [];
  for (const each of opened) mark(each, reason, cancelledAt, found);
  for (const task of found) task.cancelNow(reason);
}

function mark(scope: Scope, reason: unknown, at: number, found: Task[]): void {
  if (!scope.cancelled) {
    scope.cancelled = true;
    scope.task.flags += CANCELLED_SCOPE;
    scope.reason = reason;
    scope.cancelledAt = at;
    scope.controller?.abort(reason);
  }
  for (const task of childrenOf(scope)) found.push(task);
}

/** Its tasks that have not ended, in the order of their start. */
export function childrenOf(scope: Scope): Task[] {
  const tasks: Task[] = [];
  for (let task = scope.lastTask; task !== null; task = task.previous) tasks.push(task);
  return tasks.toReversed();
}
