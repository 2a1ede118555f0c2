// The sends to one coroutine that have no answer yet, by id and in their order.
//
// Imports nothing; types only.

import type { Outcome, Text } from "../port.ts";

/** It was done, and there is nothing to say. */
export const NOTHING: Outcome = { how: "yielded", value: null };

/** Who wants to know what became of something. */
export interface Asker {
  answered(outcome: Outcome): void;
  /** It could not be done. */
  failed(error: unknown): void;
}

export interface Sent {
  readonly id: string;
  readonly value: Text;
  readonly askers: Asker[];
  /** It was posted, and is in the store. */
  readonly isPost: boolean;
}

export class Sends {
  readonly #all: Map<string, Sent> = new Map();
  /** Those whose turn has not come. */
  #queue: Sent[] = [];
  #first = 0;

  /** How many have no answer. */
  get size(): number {
    return this.#all.size;
  }

  /** How many wait for their turn. */
  get queued(): number {
    return this.#queue.length - this.#first;
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** Whether one with this id is there; `asker` gets its answer, too. */
  join(id: string, asker: Asker): boolean {
    const sent = this.#all.get(id);
    sent?.askers.push(asker);
    return sent !== undefined;
  }

  /** @param isUnderway its turn has come before this process began */
  add(sent: Sent, isUnderway: boolean): void {
    this.#all.set(sent.id, sent);
    if (!isUnderway) this.#queue.push(sent);
  }

  /** There is an answer to `id`, which is not written yet: whoever asks until then waits for that. */
  expect(id: string): void {
    if (!this.#all.has(id)) this.#all.set(id, { id, value: null, askers: [], isPost: false });
  }

  /** The next whose turn comes. */
  next(): Sent | null {
    if (this.queued === 0) return null;
    const sent = this.#queue[this.#first++]!;
    if (this.#first === this.#queue.length || this.#first > 1000) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    return sent;
  }

  answered(id: string, outcome: Outcome): void {
    const sent = this.#all.get(id);
    this.#all.delete(id);
    for (const asker of sent?.askers ?? []) asker.answered(outcome);
  }

  fail(error: unknown): void {
    const all = [...this.#all.values()];
    this.#all.clear();
    this.#queue = [];
    this.#first = 0;
    for (const { askers } of all) for (const asker of askers) asker.failed(error);
  }
}
