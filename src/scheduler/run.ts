// The root: run, runSync, run.with.
//
// May import: budget, deadlock, errors, join, runnable, scheduler, sites, states, task.

import { budget } from "./budget.ts";
import { deadlockOf, watch } from "./deadlock.ts";
import { SchedulerError } from "./errors.ts";
import { failureOf, whenEnded } from "./join.ts";
import { type ArgsOf, type ResultOf, type ResultOfWait, type Runnable, type Steps, toCoroutine } from "./runnable.ts";
import type { SchedulerOptions } from "./options.ts";
import { Scheduler } from "./scheduler.ts";
import { noteSite } from "./sites.ts";
import { DONE } from "./states.ts";
import { Task } from "./task.ts";

export interface RunOptions extends Omit<SchedulerOptions, "hasHost"> {
  /** Cancels the run when it is aborted. */
  signal?: AbortSignal;
}

function start(main: unknown, args: unknown[], options: SchedulerOptions): Task {
  const scheduler = new Scheduler(options);
  const root = new Task(scheduler, toCoroutine(main, args, "run"), null, 0);
  watch(scheduler, root);
  scheduler.watcher?.tell("runStarted", root);
  scheduler.enqueue(root);
  return root;
}

function outcome(task: Task): unknown {
  if (task.status === DONE) return task.value;
  throw failureOf(task, "run of");
}

function runWith(options: RunOptions, main: unknown, args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const task = start(main, args, options);
    if (budget.sites > 0) noteSite(task, runWith);
    const { signal } = options;
    const abort = () => task.cancelNow(signal!.reason);
    whenEnded(task, () => {
      signal?.removeEventListener("abort", abort);
      task.scheduler.watcher?.tell("runEnded", task);
      try {
        resolve(outcome(task));
      } catch (error) {
        reject(error);
      }
    });
    task.scheduler.onCrash = reject;
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    task.scheduler.runReady();
  });
}

interface Start {
  <A extends unknown[], W extends Steps>(main: (...args: A) => W, ...args: A): Promise<ResultOfWait<W>>;
  <B extends Runnable>(main: B, ...args: ArgsOf<B>): Promise<ResultOf<B>>;
}

interface Run {
  /**
   * Runs `main` and all that it starts; the promise settles when all of it has ended.
   *
   * @param main a body, a coroutine function, a coroutine that has not started, or something to wait for
   * @param args what `main` is called with
   * @returns a promise of what `main` returns; rejected with its failure, or a {@link CancelledError}
   * @example
   * const greet = function* (name: string) {
   *   yield* sleep(1);
   *   return `Hello, ${name}!`;
   * };
   * await run(greet, "Ada"); // -> "Hello, Ada!"
   */
  // First the one that a generic body needs: its parameters are known only from the arguments.
  <A extends unknown[], W extends Steps>(main: (...args: A) => W, ...args: A): Promise<ResultOfWait<W>>;
  <B extends Runnable>(main: B, ...args: ArgsOf<B>): Promise<ResultOf<B>>;
  /**
   * The same with options: `signal` cancels the run; `seed` makes all its choices repeatable; `clock` is where its time
   * comes from; `observer` is told what happens; `ambient` is a store that tasks keep from where they were started.
   */
  with(options: RunOptions): Start;
}

export const run: Run = /* @__PURE__ */ Object.assign((main: unknown, ...args: unknown[]) => runWith({}, main, args), {
  with:
    (options: RunOptions) =>
    (main: unknown, ...args: unknown[]) =>
      runWith(options, main, args),
});

interface StartSync {
  <A extends unknown[], W extends Steps>(main: (...args: A) => W, ...args: A): ResultOfWait<W>;
  <B extends Runnable>(main: B, ...args: ArgsOf<B>): ResultOf<B>;
}

interface RunSync extends StartSync {
  /** The same with options, as `run.with` has them; time passes at once where the clock can `jump`. */
  with(options: Omit<RunOptions, "signal">): StartSync;
}

/**
 * Runs `main` and all that it starts to the end, now, without a promise or a timer of the host.
 *
 * @param args what `main` is called with
 * @returns what `main` returns
 * @throws what it fails with; {@link CancelledError}
 * @throws {SchedulerError} if it would have to wait for the host: it is cancelled then, and its cleanup runs
 * @example
 * const sum = runSync(function* () {
 *   const numbers = new Channel<number>();
 *   spawn(function* () {
 *     for (const n of [1, 2, 3]) yield* numbers.send(n);
 *     numbers.close();
 *   });
 *   let total = 0;
 *   for (let next = yield* numbers.next(); !next.done; next = yield* numbers.next()) total += next.value;
 *   return total;
 * });
 * sum; // -> 6
 */
export const runSync: RunSync = /* @__PURE__ */ Object.assign(
  (main: unknown, ...args: unknown[]) => runSyncWith({}, main, args) as never,
  {
    with:
      (options: Omit<RunOptions, "signal">) =>
      (main: unknown, ...args: unknown[]) =>
        runSyncWith(options, main, args) as never,
  },
);

function runSyncWith(options: SchedulerOptions, main: unknown, args: unknown[]): unknown {
  const task = start(main, args, { ...options, hasHost: false });
  if (budget.sites > 0) noteSite(task, runSyncWith);
  const { scheduler } = task;
  scheduler.runReady();
  if (task.hasEnded) return outcome(task);
  const error = new SchedulerError(deadlockOf(task, "runSync would have to wait for the host").message);
  task.cancelNow(error);
  scheduler.runReady();
  throw error;
}
