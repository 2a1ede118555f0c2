// A channel as a plain queue: what each operation gives, in whatever order they come.
import type { Overflow } from "corun";

export type Outcome = number | "sent" | "refused" | "empty" | "closed" | "full" | "waiting" | "cancelled";

/** Operations are named by their turn, from 0; a send carries its turn as its value. */
export class ModelChannel {
  readonly outcomes: Outcome[] = [];
  readonly lost: number[] = [];
  readonly capacity: number;
  readonly overflow: Overflow;
  buffer: number[] = [];
  senders: number[] = [];
  receivers: number[] = [];
  isClosed = false;

  constructor(capacity: number, overflow: Overflow) {
    this.capacity = capacity;
    this.overflow = overflow;
  }

  send(turn: number, waits: boolean): void {
    this.outcomes[turn] = this.#offer(turn);
    if (this.outcomes[turn] !== "waiting") return;
    if (waits) this.senders.push(turn);
    else this.outcomes[turn] = "refused";
  }

  #offer(value: number): Outcome {
    if (this.isClosed) return "closed";
    const receiver = this.receivers.shift();
    if (receiver !== undefined) {
      this.outcomes[receiver] = value;
      return "sent";
    }
    this.buffer.push(value);
    if (this.buffer.length <= this.capacity) return "sent";
    if (this.overflow === "dropOldest" && this.capacity > 0) {
      this.lost.push(this.buffer.shift()!);
      return "sent";
    }
    this.buffer.pop();
    if (this.overflow === "wait") return "waiting";
    if (this.overflow === "error") return "full";
    this.lost.push(value);
    return "sent";
  }

  receive(turn: number, waits: boolean): void {
    // Those that wait to send stand behind the buffer: it and they are one line.
    const sender = this.senders.shift();
    if (sender !== undefined) {
      this.buffer.push(sender);
      this.outcomes[sender] = "sent";
    }
    const value = this.buffer.shift();
    if (value !== undefined) this.outcomes[turn] = value;
    else if (this.isClosed) this.outcomes[turn] = "closed";
    else if (waits) this.receivers.push(turn);
    this.outcomes[turn] ??= waits ? "waiting" : "empty";
  }

  close(): void {
    this.isClosed = true;
    for (const receiver of this.receivers) this.outcomes[receiver] = "closed";
    this.receivers = [];
  }

  cancel(turn: number): void {
    this.outcomes[turn] = "cancelled";
    if (this.senders.includes(turn)) this.lost.push(turn);
    this.senders = this.senders.filter((each) => each !== turn);
    this.receivers = this.receivers.filter((each) => each !== turn);
  }
}
