// The runs on a clock that only a test moves: what they wait for, and how they end when nobody moves it any more.
//
// May import: the scheduler's deadlock, op; Task as a type.

import { deadlockOf } from "../scheduler/deadlock.ts";
import type { DeadlockError } from "../scheduler/errors.ts";
import { activeTask } from "../scheduler/op.ts";
import type { Clock } from "../scheduler/clock.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Task } from "../scheduler/task.ts";

interface Seen {
  root: Task;
  /** Made in the loop of the run, so that what the host keeps for its caller is there when its cleanup runs. */
  fail: (error: DeadlockError) => void;
  hasFailed: boolean;
}

export class RunsOnClock {
  readonly #clock: Clock;
  #runs: Seen[] = [];
  /** The one that has asked last: mostly it is the only one. */
  #last: Scheduler | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whoever waits for a moment has asked for the time before. */
  asked(): boolean {
    const task = activeTask();
    if (task === null || task.scheduler.clock !== this.#clock) return false;
    if (task.scheduler !== this.#last) this.#see(task);
    return true;
  }

  #see(task: Task): void {
    this.#last = task.scheduler;
    let root = task;
    for (let { parent } = task; parent !== null; parent = parent.parent) root = parent;
    this.#runs = this.#runs.filter((run) => !run.root.hasEnded);
    if (this.#runs.some((run) => run.root === root)) return;
    const run: Seen = { root, fail: () => {}, hasFailed: false };
    void new Promise<DeadlockError>((resolve) => {
      run.fail = resolve;
    }).then((error) => root.scheduler.enter(() => root.own().fail(error, 0)));
    this.#runs.push(run);
  }

  /**
   * Fails those that wait for the clock, as nobody moves it. "cleanup": they have failed already, and what waits is their
   * cleanup; "unknown": none waits.
   */
  fail(advice: (ms: number) => string): "failed" | "cleanup" | "unknown" {
    const waiting = this.#runs.filter(({ root }) => !root.hasEnded && root.scheduler.timers.earliest !== undefined);
    const fresh = waiting.filter((run) => !run.hasFailed);
    for (const run of fresh) {
      const { root } = run;
      run.hasFailed = true;
      const ms = root.scheduler.timers.earliest!.at - this.#clock.now();
      run.fail(deadlockOf(root, `no task can go on, as ${advice(ms)}`));
    }
    return fresh.length > 0 ? "failed" : waiting.length > 0 ? "cleanup" : "unknown";
  }
}
