// `until(promise)`: a task waits for a promise of the host.
//
// A promise is given one callback, however many tasks wait for it and are cancelled.
//
// May import: the scheduler layer; Task as a type.

import { Op, PENDING } from "../scheduler/op.ts";
import { nearestCancelled } from "../scheduler/scope.ts";
import type { Task } from "../scheduler/task.ts";

/** For `W` that is a wait of its own (an op, a task, a body …) itself; for all else, `any` too, nothing. */
type Wait<W> = W extends { [Symbol.iterator](): Iterator<infer Y, unknown, unknown> }
  ? [Y] extends [never]
    ? W
    : never
  : never;

/** Given where there is no promise to wait for; no `yield*` takes it, so that the mistake is found. */
interface NoPromise {
  readonly mistake: "until waits for a promise; what is given here is waited for by `yield*`, without it";
}

type Source<T> = T | PromiseLike<T> | ((signal: AbortSignal) => T | PromiseLike<T>);

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Those that wait for a promise, of all runs: one that outlives many runs is given one callback. */
const lines = new WeakMap<PromiseLike<unknown>, Set<Until>>();

function lineFor(promise: PromiseLike<unknown>): Set<Until> {
  const known = lines.get(promise);
  if (known !== undefined) return known;
  const line = new Set<Until>();
  lines.set(promise, line);
  const settle = (outcome: unknown, failed: boolean) => {
    lines.delete(promise);
    // Each makes its task ready, and that rings the bell of its run, in which the run goes on as its caller had it.
    for (const op of line) op.settled(outcome, failed);
  };
  // A thenable that is no promise may call back twice, or with another thenable: `resolve` sees to that.
  void Promise.resolve(promise).then(
    (value) => settle(value, false),
    (error: unknown) => settle(error, true),
  );
  return line;
}

class Until extends Op<unknown> {
  readonly source: unknown;
  #controller: AbortController | null = null;
  #promise: PromiseLike<unknown> | null = null;
  #line: Set<Until> | null = null;

  constructor(source: unknown) {
    super();
    this.source = source;
    // Listened to from now on, as it may be rejected before this is waited for, or be left out.
    if (source instanceof Promise) lineFor(source);
  }

  override get callsOut(): boolean {
    return typeof this.source === "function" && !isThenable(this.source);
  }

  poll(): unknown {
    // In a select, another clause may be chosen yet: a function is called when all wait.
    const value = this.chooser === null ? this.#start() : this.source;
    this.#promise = isThenable(value) ? value : null;
    if (this.#promise !== null || (this.chooser !== null && typeof value === "function")) return PENDING;
    return value;
  }

  #start(): unknown {
    const { source } = this;
    if (typeof source !== "function" || isThenable(source)) return source;
    this.#controller = new AbortController();
    return (source as (signal: AbortSignal) => unknown)(this.#controller.signal);
  }

  /** What the function gives, itself: one around it would put a callback on it each time. */
  #promised(): PromiseLike<unknown> {
    try {
      const value = this.#start();
      return isThenable(value) ? value : Promise.resolve(value);
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      return Promise.reject(error);
    }
  }

  enlist(task: Task): void {
    const promise = this.#promise ?? this.#promised();
    this.#promise = null;
    // Before anything that may refuse: a promise that nobody listens to ends the process when it is rejected.
    const line = lineFor(promise);
    task.scheduler.external++;
    this.#line = line.add(this);
  }

  /** @internal */
  settled(outcome: unknown, failed: boolean): void {
    this.#leave();
    this.#controller = null;
    if (failed) this.fail(outcome);
    else this.complete(outcome);
  }

  withdraw(): void {
    const controller = this.#controller;
    this.#controller = null;
    this.#leave();
    controller?.abort(nearestCancelled(this.task!.scope)?.reason);
  }

  #leave(): void {
    if (this.#line === null) return;
    this.#line.delete(this);
    this.#line = null;
    this.task!.scheduler.external--;
  }

  describe(): string {
    return "until(promise)";
  }
}

/** What can be waited for by itself is no promise: `yield* sleep(5)`, not `yield* until(sleep(5))`. Does not compile. */
export function until<W>(source: W & Wait<W>): NoPromise;
export function until<W>(source: (signal: AbortSignal) => W & Wait<W>): NoPromise;
/**
 * Waits for a promise, or another thenable: gives its value, or throws what it is rejected with.
 *
 * When the task is cancelled, it waits no longer: a function's signal is aborted with the reason of the
 * cancellation, and what becomes of the promise is ignored.
 *
 * @param source a promise; or a function that is called when it is waited for, with a signal, and gives one. What is
 *   no promise is given back at once
 * @throws {TypeError} if it is given nothing
 * @example
 * const answer = await run(() => until((signal) => Promise.resolve(signal.aborted)));
 * answer; // -> false
 *
 * Source: `await`; the signal is that of the DOM.
 */
export function until<T>(source: (signal: AbortSignal) => T | PromiseLike<T>): Op<Awaited<T>>;
export function until<T>(source: T | PromiseLike<T>): Op<Awaited<T>>;
export function until<T>(source: T): Op<Awaited<T>>;
export function until<T>(...source: [Source<T>?]): unknown {
  if (source.length === 0) {
    throw new TypeError("until needs a promise, or a function (signal) => promise, but got nothing");
  }
  return new Until(source[0]);
}
