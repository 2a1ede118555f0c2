// What is told of a failure.
//
// May import: schedule, table, texts; types.

import type { Failure } from "./execute.ts";
import type { Recorder } from "./recorder.ts";
import { format } from "./schedule.ts";
import { table } from "./table.ts";
import { briefly, counted, wholly } from "./texts.ts";

/** Where it was found: the last line but one of every report. */
export interface Where {
  seed: number;
  run: number;
  runs: number;
}

function place({ seed, run, runs }: Where): string {
  return runs === 0 ? "replayed" : `seed ${seed}, run ${run} of ${runs}`;
}

/** How long a schedule is. */
export interface Length {
  departures: number;
  switches: number;
}

export function lengthOf({ departures, rows, failedAt }: Recorder): Length {
  return { departures: departures.length, switches: Math.max(0, (failedAt ?? rows.length) - 1) };
}

/** Fewer departures may make more switches: then these are told. */
export function shrunk(from: Length, to: Length): string {
  if (to.switches > from.switches) return `shrunk ${from.departures} -> ${counted(to.departures, "departure")}`;
  return `shrunk ${from.switches} -> ${switches(to.switches)}`;
}

function switches(count: number): string {
  return counted(count, "switch", "switches");
}

/** The text of a failure that can be repeated. @param before how long it was before it was shrunk; null: it was not */
export function reportOf(failure: Failure, recorder: Recorder, where: Where, before: Length | null): string {
  const rows = recorder.rows.slice(0, recorder.failedAt);
  const after = before === null ? "" : `, ${shrunk(before, lengthOf(recorder))}`;
  const schedule = format(recorder.departures);
  const more = recorder.rows.length - rows.length;
  return [
    headOf(failure, recorder),
    `${place(where)}${after}`,
    "",
    table(rows, recorder.names),
    ...(more > 0 ? [`and then ${switches(more)} of cleanup`] : []),
    "",
    `replay: "${schedule}"`,
    `or: CORUN_SCHEDULE='${schedule}', and run this test alone`,
  ].join("\n");
}

function headOf({ code, error }: Failure, { step }: Recorder): string {
  if (code === "LIVELOCK")
    return (
      `a schedule does not end: it was stopped after ${step - 1} steps, the second half of them in a fair order. ` +
      "That is a livelock, if no task goes on but to look again; else raise maxSteps"
    );
  if (code === "OUTSIDE") return outside(error);
  return `a schedule fails: ${wholly(error)}`;
}

function outside(error: unknown): string {
  const waits = wholly(error).replace(/^.*?wait for the host: /, "");
  return (
    `the program waits for the outside, which no schedule controls: ${waits}. ` +
    "Explore the part that waits for tasks and channels, and give it what comes from outside by a channel"
  );
}

/** What two runs of one schedule differ in; null: nothing. */
export function difference(a: Recorder, b: Recorder): string | null {
  const length = Math.max(a.trace.length, b.trace.length);
  for (let step = 0; step < length; step++) {
    const [first, second] = [a.trace[step], b.trace[step]];
    if (first !== second)
      return `step ${step + 1} was, the first time, ${first ?? "none"}; the second time, ${second ?? "none"}`;
  }
  return null;
}

/** @param what differed */
export function notRepeatable(what: string, where: Where): string {
  return [
    `one schedule gave two different runs: ${what}`,
    "The program hangs on something that no schedule controls: Date.now(), Math.random(), a variable that outlives the " +
      "run. Use now() and random() of corun or t, and make all state in the body",
    place(where),
  ].join("\n");
}

/** How a failure is called where it is one of two outcomes. */
export function outcome(failure: Failure | null): string {
  return failure === null ? "no failure" : briefly(failure.error);
}
