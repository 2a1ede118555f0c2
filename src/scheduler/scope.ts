// A scope: the tasks that are started in it end before it does. Its failures, its cancellation, its end.
//
// Where a cancellation may enter. The body of a scope is a frame of its task's stack, at which closing
// stops. While that body is being closed, or has ended, the scope is `masked`: what runs then is
// cleanup, and is never cut. A scope that is opened in the cleanup is not masked, and works in full.
//
// May import: the coroutine layer, errors.

import type { Coroutine } from "../coroutine/coroutine.ts";
import type { Frame } from "../coroutine/frames.ts";
import type { Task } from "./task.ts";

/** A cleanup that is bound to a scope. */
export type Cleanup = () => unknown;

export class Scope {
  /** The task whose stack it is in. */
  readonly task: Task;
  /** The scope around it: in the same task, or the one that the task was started in. */
  readonly parent: Scope | null;
  readonly name: string;
  readonly shielded: boolean;
  /** Its tasks that have not ended, in the order of their start. */
  first: Task | null = null;
  last: Task | null = null;
  /** How many of them it waits for, and how many it does not. */
  awaited = 0;
  background = 0;
  /** The failures of its tasks, in the order of their start. */
  failures: { order: number; error: unknown }[] | null = null;
  cancelled = false;
  reason: unknown = undefined;
  /** When it was, in the clock's milliseconds: a grace counts from then. */
  cancelledAt = 0;
  masked = false;
  /** What the stack was closing when closing entered this scope. */
  closing: Frame | null = null;
  /** Called when one of its tasks has ended, while it waits for them. */
  onChildEnd: (() => void) | null = null;
  cleanups: Cleanup[] | null = null;
  /** Its supervised tasks that failed. */
  supervised: Task[] | null = null;
  /** For APIs of the host: aborted when the scope is cancelled or has ended. */
  controller: AbortController | null = null;
  /** Of a shield with a grace: starts to count it. */
  onOuterCancel: ((by: Scope) => void) | null = null;
  /** Of a task's own scope: its body has ended. */
  hasEnded = false;
  /** The values of contexts (context.ts) for what runs in it; null: all have their defaults. */
  context: ReadonlyMap<unknown, unknown> | null;

  constructor(task: Task, parent: Scope | null, name: string, shielded: boolean) {
    this.task = task;
    this.parent = parent;
    this.name = name;
    this.shielded = shielded;
    this.context = parent !== null && parent.task === task ? parent.context : null;
  }

  add(child: Task): void {
    child.previous = this.last;
    if (this.last === null) this.first = child;
    else this.last.following = child;
    this.last = child;
    if (child.isBackground) this.background++;
    else this.awaited++;
    // What a task inherits is that of the moment of its start.
    if (this.context !== null) child.own().context = this.context;
  }

  remove(child: Task): void {
    if (child.previous === null) this.first = child.following;
    else child.previous.following = child.following;
    if (child.following === null) this.last = child.previous;
    else child.following.previous = child.previous;
    child.previous = child.following = null;
    if (child.isBackground) this.background--;
    else this.awaited--;
    this.onChildEnd?.();
  }

  /** Its tasks as they are now: cancelling one may end others. */
  children(): Task[] {
    const children: Task[] = [];
    for (let child = this.first; child !== null; child = child.following) children.push(child);
    return children;
  }

  childFailed(child: Task): void {
    if (child.isSupervised) (this.supervised ??= []).push(child);
    else this.fail(child.outcome, child.order);
  }

  /** What has still to be done at its end, as a coroutine; null: nothing. */
  atEnd(): Coroutine | null {
    return this.first === null && this.cleanups === null && this.supervised === null ? null : ending(this);
  }

  /** A failure that is the scope's: everything in it is cancelled. `order` 0 is the body's. */
  fail(error: unknown, order: number): void {
    this.failures ??= [];
    if (!this.failures.some((failure) => failure.error === error)) this.failures.push({ order, error });
    cancelScope(this, error);
  }

  /** What the scope throws at its end, if it failed. */
  failure(): { error: unknown } | null {
    if (this.failures === null) return null;
    if (this.failures.length === 1) return this.failures[0]!;
    const errors = this.failures.sort((a, b) => a.order - b.order).map((failure) => failure.error);
    const text = `${errors.length} failures in ${this.name}: ${errors.map(String).join("; ")}`;
    return { error: new AggregateError(errors, text, { cause: errors[0] }) };
  }
}

/** Makes the coroutine that ends a scope; set by structure.ts, as that imports this. */
let ending: (scope: Scope) => Coroutine;

export function setEnding(make: (scope: Scope) => Coroutine): void {
  ending = make;
}

/** Cancels what runs in `scope`, inwards up to shields and cleanups, and its tasks with theirs. */
export function cancelScope(scope: Scope, reason: unknown): void {
  if (scope.cancelled) return;
  const { task } = scope;
  const inwards: Scope[] = [];
  for (let each = task.scope; each !== null && each !== scope && each.task === task; each = each.parent)
    inwards.push(each);
  mark(scope, reason);
  for (let outer = scope, inner = inwards.pop(); inner !== undefined; outer = inner, inner = inwards.pop()) {
    if (outer.masked) break;
    if (inner.shielded) {
      inner.onOuterCancel?.(scope);
      break;
    }
    mark(inner, reason);
  }
  task.interrupt();
}

/** Marks `scope` and those around it, up to the one that is cancelled: they were opened after the cancellation. */
export function markOutwards(scope: Scope): void {
  const outwards: Scope[] = [];
  let each = scope;
  for (; !each.cancelled; each = each.parent!) outwards.push(each);
  for (const opened of outwards) mark(opened, each.reason);
}

function mark(scope: Scope, reason: unknown): void {
  if (!scope.cancelled) {
    scope.cancelled = true;
    scope.reason = reason;
    scope.cancelledAt = scope.task.scheduler.clock.now();
    scope.controller?.abort(reason);
  }
  for (const child of scope.children()) child.cancel(reason);
}
