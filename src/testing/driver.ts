// What drives one run: asks a strategy where there is something to decide, notes what it said, and counts the steps.
//
// May import: the choice seam as a type, states, strategy; Task as a type.

import type { Choice } from "../scheduler/choice.ts";
import { ENDING } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import type { Moment, Strategy } from "./strategy.ts";

/** Thrown out of a run that does not end; */
export const ENDLESS: unique symbol = Symbol("corun.endless");
/** of one that would only repeat another one. */
export const PRUNED: unique symbol = Symbol("corun.pruned");

type Decider = Pick<Strategy, "next" | "choose">;

export class Driver implements Choice, Moment {
  /** What the strategy has said, in order. */
  readonly decisions: number[] = [];
  step = 0;
  last: Task | null = null;
  streak = 0;
  readonly #strategy: Decider;
  readonly #maxSteps: number;
  /** The run is given up: nothing is decided any more. */
  isOver = false;

  constructor(strategy: Decider, maxSteps: number) {
    this.#strategy = strategy;
    this.#maxSteps = maxSteps;
  }

  /** Whether the run was so long that its end was left to a fair order. */
  get wasCut(): boolean {
    return this.step > this.#maxSteps;
  }

  next(ready: readonly Task[]): number {
    const step = ++this.step;
    // What is given up may still go on with its cleanup; not for ever.
    if (step > (this.isOver ? 4 : 2) * this.#maxSteps) throw ENDLESS;
    if (this.isOver) return 0;
    const index = ready.length === 1 ? 0 : this.#pick(ready, step);
    const task = ready[index] ?? null;
    this.streak = task === this.last ? this.streak + 1 : 1;
    this.last = task;
    return index;
  }

  /** Gives the run up: all its tasks are cancelled, so that their cleanup runs, and nothing is held any more. */
  giveUp(): void {
    let root = this.last;
    while (root !== null && root.parent !== null) root = root.parent;
    if (root === null) return;
    this.isOver = true;
    root.cancelNow(undefined);
    root.scheduler.runReady();
  }

  #pick(ready: readonly Task[], step: number): number {
    for (let i = 0; i < ready.length; i++) if (isTrivial(ready[i]!)) return i;
    // Some schedules are unfair: a task that looks again and again keeps off the one that it waits for. So a run that is
    // too long goes on in a fair order, and only if that does not end either it is endless.
    if (step > this.#maxSteps) return 0;
    const index = this.#strategy.next(ready, this);
    this.decisions.push(index);
    return index;
  }

  choose(count: number): number {
    if (count === 1 || this.isOver) return 0;
    const value = this.#strategy.choose(count);
    this.decisions.push(value);
    return value;
  }
}

/**
 * Whether the next step of `task` makes no difference, whenever it is made: it was cancelled before it began; or its body
 * has ended, and all that it does is to wait for its tasks.
 */
function isTrivial(task: Task): boolean {
  if (task.hasEnded) return true;
  if ((task.flags & ENDING) === 0 || task.wait !== null) return false;
  return task.scope!.lastTask !== null && task.scope!.background === 0;
}

/** Decides as it was decided in another run. */
export class Playback implements Decider {
  readonly #decisions: readonly number[];
  #at = 0;

  constructor(decisions: readonly number[]) {
    this.#decisions = decisions;
  }

  next(ready: readonly Task[]): number {
    return this.#following(ready.length);
  }

  choose(count: number): number {
    return this.#following(count);
  }

  /** Where the run takes another way, any decision will do: that it differs is seen by its trace. */
  #following(count: number): number {
    const decision = this.#decisions[this.#at++] ?? 0;
    return decision < count ? decision : 0;
  }
}
