// What is checked at the edge of an engine, so that a mistake is an error where it is made.
//
// May import: the coroutine layer's errors; types.

import { show } from "../coroutine/errors.ts";
import type { ListOptions, Summary } from "./engine/engine.ts";

const STATES: Record<Summary["state"], true> = {
  waiting: true,
  busy: true,
  done: true,
  failed: true,
  cancelled: true,
  parked: true,
};

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

/** For how long a post is held back. @throws {TypeError} if `after` is no number, or `Infinity`: it would never be delivered */
export function delayOf(after: unknown): number {
  if (typeof after === "number" && after < Number.POSITIVE_INFINITY) return Math.max(0, after);
  throw new TypeError(`the delay of a post is a number of milliseconds from 0 on, but got ${show(after)}`);
}

/** Whether it names a file that lasts: SQLite takes other names, and keeps what is in them nowhere. */
function isPath(path: unknown): boolean {
  return typeof path === "string" && path !== "" && path !== ":memory:" && !path.includes("\0");
}

/** @throws {TypeError} if `path` names no file */
export function checkPath(path: unknown): void {
  if (isPath(path)) return;
  throw new TypeError(
    `embedded(path) needs the path of a file, which it makes if it is not there, but got ${show(path)}; ` +
      "for an engine that keeps nothing, write inProcess()",
  );
}

/** @throws {TypeError} if `to` names no file */
export function checkCopy(to: unknown): void {
  if (isPath(to)) return;
  throw new TypeError(`backup(to) needs the path of a file, which it makes, but got ${show(to)}`);
}

/** @throws {TypeError} if one of the options is none */
export function checkList({ name, state, after, limit }: ListOptions): void {
  if (limit !== undefined) checkCount(limit, 1, "the limit of list");
  if (state !== undefined && !Object.hasOwn(STATES, state))
    throw new TypeError(`the state for list is one of ${Object.keys(STATES).join(", ")}, but got ${show(state)}`);
  if (name !== undefined && typeof name !== "string")
    throw new TypeError(`the name for list is a text, but got ${show(name)}`);
  if (after !== undefined && (typeof after?.name !== "string" || typeof after.key !== "string"))
    throw new TypeError(`list goes on after one with a name and a key, both texts, but got ${show(after)}`);
}
