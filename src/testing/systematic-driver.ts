// What drives a run of a systematic exploration: it tells the tree the footprint of each step.
//
// May import: driver, footprint, footprints, paths, systematic; Task as a type.

import { track } from "../scheduler/footprint.ts";
import type { Task } from "../scheduler/task.ts";
import { Driver } from "./driver.ts";
import { Footprints } from "./footprints.ts";
import { Paths } from "./paths.ts";
import type { Systematic } from "./systematic.ts";

export class SystematicDriver extends Driver {
  readonly #tree: Systematic;
  readonly #paths: Paths = new Paths();
  /** Who was ready at the step before. */
  #ready: ReadonlySet<Task> = new Set();
  readonly footprints: Footprints = new Footprints(this.#paths);

  constructor(tree: Systematic, maxSteps: number) {
    super(tree, maxSteps);
    this.#tree = tree;
  }

  override next(ready: readonly Task[]): number {
    if (this.isOver) return super.next(ready);
    this.#paths.see(ready);
    this.#noteWoken(ready);
    this.#end();
    const decided = this.decisions.length;
    const index = super.next(ready);
    if (this.decisions.length === decided) this.#tree.only(ready[index]!);
    this.footprints.begin(ready[index]!);
    return index;
  }

  /** A step uses the tasks that it makes ready: others may look at their states. */
  #noteWoken(ready: readonly Task[]): void {
    for (const task of ready) if (!this.#ready.has(task)) this.footprints.used(task, "", false);
    this.#ready = new Set(ready);
  }

  #end(): void {
    const step = this.footprints.end();
    if (step !== undefined) this.#tree.stepped(step.task.order, step.footprint);
  }

  /** Calls `run`, in which this drives a run. */
  during<T>(run: () => T): T {
    const before = track(this.footprints);
    try {
      return run();
    } finally {
      this.#end();
      track(before);
    }
  }
}
