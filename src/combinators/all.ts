// `all`: the results of all entries.
//
// May import: together; the scheduler layer.

import type { Waitable } from "../scheduler/op.ts";
import { DONE } from "../scheduler/states.ts";
import { type Entries, type Results, shaped, together, type Verb } from "./together.ts";

const ALL: Verb = {
  name: "all",
  decides: (task) => task.status !== DONE,
  result: (tasks, _decider, keys) =>
    shaped(
      tasks.map((task) => task.value),
      keys,
    ),
};

/**
 * Runs all `entries` side by side and waits for all: gives their results, in the shape of the entries. When one
 * fails, the others are cancelled, and the failure comes out when they have ended.
 *
 * @param entries an array or a record of ops, bodies, coroutines, and tasks; a task that runs elsewhere is joined
 * @returns for `yield*`: a tuple or a record; of no entries at once an empty one
 * @throws the first failure as itself; with errors of the others' cleanup, an `AggregateError` of all, in the order of
 *   the entries
 * @throws {CancelledError} if an entry was cancelled
 * @throws {TypeError} if `entries` is neither an array nor a record, or an entry can't be waited for
 * @example
 * const load = function* (name: string) {
 *   yield* sleep(1);
 *   return name.toUpperCase();
 * };
 * await run(() => all([load("ada"), load("bob")])); // -> ["ADA", "BOB"]
 * await run(() => all({ user: load("ada"), pause: sleep(2) })); // -> { user: "ADA", pause: undefined }
 *
 * Source: `Promise.all`, with the structure of Trio's nurseries.
 */
export function all<const E extends Entries<E>>(entries: E): Waitable<Results<E>> {
  return together(entries, ALL);
}
