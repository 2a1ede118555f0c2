// How a test lets the others go as far as they can, whatever order they run in.
import type { Task } from "../../src/scheduler/task.ts";
import { Op, PENDING } from "../../src/scheduler/op.ts";
import { Timeout } from "../../src/scheduler/sleep.ts";

/** A timer of this very moment: timers are looked at when no task can go on. */
class Rest extends Op<void> {
  /** Whether the host had its turn meanwhile: timers are looked at then, too. */
  hostWasIn = false;
  #timer: Timeout | null = null;

  poll(): unknown {
    return PENDING;
  }

  enlist(task: Task): void {
    void Promise.resolve().then(() => (this.hostWasIn = true));
    this.#timer = new Timeout(task.scheduler, 0, () => this.complete(undefined));
  }

  withdraw(): void {
    this.#timer?.takeBack();
  }

  describe(): string {
    return "rest()";
  }
}

/** Waits until no other task can go on, unlike `yieldNow()`, which waits for one step of each, and only in the usual order. */
export function* rest(): Generator<never, void, unknown> {
  for (let wait = new Rest(); ; wait = new Rest()) {
    yield* wait;
    if (!wait.hostWasIn) return;
  }
}
