// What is done at the end of a scope: its tasks end, then its cleanups run, last in first out.
//
// May import: the coroutine layer, footprint, op, runnable, scope, states.

import { Coroutine } from "../coroutine/coroutine.ts";
import { TASKS, touch } from "./footprint.ts";
import { Op, PENDING } from "./op.ts";
import { isWaitable } from "./runnable.ts";
import { childrenOf, type Scope } from "./scope.ts";
import { BACKGROUND } from "./states.ts";
import type { Task } from "./task.ts";

/** Waits until no task of a scope is left. */
export class TasksEnd extends Op<void> {
  readonly scope: Scope;

  constructor(scope: Scope) {
    super();
    this.scope = scope;
  }

  poll(): unknown {
    return this.scope.lastTask === null ? undefined : PENDING;
  }

  enlist(): void {
    const { scope } = this;
    scope.onTaskEnd = () => {
      if (scope.lastTask !== null) return;
      scope.onTaskEnd = null;
      this.complete(undefined);
    };
    endBackground(scope);
  }

  withdraw(): void {
    this.scope.onTaskEnd = null;
  }

  override touch(): void {
    touch(this.scope.task, TASKS);
  }

  describe(): string {
    return `the tasks of ${this.scope.name}`;
  }

  override needs(tell: (task: Task) => void): void {
    this.scope.tasks.forEach((task) => tell(task));
  }
}

/** Tasks in the background are cancelled when the body has ended. */
function endBackground(scope: Scope): void {
  if (scope.background === 0) return;
  for (const task of childrenOf(scope)) if (task.flags & BACKGROUND) task.cancelNow(undefined);
}

export function* endScope(scope: Scope): Generator<never, void, unknown> {
  for (;;) {
    touch(scope.task, TASKS);
    if (scope.lastTask !== null) {
      yield* new TasksEnd(scope);
      continue; // code outside may have started another one meanwhile
    }
    const place = scope.cleanups?.pop() ?? null;
    if (place === null) break;
    try {
      const rest = place.cleanup();
      if (isWaitable(rest)) yield* rest;
      else if (typeof rest === "object" && rest !== null && "then" in rest)
        throw new TypeError("a cleanup gave a Promise, and is not waited for: give until(promise)");
    } catch (error) {
      scope.fail(error, 0);
    }
  }
  for (const task of scope.supervised ?? []) scope.fail(task.value, task.order);
}

/** Ends the scopes of a task, from `innermost` on: a transfer may have left some open. */
function* endAll(innermost: Scope): Generator<never, void, unknown> {
  const { task } = innermost;
  for (let scope = innermost; ; scope = task.scope = scope.parent) {
    scope.masked = true;
    yield* endScope(scope);
    if (scope.parent?.task !== task) return;
    scope.end();
    const failure = scope.failure();
    if (failure !== null) scope.parent.fail(failure.error, 0);
  }
}

/** What has still to be done at the end of a task whose innermost scope is `scope`; null: nothing. */
export function restOf(scope: Scope): Coroutine | null {
  const { task, parent } = scope;
  touch(task, TASKS);
  const isOpen = scope.lastTask !== null || scope.cleanups !== null || scope.supervised !== null;
  return isOpen || parent?.task === task ? Coroutine.of(endAll(scope), scope.name) : null;
}
