// Values as text, as journals have them.
//
// May import: the values layer.

import { toJson } from "../values/json.ts";
import type { Text } from "./port.ts";

/**
 * @param what is named in the error: "what is sent to order/42"
 * @throws {NotSerializableError}
 */
export function encode(value: unknown, what: string): Text {
  return toJson(value, what) ?? null;
}

/** A copy of its own for each call. */
export function decode(text: Text): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown);
}
