// What is done when no task can ever go on.
//
// May import: the coroutine layer, end-scope, errors, report, running, states; Scheduler and Task as types.

import { THROW } from "../coroutine/drive.ts";
import { TasksEnd } from "./end-scope.ts";
import { DeadlockError } from "./errors.ts";
import { circleIn, heldBy, reportOf, tell } from "./report.ts";
import { noteRun } from "./running.ts";
import type { Scheduler } from "./scheduler.ts";
import { WAITING } from "./states.ts";
import type { Task } from "./task.ts";

/** So many tasks are told. */
const TOLD = 20;

const MAYBE = "no task can go on, unless code outside calls in";

/** Has a deadlock of the run of `root` fail it. */
export function watch(scheduler: Scheduler, root: Task): void {
  let isCleanupStuck = false;
  let told = "";
  scheduler.onRest = () => {
    scheduler.onRest = null;
    noteRun(root);
  };
  scheduler.onDeadlock = (verdict) => {
    if (verdict === "warn") {
      const waits = waitsOf(root);
      if (waits !== told) console.warn(`corun: ${deadlockOf(root, MAYBE).message}`);
      told = waits; // while nothing changes, it is judged again and again
      return;
    }
    const error = deadlockOf(root, "no task can go on");
    // The second time, cleanup itself can't go on: it is told where it waits.
    if (isCleanupStuck) failWaits(root, error);
    else root.own().fail(error, 0);
    isCleanupStuck = true;
  };
}

/** What the tasks of a run wait for, as a text of one line. */
export function waitsOf(root: Task): string {
  const waits = waitingTasks(root).map((task) => `${task.name} waits for ${task.wait?.describe() ?? "a send"}`);
  return waits.length > TOLD ? `${waits.slice(0, TOLD).join("; ")}; and ${waits.length - TOLD} more` : waits.join("; ");
}

/** The error for a run in which nothing can go on: `what`, in one line, and then what is known of each task. */
export function deadlockOf(root: Task, what: string): DeadlockError {
  const waiting = waitingTasks(root);
  const circle = circleIn(waiting);
  const held = heldBy(waiting);
  // One in a circle may wait for its own tasks.
  const now = root.scheduler.clock.now(); // it takes its time to tell
  const told = [...new Set([...circle, ...waiting])].slice(0, TOLD).map((task) => reportOf(task, held, now));
  const lines = [`${what}: ${waitsOf(root)}`, ...told.map(tell)];
  const names = [...circle, ...circle.slice(0, 1)].map((task) => `${task.name}#${task.order}`);
  if (names.length > 0) lines.push(`  cycle: ${names.slice(0, TOLD).join(" -> ")}`);
  return new DeadlockError(
    lines.join("\n"),
    told,
    circle.map((task) => task.order),
  );
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
    if (task.status !== WAITING) continue; // the withdrawal of another has served it
    task.wait?.withdraw();
    task.wait = null;
    task.resume(THROW, error);
  }
}
