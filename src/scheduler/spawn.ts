// `spawn`: starts a task beside the running one.
//
// May import: budget, op, runnable, sites, states, task.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { budget } from "./budget.ts";
import { requireTask } from "./op.ts";
import { type ArgsOf, type ResultOf, type Runnable, type Steps, toCoroutine } from "./runnable.ts";
import { noteSite } from "./sites.ts";
import { BACKGROUND, SUPERVISED } from "./states.ts";
import type { Task } from "./task.ts";

/** The task that runs a `B`: typed by what its body yields, returns and is sent. */
export type TaskOf<B> = B extends (...args: never[]) => infer W ? TaskOfWait<W> : TaskOfWait<B>;

// A coroutine by itself, as its `return` takes more than that of the generator that it stands for.
type TaskOfWait<W> =
  W extends Coroutine<infer Y, infer R, infer S>
    ? Task<Y, R, S>
    : W extends Generator<infer Y, infer R, infer S>
      ? Task<Y, R, S>
      : Task<never, ResultOf<W>, never>;

function start(flags: number, body: unknown, args: unknown[]): Task {
  const parent = requireTask("spawn(…)");
  const task = parent.start(parent.scope ?? parent.own(), toCoroutine(body, args, "spawn"), flags);
  if (budget.sites > 0) noteSite(task, start);
  return task;
}

interface Spawn {
  /**
   * Starts a task in the innermost open scope of the running one; it runs when that waits.
   *
   * @param body a body, a coroutine function with its arguments, a coroutine that has not started, or something to wait for
   * @returns the task: `yield*` it to wait for its end
   * @throws {SchedulerError} outside every task
   * @throws {TypeError} if `body` can't be run
   * @example
   * const double = function* (n: number) {
   *   yield* sleep(1);
   *   return n * 2;
   * };
   * const sum = await run(function* () {
   *   const one = spawn(double, 1);
   *   const two = spawn(double, 2);
   *   return (yield* one) + (yield* two);
   * });
   * sum; // -> 6
   */
  // First the one that a generic body needs: its parameters are known only from the arguments.
  <A extends unknown[], W extends Steps>(body: (...args: A) => W, ...args: A): TaskOfWait<W>;
  <B extends Runnable>(body: B, ...args: ArgsOf<B>): TaskOf<B>;
  /** The same for a task that is cancelled when the body of the scope has ended, instead of being waited for. */
  background<A extends unknown[], W extends Steps>(body: (...args: A) => W, ...args: A): TaskOfWait<W>;
  background<B extends Runnable>(body: B, ...args: ArgsOf<B>): TaskOf<B>;
  /**
   * The same for a task whose failure cancels nobody: it waits for whoever joins it, and comes out at the end of the
   * scope if nobody does.
   */
  supervised<A extends unknown[], W extends Steps>(body: (...args: A) => W, ...args: A): TaskOfWait<W>;
  supervised<B extends Runnable>(body: B, ...args: ArgsOf<B>): TaskOf<B>;
}

export const spawn: Spawn = /* @__PURE__ */ Object.assign((body: unknown, ...args: unknown[]) => start(0, body, args), {
  background: (body: unknown, ...args: unknown[]) => start(BACKGROUND, body, args),
  supervised: (body: unknown, ...args: unknown[]) => start(SUPERVISED, body, args),
}) as Spawn;
