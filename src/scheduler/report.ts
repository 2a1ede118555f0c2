// What is known of tasks that are stuck, as data and as a text: what each waits for, who must act, since when, what it
// holds, on which lines it stands, and where it was started.
//
// May import: end-scope, probe, sites, states; Task as a type.

import { linesOf } from "./probe.ts";
import { siteOf } from "./sites.ts";
import { type TaskState, WAITING } from "./states.ts";
import type { Task } from "./task.ts";

/** What is known of a task. */
export interface TaskReport {
  readonly name: string;
  /** Its number in its run, in the order of start: the root has 1. */
  readonly id: number;
  readonly state: TaskState;
  /** For instance `receive from jobs`; null: it does not wait. */
  readonly waitsFor: string | null;
  /** The ids of the tasks that must act before it can go on, as far as one can tell. */
  readonly needs: readonly number[];
  /** For how long it has waited, in milliseconds of the run's clock, to about a millisecond; 0 if it does not wait. */
  readonly waited: number;
  /** What it holds that others wait for, for instance `mutex "accounts"`. */
  readonly holds: readonly string[];
  /** Where it is suspended, the innermost line first, for instance `at worker (file:///app/main.ts:12:30)`. */
  readonly lines: readonly string[];
  /** Where it was started, for instance `at main (file:///app/main.ts:5:3)`; null: that is not known. */
  readonly startedAt: string | null;
}

/** The tasks that must act before `task`, which waits, can go on. */
export function neededBy(task: Task): Task[] {
  const needed = new Set<Task>();
  if (task.status === WAITING) task.wait?.needs((each) => void needed.add(each));
  return [...needed];
}

/** What tasks hold that one of `all` waits for. */
export function heldBy(all: Iterable<Task>): Map<Task, Set<string>> {
  const held = new Map<Task, Set<string>>();
  for (const task of all) {
    task.wait?.needs((holder, what) => {
      if (what === undefined) return;
      if (!held.has(holder)) held.set(holder, new Set());
      held.get(holder)!.add(what);
    });
  }
  return held;
}

/** What is known of `task` at the moment `now` of its clock. */
export function reportOf(task: Task, held: Map<Task, Set<string>>, now: number): TaskReport {
  const waits = task.status === WAITING;
  return {
    name: task.name,
    id: task.order,
    state: task.state,
    waitsFor: waits ? (task.wait?.describe() ?? "a send") : null,
    needs: neededBy(task).map((each) => each.order),
    waited: waits ? Math.max(0, ((now | 0) - task.since) | 0) : 0,
    holds: [...(held.get(task) ?? [])],
    lines: linesOf(task),
    startedAt: siteOf(task),
  };
}

/** A few lines of text. */
export function tell({ name, id, waitsFor, needs, waited, holds, lines, startedAt }: TaskReport): string {
  const ids = needs.slice(0, 8).map((each) => `#${each}`);
  const who = ids.length === 0 ? "" : ` (${ids.join(", ")}${needs.length > 8 ? ", …" : ""})`;
  const holding = holds.length === 0 ? "" : `; holds ${holds.join(", ")}`;
  const started = startedAt === null ? [] : [`started ${startedAt}`];
  return [`  ${name}#${id} waits for ${waitsFor}${who}, for ${waited} ms${holding}`, ...lines, ...started].join(
    "\n      ",
  );
}

/** Tasks that wait for one another in a circle, if there are any among `tasks` and those that these need (`needs`). */
export function circleIn(tasks: Iterable<Task>, needs: (task: Task) => Task[] = neededBy): Task[] {
  const seen = new Set<Task>();
  for (const first of tasks) {
    // The way from `first`, and what is left to be tried from each task on it.
    const way: Task[] = [];
    const isOnWay = new Set<Task>();
    const left: Task[][] = [[first]];
    for (let all = left.at(-1); all !== undefined; all = left.at(-1)) {
      const task = all.pop();
      if (task === undefined) {
        left.pop();
        isOnWay.delete(way.pop()!);
      } else if (isOnWay.has(task)) {
        return way.slice(way.indexOf(task));
      } else if (!seen.has(task)) {
        seen.add(task);
        way.push(task);
        isOnWay.add(task);
        left.push(needs(task));
      }
    }
  }
  return [];
}
