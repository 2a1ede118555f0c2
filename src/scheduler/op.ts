// What a task waits for. An op is a plain object that is its own iterator: `yield* op` asks it once,
// and suspends only if it can't be done at once.
//
// The life of an op in a task
//   poll()      can it be done now? Then its result is in `result`, and nothing suspends
//   enlist()    stands in its queue, timer or callback from now on
//   withdraw()  leaves that again, without a trace
//   revoke()    it was done, but the task was cancelled before it took the result: undo that
//
// Whatever makes it done calls `complete` or `fail`, once. In a select, that is passed to the select.
//
// May import: the coroutine layer, errors; Task and Scheduler as types.

import { instruct, NEXT, runningRoot, THROW } from "../coroutine/drive.ts";
import { Wait } from "../coroutine/frames.ts";
import { SchedulerError } from "./errors.ts";
import type { Task } from "./task.ts";

/** The task that runs now; null outside every task. */
let active: Task | null = null;

export function activeTask(): Task | null {
  return active;
}

export function setActiveTask(task: Task | null): void {
  active = task;
}

/** The task that a plain call like spawn(…) belongs to. */
export function requireTask(what: string): Task {
  if (active === null) throw new SchedulerError(`${what} belongs to a running task: call it inside run(…)`);
  return active;
}

// One result object for all ops that are done: `yield*` reads it at once and passes on only the value.
const DONE: { value: unknown; done: true } = { value: undefined, done: true };

function done(value: unknown): IteratorResult<never, never> {
  DONE.value = value;
  return DONE as IteratorResult<never, never>;
}

/** One op of several that a select waits for: told when it is done. */
export interface Chooser {
  chosen(op: Op<unknown>, value: unknown, error: unknown, failed: boolean): void;
}

export abstract class Op<T> extends Wait {
  task: Task | null = null;
  chooser: Chooser | null = null;
  result: unknown = undefined;

  /** Whether it can be done at once; `result` is set then. May throw. */
  abstract poll(task: Task): boolean;
  abstract enlist(task: Task): void;
  abstract withdraw(): void;
  revoke(_value: unknown): void {}
  /** For reports, for instance `sleep(50)`. */
  abstract describe(): string;
  /** Whether only the outside (a timer, a promise, an event) can end it. */
  get external(): boolean {
    return false;
  }

  [Symbol.iterator](): Iterator<never, T, unknown> {
    return this as never;
  }

  next(value: unknown): unknown {
    const task = active;
    if (task === null || runningRoot() !== task.root) return this.#outside();
    if (task.wait === this) {
      task.wait = null;
      return done(value);
    }
    if (!task.isUnwinding()) {
      if (this.task !== null && this.task.wait === this) {
        throw new SchedulerError(`${this.describe()} is waited for already: make one for each wait`);
      }
      this.task = task;
      if (this.poll(task)) {
        const { result } = this;
        this.result = undefined;
        if (task.scheduler.mayGoOn()) return done(result);
        task.wait = this;
        task.resume(NEXT, result);
        return instruct(this);
      }
      this.enlist(task);
      task.wait = this;
    }
    return instruct(this);
  }

  #outside(): unknown {
    if (runningRoot() !== null) return instruct(this); // the driver tells the body
    throw new SchedulerError(`${this.describe()} must be waited for with \`yield*\`, in a task`);
  }

  throw(error: unknown): never {
    if (active !== null && active.wait === this) active.wait = null;
    throw error;
  }

  /** It is done: the task goes on with `value`. */
  complete(value: unknown): void {
    if (this.chooser !== null) this.chooser.chosen(this, value, undefined, false);
    else this.task!.resume(NEXT, value);
  }

  /** It is done: the task goes on with `error` thrown. */
  fail(error: unknown): void {
    if (this.chooser !== null) this.chooser.chosen(this, undefined, error, true);
    else this.task!.resume(THROW, error);
  }
}
