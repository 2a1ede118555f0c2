// The observer seam: what a scheduler tells of the tasks that it runs.
//
// Imports nothing; Task as a type.

import type { Task } from "./task.ts";

/** Is told what happens in a run, in order. It must not wait; one that throws is reported once, and told no more. */
export interface Observer {
  /** The first task of the run was made. */
  runStarted?(root: Task): void;
  /** A task was made; for the root, before `runStarted`. */
  taskSpawned?(task: Task): void;
  /** It stands in the queue of those that are ready. */
  taskScheduled?(task: Task): void;
  /** It runs now, to its next wait or its end. */
  beforeStep?(task: Task): void;
  afterStep?(task: Task): void;
  /** It has ended: `task.state` says how. */
  taskEnded?(task: Task): void;
  runEnded?(root: Task): void;
}

/** An observer that can't do harm. */
export class Watcher {
  #observer: Observer | null;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  tell(event: keyof Observer, task: Task): void {
    try {
      this.#observer?.[event]?.(task);
    } catch (error) {
      this.#observer = null;
      console.error("corun: an observer failed, and is told no more:", error);
    }
  }
}
