// Where a trace is kept: the last events, in columns of typed arrays, so that an event allocates nothing, and leaves
// nothing to the garbage collector.
//
// A lane is two whole numbers, of its run and in that, as one of 64 bits would be a double, which is slower to hand on.
//
// May import: trace-labels, trace-lanes.

import { textOf } from "./trace-labels.ts";
import { idOf } from "./trace-lanes.ts";

/** What stands in the column of values where there is none. */
export const NO_VALUE: unique symbol = Symbol("corun.no-value");

/** The preview of a value that is not kept itself. */
export class Shown {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An event has four numbers: its kind, with the form of its label and the run of its lane in the bits above; that lane; the other one. */
const WIDTH_BITS = 2;
const KIND_MASK = 15;
const FORM_SHIFT = 4;
const RUN_SHIFT = 8;
const LANE = 1;
const OTHER_RUN = 2;
const OTHER = 3;

export class Ring {
  /** How many events there were; those before the last `capacity` ones are lost. */
  count = 0;
  /** The moment of what happens now, in milliseconds of `performance.now()`. */
  now = 0;
  readonly capacity: number;
  readonly #numbers: Int32Array;
  /** Empty where none is taken, as are the sites. */
  readonly #times: Float64Array;
  readonly #sites: Int32Array;
  readonly #values: unknown[];
  readonly #labels: (string | null)[];
  /** Of tasks that have ended. */
  readonly #names: string[];
  readonly #mask: number;
  readonly #hasTime: boolean;
  readonly #hasSites: boolean;

  /** @param capacity a power of two */
  constructor(capacity: number, hasTime: boolean, hasSites: boolean) {
    this.capacity = capacity;
    // As a whole number of the host's own kind: what comes of `**` is a double for it.
    this.#mask = (capacity - 1) | 0;
    this.#hasTime = hasTime;
    this.#hasSites = hasSites;
    this.#numbers = new Int32Array(capacity << WIDTH_BITS);
    this.#times = new Float64Array(hasTime ? capacity : 0);
    this.#sites = new Int32Array(hasSites ? capacity : 0);
    this.#values = Array.from({ length: capacity }, () => NO_VALUE);
    this.#labels = Array.from({ length: capacity }, () => null);
    this.#names = Array.from({ length: capacity }, () => "");
  }

  /** @param form how the label is to be read (trace-labels.ts) */
  add(
    kind: number,
    run: number,
    lane: number,
    otherRun: number,
    other: number,
    form: number,
    label: string | null,
    value: unknown,
  ): void {
    const at = this.count++ & this.#mask;
    const first = at << WIDTH_BITS;
    const numbers = this.#numbers;
    numbers[first] = kind | (form << FORM_SHIFT) | (run << RUN_SHIFT);
    numbers[first + LANE] = lane;
    numbers[first + OTHER_RUN] = otherRun;
    numbers[first + OTHER] = other;
    if (this.#hasTime) this.#times[at] = this.now;
    if (this.#hasSites) this.#sites[at] = -1;
    this.#labels[at] = label;
    this.#values[at] = value;
  }

  /** The same with as few stores as can be, as this happens at every switch: of this kind only the lane and the time are read. */
  addRun(kind: number, run: number, lane: number): void {
    const at = this.count++ & this.#mask;
    const first = at << WIDTH_BITS;
    this.#numbers[first] = kind | (run << RUN_SHIFT);
    this.#numbers[first | LANE] = lane | 0; // else V8 makes a double of it on the way
    if (this.#hasTime) this.#times[at] = this.now;
  }

  /** Adds to the last event, the end of a task, the name that it had. */
  name(name: string): void {
    this.#names[(this.count - 1) & this.#mask] = name;
  }

  /** Adds to the last event where it happened. */
  place(site: number): void {
    this.#sites[(this.count - 1) & this.#mask] = site;
  }

  /** The kind of the last event; of an empty ring, any. */
  get lastKind(): number {
    return this.kindOf(this.count - 1);
  }

  /** The number of the first event that is kept. */
  get first(): number {
    return Math.max(0, this.count - this.capacity);
  }

  kindOf(event: number): number {
    return this.#numbers[this.#firstOf(event)]! & KIND_MASK;
  }

  laneOf(event: number): number {
    const first = this.#firstOf(event);
    return idOf(this.#numbers[first]! >>> RUN_SHIFT, this.#numbers[first + LANE]! >>> 0);
  }

  otherOf(event: number): number {
    const first = this.#firstOf(event);
    return idOf(this.#numbers[first + OTHER_RUN]!, this.#numbers[first + OTHER]! >>> 0);
  }

  #firstOf(event: number): number {
    return (event & this.#mask) << WIDTH_BITS;
  }

  timeOf(event: number): number {
    return this.#times[event & this.#mask]!;
  }

  /** -1: none is known. */
  siteOf(event: number): number {
    return this.#hasSites ? this.#sites[event & this.#mask]! : -1;
  }

  /** `NO_VALUE`: there is none. */
  valueOf(event: number): unknown {
    return this.#values[event & this.#mask];
  }

  labelOf(event: number): string | null {
    const form = (this.#numbers[this.#firstOf(event)]! >>> FORM_SHIFT) & KIND_MASK;
    return textOf(form, this.#labels[event & this.#mask]!);
  }

  nameOf(event: number): string {
    return this.#names[event & this.#mask]!;
  }
}
