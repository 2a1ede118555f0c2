// The ops of a channel: send, receive, next.
//
// May import: the scheduler layer; Channel as a type.

import type { Task } from "../scheduler/task.ts";
import { LinedOp } from "../scheduler/wait-line.ts";
import type { Channel } from "./channel.ts";

export class SendOp extends LinedOp<void> {
  readonly channel: Channel<unknown>;
  readonly item: unknown;

  constructor(channel: Channel<unknown>, item: unknown) {
    super();
    this.channel = channel;
    this.item = item;
  }

  poll(task: Task): boolean {
    this.channel.use(task);
    return this.channel.offer(this.item, this.chooser);
  }

  enlist(): void {
    this.channel.senders.join(this);
  }

  describe(): string {
    return `send to ${this.channel.name}`;
  }
}

export class ReceiveOp extends LinedOp<unknown> {
  readonly channel: Channel<unknown>;

  constructor(channel: Channel<unknown>) {
    super();
    this.channel = channel;
  }

  poll(task: Task): boolean {
    const { channel, chooser } = this;
    channel.use(task);
    if (channel.hasNext(chooser)) this.result = this.wrap(channel.take(chooser));
    else if (channel.ending === null) return false;
    else this.result = this.atEnd();
    return true;
  }

  enlist(): void {
    this.channel.receivers.join(this);
  }

  override revoke(value: unknown): void {
    this.channel.giveBack(value);
  }

  received(value: unknown): void {
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
    throw channel.ending!.isFailure ? channel.ending!.error : channel.closedError("receive");
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
    const { ending } = this.channel;
    if (ending!.isFailure) throw ending!.error;
    return { value: undefined, done: true };
  }

  override revoke(value: unknown): void {
    const result = value as IteratorResult<unknown>;
    if (!result.done) this.channel.giveBack(result.value);
  }
}
