// The errors of channels. Imports nothing.

/** A send on a channel that is closed, or a receive from one that is closed and drained. */
export class ClosedError extends Error {
  static {
    this.prototype.name = "ClosedError";
  }
}

/** @param error what it was closed with, `undefined` if with nothing */
export function closedError(what: string, name: string, error: unknown): ClosedError {
  return new ClosedError(`can't ${what}: ${name} is closed`, error === undefined ? undefined : { cause: error });
}

/** A send found the buffer full on a channel whose overflow is `"error"`. The value is in `value`. */
export class OverflowError extends Error {
  readonly value: unknown;

  constructor(message: string, value: unknown) {
    super(message);
    this.value = value;
  }

  static {
    this.prototype.name = "OverflowError";
  }
}
