// `race`: the first end.
//
// May import: together; the scheduler layer.

import type { Waitable } from "../scheduler/op.ts";
import { type Entries, type OneResult, together, type Verb } from "./together.ts";

const RACE: Verb = {
  name: "race",
  decides: () => true,
  needsEntry: true,
  result: (_tasks, decider) => decider!.value,
};

/**
 * Runs all `entries` side by side until the first ends, with a result or a failure; the others are cancelled, and
 * waited for.
 *
 * @param entries an array or a record of ops, bodies, coroutines, and tasks; a task that runs elsewhere is joined, and
 *   is cancelled too if it loses
 * @returns for `yield*`: the result of the first that ended; of no entries it waits for ever
 * @throws the failure of the first that ended, or what a loser's cleanup throws; several as an `AggregateError`
 * @throws {CancelledError} if the first was cancelled
 * @throws {TypeError} if `entries` is neither an array nor a record, or an entry can't be waited for
 * @example
 * const ask = function* (name: string, ms: number) {
 *   yield* sleep(ms);
 *   return name;
 * };
 * await run(() => race([ask("primary", 1), ask("replica", 1000)])); // -> "primary"
 *
 * Source: `Promise.race`, but no loser goes on behind your back.
 */
export function race<const E extends Entries<E>>(entries: E): Waitable<OneResult<E>> {
  return together(entries, RACE);
}
