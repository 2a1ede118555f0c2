// The errors of the client, beside `StopIteration` and `CancelledError`, which are those of corun.
//
// May import: the scheduler's errors; the wire's types.

import { TimeoutError } from "../scheduler/errors.ts";
import type { Trouble } from "./protocol.ts";

/** What is known of a {@link ServerError}, beside its message. */
interface Known {
  type: Trouble;
  status: number;
  code?: string | number | undefined;
  reason?: unknown;
}

/** What the server said against a request. */
export class ServerError extends Error {
  readonly type: Trouble;
  /** The HTTP status. */
  readonly status: number;
  readonly code: string | number | undefined;
  /** Of a cancellation. */
  readonly reason: unknown;

  constructor(message: string, { type, status, code, reason }: Known) {
    super(message);
    this.type = type;
    this.status = status;
    this.code = code;
    this.reason = reason;
  }

  static {
    this.prototype.name = "ServerError";
  }
}

/**
 * The coroutine has failed. Its `name` is that of the coroutine's error: `"RangeError"`. Where that is
 * `"NotSerializableError"`, it may only have yielded what can't be kept, and goes on.
 */
export class FailedError extends ServerError {
  static {
    this.prototype.name = "FailedError";
  }
}

/** The code of the coroutine does not match its journal: it is parked until one of them is put right. Nothing is lost. */
export class ParkedError extends ServerError {
  static {
    this.prototype.name = "ParkedError";
  }
}

/**
 * There was no answer in time. The last reason is the `cause`. With the handle of an engine, such an error is a
 * `TimeoutError` with the same `code`, too.
 */
export class NoAnswerError extends TimeoutError {
  readonly code = "NO_ANSWER";
  /** Of the send, which may have happened, or may still: ask again with it, and it happens once. */
  readonly id: string | undefined;

  /** @internal */
  constructor(message: string, id: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.id = id;
  }

  static {
    this.prototype.name = "NoAnswerError";
  }
}
