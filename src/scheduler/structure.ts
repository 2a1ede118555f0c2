// Structured blocks: scope, shield, timeout; and what is bound to the end of one: use, defer.
//
// May import: the coroutine layer, errors, op, scope, task, timers.

import { Coroutine } from "../coroutine/coroutine.ts";
import { CancelledError, TimeoutError } from "./errors.ts";
import { Op, requireTask } from "./op.ts";
import { type Cleanup, cancelScope, Scope, setEnding } from "./scope.ts";
import { checkMilliseconds, Timeout } from "./sleep.ts";
import { type ResultOf, type Runnable, toCoroutine } from "./runnable.ts";

/** For `yield*` in a task. */
export interface Waitable<T> {
  [Symbol.iterator](): Iterator<never, T, unknown>;
}

/** Waits until no task of a scope is left. */
export class ChildrenEnd extends Op<void> {
  readonly scope: Scope;

  constructor(scope: Scope) {
    super();
    this.scope = scope;
  }

  poll(): boolean {
    return this.scope.first === null;
  }

  enlist(): void {
    const { scope } = this;
    scope.onChildEnd = () => {
      endBackground(scope);
      if (scope.first !== null) return;
      scope.onChildEnd = null;
      this.complete(undefined);
    };
    endBackground(scope);
  }

  withdraw(): void {
    this.scope.onChildEnd = null;
  }

  describe(): string {
    return `the tasks of ${this.scope.name}`;
  }
}

/** Tasks in the background are cancelled when the body has ended. */
function endBackground(scope: Scope): void {
  if (scope.background === 0) return;
  for (const child of scope.children()) if (child.isBackground) child.cancel(undefined);
}

/** What is done at the end of a scope: its tasks end, then its cleanups run, last in first out. */
function* endScope(scope: Scope): Generator<never, void, unknown> {
  do {
    if (scope.first !== null) yield* new ChildrenEnd(scope);
    const cleanup = scope.cleanups?.pop();
    if (cleanup !== undefined) {
      try {
        const rest = cleanup();
        if (typeof rest === "object" && rest !== null && Symbol.iterator in rest) yield* rest as Waitable<unknown>;
      } catch (error) {
        scope.fail(error, 0);
      }
    }
  } while (scope.first !== null || (scope.cleanups !== null && scope.cleanups.length > 0));
  for (const task of scope.supervised ?? []) if (!task.isObserved) scope.fail(task.outcome, task.order);
}

setEnding((scope) => Coroutine.of(endScope(scope), scope.name));

export interface ScopeOptions {
  /** Milliseconds from entry; then everything in the scope is cancelled, and it ends in a {@link TimeoutError}. */
  deadline?: number;
  /** Shown in errors and dumps. */
  name?: string;
}

interface Kind {
  name: string;
  shielded: boolean;
  deadline?: number | undefined;
  grace?: number | undefined;
}

/** `yield*` on it opens a scope in the running task, and ends it. */
class Block<T> implements Waitable<T> {
  readonly #body: unknown;
  readonly #kind: Kind;

  constructor(body: unknown, kind: Kind) {
    this.#body = body;
    this.#kind = kind;
  }

  [Symbol.iterator](): Iterator<never, T, unknown> {
    const task = requireTask(`${this.#kind.name}(…)`);
    task.own();
    const scope = new Scope(task, task.scope, this.#kind.name, this.#kind.shielded);
    const frame: Coroutine = Coroutine.of(
      runScope(scope, this.#body, this.#kind, () => frame),
      this.#kind.name,
    );
    return frame[Symbol.iterator]() as never;
  }
}

function* runScope(
  scope: Scope,
  body: unknown,
  kind: Kind,
  frame: () => Coroutine,
): Generator<never, unknown, unknown> {
  const { task } = scope;
  const { scheduler } = task;
  const { deadline, grace } = kind;
  let expired: TimeoutError | null = null;
  let isCut = false;
  const timers: Timeout[] = [];
  if (deadline !== undefined) {
    const expire = () => {
      if (scope.cancelled) return;
      expired = new TimeoutError(`${kind.name} took more than ${deadline} ms`);
      cancelScope(scope, expired);
    };
    timers.push(new Timeout(scheduler, deadline, expire));
  }
  if (grace !== undefined) {
    scope.onOuterCancel = (by) => {
      const rest = by.cancelledAt + grace - scheduler.clock.now();
      const cut = () => {
        isCut = true;
        cancelScope(scope, by.reason);
      };
      timers.push(new Timeout(scheduler, rest, cut));
    };
    const cancelled = cancelledAround(scope);
    if (cancelled !== null) scope.onOuterCancel(cancelled);
  }

  let result: unknown;
  task.scope = scope;
  try {
    const coroutine = toCoroutine(body, [scope], kind.name);
    coroutine.closing = coroutine; // closing stops here
    result = yield* coroutine as Waitable<unknown>;
  } catch (error) {
    scope.fail(error, 0);
  }
  if (scope.masked) task.root.closing = scope.closing;
  scope.masked = true;
  yield* endScope(scope);

  for (const timer of timers) timer.takeBack();
  scope.controller?.abort();
  task.scope = scope.parent;
  const unwinds = task.mustUnwind();
  if (unwinds) {
    scope.parent!.masked = true;
    scope.parent!.closing = task.root.closing;
    task.root.closing = frame();
  }
  const failure = scope.failure();
  if (failure !== null) throw failure.error;
  if (expired !== null && !unwinds) throw expired;
  // Cleanup that its grace has cut goes on behind the shield.
  if (scope.cancelled && !unwinds && !isCut) throw new CancelledError(kind.name, scope.reason);
  return result;
}

/** The nearest scope around `scope`, in its task, that is cancelled. */
function cancelledAround(scope: Scope): Scope | null {
  for (let each = scope.parent; each !== null && each.task === scope.task; each = each.parent) {
    if (each.cancelled) return each;
  }
  return null;
}

/**
 * A structured block: it ends when `body` and all tasks that were started in it have ended. If one fails, the others
 * and the body are cancelled, and the failure comes out here.
 *
 * @param body is given the scope
 * @throws the failure of the body or a task as itself; several as an `AggregateError`, the body's first
 * @throws {TimeoutError} if the deadline passes; after all cleanup has ended
 */
export function scope<B extends Runnable<[Scope]>>(body: B, options: ScopeOptions = {}): Waitable<ResultOf<B>> {
  return new Block(body, { name: options.name ?? "scope", shielded: false, deadline: options.deadline });
}

/**
 * A block that a cancellation from outside does not enter. It is delivered when the block has ended; with `grace`,
 * after so many milliseconds.
 */
export function shield<B extends Runnable<[Scope]>>(body: B, options: { grace?: number } = {}): Waitable<ResultOf<B>> {
  return new Block(body, { name: "shield", shielded: true, grace: options.grace });
}

/**
 * Waits for `op` for at most `ms` milliseconds, counted from when it is waited for.
 *
 * @throws {TimeoutError} then, after the cleanup
 */
export function timeout<B extends Runnable<[Scope]>>(ms: number, op: B): Waitable<ResultOf<B>> {
  checkMilliseconds(ms, "timeout");
  return new Block(op, { name: "timeout", shielded: false, deadline: ms });
}

/** Has `cleanup` run at the end of the innermost scope, last in first out; a body that it is or gives is waited for. */
export function defer(cleanup: Cleanup): void {
  const task = requireTask("defer(…)");
  const scope = task.scope ?? task.own();
  (scope.cleanups ??= []).push(cleanup);
}
