// The errors of the coroutine layer. Imports nothing.

/** The stable codes of {@link CoroutineError}: what went wrong, for programs that must tell. */
export type CoroutineErrorCode =
  /** Resumed, closed or delegated to while it is running or waits for a coroutine that it resumed. */
  | "ALREADY_RUNNING"
  /** Yielded (or switched away) instead of ending while it was being closed. */
  | "CLOSE_IGNORED"
  /** `transfer` to a coroutine that has ended. */
  | "CLOSED"
  /** `transfer` to what is no coroutine, to one that is suspended inside another, or from outside any. */
  | "FOREIGN"
  /** A plain generator that delegates to a coroutine was iterated inside a coroutine. */
  | "NOT_DELEGATED"
  /** A `StopIteration` escaped from a body. */
  | "STOP_ITERATION"
  /** A coroutine that is resumed by hand waits. */
  | "WAIT_BY_HAND";

/** A coroutine was used in a way that cannot work; {@link CoroutineError.code} says which. */
export class CoroutineError extends Error {
  readonly code: CoroutineErrorCode;

  constructor(code: CoroutineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    this.prototype.name = "CoroutineError";
  }
}

/**
 * `send` found no next value: the body has returned, with {@link StopIteration.value}.
 * The signal of Python's `generator.send` (PEP 342).
 */
export class StopIteration<R = unknown> extends Error {
  value: R;

  constructor(value: R, message = "the coroutine has returned: it yields no next value") {
    super(message);
    this.value = value;
  }

  static {
    this.prototype.name = "StopIteration";
  }
}

/** What kind of object `value` is, for instance `[object GeneratorFunction]`. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** Has what is made of `prototype` stand in Node's logs as its `toString` says. */
export function inspectable(prototype: object): void {
  Object.assign(prototype, {
    [Symbol.for("nodejs.util.inspect.custom")](this: object) {
      return this.toString(); // oxlint-disable-line typescript/no-base-to-string -- theirs
    },
  });
}

/** A value as it stands in an error text: short, and safe for symbols and null-prototype objects. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  const composite = (typeof value === "object" && value) || typeof value === "function";
  return composite ? tagOf(value) : String(value);
}

const exits = new WeakMap<Error, number>();

/** How many stacks `error` has come out of. */
export function exitsOf(error: Error): number {
  return exits.get(error) ?? 0;
}

/** `error` comes out of one more. */
export function noteExit(error: unknown): void {
  if (error instanceof Error) exits.set(error, exitsOf(error) + 1);
}
