// A line of those who wait: first come, first served. Its links are in the waiters themselves, so that
// joining, being served and leaving from the middle are O(1) and allocate nothing.
//
// Invariants
//   the line itself is the link that closes the ring, so no end is a special case
//   a waiter that is in no line has null links; it is in one line at most
//
// Imports nothing.

/** A place in a line. */
export interface Place {
  ahead: Place | null;
  behind: Place | null;
}

export class Line<W extends Place> implements Place {
  ahead: Place = this;
  behind: Place = this;
  length = 0;

  /** The one that came first. */
  get first(): W | null {
    return this.behind === this ? null : (this.behind as W);
  }

  /** The one after `place`. */
  after(place: W): W | null {
    return place.behind === this ? null : (place.behind as W);
  }

  join(place: W): void {
    const last = this.ahead;
    place.ahead = last;
    place.behind = this;
    last.behind = place;
    this.ahead = place;
    this.length++;
  }

  /** No effect if `place` is in no line. */
  leave(place: W): void {
    const { ahead, behind } = place;
    if (ahead === null || behind === null) return;
    ahead.behind = behind;
    behind.ahead = ahead;
    place.ahead = place.behind = null;
    this.length--;
  }

  /** Takes the one that came first out of the line. */
  take(): W | null {
    const { first } = this;
    if (first !== null) this.leave(first);
    return first;
  }
}
