// What runs for a request. A step: its function is called, and again as its retry says.
//
// May import: the scheduler's op, outcome, port; Clock as a type.

import type { Clock } from "../../scheduler/clock.ts";
import { Op } from "../../scheduler/op.ts";
import { errorLine, failed, outcomeOf } from "../outcome.ts";
import type { Outcome, StepContext, StepRequest } from "../port.ts";
import type { Tally } from "./tally.ts";

/** Something that is under way for a request. */
export interface Running {
  readonly attempts: number;
  readonly lastError: string | null;
  /** Nobody waits for it any more: what comes of it is ignored. */
  abort(reason: unknown): void;
}

const DELAY = 100;
const FACTOR = 2;
const MAX_DELAY = 30_000;

/** Whose step it is. */
interface Performing {
  readonly label: string;
  readonly tally: Tally;
}

/** What the function of a step is given. Few ask for the signal, and it costs more than all the rest: it is made for those. */
class Context implements StepContext {
  readonly id: string;
  readonly attempt: number;
  readonly #signal: () => AbortSignal;

  constructor(id: string, attempt: number, signal: () => AbortSignal) {
    this.id = id;
    this.attempt = attempt;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

export class RunningStep implements Running {
  attempts = 0;
  lastError: string | null = null;
  readonly #request: StepRequest;
  readonly #of: Performing;
  readonly #clock: Clock;
  readonly #done: (outcome: Outcome) => void;
  /** That of the last attempt, if it has asked for it. */
  #controller: AbortController | null = null;
  /** Why nobody waits for it any more. */
  #aborted: { reason: unknown } | null = null;
  #takeBack: (() => void) | null = null;
  #isOver = false;
  /** Its function has been called, and what it gives is not there. */
  isAtWork = false;

  constructor(request: StepRequest, of: Performing, clock: Clock, done: (outcome: Outcome) => void) {
    this.#request = request;
    this.#of = of;
    this.#clock = clock;
    this.#done = done;
  }

  /** A function that gives no promise is done when this returns. */
  attempt(): void {
    const attempt = ++this.attempts;
    const { id, run } = this.#request;
    this.#controller = null;
    this.isAtWork = true;
    let value: unknown;
    let promise: Promise<unknown> | null;
    // Only what it does itself is caught: what comes of its end is no failure of it.
    try {
      value = run(new Context(id, attempt, () => this.#signal()));
      promise = isThenable(value) ? Promise.resolve(value) : null;
    } catch (error) {
      this.#threw(error);
      return;
    }
    if (promise === null) this.#returned(value);
    else
      promise.then(
        (result) => this.#returned(result),
        (error: unknown) => this.#threw(error),
      );
  }

  #signal(): AbortSignal {
    const controller = (this.#controller ??= new AbortController());
    if (this.#aborted !== null && !controller.signal.aborted) controller.abort(this.#aborted.reason);
    return controller.signal;
  }

  #returned(value: unknown): void {
    if (value instanceof Op) {
      this.#threw(
        new TypeError(
          `step ${this.#request.name} gives ${value.describe()}, which only the body can wait for: \`yield*\` it there, beside the step`,
        ),
      );
      return;
    }
    const outcome = outcomeOf("returned", value, `what step ${this.#request.name} of ${this.#of.label} gives`);
    this.#of.tally.steps[outcome.how === "failed" ? "failed" : "returned"]++;
    this.#end(outcome);
  }

  #threw(error: unknown): void {
    const { delay = DELAY, factor = FACTOR, maxDelay = MAX_DELAY } = this.#request.retry;
    this.lastError = errorLine(error);
    this.isAtWork = false;
    this.#of.tally.steps.failed++;
    if (this.#isOver) return;
    const end = this.#endAfter(error);
    if (end !== null) {
      this.#end(failed(end.error));
      return;
    }
    // No product with an infinite factor: with a delay of 0 that is no number.
    const times = Math.min(factor ** (this.attempts - 1), Number.MAX_VALUE);
    const pause = Math.min(delay * times, maxDelay);
    this.#takeBack = this.#clock.wakeAt(this.#clock.now() + pause, () => this.attempt());
  }

  /** With which error it ends when an attempt has failed with `error`; null: there is another attempt. */
  #endAfter(error: unknown): { error: unknown } | null {
    const { attempts, when } = this.#request.retry;
    try {
      return this.attempts >= attempts || (when !== undefined && !when(error)) ? { error } : null;
    } catch (thrown) {
      return { error: thrown };
    }
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(outcome);
  }

  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#aborted = { reason };
    this.#takeBack?.();
    this.#controller?.abort(reason);
  }
}

/** A call to another coroutine, which the engine itself sees to. */
export class RunningCall implements Running {
  attempts = 0;
  lastError: string | null = null;
  send: () => void = () => {};
  /** It has been made, and has not failed. */
  isSent = false;
  #takeBack: (() => void) | null = null;

  /** It is made again after a while. */
  later(clock: Clock): void {
    const pause = Math.min(DELAY * FACTOR ** (this.attempts - 1), MAX_DELAY);
    this.#takeBack = clock.wakeAt(clock.now() + pause, this.send);
  }

  /** The other one goes on all the same. */
  abort(): void {
    this.#takeBack?.();
    this.send = () => {};
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
