// What runs for a request. A step: its function is called, and again as its retry says.
//
// May import: outcome, port; Clock as a type.

import type { Clock } from "../../scheduler/clock.ts";
import { failed, outcomeOf } from "../outcome.ts";
import type { Outcome, StepRequest } from "../port.ts";

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

export class RunningStep implements Running {
  attempts = 0;
  lastError: string | null = null;
  readonly #request: StepRequest;
  readonly #label: string;
  readonly #clock: Clock;
  readonly #done: (outcome: Outcome) => void;
  #controller: AbortController | null = null;
  #takeBack: (() => void) | null = null;
  #isOver = false;
  /** Its function has been called, and what it gives is not there. */
  isAtWork = false;

  constructor(request: StepRequest, label: string, clock: Clock, done: (outcome: Outcome) => void) {
    this.#request = request;
    this.#label = label;
    this.#clock = clock;
    this.#done = done;
  }

  /** A function that gives no promise is done when this returns. */
  attempt(): void {
    const attempt = ++this.attempts;
    const { id, run } = this.#request;
    this.#controller = new AbortController();
    this.isAtWork = true;
    try {
      const value = run({ id, attempt, signal: this.#controller.signal });
      if (!isThenable(value)) this.#returned(value);
      else
        Promise.resolve(value).then(
          (result) => this.#returned(result),
          (error: unknown) => this.#threw(error),
        );
    } catch (error) {
      this.#threw(error);
    }
  }

  #returned(value: unknown): void {
    this.#end(outcomeOf("returned", value, `what step ${this.#request.name} of ${this.#label} gives`));
  }

  #threw(error: unknown): void {
    const { attempts, delay = DELAY, factor = FACTOR, maxDelay = MAX_DELAY, when } = this.#request.retry;
    this.lastError = String(error);
    this.isAtWork = false;
    if (this.#isOver) return;
    if (this.attempts >= attempts || (when !== undefined && !when(error))) {
      this.#end(failed(error));
      return;
    }
    const pause = Math.min(delay * factor ** (this.attempts - 1), maxDelay);
    this.#takeBack = this.#clock.wakeAt(this.#clock.now() + pause, () => this.attempt());
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(outcome);
  }

  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#takeBack?.();
    this.#controller?.abort(reason);
  }
}

/** A call to another coroutine, which the engine itself sees to. */
export class RunningCall implements Running {
  attempts = 0;
  lastError: string | null = null;
  send: () => void = () => {};
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
