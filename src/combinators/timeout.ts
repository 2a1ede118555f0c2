// `timeout`: a limit for a wait.
//
// May import: the scheduler layer.

import { Block } from "../scheduler/block.ts";
import type { Waitable } from "../scheduler/op.ts";
import type { ResultOf, Runnable } from "../scheduler/runnable.ts";
import type { Scope } from "../scheduler/scope.ts";
import { checkMilliseconds } from "../scheduler/sleep.ts";

/**
 * Waits for `op` for at most `ms` milliseconds, counted from when it is waited for.
 *
 * @param op an op, a task, a coroutine or a body; what it has started is cancelled when the time is up; a task that
 *   runs elsewhere goes on
 * @returns for `yield*`: what `op` gives
 * @throws {TimeoutError} when the time is up, after the cleanup
 * @throws what `op` throws
 * @throws {TypeError} if `ms` is no number
 * @example
 * const slow = function* () {
 *   yield* sleep(1000);
 * };
 * const failure = await run(() => timeout(5, slow)).catch((error: unknown) => error);
 * String(failure); // -> "TimeoutError: timeout took more than 5 ms"
 *
 * Source: Trio, `fail_after`.
 */
export function timeout<B extends Runnable<[Scope]>>(ms: number, op: B): Waitable<ResultOf<B>> {
  checkMilliseconds(ms, "timeout");
  return new Block(op, { name: "timeout", deadline: ms });
}
