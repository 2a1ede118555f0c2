// `explore`: runs a program under many schedules, until one makes it fail. `replay`: under one.
//
// May import: the host, exploration, findings, options, result, schedule; the errors of the coroutine layer.

import { show } from "../coroutine/errors.ts";
import { hop } from "../scheduler/host.ts";
import type { Program } from "./execute.ts";
import { Exploration } from "./exploration.ts";
import { followWithSites, told } from "./findings.ts";
import { checkCount, checkOptions, environment, type ExploreOptions, MAX_STEPS, settingsOf } from "./options.ts";
import { ExploreResult } from "./result.ts";
import { parse } from "./schedule.ts";

/** How long runs go on before the host has its turn, in milliseconds. */
const SLICE = 20;
/**
 * Runs `program` under many schedules, one after the other, each from scratch: which task goes on at each wait, what
 * `select` chooses and `random()` gives, all of it is decided by the exploration. Time passes only when no task can go
 * on, and then at once. A failure, a deadlock or a run that does not end is shrunk to the fewest departures from the
 * usual order, and reported with a text that repeats it.
 *
 * @param program a body; it is given the world of its run, {@link World}. What it shares between tasks it must make itself
 * @returns how many schedules were tried, and whether these are all
 * @throws {ExploreError} when a schedule fails; `cause` is the failure
 * @throws {TypeError} if an option is none
 * @example
 * import { all, sleep } from "corun";
 * import { explore, type ExploreError } from "corun/testing";
 *
 * const found = await explore(function* (t) {
 *   let balance = 0;
 *   const deposit = function* () {
 *     const before = balance;
 *     yield* sleep(1);
 *     balance = before + 1;
 *   };
 *   yield* all([deposit, deposit]);
 *   t.check(balance === 2, `2 deposits, but the balance is ${balance}`);
 * }).catch((error: ExploreError) => error.cause);
 * String(found); // -> "CheckError: 2 deposits, but the balance is 1"
 *
 * Source: Coyote, Shuttle, Lincheck: schedules by chance, repeated exactly, reported as a table.
 */
export async function explore(program: Program, options: ExploreOptions = {}): Promise<ExploreResult> {
  checkProgram(program, "explore");
  checkOptions(options, "explore", "{ runs: 100 }");
  const settings = settingsOf(options);
  const given = environment("CORUN_SCHEDULE");
  if (given !== undefined) {
    await replay(given, program, options);
    return new ExploreResult(1, settings.seed, false, "");
  }
  const exploration = new Exploration(program, settings);
  let looked = performance.now();
  for (const _ of exploration.runs()) {
    if (performance.now() - looked < SLICE) continue;
    await new Promise<void>((resolve) => hop(resolve));
    looked = performance.now();
  }
  return exploration.result;
}

/**
 * Runs `program` once under `schedule`, as the report of a failure names it. Where the program has changed since, what
 * cannot be done is left out.
 *
 * @throws {ExploreError} if it fails
 * @throws {TypeError} if `schedule` is none, or an option
 * @example
 * import { spawn, yieldNow } from "corun";
 * import { explore, type ExploreError, replay, type World } from "corun/testing";
 *
 * const program = function* (t: World) {
 *   const log: string[] = [];
 *   for (const name of ["a", "b"]) {
 *     spawn(function* () {
 *       yield* yieldNow();
 *       log.push(name);
 *       t.check(log[0] === "a", "a comes first");
 *     });
 *   }
 * };
 * const found = await explore(program).catch((error: ExploreError) => error.schedule);
 * const again = await replay(String(found), program).catch((error: ExploreError) => error.cause);
 * String(again); // -> "CheckError: a comes first"
 */
export async function replay(
  schedule: string,
  program: Program,
  options: Pick<ExploreOptions, "maxSteps"> = {},
): Promise<void> {
  checkProgram(program, "replay");
  checkOptions(options, "replay", "{ maxSteps: 100 }");
  const departures = parse(schedule);
  const { maxSteps = MAX_STEPS } = options;
  checkCount(maxSteps, "replay: maxSteps");
  const recorded = followWithSites(program, departures, maxSteps);
  if (recorded.failure !== null) throw told(recorded, { seed: 0, run: 1, runs: 0 }, null);
}

function checkProgram(program: unknown, what: string): void {
  if (typeof program !== "function")
    throw new TypeError(`${what} needs a body, function* (t) { … }, but got ${show(program)}`);
}
