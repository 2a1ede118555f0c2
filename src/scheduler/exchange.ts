// The two-way protocol between tasks: `yield* task.send(value)` gives what the task yields next.
// Sends queue in order; one is served at a time.
//
// May import: the coroutine layer, footprint, join, line, op, runnable, states; Task as a type.

import { Coroutine } from "../coroutine/coroutine.ts";
import { NEXT, THROW } from "../coroutine/drive.ts";
import { StopIteration } from "../coroutine/errors.ts";
import { SchedulerError } from "./errors.ts";
import { touch } from "./footprint.ts";
import { failureOf, observe } from "./join.ts";
import { Line } from "./line.ts";
import { PENDING, Waiter } from "./op.ts";
import { told } from "./runnable.ts";
import { DONE } from "./states.ts";
import type { Task } from "./task.ts";

export class Exchange {
  readonly task: Task;
  /** It has come to its first yield, whose value is dropped, as the first `next()` does by hand. */
  isPrimed = false;
  /** It is suspended in a yield. */
  isParked = false;
  /** The send whose answer it works on. */
  served: Send | null = null;
  readonly queue: Line<Send> = new Line();

  constructor(task: Task) {
    this.task = task;
  }

  yielded(value: unknown): void {
    this.isParked = true;
    const { served, isPrimed } = this;
    this.served = null;
    this.isPrimed = true;
    if (isPrimed) served?.complete(value);
    this.serve();
  }

  serve(): void {
    if (!this.isParked || this.queue.first === null) return;
    this.served = this.queue.take()!;
    this.isParked = false;
    this.task.resume(NEXT, this.served.sent);
  }

  taskEnded(): void {
    this.served?.fail(endOf(this.task));
    this.served = null;
    this.queue.drain((send) => send.fail(endOf(this.task)));
  }
}

/** What asking a task that has ended throws. */
function endOf(task: Task): unknown {
  return task.status === DONE ? new StopIteration(task.value) : failureOf(task);
}

export class Send extends Waiter<unknown> {
  readonly to: Task;
  readonly sent: unknown;

  constructor(to: Task, value: unknown) {
    super();
    this.to = to;
    this.sent = value;
  }

  poll(task: Task): unknown {
    const { to } = this;
    if (to === task) throw new SchedulerError(`task ${task.name} sends to itself, which it can't answer`);
    if (to.scheduler !== task.scheduler) throw new SchedulerError(`task ${to.name} belongs to another run`);
    if (!to.hasEnded) return PENDING;
    this.touch();
    this.told();
    throw endOf(to);
  }

  override told(): void {
    observe(this.to);
  }

  override touch(): void {
    touch(this.to);
  }

  enlist(): void {
    const exchange = (this.to.exchange ??= new Exchange(this.to));
    exchange.queue.join(this);
    exchange.serve();
  }

  withdraw(): void {
    const { exchange } = this.to;
    exchange?.queue.leave(this);
    if (exchange?.served === this) exchange.served = null;
  }

  describe(): string {
    return `send to task ${this.to.name}`;
  }

  override needs(tell: (task: Task) => void): void {
    tell(this.to);
  }
}

/** A task has yielded `value`. */
export function taskYielded(task: Task, value: unknown): void {
  const advice = adviceFor(value);
  if (advice === null && task.owner !== null) (task.exchange ??= new Exchange(task)).yielded(value);
  else task.resume(THROW, new TypeError(`task ${task.name} received ${advice ?? `${told(value)}; ${NOBODY}`}`));
}

const NOBODY = "nobody takes what the root of a run yields: spawn(…) the body, and use task.send(…)";

/** What was yielded, and what is missing there; null: it may be for whoever sends. */
function adviceFor(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("then" in value) return "a Promise; did you mean until(promise)? Write `yield* until(promise)`";
  const isWait = value instanceof Coroutine || "describe" in value;
  return isWait ? `${told(value)}; did you mean \`yield*\`? It waits, and gives the result` : null;
}
