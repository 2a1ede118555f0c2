// `iterate(body)`: a body that yields and waits, for `for await` of code outside.
//
// May import: the coroutine and scheduler layers, asked.

import { Coroutine } from "../coroutine/coroutine.ts";
import { show } from "../coroutine/errors.ts";
import { CancelledError } from "../scheduler/errors.ts";
import { run, type RunOptions } from "../scheduler/run.ts";
import { until } from "./until.ts";
import { ask, type Asked, startAsked } from "./asked.ts";

interface Request {
  value: unknown;
  resolve(result: IteratorResult<unknown, unknown>): void;
  reject(error: unknown): void;
}

const END: IteratorResult<never, undefined> = { value: undefined, done: true };

/** What {@link iterate} gives. */
export interface Iteration<Y, R, S> extends AsyncGenerator<Y, R, S> {
  return(value?: R | PromiseLike<R>): Promise<IteratorResult<Y, R>>;
}

/** One run, which is asked for values. It begins with the first request. */
class RunIteration implements Iteration<unknown, unknown, unknown> {
  readonly #body: unknown;
  readonly #args: unknown[];
  readonly #options: RunOptions;
  readonly #canceller = new AbortController();
  readonly #requests: Request[] = [];
  #wake: () => void = () => {};
  #hasBegun = false;
  /** It was cancelled by who iterates, not by a signal. */
  #isLeft = false;
  /** Settles when the run has ended, and all that it had to tell has been told. */
  #end: Promise<void> | null = null;
  /** What the run failed with, where nobody has been told. */
  #untold: { error: unknown } | null = null;

  constructor(body: unknown, args: unknown[], options: RunOptions) {
    this.#body = body;
    this.#args = args;
    this.#options = options;
  }

  next(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    return new Promise((resolve, reject) => {
      if (!this.#hasBegun && value !== undefined) {
        throw new TypeError(`can't send ${show(value)} to an iteration that has not begun: call next() first`);
      }
      this.#hasBegun = true;
      this.#requests.push({ value, resolve, reject });
      if (this.#end === null) this.#begin();
      else this.#wake();
    });
  }

  async return(value?: unknown): Promise<IteratorResult<unknown, unknown>> {
    await this.#cancel();
    return { value: await value, done: true };
  }

  async throw(error: unknown): Promise<never> {
    await this.#cancel();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cancel();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #begin(): void {
    const { signal } = this.#options;
    const abort = () => this.#canceller.abort(signal!.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    const running = run.with({ ...this.#options, signal: this.#canceller.signal })(
      Coroutine.of(this.#serve(), "iterate"),
    );
    this.#end = running.then(
      (value) => this.#over({ value, done: true }, null),
      (error: unknown) => this.#over(END, { error }),
    );
    void this.#end.then(() => signal?.removeEventListener("abort", abort));
  }

  /** The main body of the run. */
  *#serve(): Generator<never, unknown, unknown> {
    const task: Asked = startAsked(this.#body, this.#args, "iterate");
    for (;;) {
      const [request] = this.#requests;
      if (request === undefined) {
        yield* until(new Promise<void>((resolve) => (this.#wake = resolve)));
        continue;
      }
      const result = yield* ask(task, request.value);
      if (result.done === true) return result.value;
      this.#requests.shift();
      request.resolve(result);
    }
  }

  #over(last: IteratorResult<unknown, unknown>, failure: { error: unknown } | null): void {
    const { signal } = this.#canceller;
    const isOurs = this.#isLeft && failure?.error instanceof CancelledError && failure.error.reason === signal.reason;
    const [first, ...others] = this.#requests.splice(0);
    if (failure === null || isOurs) first?.resolve(last);
    else if (first === undefined) this.#untold = failure;
    else first.reject(failure.error);
    for (const request of others) request.resolve(END);
    this.#wake = () => this.#over(END, this.#told());
  }

  #told(): { error: unknown } | null {
    const untold = this.#untold;
    this.#untold = null;
    return untold;
  }

  /** Ends with the run, or with its failure if nobody else is told. */
  async #cancel(): Promise<void> {
    this.#hasBegun = true;
    this.#isLeft ||= !this.#canceller.signal.aborted;
    this.#canceller.abort(new CancelledError("the iteration", undefined));
    this.#end ??= Promise.resolve(this.#over(END, null));
    await this.#end;
    const untold = this.#told();
    if (untold !== null) throw untold.error;
  }
}

type Generating = Generator<unknown, unknown, unknown>;
// A coroutine by itself, as its `return` takes more than that of the generator that it stands for.
type IterationOf<G> =
  G extends Coroutine<infer Y, infer R, infer S>
    ? Iteration<Y, R, S>
    : G extends Generator<infer Y, infer R, infer S>
      ? Iteration<Y, R, S>
      : never;

interface StartIteration {
  <A extends unknown[], G extends Generating>(body: (...args: A) => G, ...args: A): IterationOf<G>;
  <G extends Generating>(body: G): IterationOf<G>;
}

interface Iterate extends StartIteration {
  with(options: RunOptions): StartIteration;
}

const start = (options: RunOptions, body: unknown, args: unknown[]) => new RunIteration(body, args, options);

/**
 * Runs `body`, which yields values and may wait, for code outside: gives an async generator of what it yields. The body
 * starts at the first `next()` and never runs ahead. What is sent with `next(value)` is what its `yield` gives.
 *
 * Leaving a `for await` early, `return()` and `throw()` cancel the run, and wait until its cleanup has ended; `throw`
 * rejects with its error then. `iterate.with(options)(body, …)` takes the options of `run.with`.
 *
 * @param body a body or a coroutine
 * @throws, from `next`, what escapes from the body
 * @example
 * const ticks = function* () {
 *   try {
 *     for (let n = 1; ; n++) {
 *       yield* sleep(1);
 *       yield n;
 *     }
 *   } finally {
 *     yield* sleep(1); // it is waited for
 *   }
 * };
 * let last = 0;
 * for await (const n of iterate(ticks)) {
 *   last = n;
 *   if (n === 3) break;
 * }
 * last; // -> 3
 *
 * Source: JavaScript's async generators, with a `return` that does not queue behind a pending `next`.
 */
export const iterate: Iterate = /* @__PURE__ */ Object.assign(
  (body: unknown, ...args: unknown[]) => start({}, body, args),
  {
    with:
      (options: RunOptions) =>
      (body: unknown, ...args: unknown[]) =>
        start(options, body, args),
  },
);
