// The coroutines that this process holds in memory between their turns, and how one that it does not hold is made again.
//
// What is held may be out of date, as another process may have had a turn meanwhile: so it has the version of the journal
// that it stands at. It is taken out for a turn and put back at the end, so that one that was left half-way by an attempt
// that failed is never used again.
//
// May import: the durable core, journal.

import { type Definition } from "../define.ts";
import type { Live } from "../live.ts";
import type { Entry, Outcome } from "../port.ts";
import { restore } from "../replay.ts";
import type { Kept } from "./journal.ts";

export interface Held {
  /** The version of the journal: the invocation that wrote it last. */
  readonly version: string;
  readonly live: Live;
  readonly tail: readonly (readonly Entry[])[];
  /** The answers that are known, by the id of the send; the oldest first. */
  readonly answers: Map<string, Outcome>;
}

/** By the coroutine's key; the one that was used longest ago goes first. */
export class Cache {
  readonly #most: number;
  readonly #held: Map<string, Held> = new Map();

  constructor(most: number) {
    this.#most = most;
  }

  take(key: string): Held | undefined {
    const held = this.#held.get(key);
    this.#held.delete(key);
    return held;
  }

  put(key: string, held: Held): void {
    this.#held.delete(key);
    this.#held.set(key, held);
    if (this.#held.size <= this.#most) return;
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest);
      return;
    }
  }
}

/** @throws {ReplayError} if the code does something else than the journal says */
export function heldOf(definition: Definition, key: string, { meta, answers, parts }: Kept): Held {
  const entries = parts.flat();
  const known = new Map(answers);
  for (const entry of entries) if (entry.type === "answer") known.set(entry.id, entry.outcome);
  const tail = parts.slice(parts.length - meta.tail);
  return { version: meta.v, live: restore(definition, key, entries), tail, answers: known };
}
