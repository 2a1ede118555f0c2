// Signals: values that come to a durable coroutine by name, beside its sends, and wait there until it asks for them.
//
// May import: the scheduler layer, text; Run as a type.

import { Line } from "../scheduler/line.ts";
import { PENDING, Waiter } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import type { Text } from "./port.ts";
import { decode } from "./text.ts";

/** What of a run they need. */
interface Counts {
  outside: number;
}

export class Signals {
  readonly #run: Counts;
  /** Those that nobody has taken, in their order. */
  #kept: (readonly [name: string, value: Text])[];
  readonly #lines: Map<string, Line<SignalWait>> = new Map();

  constructor(run: Counts, kept: readonly (readonly [string, Text])[]) {
    this.#run = run;
    this.#kept = [...kept];
  }

  get kept(): readonly (readonly [name: string, value: Text])[] {
    return this.#kept;
  }

  give(name: string, value: Text): void {
    const waiter = this.#lines.get(name)?.take() ?? null;
    if (waiter === null) {
      this.#kept.push([name, value]);
      return;
    }
    this.#run.outside--;
    waiter.take(value);
  }

  take(name: string): Text | undefined {
    const place = this.#kept.findIndex(([each]) => each === name);
    return place < 0 ? undefined : this.#kept.splice(place, 1)[0]![1];
  }

  /** It was given to a task that has been cancelled before it ran: the next in line gets it, or it is the first again. */
  takeBack(name: string, value: Text): void {
    const waiter = this.#lines.get(name)?.take() ?? null;
    if (waiter === null) {
      this.#kept.unshift([name, value]);
      return;
    }
    this.#run.outside--;
    waiter.take(value);
  }

  join(waiter: SignalWait): void {
    let line = this.#lines.get(waiter.name);
    if (line === undefined) this.#lines.set(waiter.name, (line = new Line()));
    line.join(waiter);
    this.#run.outside++;
  }

  leave(waiter: SignalWait): void {
    if (waiter.ahead === null) return;
    this.#lines.get(waiter.name)!.leave(waiter);
    this.#run.outside--;
  }
}

export class SignalWait extends Waiter<unknown> {
  readonly name: string;
  readonly #of: (task: Task) => Signals;
  #signals: Signals | null = null;
  #text: Text = null;

  constructor(name: string, of: (task: Task) => Signals) {
    super();
    this.name = name;
    this.#of = of;
  }

  poll(task: Task): unknown {
    this.#signals = this.#of(task);
    const text = this.#signals.take(this.name);
    if (text === undefined) return PENDING;
    this.#text = text;
    return decode(text);
  }

  enlist(): void {
    this.#signals!.join(this);
  }

  withdraw(): void {
    this.#signals?.leave(this);
  }

  override revoke(): void {
    this.#signals!.takeBack(this.name, this.#text);
  }

  take(text: Text): void {
    this.#text = text;
    this.complete(decode(text));
  }

  describe(): string {
    return `signal ${this.name}`;
  }
}
