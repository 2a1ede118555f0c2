// The buffer of a channel: a ring that grows to what it holds, so that an empty one costs little.
//
// Imports nothing.

const NOTHING: undefined[] = [];

export class Ring<T> {
  #items: (T | undefined)[] = NOTHING;
  #head = 0;
  length = 0;

  push(item: T): void {
    if (this.length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.length++) & (this.#items.length - 1)] = item;
  }

  /** Puts `item` before the one at `index`. */
  insert(index: number, item: T): void {
    const all = [item];
    while (this.length > index) all.push(this.pop());
    this.push(item);
    while (all.length > 1) this.push(all.pop()!);
  }

  pop(): T {
    const index = (this.#head + --this.length) & (this.#items.length - 1);
    const item = this.#items[index] as T;
    this.#items[index] = undefined;
    return item;
  }

  shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.length--;
    return item;
  }

  #grow(): void {
    const items = this.#items;
    const grown = Array.from<T | undefined>({ length: Math.max(4, items.length * 2) });
    for (let i = 0; i < this.length; i++) grown[i] = items[(this.#head + i) & (items.length - 1)];
    this.#items = grown;
    this.#head = 0;
  }
}
