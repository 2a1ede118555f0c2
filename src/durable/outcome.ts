// Outcomes: how something ended, as a journal keeps it, and made what it was again.
//
// May import: the coroutine and scheduler layers, errors, text.

import { StopIteration } from "../coroutine/errors.ts";
import { CancelledError, DeadlockError, TimeoutError } from "../scheduler/errors.ts";
import { NotSerializableError } from "./errors.ts";
import type { ErrorText, Outcome, Text } from "./port.ts";
import { decode, encode } from "./text.ts";

export function errorText(error: unknown): ErrorText {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  const { code } = error as { code?: unknown };
  const isCode = typeof code === "string" || (typeof code === "number" && Number.isFinite(code));
  return isCode ? { name, message, code } : { name, message };
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
    return encode(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason), "the reason");
  }
}

const KNOWN = new Map<string, new (message: string) => Error>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, TimeoutError, DeadlockError].map(
    (type) => [type.prototype.name, type],
  ),
);

/** An error again: of its class if that is one of the language's or of Corun's, else an `Error` with its name. */
export function revive({ name, message, code }: ErrorText): Error {
  const known = name === "NotSerializableError" ? null : KNOWN.get(name);
  const error =
    known === null
      ? new NotSerializableError(message, / (\$\S*) is /.exec(message)?.[1] ?? "$")
      : new (known ?? Error)(message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return code === undefined ? error : Object.assign(error, { code });
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
