// The broadcast: each value goes to every subscriber, each with a buffer of its own.
//
// A send stands in the line of every subscriber that has no room, and is done when the last has taken
// the value. So all subscribers see all values in one order, and the slowest that waits sets the pace.
//
// May import: the scheduler layer, abandon, channel, errors, ops, outside.

import { atScopeEnd } from "../scheduler/block.ts";
import { created, touch } from "../scheduler/footprint.ts";
import { activeTask, type Chooser, Op, PENDING, type Waitable } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import { abandon } from "./abandon.ts";
import { Channel, type Overflow, type ReceiveChannel } from "./channel.ts";
import { closedError, OverflowError } from "./errors.ts";
import { SendOp } from "./ops.ts";
import { leaving } from "./outside.ts";

export interface SubscribeOptions {
  /** How many values it holds for the subscriber; 0: each is taken from the sender's hand. */
  capacity?: number;
  /**
   * When the buffer is full: `"wait"`, the sender waits; `"dropOldest"` or `"dropNewest"`, the subscriber misses a value;
   * `"error"`, the subscription is closed with an {@link OverflowError}, which the subscriber gets after what it holds.
   */
  overflow?: Overflow;
}

/** The receiving end that {@link Broadcast.subscribe} gives. */
export class Subscription<T> implements ReceiveChannel<T> {
  /** @internal */
  readonly channel: Channel<T>;
  readonly #broadcast: Broadcast<T>;
  /** @internal What has the scope close it no more. */
  takeBack: (() => void) | null = null;

  /** @internal */
  constructor(broadcast: Broadcast<T>, channel: Channel<T>) {
    this.#broadcast = broadcast;
    this.channel = channel;
  }

  /** Takes the next value. @throws {ClosedError} when it is closed and drained; or the error that it was closed with */
  receive(): Waitable<T> {
    return this.channel.receive();
  }

  /** As `receive`, but gives `{done: true}` at the end. @throws the error that it was closed with */
  next(): Waitable<IteratorResult<T, undefined>> {
    return this.channel.next();
  }

  /** The next value, or the end; `undefined` when there is nothing now. @throws the error that it was closed with */
  tryReceive(): IteratorResult<T, undefined> | undefined {
    return this.channel.tryReceive();
  }

  /** Ends it: senders wait for it no longer, and what it holds is dropped. */
  close(): void {
    this.#broadcast.leave(this);
    touch(this.channel);
    this.takeBack?.();
    this.takeBack = null;
    abandon(this.channel as Channel<unknown>);
  }

  /** How much waits now. */
  statistics(): ReturnType<Channel<T>["statistics"]> {
    return this.channel.statistics();
  }

  /** For code outside any task: `for await`; an early exit closes it. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return leaving(this.#read(), () => this.close());
  }

  async *#read(): AsyncGenerator<T, void, undefined> {
    try {
      yield* this.channel;
    } finally {
      this.close();
    }
  }

  /** `using subscription = …`: closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Waits until every subscriber has taken the value. */
class Delivery<T> extends Op<void> implements Chooser {
  readonly #broadcast: Broadcast<T>;
  readonly #value: T;
  /** In the lines of those that have not. */
  readonly #sends: Set<Op<unknown>> = new Set();

  constructor(broadcast: Broadcast<T>, value: T) {
    super();
    this.#broadcast = broadcast;
    this.#value = value;
  }

  poll(task: Task): unknown {
    if (this.chooser !== null)
      throw new TypeError("a select can't send to a broadcast: spawn the send, and select its task");
    this.#sends.clear(); // of a wait that was cancelled
    for (const { channel } of this.#broadcast.open("send")) {
      channel.use(task);
      if (handOver(channel, this.#value)) continue;
      const send = new SendOp(channel as Channel<unknown>, this.#value);
      send.chooser = this;
      this.#sends.add(send);
    }
    return this.#sends.size === 0 ? undefined : PENDING;
  }

  enlist(task: Task): void {
    for (const send of this.#sends) {
      send.task = task;
      (send as SendOp).enlist();
    }
  }

  withdraw(): void {
    for (const send of this.#sends) send.withdraw();
  }

  chosen(send: Op<unknown>): void {
    this.#sends.delete(send);
    if (this.#sends.size === 0) this.complete(undefined);
  }

  override touch(): void {
    this.#broadcast.touch();
  }

  describe(): string {
    return `send to ${this.#broadcast.name}`;
  }
}

/** Whether `channel` needs no more of the sender: it has taken the value, dropped one, or failed. */
function handOver<T>(channel: Channel<T>, value: T): boolean {
  if (channel.isClosed) return true;
  try {
    return channel.offer(value, null);
  } catch (error) {
    if (!(error instanceof OverflowError)) throw error;
    channel.close(error);
    return true;
  }
}

/**
 * Passes each value to all that subscribe at the moment; to nobody, where there are none.
 *
 * @example
 * const log: string[] = [];
 * await run(function* () {
 *   const news = new Broadcast<string>();
 *   const reader = function* (name: string, subscription: Subscription<string>) {
 *     for (let next = yield* subscription.next(); !next.done; next = yield* subscription.next())
 *       log.push(`${name}: ${next.value}`);
 *   };
 *   spawn(reader, "a", news.subscribe({ capacity: 1 }));
 *   spawn(reader, "b", news.subscribe({ capacity: 1 }));
 *   yield* news.send("hello");
 *   news.close();
 * });
 * log; // -> ["a: hello", "b: hello"]
 *
 * Source: core.async's `mult`; the policies for slow subscribers are those of Tokio and Kotlin.
 */
export class Broadcast<T> {
  readonly name: string;
  readonly #subscriptions: Set<Subscription<T>> = new Set();
  #ending: { error: unknown } | null = null;

  constructor(options: { name?: string } = {}) {
    this.name = options.name ?? "broadcast";
    created(this);
  }

  get isClosed(): boolean {
    touch(this);
    return this.#ending !== null;
  }

  /**
   * Hands `value` to every subscriber; waits for those that have no room and whose overflow is `"wait"`. If it is
   * cancelled, those that have not taken the value will not get it.
   *
   * @throws {ClosedError} on a closed broadcast
   */
  send(value: T): Waitable<void> {
    return new Delivery(this, value);
  }

  /**
   * Hands `value` to every subscriber if that can be done at once, else to none; also from outside any task.
   *
   * @returns whether it did
   * @throws {ClosedError} on a closed broadcast
   */
  trySend(value: T): boolean {
    this.touch();
    const open = this.open("send");
    if (!open.every(({ channel }) => channel.isClosed || channel.hasRoom(null))) return false;
    for (const { channel } of open) handOver(channel, value);
    return true;
  }

  /**
   * Gives the receiving end of a new subscriber, to which all goes that is sent from now on. In a task, it is closed at
   * the end of the innermost scope.
   *
   * @throws {TypeError} if the capacity or the overflow is none
   */
  subscribe(options: SubscribeOptions = {}): Subscription<T> {
    const { capacity = 0, overflow = "wait" } = options;
    touch(this);
    const channel = new Channel<T>(capacity, { overflow, name: `subscription to ${this.name}` });
    const subscription = new Subscription(this, channel);
    if (this.#ending !== null) {
      channel.close(this.#ending.error);
      return subscription;
    }
    this.#subscriptions.add(subscription);
    if (activeTask() !== null) subscription.takeBack = atScopeEnd("subscribe(…)", () => subscription.close());
    return subscription;
  }

  /** No more sends: subscribers get what they hold, then the end, or `error`. Closing twice is fine. */
  close(error?: unknown): void {
    touch(this);
    if (this.#ending !== null) return;
    this.#ending = { error };
    for (const { channel } of this.#subscriptions) channel.close(error);
    this.#subscriptions.clear();
  }

  /** How many subscribe now. */
  statistics(): { subscribers: number; isClosed: boolean } {
    return { subscribers: this.#subscriptions.size, isClosed: this.isClosed };
  }

  /** `using broadcast = …`: closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal Those that subscribe now. */
  open(what: string): Subscription<T>[] {
    touch(this, "", true);
    if (this.#ending !== null) throw closedError(what, this.name, this.#ending.error);
    return [...this.#subscriptions];
  }

  /** @internal A send uses what all that subscribe have. */
  touch(): void {
    touch(this, "", true);
    for (const { channel } of this.#subscriptions) touch(channel);
  }

  /** @internal */
  leave(subscription: Subscription<T>): void {
    touch(this);
    this.#subscriptions.delete(subscription);
  }
}
