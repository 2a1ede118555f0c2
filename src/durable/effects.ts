// The effects of a durable coroutine that its engine performs: step and call; and what it may ask of its journal:
// signal, uuid, self, isReplaying.
//
// May import: the scheduler layer, define, outcome, run, signals, text.

import { Op, PENDING } from "../scheduler/op.ts";
import type { Task } from "../scheduler/task.ts";
import { show } from "../coroutine/errors.ts";
import { definitionOf, type DurableBody, type SentOf, type YieldedOf } from "./define.ts";
import { answerOf, resultOf } from "./outcome.ts";
import type { Outcome, Request, Retry, StepContext } from "./port.ts";
import { currentRun, type Run, runOf } from "./run.ts";
import { SignalWait } from "./signals.ts";
import { encode, isStorable } from "./text.ts";

/** Waits for the result of a request. */
class Effect extends Op<unknown> {
  readonly #what: string;
  readonly #request: (n: number, id: string) => Request;
  readonly #read: (outcome: Outcome) => unknown;
  #run: Run | null = null;
  #n = 0;

  constructor(what: string, request: (n: number, id: string) => Request, read: (outcome: Outcome) => unknown) {
    super();
    this.#what = what;
    this.#request = request;
    this.#read = read;
  }

  /** Asked for only when it is waited for: in a select, another clause may be ready. */
  poll(task: Task): unknown {
    this.#run = runOf(task, this.#what);
    return PENDING;
  }

  enlist(): void {
    this.#n = this.#run!.ask(this, this.#request);
  }

  withdraw(): void {
    this.#run?.withdraw(this.#n);
  }

  settle(outcome: Outcome): void {
    let value: unknown;
    try {
      value = this.#read(outcome);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.complete(value);
  }

  describe(): string {
    return this.#what;
  }
}

const ONCE: Retry = { attempts: 1 };

/**
 * Does something outside: calls `fn` and keeps what it gives, or its failure, in the journal. A replay takes the result
 * from there, and does not call it.
 *
 * It is called at least once: again, if the process dies between its end and the writing of the result. A service that
 * must do it once is given `context.id`.
 *
 * @param name what it is, in the journal and in errors; a replay compares it
 * @param fn may give a promise; called with a {@link StepContext}
 * @param options `retry`: how often to try again after a failure; not at all if absent
 * @returns for `yield*`: what `fn` gives, as the journal keeps it
 * @throws the failure of the last attempt: its name, message and code
 * @throws {SchedulerError} outside a durable coroutine
 * @example
 * import { durable, inProcess, step } from "corun/durable";
 * const shop = durable("shop", function* (): Coroutine.Body<string, void, number> {
 *   let receipt = "nothing yet";
 *   for (;;) {
 *     const price = yield receipt;
 *     receipt = yield* step("charge", async ({ id }) => `${price} paid by ${id}`);
 *   }
 * });
 * const engine = inProcess();
 * await engine.open(shop, "7").send(30); // -> "30 paid by shop/7/0.1"
 * await engine.close();
 */
export function step<T>(
  name: string,
  fn: (context: StepContext) => T | PromiseLike<T>,
  options: { retry?: Retry } = {},
): Op<Awaited<T>> {
  if (typeof name !== "string" || !isStorable(name))
    throw new TypeError(`step needs a name, a text, but got ${show(name)}`);
  if (typeof fn !== "function") throw new TypeError(`step needs a function to call, but got ${show(fn)}`);
  const { retry = ONCE } = options;
  checkRetry(retry);
  const what = `step ${name}`;
  return new Effect(
    what,
    (n, id) => ({ kind: "step", n, id, name, run: fn, retry }),
    (outcome) => resultOf(outcome, what),
  ) as Op<unknown> as Op<Awaited<T>>;
}

/** @throws {TypeError} if its times are none: the step would never be tried again, or never end */
function checkRetry({ attempts, delay = 0, factor = 1, maxDelay = 0, when }: Retry): void {
  if (typeof attempts !== "number" || !(attempts >= 1))
    throw new TypeError(`a step needs at least one attempt, but got ${show(attempts)}`);
  for (const [what, value] of Object.entries({ delay, factor, maxDelay })) {
    if (typeof value === "number" && value >= 0 && (what !== "delay" || value !== Number.POSITIVE_INFINITY)) continue;
    throw new TypeError(`the ${what} of a step's retry is a number that is not below 0, but got ${show(value)}`);
  }
  if (when !== undefined && typeof when !== "function")
    throw new TypeError(`the when of a step's retry is a function, but got ${show(when)}`);
}

/**
 * Sends `value` to another durable coroutine, once, and waits for what it yields next.
 *
 * @returns for `yield*`: what that one yields
 * @throws {StopIteration} if it ends instead (`.value` is what it returned); or its failure
 * @throws {NotSerializableError} if `value` can't be kept
 */
export function call<B extends DurableBody>(body: B, key: string, value: SentOf<B>): Op<YieldedOf<B>> {
  const definition = definitionOf(body);
  const { name } = definition;
  checkKey(key);
  const label = `${name}/${key}`;
  const text = encode(value, `what is sent to ${label}`);
  return new Effect(
    `call ${label}`,
    (n, id) => ({ kind: "call", n, id, name: label, to: { name, key, definition }, value: text }),
    (outcome) => answerOf(outcome, label),
  ) as Op<unknown> as Op<YieldedOf<B>>;
}

export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== "string" || key === "" || !isStorable(key))
    throw new TypeError(`a durable coroutine needs a key, a text, but got ${show(key)}`);
}

/** @throws {TypeError} if `id` is no text that every store gives back as it is */
export function checkId(id: unknown): asserts id is string {
  if (typeof id !== "string" || id === "" || !isStorable(id))
    throw new TypeError(`an id, or the name of a signal, is a text, but got ${show(id)}`);
}

/**
 * Waits for a signal: a value that is given by name, with `handle.signal(name, value)`, beside the sends. One that came
 * before is there at once; each is taken once, in the order in which they came.
 *
 * @returns for `yield*`: the value
 */
export function signal<T = unknown>(name: string): Op<T> {
  if (typeof name !== "string" || name === "" || !isStorable(name))
    throw new TypeError(`signal needs a name, a text, but got ${show(name)}`);
  return new SignalWait(name, (task) => runOf(task, `signal ${name}`).signals) as Op<unknown> as Op<T>;
}

/**
 * An identifier that nothing else has, in the form of a random UUID; the same at each replay. It is no secret.
 *
 * @throws {SchedulerError} outside a durable coroutine
 */
export function uuid(): string {
  return currentRun("uuid()").chance.uuid();
}

/** Which coroutine this is: its name and its key. @throws {SchedulerError} outside a durable coroutine */
export function self(): { name: string; key: string } {
  const { name, key } = currentRun("self()").owner;
  return { name, key };
}

/**
 * Whether the coroutine goes through its journal just now, and all that it does has been done before: for output that is
 * to appear once, and for nothing else.
 *
 * @throws {SchedulerError} outside a durable coroutine
 */
export function isReplaying(): boolean {
  return currentRun("isReplaying()").owner.isReplaying;
}
