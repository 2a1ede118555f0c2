// What a task waits for. An op is a plain object that is its own iterator: `yield* op` asks it once,
// and suspends only if it can't be done at once.
//
// The life of an op in a task
//   poll()      can it be done now? Then it gives its result, and nothing suspends; else PENDING
//   enlist()    stands in its line, timer or callback from now on
//   withdraw()  leaves that again, without a trace; also called for one that is in none
//   revoke()    it was done, but the task was cancelled before it took the result: undo that
//   dropped()   the task was cancelled while it waited, after withdraw()
//   told()      the task has got the failure of it
//
// Whatever makes it done calls `complete` or `fail`, once. In a select, that is passed to the select.
//
// May import: the coroutine layer, errors, footprint, line, states, swallowed; Task as a type.

import { checkDelivered, instruct, isInTask, isUndelivered, NEXT, runningRoot, THROW } from "../coroutine/drive.ts";
import { probe, REWRAPS, WAIT } from "../coroutine/frames.ts";
import { SchedulerError } from "./errors.ts";
import { touchUntold } from "./footprint.ts";
import type { Place } from "./line.ts";
import { INTERRUPTED, RUNNING, WATCHED } from "./states.ts";
import { noteClose } from "./swallowed.ts";
import type { Task } from "./task.ts";

/** For `yield*` in a task; gives a `T`. */
export interface Waitable<T> {
  [Symbol.iterator](): Iterator<never, T, unknown>;
}

/**
 * Where a loop keeps the task that runs. Each turn of a loop has a new one, as a store of a young task in what lives long
 * costs the garbage collector's write barrier.
 */
export interface Turn {
  task: Task | null;
}

/** The one of the innermost loop that runs now. */
let turn: Turn = { task: null };

/** From now on `next` says which task runs; gives the one that did. */
export function enterTurn(next: Turn): Turn {
  const before = turn;
  turn = next;
  return before;
}

/** The task that runs now; null outside every task. */
export function activeTask(): Task | null {
  return turn.task;
}

/** The task whose own stack runs now; null also where it is one that a hand has resumed. */
export function taskThatWaits(): Task | null {
  return isOwn() ? turn.task : null;
}

/** The task that a plain call like spawn(…) belongs to. */
export function requireTask(what: string): Task {
  if (turn.task === null) throw new SchedulerError(`${what} belongs to a running task: call it inside run(…)`);
  return turn.task;
}

/** What `poll` gives when it is not done. */
export const PENDING: unique symbol = Symbol("corun.pending");

// V8 folds what a module keeps for itself, and what it finds in a prototype: at a wait nothing of these is read.
const wait = WAIT;
const rewraps = REWRAPS;
const isOwn = isInTask;

// One result object for all ops that are done: `yield*` reads it at once and passes on only the value. That it is done it
// says with a number, as WAIT says that it is not: so `yield*` has one kind of thing to ask whether it is true.
const DONE = { __proto__: { done: 1 }, value: undefined as unknown };

const done = (value: unknown): unknown => {
  DONE.value = value;
  return DONE;
};

/** The task goes on after its wait: the result for `yield*`. */
export function taken(task: Task, value: unknown): unknown {
  if (rewraps) {
    if (isUndelivered()) dropStray(task); // some iteration asks, and `checkDelivered` tells it
    checkDelivered();
  }
  task.wait = null;
  return done(value);
}

/** The task waits: the result for `yield*`. */
export function suspended(): unknown {
  return rewraps ? instruct(WAIT) : wait;
}

/** `op` was done at once: the same, unless others have waited long enough. */
export function given(task: Task, op: Op<unknown>, value: unknown): unknown {
  const { scheduler } = task;
  if (scheduler.watcher !== null) scheduler.watcher.waitPassed(task, op, value);
  if (scheduler.mayGoOn(task, value)) return done(value);
  task.wait = op;
  return suspended();
}

/** Some iteration has swallowed the wait of `task`, and was told so: the op that it stands for is left. */
export function dropStray(task: Task): void {
  const { wait } = task;
  task.wait = null;
  if (task.status === RUNNING) {
    wait?.withdraw();
    return;
  }
  // It was done in the same step.
  task.scheduler.unqueue(task);
  if (task.status === NEXT) wait?.revoke(task.value);
  task.status = RUNNING;
}

/** Whether a cancellation enters at the wait that `task` comes to now. */
export function isCut(task: Task): boolean {
  return (task.flags & (INTERRUPTED | WATCHED)) !== 0 && task.isUnwinding();
}

/** One op of several that a select waits for: told when it is done. */
export interface Chooser {
  chosen(op: Op<unknown>, value: unknown, error: unknown, failed: boolean): void;
}

export abstract class Op<T> implements Waitable<T> {
  /** @internal The task that waits for it, or did. */
  task: Task | null = null;
  /** @internal */
  chooser: Chooser | null = null;

  /** @internal */
  abstract poll(task: Task): unknown;
  /** @internal False only where `poll` would give PENDING: so that a select does not draw between those that can't be done now. */
  mayBeDone(_task: Task): boolean {
    return true;
  }
  /** @internal Whether a function of the user's is called when it begins to wait in a select, which may make another one done. */
  get callsOut(): boolean {
    return false;
  }
  /** @internal */
  abstract enlist(task: Task): void;
  /** @internal */
  abstract withdraw(): void;
  /** @internal */
  revoke(_value: unknown): void {}
  /** @internal */
  dropped(): void {}
  /** @internal */
  told(): void {}
  /**
   * @internal Tells what it uses (footprint.ts); of one that can't nobody knows. `isWhole`: it is withdrawn, or one of
   * several, so that it uses what a wait that is served in its turn does not.
   */
  touch(_isWhole = false): void {
    touchUntold();
  }

  /** For reports, for instance `sleep(50)`. */
  abstract describe(): string;
  /** @internal For reports: tells the tasks that must act first, as far as they are known, and what of theirs it is about. */
  needs(_tell: (task: Task, held?: string) => void): void {}
  /** @internal One of those that it needs is enough. */
  get needsOne(): boolean {
    return false;
  }

  [Symbol.iterator](): Iterator<never, T, unknown> {
    return this as never;
  }

  /**
   * @internal What `yield*` calls: first to wait, then for the result. Ops of which a program makes millions have a copy
   * of their own, as the calls in it are fast where they see ops of one class.
   */
  next(value: unknown): unknown {
    const task = taskThatWaits();
    if (task === null) return this.refuse();
    if (task.wait === this) return taken(task, value);
    if (arguments.length === 0) this.refuseIteration();
    if (task.wait !== null) dropStray(task);
    if (isCut(task)) return suspended();
    if (this.task !== null) this.checkFree();
    this.task = task;
    const result = this.poll(task);
    if (result !== PENDING) return given(task, this, result);
    this.enlist(task);
    task.wait = this;
    return suspended();
  }

  /** @internal Outside every task, or in a coroutine that a task resumes by hand; or it is only looked where that is. */
  refuse(): unknown {
    if (probe.answer !== null) return probe.answer(this);
    if (runningRoot() !== null) return suspended(); // the driver tells the body
    throw new SchedulerError(`${this.describe()} must be waited for with \`yield*\`, in a task`);
  }

  /** @internal By specification, `yield*` calls `next` with one argument and iteration with none. */
  refuseIteration(): never {
    throw new SchedulerError(`${this.describe()} can't be iterated: wait for it with \`yield*\``);
  }

  /** @internal A task waits for it alone, or in one select. */
  checkFree(): void {
    if (this.chooser === null && this.task?.wait !== this) return;
    throw new SchedulerError(`${this.describe()} is waited for already: make one for each wait`);
  }

  /** @internal */
  throw(error: unknown): never {
    const { task } = turn;
    if (task?.wait === this) task.wait = null;
    this.told();
    throw error;
  }

  /** @internal The body that waits for it is closed. */
  return(value: unknown): unknown {
    const { task } = turn;
    if (task !== null && task.flags & WATCHED) noteClose(task);
    return { value, done: true };
  }

  /** @internal It is done: the task goes on with `value`. */
  complete(value: unknown): void {
    if (this.chooser !== null) this.chooser.chosen(this, value, undefined, false);
    else this.task!.resume(NEXT, value);
  }

  /** @internal It is done: the task goes on with `error` thrown. */
  fail(error: unknown): void {
    if (this.chooser !== null) this.chooser.chosen(this, undefined, error, true);
    else this.task!.resume(THROW, error);
  }
}

/** An op that stands in a line while it waits. */
export abstract class Waiter<T> extends Op<T> implements Place {
  /** @internal */
  ahead: Place | null = null;
  /** @internal */
  behind: Place | null = null;
}
