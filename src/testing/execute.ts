// One run of a program under one schedule, and how it ended.
//
// May import: clock, driver, errors, own, run, texts, scheduler errors, world.

import { DeadlockError, SchedulerError } from "../scheduler/errors.ts";
import type { Steps } from "../scheduler/runnable.ts";
import { runSync } from "../scheduler/run.ts";
import { RunClock } from "./clock.ts";
import { type Driver, ENDLESS, PRUNED } from "./driver.ts";
import type { ExploreErrorCode } from "./errors.ts";
import { StrategyFault } from "./own.ts";
import type { Recorder } from "./recorder.ts";
import { briefly, messageOf } from "./texts.ts";
import { World } from "./world.ts";

/** What is explored: a body that is given the world of its run. */
export type Program = (t: World) => Steps;

/** How a run failed. */
export interface Failure {
  code: ExploreErrorCode;
  error: unknown;
}

/**
 * Runs `program` once, as `driver` decides.
 *
 * @returns null if it did not fail
 * @throws PRUNED, if it would only repeat another run
 * @throws {TypeError} if it is a plain or an async function
 */
export function execute(program: Program, driver: Driver, recorder: Recorder | null): Failure | null {
  const world = new World(driver, recorder);
  const seams = { choice: driver, clock: new RunClock() };
  try {
    runSync.with(recorder === null ? seams : { ...seams, observer: recorder })(program, world);
    return null;
  } catch (error) {
    if (error === PRUNED || error === ENDLESS || error instanceof StrategyFault) giveUp(driver);
    if (error === PRUNED) throw error;
    if (isNoBody(error)) throw new TypeError(error.message.replace("run", "explore"), { cause: error });
    if (error === ENDLESS)
      return { code: "LIVELOCK", error: new SchedulerError(`no end after ${driver.step - 1} steps`) };
    return { code: isOutside(error) ? "OUTSIDE" : "FAILED", error };
  }
}

function giveUp(driver: Driver): void {
  const { step } = driver;
  try {
    driver.giveUp();
  } catch (error) {
    if (error !== ENDLESS) throw error; // its cleanup does not end either: there is no more to be done
  }
  driver.step = step;
}

function isOutside(error: unknown): boolean {
  return error instanceof SchedulerError && messageOf(error).startsWith("runSync would have to wait for the host");
}

function isNoBody(error: unknown): error is TypeError {
  const begins = "run needs a body, function* () { … }, but what it was given returned";
  return error instanceof TypeError && messageOf(error).startsWith(begins);
}

/** Whether two failures are one and the same, as far as one can say: numbers in a text may differ. */
export function isSame(a: Failure | null, b: Failure | null): boolean {
  if (a === null || b === null) return a === b;
  return a.code === b.code && kind(a.error) === kind(b.error);
}

function kind(error: unknown): string {
  // Whom a deadlock names hangs on the schedule.
  if (error instanceof DeadlockError) return error.name;
  return briefly(error).replaceAll(/\d+/g, "#");
}
