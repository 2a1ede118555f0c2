// The footprint of each step of a run: what it has used of what tasks share, by names that are the same in all schedules.
//
// What a task has made is called by the task's path and a number. So a footprint that was taken in one run can be compared
// with that of another run, as long as both began in the same way.
//
// May import: footprint, paths; Task as a type.

import { touch, type Tracker } from "../scheduler/footprint.ts";
import { Task } from "../scheduler/task.ts";
import type { Paths } from "./paths.ts";

/** What was used, each with whether that commutes with the same of another step. Null: nobody knows. */
export type Footprint = ReadonlyMap<string, boolean> | null;

/** Whether two steps can change places. */
export function areIndependent(a: Footprint, b: Footprint): boolean {
  if (a === null || b === null) return false;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const [part, commutes] of few) {
    const other = many.get(part);
    if (other !== undefined && !(commutes && other)) return false;
  }
  return true;
}

/** The footprint of a step that may have either. */
export function joined(a: Footprint, b: Footprint): Footprint {
  if (a === null || b === null) return null;
  const both = new Map(a);
  for (const [part, commutes] of b) both.set(part, commutes && both.get(part) !== false);
  return both;
}

/** The names of what was made outside every run. */
const lasting: WeakMap<object, string> = new WeakMap();
let lastingCount = 0;

export class Footprints implements Tracker {
  readonly #paths: Paths;
  readonly #names: Map<object, string> = new Map();
  /** How much each task has made. */
  readonly #made: Map<string, number> = new Map();
  #isLost = false;
  #used: Map<string, boolean> = new Map();
  #task: Task | null = null;

  constructor(paths: Paths) {
    this.#paths = paths;
  }

  created(what: object): void {
    const maker = this.#task === null ? "0" : this.#paths.of(this.#task);
    const count = this.#made.get(maker) ?? 0;
    this.#made.set(maker, count + 1);
    this.#names.set(what, `${maker}:${count}`);
  }

  used(what: object, part: string, commutes: boolean): void {
    const name = (what instanceof Task ? this.#paths.of(what) : this.#nameOf(what)) + part;
    if (!commutes) this.#used.set(name, false);
    else if (!this.#used.has(name)) this.#used.set(name, true);
  }

  lost(): void {
    this.#isLost = true;
  }

  /** Whether `what` was made in this run. */
  knows(what: object): boolean {
    return this.#names.has(what);
  }

  #nameOf(what: object): string {
    const own = this.#names.get(what) ?? lasting.get(what);
    if (own !== undefined) return own;
    const name = `outside:${lastingCount++}`;
    lasting.set(what, name);
    return name;
  }

  begin(task: Task): void {
    this.#task = task;
  }

  /** The step is over. Gives its footprint, and which task made it; undefined: there was none. */
  end(): { task: Task; footprint: Footprint } | undefined {
    const task = this.#task;
    if (task === null) return undefined;
    touch(task);
    if (!task.hasEnded) task.wait?.touch();
    this.#task = null;
    const used = this.#used;
    this.#used = new Map();
    return { task, footprint: this.#isLost ? null : used };
  }
}
