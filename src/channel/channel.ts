// The channel: values pass from hand to hand between tasks, first come, first served.
//
// Invariants
//   receivers wait only while the buffer is empty and no sender waits
//   senders wait only while the buffer is full (or there is none) and no receiver waits
//   closed: no sender that came later waits; those that waited before are served
// (but for a sender and a receiver of one select, which never meet)
//
// May import: the scheduler layer, buffer, errors, ops, outside.

import { show } from "../coroutine/errors.ts";
import { SchedulerError } from "../scheduler/errors.ts";
import { created, touch, touchPart } from "../scheduler/footprint.ts";
import { Line } from "../scheduler/line.ts";
import type { Waitable } from "../scheduler/op.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Task } from "../scheduler/task.ts";
import { Ring } from "./buffer.ts";
import { closedError, OverflowError } from "./errors.ts";
import { CLOSES, NextOp, ReceiveOp, SendOp, SENDS } from "./ops.ts";
import { outside } from "./outside.ts";

/** What a send does when the buffer is full: waits, or which value is lost, or fails. */
export type Overflow = "wait" | "dropOldest" | "dropNewest" | "error";

const OVERFLOWS: readonly Overflow[] = ["wait", "dropOldest", "dropNewest", "error"];

export interface ChannelOptions<T> {
  overflow?: Overflow;
  /** Is given each value that was sent and can't be delivered any more. */
  onUndelivered?: (value: T) => void;
  /** Shown in errors and dumps. */
  name?: string;
}

/** The end of a channel that sends. */
export interface SendChannel<in T> {
  // Properties, not methods: the parameters of those are not told apart strictly.
  readonly send: (value: T) => Waitable<void>;
  readonly trySend: (value: T) => boolean;
  close(error?: unknown): void;
}

/** The end of a channel that receives. */
export interface ReceiveChannel<out T> {
  receive(): Waitable<T>;
  next(): Waitable<IteratorResult<T, undefined>>;
  tryReceive(): IteratorResult<T, undefined> | undefined;
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
}

/**
 * Passes values between tasks. With capacity 0 a send and a receive meet; with more, so many values wait in between.
 *
 * @param capacity how many values it holds: a whole number from 0, or `Infinity`
 * @throws {TypeError} if it is something else
 * @example
 * const five = await run(function* () {
 *   const numbers = new Channel<number>();
 *   spawn(function* () {
 *     yield* numbers.send(5);
 *     numbers.close();
 *   });
 *   return yield* numbers.receive();
 * });
 * five; // -> 5
 *
 * Source: Hoare's CSP, Go's channels; `onUndelivered` from Kotlin.
 */
export class Channel<T> implements SendChannel<T>, ReceiveChannel<T> {
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly name: string;
  /** @internal */ readonly buffer: Ring<T> = new Ring();
  /** @internal */ readonly senders: Line<SendOp> = new Line();
  /** @internal */ readonly receivers: Line<ReceiveOp> = new Line();
  /** @internal Without an error it is `undefined`. */ ending: { error: unknown } | null = null;
  #scheduler: Scheduler | null = null;
  #outsiders = 0;
  /** @internal Nobody will receive any more (abandon.ts). */
  abandoned = false;
  /** @internal How many values were handed to a receiver. */
  handed = 0;
  /** The hand-overs of values that came back, which are the first in the buffer. */
  #returned: Ring<number> | null = null;
  readonly #onUndelivered: ((value: T) => void) | undefined;

  constructor(capacity = 0, options: ChannelOptions<T> = {}) {
    if (!(capacity === Infinity || (Number.isInteger(capacity) && capacity >= 0)))
      throw new TypeError(`a channel's capacity is a whole number from 0, or Infinity, but got ${show(capacity)}`);
    const { overflow = "wait", name = "channel" } = options;
    if (!OVERFLOWS.includes(overflow))
      throw new TypeError(`a channel's overflow is ${OVERFLOWS.join(" or ")}, but got ${show(overflow)}`);
    this.capacity = capacity;
    this.overflow = overflow;
    this.name = name;
    this.#onUndelivered = options.onUndelivered;
    created(this);
  }

  /** How many values it holds now. */
  get length(): number {
    touch(this);
    return this.buffer.length;
  }

  get isClosed(): boolean {
    touch(this);
    return this.ending !== null;
  }

  /** Hands `value` over; waits until it is taken, or there is room. @throws {ClosedError} on a closed channel */
  send(value: T): Waitable<void> {
    return new SendOp(this as Channel<unknown>, value);
  }

  /** Takes the next value. @throws {ClosedError} when it is closed and drained; or the error that it was closed with */
  receive(): Waitable<T> {
    return new ReceiveOp(this as Channel<unknown>) as never;
  }

  /** As `receive`, but gives `{done: true}` at the end. @throws the error that it was closed with */
  next(): Waitable<IteratorResult<T, undefined>> {
    return new NextOp(this as Channel<unknown>) as never;
  }

  /** Hands `value` over if that can be done at once; also from outside any task. @throws {ClosedError} */
  trySend(value: T): boolean {
    touch(this);
    return this.offer(value, null);
  }

  /** The next value, or the end; `undefined` when there is nothing now. @throws the error that it was closed with */
  tryReceive(): IteratorResult<T, undefined> | undefined {
    touch(this);
    if (this.hasNext(null)) return { value: this.take(null), done: false };
    if (this.ending === null) return undefined;
    if (this.ending.error !== undefined) throw this.ending.error;
    return { value: undefined, done: true };
  }

  /** No more sends: what waits is served, then receivers see the end, or `error`. Closing twice is fine. */
  close(error?: unknown): void {
    touchPart(this, SENDS, error !== undefined || this.overflow !== "wait");
    touch(this, CLOSES);
    if (this.ending !== null) return;
    this.ending = { error };
    this.receivers.drain((op) => op.ended());
  }

  /** `using channel = …`: closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** How much waits now. */
  statistics(): { length: number; capacity: number; senders: number; receivers: number; isClosed: boolean } {
    return {
      length: this.length,
      capacity: this.capacity,
      senders: this.senders.length,
      receivers: this.receivers.length,
      isClosed: this.isClosed,
    };
  }

  /** For code outside any task: `for await`. While it goes on, the run does not count what waits here as deadlocked. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return outside(this, (change) => {
      this.#outsiders += change;
      if (this.#scheduler === null) return;
      this.#scheduler.external += change;
      this.#scheduler.nudge(); // what is left may be deadlocked now
    });
  }

  /** @internal Binds it to the scheduler of the task that uses it first. */
  use(task: Task): void {
    if (this.#scheduler === task.scheduler) return;
    if (this.#scheduler !== null && this.#scheduler.live > 0)
      throw new SchedulerError(`${this.name} belongs to another run: a channel connects the tasks of one`);
    this.#scheduler = task.scheduler;
    task.scheduler.external += this.#outsiders;
  }

  /** @internal Whether a value can be taken now, not counting senders of the select `chooser`. */
  hasNext(chooser: unknown): boolean {
    return this.buffer.length > 0 || this.#partner(this.senders, chooser) !== null;
  }

  /** @internal Takes the next value, which there is. */
  take(chooser: unknown): T {
    const sender = this.#partner(this.senders, chooser);
    if (this.buffer.length === 0) return this.#release(sender!);
    const value = this.#shift();
    if (sender !== null && this.buffer.length < this.capacity) this.buffer.push(this.#release(sender));
    return value;
  }

  /** @internal Hands `value` over if that can be done at once. */
  offer(value: T, chooser: unknown): boolean {
    if (this.ending !== null) throw this.closedError("send");
    const receiver = this.#partner(this.receivers, chooser);
    if (receiver !== null) {
      this.receivers.leave(receiver);
      receiver.received(value, ++this.handed);
      return true;
    }
    if (this.buffer.length < this.capacity) {
      this.buffer.push(value);
      return true;
    }
    if (this.overflow === "wait") return false;
    if (this.overflow === "error") throw new OverflowError(`${this.name} is full: it holds ${this.capacity}`, value);
    // In the buffer before anything else, as the callback may send, or throw.
    const isOldest = this.overflow === "dropOldest" && this.buffer.length > 0;
    const lost = isOldest ? this.#shift() : value;
    if (isOldest) this.buffer.push(value);
    this.undelivered(lost);
    return true;
  }

  /** @internal Whether a send now would not wait, and fail at most for an overflow. */
  hasRoom(chooser: unknown): boolean {
    if (this.overflow !== "wait" || this.buffer.length < this.capacity) return true;
    return this.#partner(this.receivers, chooser) !== null;
  }

  /** @internal The value of the hand-over `turn` came back: its receiver was cancelled before it ran. */
  giveBack(value: T, turn: number): void {
    const receiver = this.receivers.take();
    // In the same turn, as it may come back once more.
    if (receiver !== null) return receiver.received(value, turn);
    // Those that came back are the first of the buffer, in the order in which they were handed over.
    const returned = (this.#returned ??= new Ring());
    let index = 0;
    for (let end = returned.length; index < end;) {
      const middle = (index + end) >> 1;
      if (returned.at(middle) > turn) end = middle;
      else index = middle + 1;
    }
    returned.insert(index, turn);
    this.buffer.insert(index, value);
    const isOver = this.buffer.length > this.capacity;
    if (this.abandoned || (isOver && this.overflow === "dropOldest")) this.undelivered(this.#shift());
    else if (isOver && this.overflow === "dropNewest") this.undelivered(this.#pop());
  }

  #shift(): T {
    if (this.#returned !== null && this.#returned.length > 0) this.#returned.shift();
    return this.buffer.shift();
  }

  #pop(): T {
    if (this.#returned !== null && this.#returned.length === this.buffer.length) this.#returned.pop();
    return this.buffer.pop();
  }

  /** @internal */
  undelivered(value: T): void {
    this.#onUndelivered?.(value);
  }

  /** @internal */
  closedError(what: string): unknown {
    touch(this);
    return closedError(what, this.name, this.ending!.error);
  }

  #release(sender: SendOp): T {
    this.senders.leave(sender);
    sender.complete(undefined);
    return sender.item as T;
  }

  /** The first in `line` that is not of the same select. */
  #partner<O extends SendOp | ReceiveOp>(line: Line<O>, chooser: unknown): O | null {
    let op = line.first;
    if (chooser !== null) while (op !== null && op.chooser === chooser) op = line.after(op);
    return op;
  }
}
