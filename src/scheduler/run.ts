// The root: run, runSync, run.with.
//
// May import: errors, runnable, scheduler, scope, spawn.

import { THROW } from "../coroutine/drive.ts";
import { CancelledError, DeadlockError, SchedulerError } from "./errors.ts";
import { type ResultOf, type Runnable, toCoroutine } from "./runnable.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler.ts";
import { startTask } from "./spawn.ts";
import { ChildrenEnd } from "./structure.ts";
import { DONE, FAILED, type Task, WAITING } from "./task.ts";

export interface RunOptions extends Omit<SchedulerOptions, "hasHost"> {
  /** Cancels the run when it is aborted. */
  signal?: AbortSignal;
}

function start(main: unknown, args: unknown[], options: SchedulerOptions): [Scheduler, Task] {
  const scheduler = new Scheduler(options);
  const task = startTask(scheduler, toCoroutine(main, args, "run"), null, false, false);
  let isCleanupStuck = false;
  scheduler.onDeadlock = () => {
    const error = new DeadlockError(`no task can go on: ${waitsOf(task)}`);
    // The second time, cleanup itself can't go on: it is told where it waits.
    if (isCleanupStuck) failWaits(task, error);
    else task.own().fail(error, 0);
    isCleanupStuck = true;
  };
  return [scheduler, task];
}

function waitsOf(root: Task): string {
  return waitingTasks(root)
    .map((task) => `${task.name} waits for ${task.wait?.describe() ?? "a send"}`)
    .join("; ");
}

/** `task` and those below it that wait, but for those that only wait for their own. */
function waitingTasks(task: Task): Task[] {
  const found: Task[] = [];
  for (let scope = task.scope; scope !== null && scope.task === task; scope = scope.parent) {
    for (let child = scope.first; child !== null; child = child.following) found.push(...waitingTasks(child));
  }
  if (task.status !== WAITING || task.wait instanceof ChildrenEnd) return found;
  return [task, ...found];
}

function failWaits(root: Task, error: DeadlockError): void {
  for (const task of waitingTasks(root)) {
    task.wait?.withdraw();
    task.wait = null;
    task.resume(THROW, error);
  }
}

function outcome(task: Task): unknown {
  if (task.status === DONE) return task.outcome;
  throw task.status === FAILED ? task.outcome : new CancelledError(`run of ${task.name}`, task.outcome);
}

function runWith(options: RunOptions, main: unknown, args: unknown[]): Promise<unknown> {
  const [scheduler, task] = start(main, args, options);
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const abort = () => scheduler.enter(() => task.cancel(signal!.reason));
    (task.listeners ??= new Set()).add({
      taskEnded() {
        signal?.removeEventListener("abort", abort);
        try {
          resolve(outcome(task));
        } catch (error) {
          reject(error);
        }
      },
    });
    if (signal?.aborted) task.cancel(signal.reason);
    else signal?.addEventListener("abort", abort);
    scheduler.runReady();
  });
}

interface Run {
  <A extends unknown[], B extends Runnable<A>>(main: B, ...args: A): Promise<ResultOf<B>>;
  with(options: RunOptions): <A extends unknown[], B extends Runnable<A>>(main: B, ...args: A) => Promise<ResultOf<B>>;
}

/** Runs `main` and all that it starts; the promise settles when all of it has ended. */
export const run: Run = Object.assign((main: unknown, ...args: unknown[]) => runWith({}, main, args), {
  with:
    (options: RunOptions) =>
    (main: unknown, ...args: unknown[]) =>
      runWith(options, main, args),
}) as Run;

/** The same without a promise or timer of the host. @throws {SchedulerError} if it would have to wait for one */
export function runSync<B extends Runnable<[]>>(main: B): ResultOf<B> {
  const [scheduler, task] = start(main, [], { hasHost: false });
  scheduler.runReady();
  if (!task.hasEnded) {
    const error = new SchedulerError(`runSync would have to wait for the host: ${waitsOf(task)}`);
    task.cancel(error);
    scheduler.runReady();
    throw error;
  }
  return outcome(task) as ResultOf<B>;
}
