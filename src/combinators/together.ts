// What all, race, any and settled share: the entries run as tasks of a scope of their own, and an op of
// that scope's body waits until they have ended. The moment that an end decides, the others are cancelled.
//
// The tasks are supervised, so that a failure cancels nobody by itself; where the body is cut by a
// cancellation from outside, failures that nobody has asked for surface at the end of the scope.
//
// May import: the coroutine layer, the scheduler layer.

import { show } from "../coroutine/errors.ts";
import { Block } from "../scheduler/block.ts";
import { SchedulerError } from "../scheduler/errors.ts";
import { END, touch } from "../scheduler/footprint.ts";
import { failureOf, listen, type Listener, observe } from "../scheduler/join.ts";
import { Op, PENDING, type Waitable } from "../scheduler/op.ts";
import { type ResultOf, type Runnable, toCoroutine } from "../scheduler/runnable.ts";
import type { Scope } from "../scheduler/scope.ts";
import { DONE, FAILED, SUPERVISED } from "../scheduler/states.ts";
import { Task } from "../scheduler/task.ts";

/** What a combinator is given: an array (typed as a tuple where it is written in place) or a record. */
export type Entries<E = { readonly [key: string]: unknown }> =
  | readonly Runnable<[]>[]
  | []
  // Of the type itself, as an interface has no index signature.
  | { readonly [K in keyof E]: Runnable<[]> };

/** The result of each entry, in the shape of the entries. */
export type Results<E> = { -readonly [K in keyof E]: ResultOf<E[K]> };

/** The result of one of the entries. */
export type OneResult<E> = E extends readonly unknown[] ? ResultOf<E[number]> : ResultOf<E[keyof E]>;

/** What makes a combinator. */
export interface Verb {
  readonly name: string;
  /** Whether the end of `task` decides: the others are cancelled then. */
  decides(task: Task): boolean;
  /** Whether it waits for ever for the end of nothing. */
  readonly needsEntry?: boolean;
  /** What it gives if no entry's failure has to come out. `decider` is null if nothing decided. */
  result(tasks: readonly Task[], decider: Task | null, keys: readonly string[] | null): unknown;
}

/** Waits until all entries have ended. */
class Ends extends Op<void> {
  readonly tasks: readonly Task[];
  readonly verb: Verb;
  readonly own: Scope;
  decider: Task | null = null;
  /** Those that ended after the decision. */
  readonly late: Set<Task> = new Set();
  #left: number;
  readonly #listeners: (Listener & { task: Task })[] = [];
  #enlisted = false;

  constructor(tasks: readonly Task[], verb: Verb, own: Scope) {
    super();
    this.tasks = tasks;
    this.verb = verb;
    this.own = own;
    this.#left = tasks.length;
  }

  poll(): unknown {
    for (const task of this.tasks) {
      if (task.hasEnded) {
        this.#ended(task);
        continue;
      }
      // One for each entry, as a task may be there twice.
      const listener = { task, ahead: null, behind: null, taskEnded: () => this.#ended(task) };
      this.#listeners.push(listener);
      listen(task, listener);
    }
    return this.#isOver ? undefined : PENDING;
  }

  get #isOver(): boolean {
    return this.#left === 0 && !(this.verb.needsEntry === true && this.tasks.length === 0);
  }

  enlist(): void {
    this.#enlisted = true;
  }

  override touch(): void {
    for (const task of this.tasks) touch(task, END, true);
  }

  withdraw(): void {
    for (const listener of this.#listeners) listener.task.listeners?.leave(listener);
  }

  #ended(task: Task): void {
    // What ends because all of this is cancelled decides nothing.
    if (this.own.cancelled) return;
    this.#left--;
    if (this.decider !== null) {
      if (task !== this.decider) this.late.add(task);
    } else if (this.verb.decides(task)) {
      this.decider = task;
      const reason = task.status === FAILED ? task.value : undefined;
      for (const other of this.tasks) other.cancelNow(reason);
    } else {
      observe(task);
    }
    if (!this.#enlisted || !this.#isOver) return;
    this.#enlisted = false; // a cancel above may have come here first
    this.complete(undefined);
  }

  override get needsOne(): boolean {
    return ["race", "any"].includes(this.verb.name);
  }

  override needs(tell: (task: Task) => void): void {
    for (const task of this.tasks) if (!task.hasEnded) tell(task);
  }

  describe(): string {
    return this.tasks.length === 0
      ? `${this.verb.name} of nothing`
      : `${this.verb.name} of ${this.tasks.map((task) => task.name).join(", ")}`;
  }
}

/** Makes the combinator `verb` of `entries`. */
export function together<T>(entries: Entries, verb: Verb): Waitable<T> {
  const keys = keysOf(entries, verb.name);
  const listed: readonly unknown[] = keys === null ? Array.from(entries as readonly unknown[]) : Object.values(entries);
  const body = (own: Scope) => runTogether(own, listed, keys, verb);
  return new Block<T>(body, { name: verb.name });
}

function keysOf(entries: unknown, name: string): string[] | null {
  if (Array.isArray(entries)) return null;
  if (typeof entries === "object" && entries !== null && !(Symbol.iterator in entries) && !("then" in entries)) {
    return Object.keys(entries);
  }
  throw new TypeError(`${name} needs an array or a record of what to wait for, but got ${show(entries)}`);
}

/** As for a join. @throws {SchedulerError} if `task` can't wait for the end of `entry` */
function checkJoin(entry: Task, task: Task, { name }: Verb): void {
  if (entry === task) throw new SchedulerError(`${name}: task ${task.name} waits for its own end, which can't come`);
  if (entry.scheduler === task.scheduler || entry.hasEnded) return;
  throw new SchedulerError(
    `${name}: task ${entry.name} belongs to another run: wait for that one's promise, with until(…)`,
  );
}

function* runTogether(
  own: Scope,
  entries: readonly unknown[],
  keys: readonly string[] | null,
  verb: Verb,
): Generator<never, unknown, unknown> {
  for (const entry of entries) if (entry instanceof Task) checkJoin(entry, own.task, verb);
  const tasks = entries.map((entry) =>
    entry instanceof Task ? entry : own.task.start(own, toCoroutine(entry, [], verb.name), SUPERVISED),
  );
  const ends = new Ends(tasks, verb, own);
  yield* ends;

  const { decider, late } = ends;
  let failed = false;
  for (const [index, task] of tasks.entries()) {
    observe(task);
    if (task === decider ? task.status === DONE : !late.has(task) || task.status !== FAILED) continue;
    if (tasks.indexOf(task) < index) continue; // twice among the entries, once among the errors
    // The scope throws it at its end: one as itself, several in their order.
    own.fail(failureOf(task), index + 1);
    failed = true;
  }
  return failed ? undefined : verb.result(tasks, decider, keys);
}

/** `values` in the shape of the entries. */
export function shaped(values: unknown[], keys: readonly string[] | null): unknown {
  return keys === null ? values : Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}
