// What can be run as a task or in a scope, made a coroutine.
//
// May import: the coroutine layer.

import { Coroutine } from "../coroutine/coroutine.ts";
import { show } from "../coroutine/errors.ts";
import { HELD } from "../coroutine/frames.ts";

type AnyGenerator = Generator<unknown, unknown, unknown>;
type Waitable = { [Symbol.iterator](): Iterator<unknown, unknown, unknown> };

/** A generator, a coroutine, or what can be waited for: an array or a string is none of these, though it is iterable. */
export type Steps = AnyGenerator | { [Symbol.iterator](): Iterator<never, unknown, unknown> };

/** A body, what coroutine(…) gives, a coroutine that has not started, or anything that can be waited for. */
export type Runnable<A extends unknown[] = never[]> = ((...args: A) => Steps) | Steps;

/** What a {@link Runnable} is called with. */
export type ArgsOf<B> = B extends (...args: infer A) => unknown ? A : [];

/** What a {@link Runnable} gives in the end. */
export type ResultOf<B> = B extends (...args: never[]) => infer W ? ResultOfWait<W> : ResultOfWait<B>;
export type ResultOfWait<W> = W extends { [Symbol.iterator](): Iterator<unknown, infer R, unknown> } ? R : never;

/** Makes the coroutine that runs `body`. What every spawn goes through is short, so that V8 inlines it. */
export function toCoroutine(body: unknown, args: readonly unknown[], what: string): Coroutine {
  if (typeof body !== "function") return fromObject(body, what);
  const made: unknown = args.length === 0 ? body() : body(...args);
  return made instanceof Coroutine ? made : adopt(made, body.name, what);
}

function fromObject(body: unknown, what: string): Coroutine {
  if (!(body instanceof Coroutine)) return adopt(body, null, what);
  if (body.state !== "created")
    throw new TypeError(`${what} needs a coroutine that has not started, but got ${body.toString()}`);
  if (body.status & HELD)
    throw new TypeError(`${what} needs a coroutine of its own, but ${body.toString()} was given to another task`);
  return body;
}

/** `name` is that of the function that has made it; null: nobody has. */
function adopt(value: unknown, name: string | null, what: string): Coroutine {
  if (isGenerator(value)) return Coroutine.of(value, name === null ? "generator" : name || "<anonymous>");
  const text = told(value);
  if (isWaitable(value)) return Coroutine.of(waitFor(value), name || text);
  const needs =
    name === null
      ? "a coroutine or something to wait for, but got"
      : "function* () { … }, but what it was given returned";
  const advice = text === "a Promise" ? ": in a body, wait for one by `yield* until(promise)`" : "";
  throw new TypeError(`${what} needs a body, ${needs} ${text}${advice}`);
}

function* waitFor(op: Waitable): AnyGenerator {
  return yield* op;
}

/** How a value is called in texts: an op by what it waits for. */
export function told(value: unknown): string {
  if (typeof value !== "object" || value === null) return show(value);
  if (value instanceof Coroutine) return value.toString();
  if ("describe" in value && typeof value.describe === "function") return String(value.describe());
  return "then" in value ? "a Promise" : show(value);
}

/** Unlike what can be waited for, a collection has `forEach` and no `throw`. */
export function isWaitable(value: unknown): value is { [Symbol.iterator](): Iterator<never, unknown, unknown> } {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return false;
  return "throw" in value || !("forEach" in value);
}

export function isGenerator(value: unknown): value is AnyGenerator {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator"
  );
}
