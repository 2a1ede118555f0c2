// Structured blocks: scope and shield, and what is bound to the end of one.
//
// May import: the coroutine layer, end-scope, errors, interrupt, line, op, runnable, scope, sleep, states.

import { Coroutine } from "../coroutine/coroutine.ts";
import { isInTask, runningRoot } from "../coroutine/drive.ts";
import { CoroutineError, show } from "../coroutine/errors.ts";
import { endScope } from "./end-scope.ts";
import { CancelledError, TimeoutError } from "./errors.ts";
import { mustUnwind } from "./interrupt.ts";
import { Line } from "./line.ts";
import { requireTask, type Waitable } from "./op.ts";
import { type ResultOf, type Runnable, toCoroutine } from "./runnable.ts";
import { type Cleanup, cancelScope, markOutwards, nearestCancelled, Scope } from "./scope.ts";
import { checkMilliseconds, Timeout } from "./sleep.ts";
import { CANCELLED_SCOPE } from "./states.ts";
import type { Task } from "./task.ts";

export interface ScopeOptions {
  /** Milliseconds from entry; then everything in the scope is cancelled, and it ends in a {@link TimeoutError}. */
  deadline?: number;
  /** Shown in errors and dumps. */
  name?: string;
}

interface Kind {
  name: string;
  shielded?: boolean;
  deadline?: number | undefined;
  grace?: number | undefined;
}

/** `yield*` on it opens a scope in the running task, and ends it. */
export class Block<T> implements Waitable<T> {
  readonly #body: unknown;
  readonly #kind: Kind;

  constructor(body: unknown, kind: Kind) {
    this.#body = body;
    this.#kind = kind;
  }

  [Symbol.iterator](): Iterator<never, T, unknown> {
    const { name, shielded = false } = this.#kind;
    const task = requireOwnTask(name);
    if (task.scope === null) task.own();
    const scope = new Scope(task, task.scope, name, shielded);
    const frame: Coroutine = Coroutine.of(
      runScope(scope, this.#body, this.#kind, () => frame),
      name,
    );
    return frame[Symbol.iterator]() as never;
  }

  describe(): string {
    return this.#kind.name;
  }
}

/** The task whose own stack opens a `name`, a block that belongs to it. */
export function requireOwnTask(name: string): Task {
  const task = requireTask(`${name}(…)`);
  if (isInTask()) return task;
  throw new CoroutineError(
    "WAIT_BY_HAND",
    `${runningRoot()?.toString() ?? "a callback"} opens a ${name}, but is resumed by hand: start it with run(…), or spawn(…) it and use task.send(…)`,
  );
}

function* runScope(
  scope: Scope,
  body: unknown,
  kind: Kind,
  frame: () => Coroutine,
): Generator<never, unknown, unknown> {
  const { task } = scope;
  const { deadline, grace } = kind;
  let expired: TimeoutError | null = null;
  let isCut = false;
  const timers: Timeout[] = [];
  const after = (ms: number, ring: () => void) => timers.push(new Timeout(task.scheduler, ms, ring));
  if (deadline !== undefined) {
    scope.deadlineAt = task.scheduler.clock.now() + deadline;
    after(deadline, () => {
      if (scope.cancelled) return;
      expired = new TimeoutError(`${kind.name} took more than ${deadline} ms`);
      cancelScope(scope, expired);
    });
  }
  if (grace !== undefined) {
    scope.onOuterCancel = ({ cancelledAt, reason }) => {
      after(cancelledAt + grace - task.scheduler.clock.now(), () => {
        isCut = true;
        cancelScope(scope, reason);
      });
    };
    const cancelled = nearestCancelled(scope);
    if (cancelled !== null) scope.onOuterCancel(cancelled);
  }

  let result: unknown;
  task.scope = scope;
  if (!scope.shielded && mustUnwind(task)) markOutwards(scope);
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
  scope.end();
  task.scope = scope.parent;
  if (scope.cancelled) task.flags -= CANCELLED_SCOPE;
  const unwinds = mustUnwind(task);
  if (unwinds) {
    scope.parent!.masked = true;
    scope.parent!.closing = task.root.closing;
    task.root.closing = frame();
  }
  const failure = scope.failure();
  if (failure !== null) {
    if (!unwinds) throw failure.error;
    // Where it would be thrown, a `catch` of a body that is being closed might take it.
    scope.parent!.fail(failure.error, 0);
  }
  if (expired !== null && !unwinds) throw expired;
  // Cleanup that its grace has cut goes on behind the shield.
  if (scope.cancelled && !unwinds && !isCut) throw new CancelledError(kind.name, scope.reason);
  return result;
}

/**
 * A structured block: it ends when `body` and all tasks that were started in it have ended. If one fails, the others
 * and the body are cancelled, and the failure comes out here.
 *
 * @param body is given the {@link Scope}: its `cancel()` and `spawn()` may be called from anywhere, also from callbacks
 * @throws the failure of the body or a task as itself; several as an `AggregateError`, the body's first
 * @throws {TimeoutError} if the deadline passes; after all cleanup has ended
 * @throws {CancelledError} if the scope was cancelled by its `cancel()`
 * @example
 * const log: string[] = [];
 * await run(function* () {
 *   yield* scope(function* () {
 *     spawn(function* () {
 *       yield* sleep(1);
 *       log.push("child");
 *     });
 *     log.push("body");
 *   });
 *   log.push("after");
 * });
 * log; // -> ["body", "child", "after"]
 *
 * Source: Trio's nurseries and cancel scopes.
 */
export function scope<B extends Runnable<[Scope]>>(body: B, options: ScopeOptions = {}): Waitable<ResultOf<B>> {
  const { name = "scope", deadline } = options;
  if (deadline !== undefined) checkMilliseconds(deadline, "a scope's deadline");
  return new Block(body, { name, deadline });
}

/**
 * A block that a cancellation from outside does not enter. It is delivered when the block has ended; with `grace`,
 * after so many milliseconds from the cancellation.
 *
 * @throws as `scope` does
 * @example
 * const log: string[] = [];
 * await run(function* () {
 *   const task = spawn(function* () {
 *     yield* shield(function* () {
 *       yield* sleep(1);
 *       log.push("saved");
 *     });
 *     log.push("not reached");
 *   });
 *   yield* yieldNow();
 *   yield* task.cancel();
 * });
 * log; // -> ["saved"]
 *
 * Source: Trio, `CancelScope(shield=True)`.
 */
export function shield<B extends Runnable<[Scope]>>(body: B, options: { grace?: number } = {}): Waitable<ResultOf<B>> {
  const { grace } = options;
  if (grace !== undefined) checkMilliseconds(grace, "a shield's grace");
  return new Block(body, { name: "shield", shielded: true, grace });
}

/**
 * Has `cleanup` run at the end of the innermost scope, last in first out; a body that it is or gives is waited for.
 *
 * @returns what takes it back: a function to be called where it is needed no more
 * @throws {SchedulerError} outside every task
 * @throws {TypeError} if `cleanup` is no function
 * @example
 * const log: string[] = [];
 * await run(function* () {
 *   defer(() => log.push("first"));
 *   defer(function* () {
 *     yield* sleep(1);
 *     log.push("second");
 *   });
 * });
 * log; // -> ["second", "first"]
 *
 * Source: Go's `defer`, Python's `ExitStack`.
 */
export function defer(cleanup: Cleanup): () => void {
  if (typeof cleanup !== "function") throw new TypeError(`defer needs a function, but got ${show(cleanup)}`);
  return atScopeEnd("defer(…)", cleanup);
}

/** The same for `what`, which is named where there is no task. */
export function atScopeEnd(what: string, cleanup: Cleanup): () => void {
  const task = requireTask(what);
  const scope = task.scope ?? task.own();
  const cleanups = (scope.cleanups ??= new Line());
  const place = { ahead: null, behind: null, cleanup };
  cleanups.join(place);
  return () => cleanups.leave(place);
}
