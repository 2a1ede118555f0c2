// The choice seam: where all chance of a scheduler comes from, and who runs next.
//
// May import: the coroutine layer; Task as a type.

import { show } from "../coroutine/errors.ts";
import type { Task } from "./task.ts";

/**
 * Decides who runs next, and all that is left to chance, instead of a seed. With one, a wait that is done at once is a
 * switch, too, so that every order of steps that a program can take may be chosen.
 */
export interface Choice {
  /** Which of `ready` runs now: its index. They are in the order in which they became ready; there is at least one. */
  next(ready: readonly Task[]): number;
  /** A whole number from 0, below `count`: for `select`, `random()`. */
  choose(count: number): number;
}

/** Which of the tasks that are ready, in the queue up to `last`, runs next. */
export function picked(choice: Choice, last: Task): Task {
  const ready: Task[] = [];
  let each = last;
  do ready.push((each = each.nextReady!));
  while (each !== last);
  return ready[inRange(choice.next(ready), ready.length, "next")]!;
}

export function drawn(choice: Choice): (count: number) => number {
  return (count) => inRange(choice.choose(count), count, "choose");
}

function inRange(index: number, count: number, what: string): number {
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new RangeError(`a choice's ${what}() gives a whole number from 0, below ${count}, but it gave ${show(index)}`);
}

/** Mulberry32: small, fast, and good enough for fair choices. */
export function chooser(seed: number): (count: number) => number {
  let state = seed | 0;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return (((mixed ^ (mixed >>> 14)) >>> 0) * count * 2 ** -32) | 0;
  };
}
