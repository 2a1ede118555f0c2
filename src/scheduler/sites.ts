// Where tasks were started: the host's stack at the start, of as many as is cheap.
//
// May import: the coroutine layer, budget, probe; Task as a type.

import { setDepth, stackOf } from "../coroutine/trail.ts";
import { budget } from "./budget.ts";
import { stackBelow, usersOwn } from "./probe.ts";
import type { Task } from "./task.ts";

/** The lines of this package at the top of the stack, and some more. */
const DEPTH = 9;

const taken = new WeakMap<Task, { stack?: unknown }>();
/** Of an error: the places where the task that failed first with it was started, the one that started that, and so on. */
const origins = new WeakMap<Error, string[]>();
const LONGEST = 16;

/** `task` is started, by the function that has called `below`. */
export function noteSite(task: Task, below: unknown): void {
  budget.sites--;
  const depth = setDepth(DEPTH);
  taken.set(task, stackBelow(below));
  setDepth(depth);
}

/** Where `task` was started, for instance `at main (file:///a.ts:5:3)`; null if it is not known. */
export function siteOf(task: Task): string | null {
  return usersOwn(stackOf(taken.get(task) ?? {}), 1)[0] ?? null;
}

/** `task` has failed with `error`; where that leaves the run, its stack tells where the tasks were started. */
export function noteFailure(task: Task, error: unknown): void {
  if (!(error instanceof Error)) return;
  if (!origins.has(error)) origins.set(error, spawnsOf(task));
  if (task.owner === null) for (const each of [error, ...((error as Partial<AggregateError>).errors ?? [])]) tell(each);
}

function spawnsOf(task: Task): string[] {
  const lines: string[] = [];
  for (let each: Task | null = task; each !== null && lines.length < LONGEST; each = each.parent) {
    const place = /[^\s(@]+:\d+:\d+/.exec(siteOf(each) ?? "");
    if (place !== null) lines.push(`\n    at ${each.owner === null ? "run" : "spawn"} ${each.name} (${place[0]})`);
  }
  return lines;
}

function tell(error: Error): void {
  const lines = origins.get(error) ?? [];
  origins.delete(error);
  const stack = stackOf(error);
  if (stack && lines.length > 0) Reflect.set(error, "stack", stack + lines.join(""));
}
