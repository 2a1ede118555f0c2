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

  unshift(item: T): void {
    if (this.length === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.length++;
  }

  at(index: number): T {
    return this.#items[(this.#head + index) & (this.#items.length - 1)] as T;
  }

  /** Puts `item` before the one at `index`; those on the shorter side make room. */
  insert(index: number, item: T): void {
    const moved: T[] = [];
    if (index < this.length / 2) {
      while (moved.length < index) moved.push(this.shift());
      this.unshift(item);
      while (moved.length > 0) this.unshift(moved.pop()!);
    } else {
      while (this.length > index) moved.push(this.pop());
      this.push(item);
      while (moved.length > 0) this.push(moved.pop()!);
    }
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
