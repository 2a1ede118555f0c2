// The observer seam: what a scheduler tells of the tasks that it runs.
//
// Imports nothing; Op and Task as types.

import type { Op } from "./op.ts";
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
  /** It came to `op`, which was done at once, with `value`. */
  waitPassed?(task: Task, op: Op<unknown>, value: unknown): void;
  afterStep?(task: Task): void;
  /** It is to be cancelled, or what it runs in a scope of its own is. */
  taskCancelled?(task: Task): void;
  /** It has ended: `task.state` says how. */
  taskEnded?(task: Task): void;
  /** Nothing is ready, or the host is to have its turn. */
  turnEnded?(): void;
  runEnded?(root: Task): void;
}

/** They are told of all runs that are started. */
const standing: Observer[] = [];

/** Has `observer` told of all runs that are started from now on. Gives what takes that back, for runs to come. */
export function observeAll(observer: Observer): () => void {
  standing.push(observer);
  return () => {
    const at = standing.indexOf(observer);
    if (at >= 0) standing.splice(at, 1);
  };
}

/** What tells `own`, and those that are told of all runs; null: there is nobody. */
export function watcherFor(own: Observer | undefined): Watcher | null {
  let watcher: Watcher | null = null;
  for (const observer of standing) if (observer !== own) watcher = new Watcher(observer, watcher);
  return own === undefined ? watcher : new Watcher(own, watcher);
}

/** An observer that can't do harm. What is frequent is a call of its own, as one by name costs more than a switch. */
export class Watcher {
  #observer: Observer | null;
  /** Is told the same. */
  readonly #next: Watcher | null;

  constructor(observer: Observer, next: Watcher | null) {
    this.#observer = observer;
    this.#next = next;
  }

  /** What does not happen at each step. */
  tell(
    event: "runStarted" | "taskSpawned" | "taskCancelled" | "taskEnded" | "turnEnded" | "runEnded",
    task?: Task,
  ): void {
    try {
      this.#observer?.[event]?.(task!);
    } catch (error) {
      this.#dismiss(error);
    }
    this.#next?.tell(event, task);
  }

  taskScheduled(task: Task): void {
    try {
      this.#observer?.taskScheduled?.(task);
    } catch (error) {
      this.#dismiss(error);
    }
    this.#next?.taskScheduled(task);
  }

  beforeStep(task: Task): void {
    try {
      this.#observer?.beforeStep?.(task);
    } catch (error) {
      this.#dismiss(error);
    }
    this.#next?.beforeStep(task);
  }

  waitPassed(task: Task, op: Op<unknown>, value: unknown): void {
    try {
      this.#observer?.waitPassed?.(task, op, value);
    } catch (error) {
      this.#dismiss(error);
    }
    this.#next?.waitPassed(task, op, value);
  }

  afterStep(task: Task): void {
    try {
      this.#observer?.afterStep?.(task);
    } catch (error) {
      this.#dismiss(error);
    }
    this.#next?.afterStep(task);
  }

  #dismiss(error: unknown): void {
    this.#observer = null;
    console.error("corun: an observer failed, and is told no more:", error);
  }
}
