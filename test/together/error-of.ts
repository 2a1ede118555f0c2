// What a wait throws, inside a task.
import type { Waitable } from "corun";

/** What waiting for `op` throws; `undefined`: nothing. */
export function* errorOf(op: Waitable<unknown>): Generator<never, unknown, unknown> {
  try {
    yield* op;
  } catch (error) {
    return error;
  }
  return undefined;
}
