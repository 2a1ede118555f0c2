// Tasks as users hold them: spawn, join, cancel, send.
//
// May import: the coroutine layer, errors, exchange, op, runnable, scope, task.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { CancelledError } from "./errors.ts";
import { Send, taskYielded } from "./exchange.ts";
import { Op, requireTask } from "./op.ts";
import { type ResultOf, type Runnable, toCoroutine } from "./runnable.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Scope } from "./scope.ts";
import type { Waitable } from "./structure.ts";
import { DONE, FAILED, type Listener, STATES, Task as TaskCore, type TaskState } from "./task.ts";

/** Waits for the end of a task; `throws`: and gives how it ended. */
class End extends Op<unknown> implements Listener {
  readonly of: TaskCore;
  readonly joins: boolean;

  constructor(of: TaskCore, joins: boolean) {
    super();
    this.of = of;
    this.joins = joins;
  }

  poll(): boolean {
    if (!this.of.hasEnded) return false;
    this.result = this.#outcome();
    return true;
  }

  enlist(): void {
    (this.of.listeners ??= new Set()).add(this);
  }

  withdraw(): void {
    this.of.listeners?.delete(this);
  }

  taskEnded(): void {
    try {
      this.complete(this.#outcome());
    } catch (error) {
      this.fail(error);
    }
  }

  #outcome(): unknown {
    const { of } = this;
    if (!this.joins) return undefined;
    of.isObserved = true;
    if (of.status === DONE) return of.outcome;
    if (of.status === FAILED) throw of.outcome;
    throw new CancelledError(`task ${of.name}`, of.outcome);
  }

  describe(): string {
    return `task ${this.of.name}`;
  }
}

/** A coroutine that runs beside others. `yield* task` waits for its end: gives what it returns, or throws its failure. */
export class Task<Y = unknown, R = unknown, S = unknown> {
  /** @internal */
  readonly core: TaskCore;

  /** @internal */
  constructor(core: TaskCore) {
    this.core = core;
  }

  get name(): string {
    return this.core.name;
  }

  get state(): TaskState {
    return STATES[this.core.status]!;
  }

  /** Joins it. @throws its failure; {@link CancelledError} if it was cancelled */
  [Symbol.iterator](): Iterator<never, R, unknown> {
    return new End(this.core, true) as never;
  }

  /** Cancels it, at once. What this gives can be waited for: it ends when the cleanup has. */
  cancel(reason?: unknown): Waitable<void> {
    this.core.cancel(reason);
    return new End(this.core, false) as never;
  }

  /** Sends `value` to the `yield` where it waits; gives the next value that it yields. */
  send(value: S): Waitable<Y> {
    return new Send(this.core, value) as never;
  }

  toString(): string {
    return `<task ${this.name} ${this.state}>`;
  }
}

type TaskOf<B> = B extends (...args: never[]) => Generator<infer Y, infer R, infer S>
  ? Task<Y, R, S>
  : B extends Generator<infer Y, infer R, infer S>
    ? Task<Y, R, S>
    : Task<never, ResultOf<B>, never>;

export function startTask(
  scheduler: Scheduler,
  root: Coroutine,
  owner: Scope | null,
  isBackground: boolean,
  isSupervised: boolean,
): TaskCore {
  const task = new TaskCore(scheduler, root, owner, isBackground, isSupervised);
  task.onYield = taskYielded;
  if (owner !== null && owner.cancelled) task.cancel(owner.reason);
  else scheduler.enqueue(task);
  return task;
}

function start(body: unknown, args: unknown[], isBackground: boolean, isSupervised: boolean): Task {
  const parent = requireTask("spawn(…)");
  const root = toCoroutine(body, args, "spawn");
  return new Task(startTask(parent.scheduler, root, parent.scope ?? parent.own(), isBackground, isSupervised));
}

interface Spawn {
  /** Starts a task in the innermost open scope of the running one. */
  <A extends unknown[], B extends Runnable<A>>(body: B, ...args: A): TaskOf<B>;
  /** … that is cancelled when the scope has nothing else to wait for. */
  background<A extends unknown[], B extends Runnable<A>>(body: B, ...args: A): TaskOf<B>;
  /** … whose failure waits for whoever joins it, and surfaces at the end of the scope if nobody does. */
  supervised<A extends unknown[], B extends Runnable<A>>(body: B, ...args: A): TaskOf<B>;
}

export const spawn: Spawn = Object.assign((body: unknown, ...args: unknown[]) => start(body, args, false, false), {
  background: (body: unknown, ...args: unknown[]) => start(body, args, true, false),
  supervised: (body: unknown, ...args: unknown[]) => start(body, args, false, true),
}) as Spawn;
