// What a function of a stage gives for an item: a value, or something to wait for.
//
// May import: the coroutine, scheduler and interop layers.

import { Coroutine } from "../coroutine/coroutine.ts";
import { Op, type Waitable } from "../scheduler/op.ts";
import { isThenable, until } from "../interop/until.ts";

/** What a stage takes the result `R` of its function for: that of a promise, an op, a task or a body is waited for. */
export type Given<R> = R extends readonly unknown[] ? R : R extends Waitable<infer V> ? V : Awaited<R>;

/** What has to be waited for to get the result that `value` stands for; null: it is the result. */
export function waitableOf(value: unknown): Waitable<unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (isThenable(value)) return until(value);
  if (Array.isArray(value) || !(Symbol.iterator in value)) return null;
  // A frame of its own, so that its cleanup may wait.
  if (Object.prototype.toString.call(value) === "[object Generator]")
    return Coroutine.of(value as Generator, "stage") as Waitable<unknown>;
  // As `select` does: what can be waited for gives an op or a coroutine, a collection gives another iterator.
  const iterator = (value as Waitable<unknown>)[Symbol.iterator]();
  return iterator instanceof Op || iterator instanceof Coroutine ? (iterator as unknown as Waitable<unknown>) : null;
}
