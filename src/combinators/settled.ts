// `settled`: how each entry ended.
//
// May import: together; the scheduler layer.

import type { ResultOf } from "../scheduler/runnable.ts";
import { failureOf } from "../scheduler/join.ts";
import type { Waitable } from "../scheduler/op.ts";
import { DONE } from "../scheduler/states.ts";
import { type Entries, shaped, together, type Verb } from "./together.ts";

/** How an entry ended. */
export type Settled<T> = { status: "fulfilled"; value: T } | { status: "rejected"; reason: unknown };

const SETTLED: Verb = {
  name: "settled",
  decides: () => false,
  result: (tasks, _decider, keys) =>
    shaped(
      tasks.map((task) =>
        task.status === DONE
          ? { status: "fulfilled", value: task.value }
          : { status: "rejected", reason: failureOf(task) },
      ),
      keys,
    ),
};

/**
 * Runs all `entries` side by side and waits for all, whatever becomes of them: gives how each ended, in the shape of
 * the entries. No entry's failure is thrown.
 *
 * @param entries an array or a record of ops, bodies, coroutines, and tasks; a task that runs elsewhere is joined
 * @returns for `yield*`: `{status: "fulfilled", value}` or `{status: "rejected", reason}` each; the reason is a
 *   {@link CancelledError} where an entry was cancelled
 * @throws {TypeError} if `entries` is neither an array nor a record, or an entry can't be waited for
 * @example
 * const halve = function* (n: number) {
 *   if (n % 2 === 1) throw new Error("odd");
 *   return n / 2;
 * };
 * const ends = await run(() => settled([halve(4), halve(5)]));
 * ends.map((end) => end.status); // -> ["fulfilled", "rejected"]
 *
 * Source: `Promise.allSettled`.
 */
export function settled<const E extends Entries<E>>(
  entries: E,
): Waitable<{ -readonly [K in keyof E]: Settled<ResultOf<E[K]>> }> {
  return together(entries, SETTLED);
}
