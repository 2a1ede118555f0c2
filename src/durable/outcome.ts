// Outcomes: how something ended, as a journal keeps it, and made what it was again.
//
// May import: the coroutine, scheduler and values layers, text.

import { show, StopIteration } from "../coroutine/errors.ts";
import { CancelledError, DeadlockError, TimeoutError } from "../scheduler/errors.ts";
import { NotSerializableError } from "../values/json.ts";
import type { ErrorText, Outcome, Text } from "./port.ts";
import { decode, encode } from "./text.ts";

/** How many errors that are causes of one another are kept; there may be a circle. */
const MOST_CAUSES = 8;

/** What is kept of an error. Of what is thrown and is none: an error that says it. */
export function errorText(error: unknown): ErrorText {
  return textOf(error, MOST_CAUSES);
}

/** As a text; unlike with `String(error)`, nothing is thrown, whatever it is. */
export function errorLine(error: unknown): string {
  const { name, message } = errorText(error);
  return message === "" ? name : `${name}: ${message}`;
}

/** @param depth so many causes more */
function textOf(error: unknown, depth: number): ErrorText {
  try {
    return isError(error) ? partsOf(error, depth) : { name: "Error", message: said(error) };
  } catch {
    return { name: "Error", message: "something was thrown that can't be read" };
  }
}

/** Those of another realm are no instances of this one's class. */
function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  try {
    return value instanceof Error || typeof (value as { message?: unknown }).message === "string";
  } catch {
    return false; // it can't be read
  }
}

function partsOf(error: Error, depth: number): ErrorText {
  const { name, message, code, cause, errors } = error as Error & { code?: unknown; cause?: unknown; errors?: unknown };
  const isNamed = typeof name === "string" && name !== "";
  const isCode = typeof code === "string" || (typeof code === "number" && Number.isFinite(code));
  const isAggregate = error instanceof AggregateError || name === "AggregateError";
  return {
    name: isNamed ? name : "Error",
    message: said(message),
    ...(isCode && { code }),
    ...(cause !== undefined && depth > 0 && { cause: textOf(cause, depth - 1) }),
    ...(isAggregate &&
      Array.isArray(errors) &&
      depth > 0 && { errors: errors.map((each: unknown) => textOf(each, depth - 1)) }),
  };
}

/** `value` as a text. */
function said(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? show(value) : String(value);
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined || json === "{}" ? show(value) : json;
}

/** `value` has come out; a failure if it can't be kept. */
export function outcomeOf(how: "yielded" | "returned", value: unknown, what: string): Outcome {
  try {
    return { how, value: encode(value, what) };
  } catch (error) {
    return failed(error);
  }
}

export function failed(error: unknown): Outcome {
  return { how: "failed", error: errorText(error) };
}

/** What `reason` is of a cancellation, as far as it can be kept. */
export function reasonText(reason: unknown): Text {
  try {
    return encode(reason, "the reason");
  } catch {
    return encode(isError(reason) ? errorLine(reason) : errorText(reason).message, "the reason");
  }
}

const KNOWN = new Map<string, new (message: string) => Error>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, TimeoutError, DeadlockError].map(
    (type) => [type.prototype.name, type],
  ),
);

/** An error again: of its class if that is one of the language's or of Corun's, else an `Error` with its name. */
export function revive(text: ErrorText): Error {
  const { name, code, cause } = text;
  const error = instanceOf(text);
  if (error.name !== name) define(error, "name", name);
  if (cause !== undefined) define(error, "cause", revive(cause));
  return code === undefined ? error : Object.assign(error, { code });
}

function instanceOf({ name, message, errors }: ErrorText): Error {
  if (errors !== undefined) return new AggregateError(errors.map(revive), message);
  if (name === "NotSerializableError") return new NotSerializableError(message, PATH.exec(message)?.[1] ?? "$");
  return new (KNOWN.get(name) ?? Error)(message);
}

/** Where in the message of a `NotSerializableError` its path stands: see json.ts. */
const PATH = /can't be kept in a journal: (\$(?:\.[\p{ID_Continue}$]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*) is /u;

function define(error: Error, property: string, value: unknown): void {
  Object.defineProperty(error, property, { value, configurable: true, writable: true, enumerable: false });
}

/** Of a step: what it returned, or throws its failure. */
export function resultOf(outcome: Outcome, what: string): unknown {
  return outcome.how === "returned" ? decode(outcome.value) : answerOf(outcome, what);
}

/** Of a send: what was yielded; else it throws, as a send to a task does. */
export function answerOf(outcome: Outcome, what: string): unknown {
  switch (outcome.how) {
    case "yielded":
      return decode(outcome.value);
    case "returned":
      throw new StopIteration(decode(outcome.value));
    case "failed":
      throw revive(outcome.error);
    default:
      throw new CancelledError(what, decode(outcome.reason));
  }
}
