// How tasks are called in schedules: by their place in the tree of tasks, which is the same in all schedules.
//
// `0` is the root of the run, `1`, `2`, … are the tasks that it has started, in order; `2_1` is the first one that task 2
// has started. `s1` belongs to nobody: it serves a scope.
//
// Imports nothing; Task as a type.

import type { Task } from "../scheduler/task.ts";

export class Paths {
  readonly #paths: Map<Task, string> = new Map();
  /** How many children each has; null: those that serve a scope. */
  readonly #children: Map<Task | null, number> = new Map();

  /** Must be told of all tasks that are ready before each step, so that those of one parent are counted in their order. */
  see(ready: readonly Task[]): void {
    for (const task of ready) if (!this.#paths.has(task)) this.#paths.set(task, this.#name(task));
  }

  of(task: Task): string {
    this.see([task]);
    return this.#paths.get(task)!;
  }

  get all(): ReadonlyMap<Task, string> {
    return this.#paths;
  }

  #name(task: Task): string {
    const { parent } = task;
    if (parent === null && this.#paths.size === 0) return "0";
    const index = (this.#children.get(parent) ?? 0) + 1;
    this.#children.set(parent, index);
    const around = parent === null ? "s" : this.of(parent);
    return around === "0" ? `${index}` : `${around}_${index}`;
  }
}
