// The timers of a scheduler: a binary heap, earliest first, first come first among equals. A timer
// that is withdrawn leaves at once, so that a million cancelled sleeps hold nothing.
//
// Imports nothing.

/** What waits for a moment. */
export interface Timer {
  at: number;
  /** Its place in the heap; -1: in none. */
  place: number;
  /** Its turn among those of the same moment. */
  turn: number;
  ring(): void;
}

export class Timers {
  readonly #heap: Timer[] = [];
  #turns = 0;

  get earliest(): Timer | undefined {
    return this.#heap[0];
  }

  add(timer: Timer): void {
    timer.turn = this.#turns++;
    this.#up(this.#heap.length, timer);
  }

  remove(timer: Timer): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#up(place, last);
    this.#down(last.place, last);
  }

  /** Rings those of `now` and before; whether there were any. */
  ring(now: number): boolean {
    let rang = false;
    for (let { earliest } = this; earliest !== undefined && earliest.at <= now; { earliest } = this) {
      this.remove(earliest);
      earliest.ring();
      rang = true;
    }
    return rang;
  }

  #up(place: number, timer: Timer): void {
    const heap = this.#heap;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      this.#put(place, heap[parent]!);
      place = parent;
    }
    this.#put(place, timer);
  }

  #down(place: number, timer: Timer): void {
    const heap = this.#heap;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, timer)) break;
      this.#put(place, heap[child]!);
      place = child;
    }
    this.#put(place, timer);
  }

  #put(place: number, timer: Timer): void {
    this.#heap[place] = timer;
    timer.place = place;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
