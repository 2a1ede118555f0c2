// `any`: the first success.
//
// May import: together; the scheduler layer.

import { failureOf } from "../scheduler/join.ts";
import type { Waitable } from "../scheduler/op.ts";
import { DONE } from "../scheduler/states.ts";
import { type Entries, type OneResult, together, type Verb } from "./together.ts";

const ANY: Verb = {
  name: "any",
  decides: (task) => task.status === DONE,
  result(tasks, decider) {
    if (decider !== null) return decider.value;
    const errors = tasks.map((task) => failureOf(task));
    const text =
      errors.length === 0 ? "any of nothing" : `none of ${errors.length} succeeded: ${errors.map(String).join("; ")}`;
    throw new AggregateError(errors, text);
  },
};

/**
 * Runs all `entries` side by side until the first succeeds; the others are cancelled, and waited for.
 *
 * @param entries an array or a record of ops, bodies, coroutines, and tasks; a task that runs elsewhere is joined, and
 *   is cancelled too if it loses
 * @returns for `yield*`: the result of the first that succeeded
 * @throws {AggregateError} if none succeeds: all failures, in the order of the entries; of no entries without errors
 * @throws what a loser's cleanup throws; several as an `AggregateError`
 * @throws {TypeError} if `entries` is neither an array nor a record, or an entry can't be waited for
 * @example
 * const mirror = function* (ms: number, isUp: boolean) {
 *   yield* sleep(ms);
 *   if (!isUp) throw new Error("down");
 *   return `after ${ms} ms`;
 * };
 * await run(() => any([mirror(1, false), mirror(2, true)])); // -> "after 2 ms"
 *
 * Source: `Promise.any`, but no loser goes on behind your back.
 */
export function any<const E extends Entries<E>>(entries: E): Waitable<OneResult<E>> {
  return together(entries, ANY);
}
