// How a cancellation enters a task: at the wait where it is suspended, or at the next one that it comes to.
//
// May import: the coroutine layer, scope, states, swallowed; Task as a type.

import { CLOSE, NEXT, THROW } from "../coroutine/drive.ts";
import { LOST } from "../coroutine/frames.ts";
import { markOutwards } from "./scope.ts";
import { CANCELLED_SCOPE, INTERRUPTED, RUNNING, WAITING, WATCHED } from "./states.ts";
import { noteWait } from "./swallowed.ts";
import type { Task } from "./task.ts";

/** Has a cancellation enter, if there is one and the task is not in cleanup. */
export function interrupt(task: Task): void {
  task.flags &= ~INTERRUPTED;
  if (task.hasEnded || !mustUnwind(task)) return;
  const { status } = task;
  if (status === RUNNING) {
    task.flags |= INTERRUPTED;
    return;
  }
  leaveWait(task, status);
  const scope = task.scope!;
  if (task.exchange !== null) task.exchange.isParked = false;
  markOutwards(scope);
  scope.masked = true;
  scope.closing = task.root.closing;
  goOn(task, status, CLOSE, undefined);
}

/** Ends a body that has lost its close, and has gone on. */
export function endLost(task: Task): void {
  const { status } = task;
  leaveWait(task, status);
  goOn(task, status, THROW, LOST);
}

function goOn(task: Task, status: number, mode: number, value: unknown): void {
  // One that is not waiting stands in the queue already.
  if (status === WAITING) task.resume(mode, value);
  task.status = mode;
  task.value = value;
}

function leaveWait(task: Task, status: number): void {
  const { wait } = task;
  if (wait === null) return;
  wait.touch(true);
  task.wait = null;
  try {
    if (status === NEXT) wait.revoke(task.value);
    if (status !== WAITING) return;
    wait.withdraw();
    wait.dropped();
  } catch (error) {
    // Of a callback of the user's, for instance a channel's `onUndelivered`.
    task.own().fail(error, 0);
  }
}

/** Whether a cancellation that came while the task ran enters at the wait that it comes to now. */
export function isUnwinding(task: Task): boolean {
  if ((task.flags & WATCHED) !== 0) noteWait(task);
  if ((task.flags & INTERRUPTED) === 0) return false;
  const unwinds = mustUnwind(task);
  if (!unwinds) task.flags &= ~INTERRUPTED;
  return unwinds;
}

/** Whether a cancellation reaches the innermost scope: none in between is a shield, or is in cleanup. */
export function mustUnwind(task: Task): boolean {
  if (task.flags < CANCELLED_SCOPE) return false;
  for (let { scope } = task; scope !== null && scope.task === task; scope = scope.parent) {
    if (scope.masked) return false;
    if (scope.cancelled) return true;
    if (scope.shielded) return false;
  }
  return false;
}
