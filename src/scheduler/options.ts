// How a run can be set up: its seams.
//
// Imports nothing; types only.

import type { Ambient } from "./ambient.ts";
import type { Choice } from "./choice.ts";
import type { Clock } from "./clock.ts";
import type { Observer } from "./observer.ts";

export interface SchedulerOptions {
  clock?: Clock;
  /** Of the choices that are left to chance: a run with the same seed makes the same ones. */
  seed?: number;
  /** Decides these choices, and who runs next, in place of the seed. */
  choice?: Choice;
  /** Is told what happens. */
  observer?: Observer;
  /**
   * A store that each task is to have as it was where the task was started, for instance an `AsyncLocalStorage`. Without
   * one, all tasks have what the caller of `run` had.
   */
  ambient?: Ambient;
  /**
   * What is done when no task can go on: `"error"`, the run fails with a {@link DeadlockError}; `"warn"`, it is told on
   * the console. `"error"` if absent where the host tells whether a callback may still come (Node, Deno), else `"warn"`.
   */
  deadlock?: "error" | "warn";
  /** Whether there is a host that must have its turn; without one the loop runs until nothing is ready. */
  hasHost?: boolean;
}
