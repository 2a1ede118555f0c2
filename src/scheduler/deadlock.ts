// What is done when no task can ever go on.
//
// May import: the coroutine layer, end-scope, errors, states; Scheduler and Task as types.

import { THROW } from "../coroutine/drive.ts";
import { TasksEnd } from "./end-scope.ts";
import { DeadlockError } from "./errors.ts";
import type { Scheduler } from "./scheduler.ts";
import { WAITING } from "./states.ts";
import type { Task } from "./task.ts";

/** Has a deadlock of the run of `root` fail it. */
export function watch(scheduler: Scheduler, root: Task): void {
  let isCleanupStuck = false;
  scheduler.onDeadlock = (verdict) => {
    if (verdict === "warn") {
      console.warn(`corun: no task can go on, unless code outside calls in: ${waitsOf(root)}`);
      return;
    }
    const error = new DeadlockError(`no task can go on: ${waitsOf(root)}`);
    // The second time, cleanup itself can't go on: it is told where it waits.
    if (isCleanupStuck) failWaits(root, error);
    else root.own().fail(error, 0);
    isCleanupStuck = true;
  };
}

/** What the tasks of a run wait for, as a text. */
export function waitsOf(root: Task): string {
  return waitingTasks(root)
    .map((task) => `${task.name} waits for ${task.wait?.describe() ?? "a send"}`)
    .join("; ");
}

/** `root` and those below it that wait, but for those that only wait for their own. */
function waitingTasks(root: Task): Task[] {
  const found: Task[] = [];
  const next = [root];
  for (let task = next.pop(); task !== undefined; task = next.pop()) {
    if (task.status === WAITING && !(task.wait instanceof TasksEnd)) found.push(task);
    for (let scope = task.scope; scope !== null && scope.task === task; scope = scope.parent) {
      for (let child = scope.lastTask; child !== null; child = child.previous) next.push(child);
    }
  }
  return found;
}

function failWaits(root: Task, error: DeadlockError): void {
  for (const task of waitingTasks(root)) {
    task.wait?.withdraw();
    task.wait = null;
    task.resume(THROW, error);
  }
}
