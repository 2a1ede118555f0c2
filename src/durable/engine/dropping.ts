// How a coroutine is dropped. That takes time if something is being written just now; what comes meanwhile is for the one
// after it.
//
// Imports sends; types.

import type { Keeper } from "./keeper.ts";
import { type Asker, NOTHING } from "./sends.ts";

export class Dropping {
  readonly #keeper: Keeper;
  /** What has come meanwhile; null: it is not being dropped. */
  #next: (() => void)[] | null = null;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  get isUnderWay(): boolean {
    return this.#next !== null;
  }

  /** Whether `act` has to wait: then it is done when the coroutine is gone. */
  defers(act: () => void): boolean {
    this.#next?.push(act);
    return this.#next !== null;
  }

  /** @param gone is called when it is gone */
  begin(name: string, key: string, asker: Asker, gone: () => void): void {
    const next: (() => void)[] = (this.#next = []);
    const over = () => {
      this.#next = null;
      for (const act of next) act();
    };
    const kept = () => {
      asker.answered(NOTHING);
      over();
      gone();
    };
    const lost = (error: unknown) => {
      asker.failed(error);
      over();
    };
    this.#keeper.keep({ write: { type: "dropped", name, key }, kept, lost });
    this.#keeper.flush();
  }
}
