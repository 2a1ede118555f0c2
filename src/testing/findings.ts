// From a run that failed to the error that tells of it: it is repeated, shrunk, and recorded.
//
// May import: departing, driver, errors, execute, paths, recorder, report, schedule, shrink, scheduler budget.

import { refill } from "../scheduler/budget.ts";
import { Departing } from "./departing.ts";
import { type Driver, Playback } from "./driver.ts";
import { ExploreError } from "./errors.ts";
import { execute, type Failure, isSame, type Program } from "./execute.ts";
import { Paths } from "./paths.ts";
import { Recorder } from "./recorder.ts";
import { difference, type Length, lengthOf, notRepeatable, outcome, reportOf, type Where } from "./report.ts";
import { type Departure, format } from "./schedule.ts";
import { shrink } from "./shrink.ts";

/** A run that was recorded, and how it ended. */
export interface Recorded {
  recorder: Recorder;
  failure: Failure | null;
}

function record(program: Program, recorder: Recorder): Recorded {
  return { failure: execute(program, recorder, recorder), recorder };
}

function repeat(program: Program, decisions: readonly number[], maxSteps: number): Recorded {
  return record(program, new Recorder(new Playback(decisions), new Paths(), maxSteps));
}

/** Runs a schedule. */
function follow(program: Program, departures: readonly Departure[], maxSteps: number): Recorded {
  const paths = new Paths();
  return record(program, new Recorder(new Departing(departures, paths), paths, maxSteps));
}

/** Runs a schedule that is to be told: with the places where tasks are started, though many runs before have used these up. */
export function followWithSites(program: Program, departures: readonly Departure[], maxSteps: number): Recorded {
  refill(performance.now());
  return follow(program, departures, maxSteps);
}

/** What is kept of a run that was not recorded. */
export type Made = Pick<Driver, "decisions" | "step">;

/** Repeats a run. Gives the first repetition; or the error that tells in what they differ, or differ from the run itself. */
function repeated(
  program: Program,
  { decisions, step }: Made,
  failure: Failure | null,
  maxSteps: number,
  where: Where,
): Recorded | ExploreError {
  const first = repeat(program, decisions, maxSteps);
  const fail = (text: string) => unrepeated(text, failure ?? first.failure, first.recorder, where);
  if (!isSame(failure, first.failure)) return fail(twoOutcomes(failure, first.failure));
  const second = repeat(program, decisions, maxSteps);
  const text = unlike(first, second);
  if (text !== null) return unrepeated(text, first.failure ?? second.failure, first.recorder, where);
  const again = first.recorder.step;
  return again === step ? first : fail(`the first time it made ${step} steps, the second time ${again}`);
}

/** Repeats a run that did not fail: the error that tells in what the repetitions differ; null: in nothing. */
export function unlikeItself(program: Program, made: Made, maxSteps: number, where: Where): ExploreError | null {
  const again = repeated(program, made, null, maxSteps, where);
  return again instanceof ExploreError ? again : null;
}

/** What two runs of one schedule differ in; null: nothing. */
function unlike(a: Recorded, b: Recorded): string | null {
  const text = difference(a.recorder, b.recorder);
  return text ?? (isSame(a.failure, b.failure) ? null : twoOutcomes(a.failure, b.failure));
}

function twoOutcomes(first: Failure | null, second: Failure | null): string {
  return `the first time ${outcome(first)}, the second time ${outcome(second)}`;
}

function unrepeated(text: string, failure: Failure | null, recorder: Recorder, where: Where): ExploreError {
  return new ExploreError(notRepeatable(text, where), {
    code: "NOT_REPEATABLE",
    cause: failure?.error,
    schedule: format(recorder.departures),
    ...where,
  });
}

/**
 * The error for a run that failed.
 *
 * @param passed some of the runs that did not: where they fail now, it is for what the runs between have left behind
 */
export function findingOf(
  program: Program,
  failure: Failure,
  made: Made,
  passed: readonly Made[],
  maxSteps: number,
  where: Where,
): ExploreError {
  const first = repeated(program, made, failure, maxSteps, where);
  if (first instanceof ExploreError) return first;
  for (const each of passed) {
    const differs = unlikeItself(program, each, maxSteps, where);
    if (differs !== null) return differs;
  }
  if (failure.code === "OUTSIDE") return told(first, where, null);
  const departures = shrink(first.recorder.departures, failure.code === "LIVELOCK" ? 50 : 1000, (tried) => {
    const { failure: again, recorder } = follow(program, tried, maxSteps);
    return isSame(again, failure) ? recorder.departures : null;
  });
  const last = followWithSites(program, departures, maxSteps);
  if (isSame(last.failure, failure)) return told(last, where, lengthOf(first.recorder));
  return unrepeated(twoOutcomes(failure, last.failure), failure, last.recorder, where);
}

/** @param before how long it was before it was shrunk; null: it was not */
export function told({ failure, recorder }: Recorded, where: Where, before: Length | null): ExploreError {
  return new ExploreError(reportOf(failure!, recorder, where, before), {
    code: failure!.code,
    cause: failure!.error,
    schedule: format(recorder.departures),
    ...where,
  });
}
