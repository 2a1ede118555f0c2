// A line of those who wait: first come, first served. Its links are in the waiters themselves, so that
// joining, being served and leaving from the middle are O(1) and allocate nothing.
//
// Invariants
//   the waiters are a ring: the last one is ahead of the first. The line knows the last only, as each store of a young
//   waiter in a line that lives long costs the garbage collector's write barrier
//   a waiter that is in no line has null links; it is in one line at most
//
// Imports nothing.

/** A place in a line. */
export interface Place {
  /** @internal */
  ahead: Place | null;
  /** @internal */
  behind: Place | null;
}

export class Line<W extends Place> {
  #last: W | null = null;
  length = 0;

  /** The one that came first. */
  get first(): W | null {
    return this.#last === null ? null : (this.#last.behind as W);
  }

  /** The one after `place`. */
  after(place: W): W | null {
    return place === this.#last ? null : (place.behind as W);
  }

  join(place: W): void {
    const last = this.#last;
    if (last === null) {
      place.ahead = place.behind = place;
    } else {
      const first = last.behind!;
      place.ahead = last;
      place.behind = first;
      last.behind = first.ahead = place;
    }
    this.#last = place;
    this.length++;
  }

  /** No effect if `place` is in no line. */
  leave(place: W): void {
    const { ahead, behind } = place;
    if (ahead === null || behind === null) return;
    if (ahead === place) {
      this.#last = null;
    } else {
      ahead.behind = behind;
      behind.ahead = ahead;
      if (this.#last === place) this.#last = ahead as W;
    }
    place.ahead = place.behind = null;
    this.length--;
  }

  /** Takes the one that came last out of the line. */
  pop(): W | null {
    const last = this.#last;
    if (last !== null) this.leave(last);
    return last;
  }

  /** Takes the one that came first out of the line. */
  take(): W | null {
    const { first } = this;
    if (first !== null) this.leave(first);
    return first;
  }

  /** Takes all out of the line, one after the other, also those that join it meanwhile. */
  drain(serve: (place: W) => void): void {
    for (let place = this.take(); place !== null; place = this.take()) serve(place);
  }
}
