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
  /** There is a post with its id, which its turn takes out of the store. */
  isPost: boolean;
}

/** Who has posted: how it ends is in the journal. What could not be written, or is parked, stays in the store. */
export const NOBODY: Asker = { answered() {}, failed() {} };

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

  /** There is a post with this id, too, if one with it is here: it is not done a second time. */
  isPosted(id: string): boolean {
    const sent = this.#all.get(id);
    if (sent !== undefined) sent.isPost = true;
    return sent !== undefined;
  }

  /** Whether a post has to leave the store with what is written of `id`; said once. */
  takePost(id: string): boolean {
    const sent = this.#all.get(id);
    const { isPost = false } = sent ?? {};
    if (sent !== undefined) sent.isPost = false;
    return isPost;
  }

  /** The post with this id could not be written: its turn does not come, unless somebody has sent the same. */
  unpost(id: string): void {
    const sent = this.#all.get(id);
    if (sent === undefined) return;
    sent.isPost = false;
    const place = this.#queue.indexOf(sent, this.#first);
    if (place < 0 || sent.askers.some((asker) => asker !== NOBODY)) return;
    this.#queue.splice(place, 1);
    this.#all.delete(id);
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

  /** The coroutine did not come to take the one that `next` has given: it is the next again. */
  putBack(sent: Sent): void {
    this.#queue.splice(this.#first, 0, sent);
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
