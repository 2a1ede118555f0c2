// Coroutines of which something could not be written, as on a full disk. They stand where they stood before: whoever sends
// is told, and sends again. For what nobody has sent, a sleep that has ended, a post, the result of a step, they are tried
// again here, until there is room.
//
// Imports nothing; types only.

import type { Clock } from "../../scheduler/clock.ts";

/**
 * How long to wait before they are tried again, in milliseconds: at first, and at most. A step whose result was lost is done
 * once more each time; so that is seldom where there is no room for long.
 */
const FIRST = 1000;
const LONGEST = 60_000;

interface Named {
  readonly name: string;
  readonly key: string;
}

export class Lost {
  readonly #clock: Clock;
  readonly #again: (lost: readonly Named[]) => void;
  #lost: Map<string, Named> = new Map();
  #pause = FIRST;
  /** Until when a loss is one more of those before: the pause gets longer then. */
  #until = 0;
  #takeBack: (() => void) | null = null;
  #isOff = false;

  /** @param again is given those that are to be tried again */
  constructor(clock: Clock, again: (lost: readonly Named[]) => void) {
    this.#clock = clock;
    this.#again = again;
  }

  add({ name, key }: Named): void {
    if (this.#isOff) return;
    this.#lost.set(`${name}/${key}`, { name, key });
    if (this.#takeBack !== null) return;
    const time = this.#clock.now();
    this.#pause = time < this.#until ? Math.min(this.#pause * 2, LONGEST) : FIRST;
    this.#until = time + 3 * this.#pause;
    this.#takeBack = this.#clock.wakeAt(time + this.#pause, () => this.#ring());
  }

  #ring(): void {
    this.#takeBack = null;
    const lost = [...this.#lost.values()];
    this.#lost = new Map();
    this.#again(lost);
  }

  off(): void {
    this.#isOff = true;
    this.#takeBack?.();
  }
}
