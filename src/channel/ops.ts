// The ops of a channel: send, receive, next.
//
// May import: the scheduler layer; Channel as a type.

import { touch, touchPart } from "../scheduler/footprint.ts";
import { dropStray, given, isCut, PENDING, suspended, taken, taskThatWaits, Waiter } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import type { Channel } from "./channel.ts";

/**
 * Parts of a channel (footprint.ts). A send and a receive commute: the first send meets the first receive, whichever came
 * before, if none is lost. So do a close and a `next`; but a `receive` that comes after the close throws at once, without a switch.
 */
export const SENDS = " sends";
const RECEIVES = " receives";
export const CLOSES = " closes";

export class SendOp extends Waiter<void> {
  readonly channel: Channel<unknown>;
  readonly item: unknown;

  constructor(channel: Channel<unknown>, item: unknown) {
    super();
    this.channel = channel;
    this.item = item;
  }

  override next(value: unknown): unknown {
    const task = taskThatWaits();
    if (task === null) return this.refuse();
    if (task.wait === this) return taken(task, value);
    if (arguments.length === 0) this.refuseIteration();
    if (task.wait !== null) dropStray(task);
    if (isCut(task)) return suspended();
    if (this.task !== null) this.checkFree();
    this.task = task;
    const result = this.poll(task);
    if (result !== PENDING) return given(task, this, result);
    this.enlist();
    task.wait = this;
    return suspended();
  }

  poll(task: Task): unknown {
    this.channel.use(task);
    return this.channel.offer(this.item, this.chooser) ? undefined : PENDING;
  }

  override mayBeDone(task: Task): boolean {
    this.channel.use(task);
    return this.channel.ending !== null || this.channel.hasRoom(this.chooser);
  }

  enlist(): void {
    this.channel.senders.join(this);
  }

  withdraw(): void {
    this.channel.senders.leave(this);
  }

  override dropped(): void {
    this.channel.undelivered(this.item);
  }

  override touch(isWhole = false): void {
    touchPart(this.channel, SENDS, isWhole || this.channel.overflow !== "wait");
  }

  describe(): string {
    return `send to ${this.channel.name}`;
  }
}

export class ReceiveOp extends Waiter<unknown> {
  readonly channel: Channel<unknown>;
  /** Which of the channel's hand-overs it got. */
  turn = 0;

  constructor(channel: Channel<unknown>) {
    super();
    this.channel = channel;
  }

  override next(value: unknown): unknown {
    const task = taskThatWaits();
    if (task === null) return this.refuse();
    if (task.wait === this) return taken(task, value);
    if (arguments.length === 0) this.refuseIteration();
    if (task.wait !== null) dropStray(task);
    if (isCut(task)) return suspended();
    if (this.task !== null) this.checkFree();
    this.task = task;
    const result = this.poll(task);
    if (result !== PENDING) return given(task, this, result);
    this.enlist();
    task.wait = this;
    return suspended();
  }

  poll(task: Task): unknown {
    const { channel, chooser } = this;
    channel.use(task);
    if (channel.hasNext(chooser)) {
      this.turn = ++channel.handed;
      return this.wrap(channel.take(chooser));
    }
    return channel.ending === null ? PENDING : this.atEnd();
  }

  override mayBeDone(task: Task): boolean {
    this.channel.use(task);
    return this.channel.ending !== null || this.channel.hasNext(this.chooser);
  }

  enlist(): void {
    this.channel.receivers.join(this);
  }

  withdraw(): void {
    this.channel.receivers.leave(this);
  }

  override revoke(value: unknown): void {
    this.channel.giveBack(value, this.turn);
  }

  received(value: unknown, turn: number): void {
    this.turn = turn;
    this.complete(this.wrap(value));
  }

  /** The channel was closed while it waited. */
  ended(): void {
    let result: unknown;
    try {
      result = this.atEnd();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.complete(result);
  }

  wrap(value: unknown): unknown {
    return value;
  }

  atEnd(): unknown {
    const { channel } = this;
    touch(channel);
    const { error } = channel.ending!;
    throw error === undefined ? channel.closedError("receive") : error;
  }

  override touch(isWhole = false): void {
    touchPart(this.channel, RECEIVES, isWhole || this.channel.overflow !== "wait");
    touch(this.channel, CLOSES, true);
  }

  describe(): string {
    return `receive from ${this.channel.name}`;
  }
}

/** A receive that gives the end as a result. */
export class NextOp extends ReceiveOp {
  override wrap(value: unknown): unknown {
    return { value, done: false };
  }

  override atEnd(): unknown {
    const { error } = this.channel.ending!;
    touch(this.channel, CLOSES, true);
    if (error !== undefined) throw error;
    return { value: undefined, done: true };
  }

  override touch(isWhole = false): void {
    touchPart(this.channel, RECEIVES, isWhole || this.channel.overflow !== "wait");
  }

  override revoke(value: unknown): void {
    const result = value as IteratorResult<unknown>;
    if (!result.done) this.channel.giveBack(result.value, this.turn);
  }
}
