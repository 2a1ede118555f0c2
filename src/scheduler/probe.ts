// Where a task is suspended: the lines of its bodies, on every host, without an inspector.
//
// A body that is suspended in `yield*` is resumed once more. What its `yield*` calls is the `next` of an op, or of a
// coroutine; that sees that somebody only looks, takes the host's stack, and answers that it waits, as before. So the
// stack shows the body, and the plain generators in it, and nothing of the user's has run. A body that is suspended in
// a bare `yield` can't be looked at without resuming it: only its name is known.
//
// May import: the coroutine layer, op, states; Task as a type.

import { CREATED, type Frame, probe, REWRAPS, WAIT } from "../coroutine/frames.ts";
import { bodies } from "../coroutine/trail.ts";
import { activeTask, setActiveTask } from "./op.ts";
import { RUNNING } from "./states.ts";
import type { Task } from "./task.ts";

/** So many lines of a task are told, the innermost. */
const LINES = 24;
/** How many lines of the host's stack are looked at; each plain generator has two. */
const DEPTH = 64;

/** The lines where `task` is suspended, innermost first; none of one that runs, or has not started, or has ended. */
export function linesOf(task: Task): string[] {
  const { root } = task;
  const lines: string[] = [];
  if (task.status === RUNNING || task.hasEnded || root.status & CREATED) return lines;
  const active = activeTask();
  const { stackTraceLimit } = Error;
  setActiveTask(null);
  Error.stackTraceLimit = DEPTH;
  for (let frame = root.leaf; frame !== null && lines.length < LINES; frame = frame.caller) {
    const isInYield = frame === root.leaf && task.wait === null;
    lines.push(...(isInYield ? [`at ${frame.name}, in a yield`] : lookAt(frame)));
  }
  Error.stackTraceLimit = stackTraceLimit;
  setActiveTask(active);
  return lines;
}

function lookAt(frame: Frame): string[] {
  let seen: { stack?: string } = {};
  probe.answer = (called) => {
    // Where the host rewraps results, it also leaves out calls that were the last thing to do: `called` is one.
    if (captureStackTrace === undefined || REWRAPS) seen = new Error();
    else captureStackTrace(seen, called as () => void);
    return WAIT;
  };
  try {
    frame.gen.next(undefined);
  } catch {
    // Of an iterator of the user's own between the body and an op: what it throws has no one to go to.
  }
  probe.answer = null;
  return usersOwn(bodies(frame.name, (seen.stack ?? "").split("\n"), PROBE));
}

const { captureStackTrace } = Error as Partial<typeof Error>;

const PROBE: RegExp = /* @__PURE__ */ new RegExp(`^(?: *at )?${lookAt.name}[ @]`);

/** What the lines of this package's own files have in common; where it was bundled with others, nothing is known of it. */
let own: string | undefined;

/** Those of `lines` that have a place, and are not this package's own. */
export function usersOwn(lines: string[]): string[] {
  own ??= /[^\s(@]+(?=scheduler.probe\.[jt]s)/.exec(new Error().stack!)?.[0] ?? "";
  return lines
    .filter((line) => /:\d+:\d+\)?$/.test(line) && !/[([]native/.test(line) && (own === "" || !line.includes(own!)))
    .map((line) => line.trim());
}
