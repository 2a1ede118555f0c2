// The queue of the tasks that are ready: first in, first out. Where it is crowded, what the running task makes ready
// runs before the rest, for a while: so a tree of tasks that start tasks is walked in depth, and the few that are alive
// at a time stay where the garbage collector is cheap. In breadth a million of them would wait side by side.
//
// Invariants
//   the tasks are a ring: after the last comes the first. One pointer, as a store of a young task in what lives long
//   costs the garbage collector's write barrier
//   those ahead are the first of the ring, up to `#lastAhead`; null: there are none
//
// May import: op; Task as a type.

import { activeTask } from "./op.ts";
import type { Task } from "./task.ts";

/** It is crowded where a task begins its step while so many others are ready. */
const CROWD = 1024;
/** After so many steps in a crowd those ahead are the last, and the one that has waited longest has its turn. */
const TURNS = 256;

export class Ready {
  /** Null: nothing is ready. */
  last: Task | null = null;
  #length = 0;
  #isCrowded = false;
  #turns = TURNS;
  #lastAhead: Task | null = null;
  /** The one that the running task has put ahead last: the next comes behind it. */
  #newest: Task | null = null;

  /** Puts `task` behind all others, or ahead. One that lets others run, itself, or that the outside wakes, is never ahead. */
  add(task: Task): void {
    if (this.#isCrowded) {
      const active = activeTask();
      if (active !== null && active !== task) return this.#addAhead(task);
    }
    const { last } = this;
    this.last = task;
    this.#length++;
    if (last === null) {
      task.nextReady = task;
    } else {
      task.nextReady = last.nextReady;
      last.nextReady = task;
    }
  }

  #addAhead(task: Task): void {
    const before = this.#newest ?? this.last!;
    this.#length++;
    task.nextReady = before.nextReady;
    before.nextReady = task;
    if (before === (this.#lastAhead ?? before)) this.#lastAhead = task;
    this.#newest = task;
  }

  /** Takes the first out, which then runs. */
  take(last: Task): Task {
    const task = last.nextReady!;
    if (task === last) this.last = null;
    else last.nextReady = task.nextReady;
    task.nextReady = null;
    if (--this.#length >= CROWD || this.#isCrowded) this.#count(task);
    return task;
  }

  #count(taken: Task): void {
    // In the last of its turns, what it makes ready is behind all, too: it may be the only one that is ahead.
    this.#isCrowded = this.#length >= CROWD && --this.#turns > 0;
    this.#newest = null;
    if (taken === this.#lastAhead) this.#lastAhead = null;
    if (this.#isCrowded) return;
    this.#turns = TURNS;
    this.last = this.#lastAhead ?? this.last;
    this.#lastAhead = null;
  }

  /** Takes `task` out, wherever it stands. */
  remove(task: Task): void {
    let before = this.last!;
    while (before.nextReady !== task) before = before.nextReady!;
    before.nextReady = task.nextReady;
    if (this.last === task) this.last = before === task ? null : before;
    task.nextReady = null; // one that is not in the queue holds no other
    this.#length--;
    this.#lastAhead = this.#newest = null;
  }
}
