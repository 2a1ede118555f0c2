// The two-way protocol between tasks: `yield* task.send.sent)` gives what the task yields next.
// Sends queue in order; one is served at a time.
//
// May import: the coroutine layer, errors, op; Task as a type.

import { NEXT, THROW } from "../coroutine/drive.ts";
import { StopIteration } from "../coroutine/errors.ts";
import { CancelledError } from "./errors.ts";
import { Op } from "./op.ts";
import { DONE, FAILED, type Listener, type Task } from "./task.ts";

export class Exchange implements Listener {
  readonly task: Task;
  /** It has come to its first yield, whose value is dropped, as the first `next()` does by hand. */
  primed = false;
  /** It is suspended in a yield. */
  parked = false;
  served: Send | null = null;
  readonly queue: Set<Send> = new Set();

  constructor(task: Task) {
    this.task = task;
    (task.listeners ??= new Set()).add(this);
  }

  yielded(value: unknown): void {
    this.parked = true;
    const { served } = this;
    this.served = null;
    if (this.primed) served?.complete(value);
    this.primed = true;
    this.serve();
  }

  serve(): void {
    if (!this.parked) return;
    for (const send of this.queue) {
      this.queue.delete(send);
      this.served = send;
      this.parked = false;
      this.task.resume(NEXT, send.sent);
      return;
    }
  }

  taskEnded(task: Task): void {
    const { served } = this;
    this.served = null;
    for (const send of served === null ? this.queue : [served, ...this.queue]) send.fail(endOf(task));
    this.queue.clear();
  }
}

/** What asking a task that has ended throws. */
function endOf(task: Task): unknown {
  task.isObserved = true;
  if (task.status === DONE) return new StopIteration(task.outcome);
  if (task.status === FAILED) return task.outcome;
  return new CancelledError(`task ${task.name}`, task.outcome);
}

export class Send extends Op<unknown> {
  readonly to: Task;
  readonly sent: unknown;

  constructor(to: Task, value: unknown) {
    super();
    this.to = to;
    this.sent = value;
  }

  poll(): boolean {
    if (this.to.hasEnded) throw endOf(this.to);
    return false;
  }

  enlist(): void {
    const exchange = (this.to.exchange ??= new Exchange(this.to));
    exchange.queue.add(this);
    exchange.serve();
  }

  withdraw(): void {
    const { exchange } = this.to;
    exchange?.queue.delete(this);
    if (exchange?.served === this) exchange.served = null;
  }

  describe(): string {
    return `send to task ${this.to.name}`;
  }
}

/** A task has yielded `value`. */
export function taskYielded(task: Task, value: unknown): void {
  if (typeof value === "object" && value !== null && "then" in value) {
    task.resume(THROW, new TypeError(`task ${task.name} yielded a Promise; did you mean \`yield* until(promise)\`?`));
    return;
  }
  (task.exchange ??= new Exchange(task)).yielded(value);
}
