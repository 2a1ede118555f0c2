// Where a trace is kept: the last events, in columns of typed arrays, so that an event allocates nothing.
//
// Imports nothing.

/** What stands in the column of values where there is none. */
export const NO_VALUE: unique symbol = Symbol("corun.no-value");

/** The preview of a value that is not kept itself. */
export class Shown {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Ring {
  /** How many events there were; those before the last `capacity` ones are lost. */
  count = 0;
  /** The moment of what happens now, in milliseconds of `performance.now()`. */
  now = 0;
  readonly capacity: number;
  readonly kinds: Uint8Array;
  readonly lanes: Float64Array;
  readonly others: Float64Array;
  /** Empty where none is taken, as are the sites. */
  readonly times: Float64Array;
  /** Where the value and the label of an event stand; -1: it has none. */
  readonly notes: Int32Array;
  readonly sites: Int32Array;
  /** As many as events, of which each has one at most, so that none is lost before its event. */
  readonly values: unknown[];
  readonly labels: (string | null)[];
  readonly names: (string | null)[];
  readonly #mask: number;
  readonly #hasTime: boolean;
  readonly #hasSites: boolean;
  #noteCount = 0;

  /** @param capacity a power of two */
  constructor(capacity: number, hasTime: boolean, hasSites: boolean) {
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#hasTime = hasTime;
    this.#hasSites = hasSites;
    this.kinds = new Uint8Array(capacity);
    this.lanes = new Float64Array(capacity);
    this.others = new Float64Array(capacity);
    this.times = new Float64Array(hasTime ? capacity : 0);
    this.notes = new Int32Array(capacity);
    this.sites = new Int32Array(hasSites ? capacity : 0);
    this.values = Array.from({ length: capacity }, () => NO_VALUE);
    this.labels = Array.from({ length: capacity }, () => null);
    this.names = Array.from({ length: capacity }, () => null);
  }

  add(kind: number, lane: number, other: number): void {
    const at = this.count++ & this.#mask;
    this.kinds[at] = kind;
    this.lanes[at] = lane;
    this.others[at] = other;
    if (this.#hasTime) this.times[at] = this.now;
    this.notes[at] = -1;
    if (this.#hasSites) this.sites[at] = -1;
  }

  /** The same with as few stores as can be, as this happens at every switch: of this kind only the lane and the time are read. */
  addRun(kind: number, lane: number): void {
    const at = this.count++ & this.#mask;
    this.kinds[at] = kind;
    this.lanes[at] = lane;
    if (this.#hasTime) this.times[at] = this.now;
  }

  /** Adds to the last event what it is about, and of a task that has ended its name. */
  tell(value: unknown, label: string | null, name: string | null = null): void {
    const note = this.#noteCount++ & this.#mask;
    this.values[note] = value;
    this.labels[note] = label;
    this.names[note] = name;
    this.notes[(this.count - 1) & this.#mask] = note;
  }

  /** Adds to the last event where it happened. */
  place(site: number): void {
    this.sites[(this.count - 1) & this.#mask] = site;
  }

  /** The kind of the last event; of an empty ring, any. */
  get lastKind(): number {
    return this.kinds[(this.count - 1) & this.#mask]!;
  }

  /** The number of the first event that is kept. */
  get first(): number {
    return Math.max(0, this.count - this.capacity);
  }
}
