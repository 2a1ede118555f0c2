// A body that yields and waits, made a task that is asked for its values one by one.
//
// May import: the coroutine and scheduler layers.

import { Coroutine } from "../coroutine/coroutine.ts";
import { StopIteration } from "../coroutine/errors.ts";
import { toCoroutine } from "../scheduler/runnable.ts";
import { spawn } from "../scheduler/spawn.ts";
import type { Task } from "../scheduler/task.ts";
import type { Waitable } from "../scheduler/op.ts";

/** A task; what it yields is given by {@link ask}. Its failure waits for who asks. */
export type Asked = Task;

/** Starts `body`, which gets nowhere before it is asked. */
export function startAsked(body: unknown, args: readonly unknown[], what: string): Asked {
  const name = (body as { name?: string } | undefined)?.name || "<anonymous>";
  return spawn.supervised(Coroutine.of(fromFirstYield(body, args, what), name));
}

/** `task.send` drops the value of a task's first `yield`: so that is one of ours. */
function* fromFirstYield(body: unknown, args: readonly unknown[], what: string): Generator<unknown, unknown, unknown> {
  yield;
  // One that was started by hand goes on where it is.
  const coroutine = body instanceof Coroutine ? body : toCoroutine(body, args, what);
  return yield* coroutine as Waitable<unknown>;
}

/** What it yields next, or its end. @throws its failure */
export function* ask(task: Asked, value?: unknown): Generator<never, IteratorResult<unknown, unknown>, unknown> {
  try {
    return { value: yield* task.send(value), done: false };
  } catch (end) {
    if (end instanceof StopIteration) return { value: end.value, done: true };
    throw end;
  }
}
