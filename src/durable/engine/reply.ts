// What a handle gives for a question: a promise, which tasks wait for with `yield*`, too.
//
// An engine in the same process may answer at once. Then a task goes on without a turn of the host: so a program with
// durable coroutines can be explored.
//
// May import: the scheduler layer.

import { Op, PENDING, type Waitable } from "../../scheduler/op.ts";
import type { Task } from "../../scheduler/task.ts";

type Settled = { value: unknown } | { error: unknown };

/** `await reply` anywhere, `yield* reply` in a task. */
export class Reply<T> extends Promise<T> implements Waitable<T> {
  /** @internal */
  settled: Settled | null = null;
  /** @internal */
  readonly waiters: Set<ReplyWait> = new Set();

  /** What `then` gives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** @param ask is given what settles it; what it throws is what the reply is rejected with */
  static to<T>(ask: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Reply<T> {
    let resolve: (value: T) => void;
    let reject: (error: unknown) => void;
    const reply = new Reply<T>((settle, fail) => {
      resolve = settle;
      reject = fail;
    });
    const settle = (settled: Settled) => {
      if (reply.settled !== null) return;
      reply.settled = settled;
      if ("error" in settled) reject(settled.error);
      else resolve(settled.value as T);
      for (const waiter of reply.waiters) waiter.settle(settled);
    };
    try {
      ask(
        (value) => settle({ value }),
        (error) => settle({ error }),
      );
    } catch (error) {
      settle({ error });
    }
    return reply;
  }

  [Symbol.iterator](): Iterator<never, T, unknown> {
    this.catch(() => {}); // the task is told
    return new ReplyWait(this) as never;
  }
}

class ReplyWait extends Op<unknown> {
  readonly #reply: Reply<unknown>;

  constructor(reply: Reply<unknown>) {
    super();
    this.#reply = reply;
  }

  poll(): unknown {
    const { settled } = this.#reply;
    if (settled === null) return PENDING;
    if ("error" in settled) throw settled.error;
    return settled.value;
  }

  enlist(task: Task): void {
    task.scheduler.external++;
    this.#reply.waiters.add(this);
  }

  withdraw(): void {
    if (this.#reply.waiters.delete(this)) this.task!.scheduler.external--;
  }

  settle(settled: Settled): void {
    this.withdraw();
    if ("error" in settled) this.fail(settled.error);
    else this.complete(settled.value);
  }

  describe(): string {
    return "the answer of a durable coroutine";
  }
}
