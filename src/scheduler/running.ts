// The runs that go on in this process, for dumps. They are held weakly: one that nobody can wake any more may go.
//
// A run that ends in the turn in which it was started is never here.
//
// Imports nothing; Task as a type.

import type { Task } from "./task.ts";

const roots = new Set<WeakRef<Task>>();
let sweepAt = 32;

/** The run of `root` goes on, and lets the host have its turn for the first time. */
export function noteRun(root: Task): void {
  if (roots.size >= sweepAt) sweepAt = 2 * runningRoots().length + 32;
  roots.add(new WeakRef(root));
}

/** The roots of the runs that go on, in the order of their start. */
export function runningRoots(): Task[] {
  const found: Task[] = [];
  for (const ref of roots) {
    const root = ref.deref();
    if (root === undefined || root.hasEnded) roots.delete(ref);
    else found.push(root);
  }
  return found;
}
