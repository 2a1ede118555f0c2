// `coroutine(body)`: makes coroutines of a generator function.
//
// May import: coroutine, errors.

import { Coroutine } from "./coroutine.ts";
import { show, tagOf } from "./errors.ts";

type AnyGenerator = Generator<unknown, unknown, unknown>;
type Yielded<G> = G extends Generator<infer Y, unknown, unknown> ? Y : never;
type Returned<G> = G extends Generator<unknown, infer R, unknown> ? R : never;
type Sent<G> = G extends Generator<unknown, unknown, infer S> ? S : never;

/** The coroutine that the generator `G` makes when its function is wrapped. */
export type CoroutineOf<G extends AnyGenerator> = Coroutine<Yielded<G>, Returned<G>, Sent<G>>;

/** On what {@link coroutine} gives, its body: how it is known, also to another copy of this package. */
const BODY: unique symbol = Symbol.for("corun.body") as never;

/**
 * Makes a coroutine function of a generator function. Calling it evaluates the parameters, runs nothing of the
 * body, and gives a {@link Coroutine}.
 *
 * In `const walk = coroutine(function* walk() { … })`, `walk` inside the body is the plain generator function: for a
 * body that calls itself leave the function unnamed, and give `options.name`.
 *
 * Call this once per body, not once per use: a `function*` expression that is evaluated anew costs about 1 µs at its
 * first call.
 *
 * @param body the generator function; annotate its result with {@link Coroutine.Body} where it is sent values
 * @param options `name`: shown in errors and dumps; that of the function if absent
 * @throws {TypeError} if `body` is no generator function
 * @example
 * const greeter = coroutine(function* greeter(): Coroutine.Body<string, string, string> {
 *   const name = yield "Who are you?";
 *   return `Hello, ${name}.`;
 * });
 * const g = greeter();
 * g.next().value; // -> "Who are you?"
 * g.next("Ada"); // -> { value: "Hello, Ada.", done: true }
 */
export function coroutine<A extends unknown[], G extends AnyGenerator>(
  body: (...args: A) => G,
  options?: { name?: string },
): (...args: A) => CoroutineOf<G> {
  if (!isGeneratorFunction(body)) {
    throw new TypeError(`coroutine() needs a generator function, a function*, but got ${show(body)}`);
  }
  const name = options?.name ?? body.name;
  const make = function (this: unknown): CoroutineOf<G> {
    // `arguments` and `apply`, as V8 then passes them on without making an array.
    // oxlint-disable-next-line prefer-rest-params
    return Coroutine.of(body.apply(this, arguments as never), name || "<anonymous>") as CoroutineOf<G>;
  };
  return Object.defineProperties(make, {
    name: { value: name },
    length: { value: body.length },
    [BODY]: { value: body },
  });
}

/** Whether `value` is a `function*` itself. */
export function isGeneratorFunction(value: unknown): boolean {
  return tagOf(value) === "[object GeneratorFunction]";
}

/** Whether `value` is what {@link coroutine} gives. */
export function isCoroutineFunction(value: unknown): value is (...args: unknown[]) => Coroutine {
  return typeof value === "function" && BODY in value;
}
