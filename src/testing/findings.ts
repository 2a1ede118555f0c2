// From a run that failed to the error that tells of it: it is repeated, shrunk, and recorded.
//
// May import: departing, driver, errors, execute, paths, recorder, report, schedule, shrink.

import { Departing } from "./departing.ts";
import { Playback } from "./driver.ts";
import { ExploreError } from "./errors.ts";
import { execute, type Failure, isSame, type Program } from "./execute.ts";
import { Paths } from "./paths.ts";
import { Recorder } from "./recorder.ts";
import { difference, notRepeatable, outcome, reportOf, type Where } from "./report.ts";
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

/** Repeats a run. */
export function repeat(program: Program, decisions: readonly number[], maxSteps: number): Recorded {
  return record(program, new Recorder(new Playback(decisions), new Paths(), maxSteps));
}

/** Runs a schedule. */
export function follow(program: Program, departures: readonly Departure[], maxSteps: number): Recorded {
  const paths = new Paths();
  return record(program, new Recorder(new Departing(departures, paths), paths, maxSteps));
}

/** What two runs of one schedule differ in, as an error; null: nothing. */
export function unlike(a: Recorded, b: Recorded, where: Where): ExploreError | null {
  const text =
    difference(a.recorder, b.recorder) ??
    (isSame(a.failure, b.failure)
      ? null
      : `the first time ${outcome(a.failure)}, the second time ${outcome(b.failure)}`);
  return text === null ? null : unrepeated(text, a.failure ?? b.failure, a.recorder, where);
}

function unrepeated(text: string, failure: Failure | null, recorder: Recorder, where: Where): ExploreError {
  return new ExploreError(notRepeatable(text, where), {
    code: "NOT_REPEATABLE",
    cause: failure?.error,
    schedule: format(recorder.departures),
    ...where,
  });
}

/** The error for a run that failed, as it was decided. */
export function findingOf(
  program: Program,
  failure: Failure,
  decisions: readonly number[],
  maxSteps: number,
  where: Where,
): ExploreError {
  const first = repeat(program, decisions, maxSteps);
  if (!isSame(first.failure, failure)) {
    const text = `the first time ${outcome(failure)}, the second time ${outcome(first.failure)}`;
    return unrepeated(text, failure, first.recorder, where);
  }
  const differs = unlike(first, repeat(program, decisions, maxSteps), where);
  if (differs !== null) return differs;
  if (failure.code === "OUTSIDE") return told(first, where, null);
  const departures = shrink(first.recorder.departures, failure.code === "LIVELOCK" ? 50 : 1000, (tried) => {
    const { failure: again, recorder } = follow(program, tried, maxSteps);
    return isSame(again, failure) ? recorder.departures : null;
  });
  const { recorder } = first;
  const switches = Math.max(0, (recorder.failedAt ?? recorder.rows.length) - 1);
  return told(follow(program, departures, maxSteps), where, switches);
}

/** @param switches how many there were before it was shrunk; null: it was not */
export function told({ failure, recorder }: Recorded, where: Where, switches: number | null): ExploreError {
  return new ExploreError(reportOf(failure!, recorder, where, switches), {
    code: failure!.code,
    cause: failure!.error,
    schedule: format(recorder.departures),
    ...where,
  });
}
