// Where a task is suspended: the lines of its bodies, on every host, without an inspector.
//
// A body that is suspended in `yield*` is resumed once more. What its `yield*` calls is the `next` of an op, or of a
// coroutine; that sees that somebody only looks, takes the host's stack, and answers that it waits, as before. So the
// stack shows the body, and the plain generators in it, and nothing of the user's has run. A body that is suspended in
// a bare `yield` can't be looked at without resuming it: only its name is known.
//
// May import: the coroutine layer, op, states; Task as a type.

import { CREATED, type Frame, probe, REWRAPS, WAIT } from "../coroutine/frames.ts";
import { bodies, setDepth, stackOf } from "../coroutine/trail.ts";
import { enterTurn } from "./op.ts";
import { RUNNING } from "./states.ts";
import type { Task } from "./task.ts";

/** So many bodies of a task are told, the innermost. */
const BODIES = 24;
/** How many lines of the host's stack are looked at; each plain generator has two. */
const DEPTH = 64;

/** The lines where `task` is suspended, innermost first; none of one that runs, or has not started, or has ended. */
export function linesOf(task: Task): string[] {
  return placesOf(task).flatMap(({ lines }) => lines);
}

/** The same for each of its bodies; one of this package's own has no lines. */
export function placesOf(task: Task): { frame: Frame; lines: string[] }[] {
  const { root } = task;
  const places: { frame: Frame; lines: string[] }[] = [];
  if (task.status === RUNNING || task.hasEnded || root.status & CREATED) return places;
  const turn = enterTurn({ task: null });
  const depth = setDepth(DEPTH);
  for (let frame = root.leaf; frame !== null && places.length < BODIES; frame = frame.caller) {
    const isInYield = frame === root.leaf && task.wait === null;
    places.push({ frame, lines: isInYield ? [`at ${frame.name}, in a yield`] : lookAt(frame) });
  }
  setDepth(depth);
  enterTurn(turn);
  return places;
}

function lookAt(frame: Frame): string[] {
  let seen: { stack?: unknown } = {};
  probe.answer = (called) => {
    seen = stackBelow(called.next);
    return WAIT;
  };
  try {
    frame.gen.next(undefined);
  } catch {
    // Of an iterator of the user's own between the body and an op: what it throws has no one to go to.
  }
  probe.answer = null;
  return usersOwn(bodies(frame.name, stackOf(seen).split("\n"), PROBE).join("\n"), 0);
}

const PROBE: RegExp = /* @__PURE__ */ new RegExp(`^(?: *at )?${lookAt.name}[ @]`);

// Hosts that rewrap results leave calls out of the stack that were the last thing to do, and so perhaps what is sought.
const captureStackTrace = REWRAPS ? undefined : (Error as Partial<typeof Error>).captureStackTrace;

/** The host's stack from the caller of the function `below` on, or from here on where the host has no way to say that. */
export function stackBelow(below: unknown): { stack?: unknown } {
  if (captureStackTrace === undefined) return new Error();
  const here = {};
  captureStackTrace(here, below as () => void);
  return here;
}

/** What the lines of this package's own files have in common; empty where it was bundled with others: they are not known. */
let own: string | undefined;

/** The lines of `stack` that have a place, and are not this package's own: where these are not known, without `extra` lines. */
export function usersOwn(stack: string, extra: number): string[] {
  own ??= /[^\s(@]+(?=(?:scheduler.probe|corun-core)\.[jt]s)/.exec(stackOf(new Error()))?.[0] ?? "";
  const lines = stack
    .split("\n")
    .filter((line) => /:\d+:\d+\)?$/.test(line) && !/[([]native/.test(line))
    .map((line) => line.trim().replace(/\S*<anonymous> \((.*)\)$/, "$1"));
  if (own !== "") return lines.filter((line) => !line.includes(own!));
  return captureStackTrace === undefined && extra > 0 ? [] : lines.slice(extra);
}
