// What a durable coroutine is: a name, under which its journals are found, and its code.
//
// May import: the coroutine layer, text.

import { coroutine, type CoroutineOf, isCoroutineFunction } from "../coroutine/define.ts";
import { show } from "../coroutine/errors.ts";
import type { Text } from "./port.ts";
import { encode, isStorable } from "./text.ts";

type AnyGenerator = Generator<unknown, unknown, unknown>;

/** A body that can be made durable: called with nothing at first, and with the state that it gave to {@link again}. */
export type DurableBody = (state?: never) => AnyGenerator;

/** What a body yields, returns and is sent. */
export type YieldedOf<B> = B extends (...args: never[]) => Generator<infer Y, unknown, never> ? Y : unknown;
export type SentOf<B> = B extends (...args: never[]) => Generator<unknown, unknown, infer S> ? S : unknown;

export interface DurableOptions {
  /** Of the code; 1 if absent. A coroutine goes on with the version that it has begun with, until it starts over. */
  version?: number | string;
  /** Older versions, for the coroutines that have begun with them. */
  previous?: readonly DurableBody[];
  /**
   * Whether a replay compares what the code answers with what it has answered. `false` allows to change what is answered
   * without a new version; then a body that is not deterministic is found only by what it asks for.
   */
  compareAnswers?: boolean;
}

/** Nothing more where a body can be called with nothing, as it is at first; else what the compiler shall say. */
type Startable<A extends unknown[]> = [] extends A
  ? unknown
  : {
      "a durable body is called with nothing at first: its state must be optional, as in function* (state = 0)": never;
    };

/** The code for the journals of one name, in all its versions. */
export interface Definition {
  readonly name: string;
  readonly version: string;
  readonly body: (...args: unknown[]) => AnyGenerator;
  readonly previous: readonly Definition[];
  readonly compareAnswers: boolean;
}

const definitions = new WeakMap<object, Definition>();

/**
 * Names a coroutine, so that an engine finds its journals again. What it gives is a coroutine function like any other: it
 * can be called by hand and spawned, too.
 *
 * @param name the same for ever; without a slash
 * @param body a generator function, or what `coroutine(…)` gives. It is called with nothing, and, after
 *   `return again(state)`, with that state: so a state is optional
 * @throws {TypeError} if the name or the body is none
 * @example
 * import { durable, inProcess } from "corun/durable";
 * const counter = durable("counter", function* (sum: number = 0): Coroutine.Body<number, void, number> {
 *   for (;;) sum += yield sum;
 * });
 * const engine = inProcess();
 * const c = engine.open(counter, "visits");
 * await c.send(2); // -> 2
 * await c.send(3); // -> 5
 * await engine.close();
 */
export function durable<A extends unknown[], G extends AnyGenerator>(
  name: string,
  body: ((...args: A) => G) & Startable<A>,
  options: DurableOptions = {},
): (...args: A) => CoroutineOf<G> {
  checkName(name);
  const make = isCoroutineFunction(body)
    ? Object.defineProperty((...args: A): unknown => body(...args), "name", { value: name })
    : coroutine(body, { name });
  const version = String(options.version ?? 1);
  definitions.set(make, {
    name,
    version,
    body: body as (...args: never[]) => unknown as (...args: unknown[]) => AnyGenerator,
    previous: (options.previous ?? []).map((each) => older(definitionOf(each), name, version)),
    compareAnswers: options.compareAnswers ?? true,
  });
  return make as (...args: A) => CoroutineOf<G>;
}

/** @throws {TypeError} if `previous` is no older version of that */
function older(previous: Definition, name: string, version: string): Definition {
  if (previous.name !== name)
    throw new TypeError(`durable: a previous version of ${name} must have its name, but has ${show(previous.name)}`);
  if (versionOf(previous, version) === null) return previous;
  throw new TypeError(
    `durable: a previous version of ${name} has version ${version}, as the new one has, and would never be used: ` +
      "give the new one another, durable(name, body, { version, previous: [old] })",
  );
}

/**
 * Whether `value` is what {@link durable} gave, of this copy of Corun: for whoever looks for durable coroutines among the
 * exports of a module, as `corun serve` does. Its `name` is the one that `durable` was given.
 *
 * @example
 * import { durable, isDurable } from "corun/durable";
 * const counter = durable("counter", function* (): Coroutine.Body<number, void, number> {
 *   for (let sum = 0; ; ) sum += yield sum;
 * });
 * isDurable(counter) && counter.name; // -> "counter"
 * isDurable(coroutine(function* plain() {})); // -> false
 */
export function isDurable(value: unknown): value is DurableBody {
  const definition = typeof value === "function" ? definitions.get(value) : undefined;
  // A plain coroutine that an engine has opened is its own body.
  return definition !== undefined && definition.body !== value;
}

/** Of what `durable` gives, or a coroutine function with a name. @throws {TypeError} if it is neither */
export function definitionOf(body: unknown): Definition {
  const known = typeof body === "function" ? definitions.get(body) : undefined;
  if (known !== undefined) return known;
  if (!isCoroutineFunction(body)) {
    throw new TypeError(
      `a durable coroutine is what durable(name, body) or coroutine(function* name…) gives, but got ${show(body)}`,
    );
  }
  checkName(body.name);
  const definition = { name: body.name, version: "1", body, previous: [], compareAnswers: true };
  definitions.set(body, definition);
  return definition;
}

/** @throws {TypeError} if it can be no name of a durable coroutine */
export function checkName(name: unknown): asserts name is string {
  if (typeof name !== "string" || !isStorable(name))
    throw new TypeError(`durable needs a name, a text, but got ${show(name)}`);
  if (name === "" || name === "<anonymous>") {
    throw new TypeError(
      "a durable coroutine needs a name, by which its journal is found: write durable(name, body), or give the function one",
    );
  }
  if (name.includes("/")) throw new TypeError(`the name of a durable coroutine has no slash, but got ${show(name)}`);
}

/** The code that a journal was begun with; null: it is not there. */
export function versionOf(definition: Definition, version: string): Definition | null {
  if (definition.version === version) return definition;
  for (const each of definition.previous) {
    const found = versionOf(each, version);
    if (found !== null) return found;
  }
  return null;
}

/** What {@link again} gives. */
export class Again {
  readonly state: Text;

  constructor(state: Text) {
    this.state = state;
  }
}

/**
 * `return again(state)` in a durable coroutine drops its history and starts it over: the body is called with `state`,
 * and what it yields first answers the send that is under way. The newest version of the code is what starts.
 *
 * To be returned from the body itself, at its end. A coroutine that is sent to for ever says so now and then, as without
 * it the journal grows, and so does the time of a replay.
 *
 * @throws {NotSerializableError} if `state` can't be kept
 * @example
 * import { again, durable, inProcess } from "corun/durable";
 * const counter = durable("counter", function* (sum: number = 0): Coroutine.Body<number, void, number> {
 *   for (let turns = 0; turns < 100; turns++) sum += yield sum;
 *   return again(sum);
 * });
 * const engine = inProcess();
 * const c = engine.open(counter, "visits");
 * for (let n = 0; n < 250; n++) await c.send(1);
 * await c.send(1); // -> 251
 * (await c.history()).length < 250; // -> true
 * await engine.close();
 *
 * Source: Temporal's continue-as-new, as a tail call.
 */
export function again(state?: unknown): never {
  // It never comes back to the body: so it is a `never`, and is no part of what the body returns.
  return new Again(encode(state, "the state for again(…)")) as never;
}
