// Who keeps a virtual clock from going on.
//
// May import: clock-idle.

import { nobodyIsLeft } from "./clock-idle.ts";

export class Holds {
  #count = 0;
  #waiting: (() => void)[] = [];
  readonly #onRelease: () => void;

  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  get isHeld(): boolean {
    return this.#count > 0;
  }

  /** What this gives ends it, once. */
  take(): () => void {
    let isOver = false;
    this.#count++;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#count > 0) return;
      for (const go of this.#waiting.splice(0)) go();
      this.#onRelease();
    };
  }

  /** Waits until nobody holds it. False: nobody is left who could release it. */
  end(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(true));
      void nobodyIsLeft(() => this.isHeld).then((isSure) => resolve(!isSure));
    });
  }
}
