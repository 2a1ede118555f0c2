// `abortSignal()`: what ends a scope, in the host's words.
//
// May import: op.

import { requireTask } from "../scheduler/op.ts";

/**
 * The signal of the innermost scope, or of the task where that has opened none: for APIs of the host that
 * take one. It is aborted when the scope is cancelled, with the reason, or when its body and tasks have ended.
 *
 * In the cleanup of a cancelled scope it is aborted from the start: open a scope there.
 *
 * @throws {SchedulerError} outside every task
 * @example
 * const target = new EventTarget();
 * let shown = 0;
 * await run(function* () {
 *   yield* scope(function* () {
 *     target.addEventListener("message", () => shown++, { signal: abortSignal() });
 *     target.dispatchEvent(new globalThis.Event("message"));
 *     yield* sleep(1);
 *   });
 *   target.dispatchEvent(new globalThis.Event("message")); // the listener is gone
 * });
 * shown; // -> 1
 *
 * Source: the DOM's `AbortSignal`.
 */
export function abortSignal(): AbortSignal {
  const task = requireTask("abortSignal()");
  const scope = task.scope ?? task.own();
  if (scope.controller === null) {
    scope.controller = new AbortController();
    if (scope.cancelled) scope.controller.abort(scope.reason);
  }
  return scope.controller.signal;
}
