// The sends of this process, in their order for each coroutine: requests that are under way at the same time may come to
// Restate in any order. So the next one goes when the one before is answered; it would have to wait for that there, too.
//
// Imports nothing.

export class SendQueue {
  readonly #tails: Map<string, { last: Promise<unknown>; count: number }> = new Map();

  /** Does `send` when all that were added for this coroutine before are over. */
  add<T>(label: string, send: () => Promise<T>): Promise<T> {
    const tail = this.#tails.get(label);
    const done = tail === undefined ? send() : tail.last.then(send);
    const last = done.then(
      () => this.#leave(label),
      () => this.#leave(label),
    );
    this.#tails.set(label, { last, count: (tail?.count ?? 0) + 1 });
    return done;
  }

  #leave(label: string): void {
    const tail = this.#tails.get(label)!;
    if (--tail.count === 0) this.#tails.delete(label);
  }

  /** How many have no answer yet. */
  count(label: string): number {
    return this.#tails.get(label)?.count ?? 0;
  }
}
