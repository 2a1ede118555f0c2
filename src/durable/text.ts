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

/** Whether every store gives a text back as it is: half a pair of surrogates, or the character 0, is changed by some. */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}
