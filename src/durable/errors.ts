// The errors of the durable layer.
//
// May import: the scheduler's errors.

import { TimeoutError } from "../scheduler/errors.ts";

/** The stable codes of {@link DurableError}: what went wrong, for programs that must tell. */
export type DurableErrorCode =
  /** The code does not do what its journal says; the coroutine is parked. */
  | "MISMATCH"
  /** The journal was begun by a version of the code that this program does not have; the coroutine is parked. */
  | "VERSION"
  /** No code is known for the name. */
  | "UNKNOWN"
  /** The engine has been closed; or the code of the coroutine was replaced in its turn: send again, with the same id. */
  | "CLOSED"
  /** The coroutine has ended, and takes no signal any more. */
  | "ENDED"
  /** The coroutine was dropped while it was asked. */
  | "DROPPED"
  /** Another process owns the store. */
  | "OWNED"
  /** Another process has taken the store over from this one. */
  | "FENCED"
  /** The store can't be read: it was made by a newer version, or is damaged, or no SQLite is there. */
  | "STORE"
  /** What was to be kept could not be written; nothing of it has happened. */
  | "NOT_KEPT"
  /** The engine was opened to read only. */
  | "READONLY"
  /** No Restate server could be reached in time, or it takes nothing just now. Ask again, with the same id. */
  | "UNAVAILABLE"
  /** Restate refused what was asked of it; or what is needed to serve on it is not there. */
  | "RESTATE";

/** A durable coroutine, or its engine, can't do what was asked; {@link DurableError.code} says why. */
export class DurableError extends Error {
  readonly code: DurableErrorCode;

  constructor(code: DurableErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    this.prototype.name = "DurableError";
  }
}

/** The code of a durable coroutine does something else than its journal says it did. */
export class ReplayError extends DurableError {
  /** The place in the journal, counted from 0 at its base. */
  readonly entry: number;
  /** The turn in which it is; 0: before the first. */
  readonly turn: number;

  constructor(message: string, place: { entry: number; turn: number }, code: "MISMATCH" | "VERSION" = "MISMATCH") {
    super(code, message);
    this.entry = place.entry;
    this.turn = place.turn;
  }

  static {
    this.prototype.name = "ReplayError";
  }
}

/**
 * There was no answer to a send within its `timeout`. The turn goes on, and the same `id` asks for its answer again. It is a
 * `TimeoutError`; one with which the coroutine itself has failed is that, and no `NoAnswerError`.
 */
export class NoAnswerError extends TimeoutError {
  readonly code = "NO_ANSWER";
  /** Of the send. */
  readonly id: string;

  /** @internal */
  constructor(label: string, ms: number, id: string, why = "") {
    super(`send to ${label} took more than ${ms} ms; its turn goes on, and its id asks again: ${id}${why}`);
    this.id = id;
  }
}
