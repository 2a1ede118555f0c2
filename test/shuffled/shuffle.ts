// The choices of one schedule: who runs next is left to chance, and so is what `select` and `random()` give.
import { yieldNow } from "corun";
import type { Choice } from "../../src/scheduler/choice.ts";
import type { Task } from "../../src/scheduler/task.ts";
import { drawOf } from "../../src/testing/random.ts";
import { PriorityTesting, RandomWalk } from "../../src/testing/strategies.ts";
import type { Moment, Strategy } from "../../src/testing/strategy.ts";

const YIELD: unknown = yieldNow();

/**
 * Makes the choices of a run: of an even `seed`, each task that is ready is as likely as another; of an odd one, each has a
 * priority, so that some come late by many steps. Each wait is a switch, also one that is done at once, unless `goesOn`.
 */
export class Shuffle implements Choice, Moment {
  step = 0;
  last: Task | null = null;
  streak = 0;
  readonly #strategy: Strategy;
  readonly #goesOn: boolean;

  /** The same seed makes the same choices; `text` tells runs with one seed apart. */
  constructor(seed: number, text: string, goesOn: boolean) {
    this.#goesOn = goesOn;
    this.#strategy = seed % 2 === 0 ? new RandomWalk() : new PriorityTesting(3);
    this.#strategy.begin(drawOf(hash(text), seed), 1);
  }

  next(ready: readonly Task[]): number {
    this.step++;
    const index = this.#index(ready);
    const task = ready[index]!;
    this.streak = task === this.last ? this.streak + 1 : 1;
    this.last = task;
    return index;
  }

  #index(ready: readonly Task[]): number {
    const end = ready.length - 1;
    if (end === 0) return 0;
    // A task that was done at once, in its own step, was the last to become ready.
    if (this.#goesOn && ready[end] === this.last && this.last.wait !== YIELD) return end;
    return this.#strategy.next(ready, this);
  }

  choose(count: number): number {
    return this.#strategy.choose(count);
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
  return mixed;
}
