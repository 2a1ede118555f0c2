// Finds cancellations that the language swallows. Where a body is suspended in a plain helper, natively delegated to,
// and the helper waits in its `finally`, the `yield*` of the body goes on as if nothing had been: a rule of the
// language. Frames of their own, made by coroutine(…), have no such hole; what has it is told here, with its line.
//
// How: the host's stack at the close of the op that the body is suspended in, and at the waits that follow, shows the
// bodies between the op and the driver. If the wait is in the same helper, called from the same place, the cancellation
// is lost; and when the body then waits elsewhere, it has gone on, and is ended with an error: that is not swallowed.
//
// May import: the coroutine layer, budget, states; Task as a type.

import { DRIVER, setDepth, stackOf } from "../coroutine/trail.ts";
import type { Frame } from "../coroutine/frames.ts";
import { budget } from "./budget.ts";
import { WATCHED } from "./states.ts";
import type { Task } from "./task.ts";

/** The close of a frame that is watched. */
interface Watch {
  readonly frame: Frame;
  /** Where it was suspended, and where it waits now. */
  closed: Error | null;
  waits: Error | null;
  /** The line of the body that has lost the cancellation. */
  lostAt: string | null;
  /** It was ended with an error. */
  isTold: boolean;
}

const watches = new WeakMap<Task, Watch>();
/** Of bodies of one function so many are watched, as it takes microseconds; of those that were found out, all. */
const SAMPLES = 32;
const samples = new WeakMap<object, number>();
/** How many helpers within one another it can see through, about: each has two lines on the stack. */
const DEPTH = 64;
const told = new Set<string>();

/** The innermost body of `task` is about to be closed. */
export function watch(task: Task): void {
  const frame = task.root.leaf!;
  // Each generator function has a prototype of its own.
  const kind: object = Object.getPrototypeOf(frame.gen);
  const count = samples.get(kind) ?? 0;
  if (count >= SAMPLES || budget.watches <= 0) return;
  budget.watches--;
  samples.set(kind, count + 1);
  watches.set(task, { frame, closed: null, waits: null, lostAt: null, isTold: false });
  task.flags |= WATCHED;
}

/** The op that it is suspended in was closed. */
export function noteClose(task: Task): void {
  const noted = watches.get(task);
  if (noted !== undefined) noted.closed ??= here();
}

/** It waits, in its cleanup or after it. */
export function noteWait(task: Task): void {
  const noted = watches.get(task);
  if (noted !== undefined) noted.waits = here();
}

function here(): Error {
  const depth = setDepth(DEPTH);
  const error = new Error();
  setDepth(depth);
  return error;
}

/** It is suspended in a wait. Whether it has lost its cancellation, and has gone on: then it must be ended. */
export function hasGoneOn(task: Task): boolean {
  const noted = watches.get(task)!;
  const { frame, closed, waits } = noted;
  if (task.root.closing !== frame) {
    unwatch(task);
    return false;
  }
  if (task.root.leaf !== frame || closed === null || waits === null) return false;
  const now = bodies(waits);
  const then = bodies(closed);
  if (noted.lostAt !== null) {
    // In another call of the helper, where it was closed in the first.
    const isBack = now.join() === then.join();
    // It has caught the error, and begun anew: what runs on is left behind.
    if (isBack && noted.isTold) frame.gen = (function* () {})();
    // Its cleanup may wait elsewhere.
    const hasGone = isBack || (!noted.isTold && now.at(-1) !== noted.lostAt);
    noted.isTold ||= hasGone;
    return hasGone;
  }
  if (then.length < 2 || now.length < 2 || now.at(-1) !== then.at(-1)) return false;
  noted.lostAt = then.at(-1)!;
  samples.set(Object.getPrototypeOf(frame.gen), 0);
  tell(frame, noted.lostAt, now.at(-2)!);
  return false;
}

function unwatch(task: Task): void {
  watches.delete(task);
  task.flags &= ~WATCHED;
}

/** The lines of the bodies between an op and the driver, innermost first. */
function bodies(taken: Error): string[] {
  const lines = stackOf(taken)
    .split("\n")
    .map((line) => line.trim());
  const end = lines.findIndex((line) => DRIVER.test(line));
  return end < 0 ? [] : lines.slice(0, end).filter((line) => /:\d+:\d+\)?$/.test(line) && !OWN.test(line));
}

/** The lines of the op and of this file. */
const OWN = new RegExp(`(?:^|\\.| )(?:here|noteClose|noteWait|isUnwinding|isCut|next|return)[ @]`);

function tell(frame: Frame, place: string, helper: string): void {
  const text =
    `a cancellation was lost in ${frame.name}, ${place}: it delegates to a plain generator whose cleanup waits, ` +
    `${helper}: wrap that with coroutine(…). ${frame.name} is ended where it waits next`;
  if (told.has(text)) return;
  told.add(text);
  console.warn(`corun: ${text}`);
}
