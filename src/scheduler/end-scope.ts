// What is done at the end of a scope: its tasks end, then its cleanups run, last in first out.
//
// May import: the coroutine layer, footprint, op, scope, states.

import { Coroutine } from "../coroutine/coroutine.ts";
import { TASKS, touch } from "./footprint.ts";
import { Op, PENDING, type Waitable } from "./op.ts";
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
    if (scope.lastTask !== null) yield* new TasksEnd(scope);
    const cleanup = scope.cleanups?.pop();
    if (cleanup === undefined) break;
    try {
      const rest = cleanup();
      if (typeof rest !== "object" || rest === null) continue;
      if (Symbol.iterator in rest) yield* rest as Waitable<unknown>;
      else if ("then" in rest)
        throw new TypeError("a cleanup gave a Promise, and is not waited for: give until(promise)");
    } catch (error) {
      scope.fail(error, 0);
    }
  }
  for (const task of scope.supervised ?? []) scope.fail(task.value, task.order);
}

/** What has still to be done at the end of a task's own scope; null: nothing. */
export function restOf(scope: Scope): Coroutine | null {
  touch(scope.task, TASKS);
  if (scope.lastTask === null && scope.cleanups === null && scope.supervised === null) return null;
  return Coroutine.of(endScope(scope), scope.name);
}
