// What has been asked for and is not written yet, by id, and who waits for that.
//
// May import: sends; DurableError as a type.

import type { DurableError } from "../errors.ts";
import { type Asker, NOTHING } from "./sends.ts";

export class Unwritten {
  readonly #askers: Map<string, Asker[]> = new Map();

  /** Whether one with this id is there; `asker` is told of it, too. */
  join(id: string | undefined, asker: Asker): boolean {
    const askers = id === undefined ? undefined : this.#askers.get(id);
    askers?.push(asker);
    return askers !== undefined;
  }

  /** Gives what is to be called when it is written, or with why it could not be. */
  begin(id: string | undefined, asker: Asker): (error: DurableError | null) => void {
    const askers = [asker];
    if (id !== undefined) this.#askers.set(id, askers);
    return (error) => {
      if (id !== undefined) this.#askers.delete(id);
      for (const each of askers) {
        if (error === null) each.answered(NOTHING);
        else each.failed(error);
      }
    };
  }
}
