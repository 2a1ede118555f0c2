// What a task may ask of its run: the time, chance, and how long it still has.
//
// May import: op.

import { requireTask } from "./op.ts";

/**
 * The time of the run's clock, in milliseconds: use it instead of `Date.now()` where a run is to be repeated exactly.
 *
 * @throws {SchedulerError} outside every task
 * @example
 * const waited = await run(function* () {
 *   const before = now();
 *   yield* sleep(5);
 *   return now() - before >= 5;
 * });
 * waited; // -> true
 */
export function now(): number {
  return requireTask("now()").scheduler.clock.now();
}

/**
 * A number from 0 up to 1, of the run's own generator: with `run.with({seed})` it is the same each time.
 *
 * @throws {SchedulerError} outside every task
 * @example
 * const roll = () => run.with({ seed: 7 })(function* () {
 *   yield* sleep(0);
 *   return random();
 * });
 * (await roll()) === (await roll()); // -> true
 */
export function random(): number {
  return requireTask("random()").scheduler.choose(2 ** 31) / 2 ** 31;
}

/**
 * How many milliseconds there are until the nearest deadline of the scopes around, as far as a shield lets it through:
 * for requests that are to give up by themselves.
 *
 * @returns `Infinity` if there is no deadline, `-Infinity` if a cancellation is on its way
 * @throws {SchedulerError} outside every task
 * @example
 * const left = await run(() =>
 *   timeout(1000, function* () {
 *     yield* sleep(0);
 *     return timeLeft();
 *   }),
 * );
 * left > 900 && left <= 1000; // -> true
 *
 * Source: Trio, `current_effective_deadline`.
 */
export function timeLeft(): number {
  const task = requireTask("timeLeft()");
  let at = Infinity;
  for (let scope = task.scope ?? task.owner; scope !== null && !scope.masked; scope = scope.parent) {
    if (scope.cancelled) return -Infinity;
    at = Math.min(at, scope.deadlineAt);
    if (scope.shielded) break;
  }
  return at - task.scheduler.clock.now();
}
