// What an engine throws, as what a client is answered. Names, messages and codes; never a stack.
//
// May import: kinds, refusal.

import type { DurableErrorCode } from "../durable/errors.ts";
import type { Trouble } from "../client/protocol.ts";
import type { Kinds } from "./kinds.ts";
import { Refusal } from "./refusal.ts";

/** What an error of the engine itself means. Those that are not here are defects of the server or its store. */
const MEANING: Partial<Record<DurableErrorCode, Trouble>> = {
  MISMATCH: "parked",
  VERSION: "parked",
  ENDED: "ended",
  DROPPED: "ended",
  UNKNOWN: "unknown",
  CLOSED: "unavailable",
  FENCED: "unavailable",
  NOT_KEPT: "unavailable",
  UNAVAILABLE: "unavailable",
};

/** What a known error of the engine means; null: it is none. */
export function refusalOf(error: unknown, kinds: Kinds): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof kinds.DurableError) {
    const { code, name, message } = error;
    const type = MEANING[code];
    if (type === undefined) return null;
    const headers = type === "unavailable" ? { "Retry-After": "1" } : {};
    return new Refusal(type, message, { name, code, headers });
  }
  if (error instanceof kinds.CancelledError) {
    return new Refusal("cancelled", error.message, { name: error.name, reason: error.reason });
  }
  return null;
}

/** What is thrown by a turn, and is not of the engine, is how the coroutine has failed. */
export function failureOf(error: unknown, kinds: Kinds): Refusal | null {
  const known = refusalOf(error, kinds);
  if (known !== null || error instanceof kinds.DurableError) return known;
  if (!(error instanceof Error)) return new Refusal("failed", String(error), { name: "Error" });
  const { name, message } = error;
  const { code } = error as { code?: unknown };
  return new Refusal("failed", message, {
    name,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
  });
}
