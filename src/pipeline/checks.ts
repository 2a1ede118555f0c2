// What is checked when a pipeline is described, so that misuse is an error where it is written.
//
// May import: the coroutine layer.

import { show } from "../coroutine/errors.ts";

/** How many items at once, and whether results keep the order of their items. */
export interface EachOptions {
  /** At most so many items are in work at once: a whole number from 1, or `Infinity`. 1 if absent. */
  concurrency?: number;
  /** `false`: results come as they are ready. */
  ordered?: boolean;
}

/** @throws {TypeError} if `count` is no number; {@link RangeError} if it is not a whole one from `least`, or `Infinity` */
export function checkCount(count: unknown, least: number, what: string): void {
  if (count === Number.POSITIVE_INFINITY || (Number.isSafeInteger(count) && (count as number) >= least)) return;
  const text = `${what} is a whole number from ${least}, or Infinity, but got ${show(count)}`;
  throw typeof count === "number" ? new RangeError(text) : new TypeError(text);
}

/** @throws {TypeError} if `ms` is no number; {@link RangeError} if it is less than 0 */
export function checkTime(ms: unknown, what: string): void {
  if (typeof ms === "number" && ms >= 0) return;
  const text = `${what} needs milliseconds, a number from 0, but got ${show(ms)}`;
  throw typeof ms === "number" ? new RangeError(text) : new TypeError(text);
}

/** @throws {TypeError} */
export function checkFunction(fn: unknown, what: string, kind = "a function or a body"): void {
  if (typeof fn !== "function") throw new TypeError(`${what} needs ${kind}, but got ${show(fn)}`);
}

export function checked(options: EachOptions): Required<EachOptions> {
  const { concurrency = 1, ordered = true } = options;
  checkCount(concurrency, 1, "a stage's concurrency");
  if (typeof ordered !== "boolean") throw new TypeError(`a stage's ordered is true or false, but got ${show(ordered)}`);
  return { concurrency, ordered };
}
