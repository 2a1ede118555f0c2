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

  at(index: number): T {
    return this.#items[this.#place(index)] as T;
  }

  /** Puts `item` before the one at `index`; those on the shorter side make room. */
  insert(index: number, item: T): void {
    if (this.length === this.#items.length) this.#grow();
    const isEarly = index < this.length++ / 2;
    if (isEarly) this.#head = this.#place(-1);
    const by = isEarly ? 1 : -1;
    for (let i = isEarly ? 0 : this.length - 1; i !== index; i += by) this.#items[this.#place(i)] = this.at(i + by);
    this.#items[this.#place(index)] = item;
  }

  pop(): T {
    const index = this.#place(--this.length);
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

  #place(index: number): number {
    return (this.#head + index) & (this.#items.length - 1);
  }

  #grow(): void {
    const items = this.#items;
    const grown = Array.from<T | undefined>({ length: Math.max(4, items.length * 2) });
    for (let i = 0; i < this.length; i++) grown[i] = items[this.#place(i)];
    this.#items = grown;
    this.#head = 0;
  }
}
