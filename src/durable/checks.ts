// What is checked at the edge of an engine, so that a mistake is an error where it is made.
//
// May import: the coroutine layer's errors.

import { show } from "../coroutine/errors.ts";

/** @throws {TypeError} if `value` is neither a whole number from `least` on nor `Infinity` */
export function checkCount(value: unknown, least: number, what: string): void {
  if (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new TypeError(`${what} is a whole number from ${least} on, or Infinity, but got ${show(value)}`);
}

/** @throws {TypeError} if `value` is no number of milliseconds from 0 on; `Infinity` is one */
export function checkDuration(value: unknown, what: string): void {
  if (typeof value === "number" && value >= 0) return;
  throw new TypeError(`${what} is a number of milliseconds from 0 on, but got ${show(value)}`);
}

/** @throws {TypeError} if `path` names no file that lasts: SQLite takes others, and keeps what is in them nowhere */
export function checkPath(path: unknown): void {
  if (typeof path === "string" && path !== "" && path !== ":memory:" && !path.includes("\0")) return;
  throw new TypeError(
    `embedded(path) needs the path of a file, which it makes if it is not there, but got ${show(path)}; ` +
      "for an engine that keeps nothing, write inProcess()",
  );
}
