// All that this layer needs from inside the scheduler: what belongs to the end of a scope, waits that the outside will
// end, and tasks that serve a scope. The rest of the layer uses public names.
//
// May import: the coroutine and scheduler layers.

import { Coroutine } from "../coroutine/coroutine.ts";
import { atScopeEnd } from "../scheduler/block.ts";
import { whenEnded } from "../scheduler/join.ts";
import { activeTask, requireTask } from "../scheduler/op.ts";
import { FAILED } from "../scheduler/states.ts";
import { Task } from "../scheduler/task.ts";

/**
 * Until the function that it gives is called, something outside the run may wake a task of it: so no task is deadlocked.
 * Outside every task it does nothing.
 */
export function expectOutside(): () => void {
  const scheduler = activeTask()?.scheduler;
  if (scheduler === undefined) return () => {};
  scheduler.external++;
  let release: () => void = () => {};
  // Called back in the loop's own context, wherever it is called from; entered, as what is left may be deadlocked now.
  void new Promise<void>((resolve) => (release = resolve)).then(() =>
    scheduler.enter(() => {
      scheduler.external--;
    }),
  );
  return release;
}

/** A task that serves a scope. */
export interface Service {
  /** Once this is set, it is to end. */
  readonly isStopped: boolean;
  /** Has it end: its body is closed where it waits. One that has not begun sees `isStopped` when it does. */
  stop(): void;
}

/**
 * Starts a task that goes on as long as anything else in the innermost scope does: when the body and the tasks of
 * the scope have ended, it is stopped, and waited for. Its body always runs. Its failure is one of the scope.
 */
export function startService(
  what: string,
  name: string,
  body: (service: Service) => Generator<never, void, unknown>,
): Service {
  const parent = requireTask(what);
  const scope = parent.scope ?? parent.own();
  const service = {
    isStopped: false,
    stop() {
      if (service.isStopped || task.hasEnded) return;
      service.isStopped = true;
      if (task.hasBegun) task.cancelNow(undefined);
    },
  };
  const task = new Task(parent.scheduler, Coroutine.of(body(service), name), null, 0);
  if (scope.context !== null) task.own().context = scope.context;
  parent.scheduler.enqueue(task);
  const takeBack = atScopeEnd(what, () => {
    service.stop();
    return ended(task);
  });
  whenEnded(task, () => {
    takeBack();
    if (task.status === FAILED) scope.fail(task.value, task.order);
  });
  return service;
}

function* ended(task: Task): Generator<never, void, unknown> {
  try {
    yield* task;
  } catch {
    // It was cancelled, or has told the scope how it failed.
  }
}
