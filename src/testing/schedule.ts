// A schedule as a text: where it departs from what is usual, and how.
//
// `s1:2.1-0.2_1-3=5` says: twice the usual decision, then task 1; at once thereafter task 2_1; thrice the usual, then 5 is
// drawn. Decisions are counted only where there is more than one answer. The usual one: the task that ran last goes on,
// else the first that was started; drawn is 0. A departure that cannot be made, as the program has changed, is left out.
//
// May import: texts.

import { shown } from "./texts.ts";

/** One departure from what is usual. */
export interface Departure {
  /** How many decisions come before it. */
  at: number;
  /** The path of the task that runs; or what is drawn. */
  what: string | number;
}

const FORM = /^s1:(?:\d+(?:\.(?:\d+|s_?\d+)(?:_\d+)*|=\d+)(?:-(?!$)|$))*$/;

export function format(departures: readonly Departure[]): string {
  let next = 0;
  const parts = departures.map(({ at, what }) => {
    const gap = at - next;
    next = at + 1;
    return typeof what === "number" ? `${gap}=${what}` : `${gap}.${what}`;
  });
  return `s1:${parts.join("-")}`;
}

/** @throws {TypeError} if `text` is no schedule */
export function parse(text: string): Departure[] {
  if (typeof text !== "string" || !FORM.test(text))
    throw new TypeError(
      `a schedule looks like s1:2.1-0.3, as the report of a failure prints it, but got ${shown(text)}`,
    );
  let next = 0;
  const body = text.slice("s1:".length);
  return (body === "" ? [] : body.split("-")).map((part) => {
    const [, gap, sign, what] = /^(\d+)([.=])(.*)$/.exec(part)!;
    const at = next + Number(gap);
    next = at + 1;
    return { at, what: sign === "=" ? Number(what) : what! };
  });
}
