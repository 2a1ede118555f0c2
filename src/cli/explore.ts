// `corun explore <program> [export]`: runs a body under many schedules, until one makes it fail.
//
// May import: arguments, load, place, problem, report; the testing layer's types; Node's own modules.

import process from "node:process";
import type { explore, ExploreError, ExploreOptions, Program, replay } from "../testing/index.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { check, load } from "./load.ts";
import { here } from "./place.ts";
import { Problem } from "./problem.ts";
import { report, say } from "./report.ts";

export const help: string = `Usage: corun explore <program> [export] [options]

Runs a body that a program exports, its default export where none is named, under many
schedules, each from scratch: which task goes on at each wait, what select chooses and
random() gives is decided anew each time. Time passes at once. When a schedule makes it
fail, deadlock or go on for ever, it is shrunk and shown, with a text that repeats it.

  // race.ts
  import { all, sleep } from "corun";

  export default function* (t) {
    let balance = 0;
    const deposit = function* () {
      const before = balance;
      yield* sleep(1);
      balance = before + 1;
    };
    yield* all([deposit, deposit]);
    t.check(balance === 2, "a deposit was lost");
  }

The exit code is 0 if no schedule failed, 1 if one did or the program can't be loaded, 2 if
the command line is wrong.

Options
  --runs N          how many schedules are tried at most; 1000 if absent, 100000 of a
                    systematic exploration
  --seed N          of all chance: with the same one, the same schedules are tried
  --strategy S      portfolio (the default), random, pos, pct, pct:DEPTH or systematic
  --preemptions N   only schedules that stop tasks so often though they could go on
  --max-steps N     after so many steps a run is taken for endless; 10000 if absent
  --watched         all that tasks share is Corun's own or given to t.watch: orders that
                    make no difference are left out of a systematic exploration
  --replay SCHEDULE runs this schedule only, as the report of a failure names it
`;

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  runs: { type: "string" },
  seed: { type: "string" },
  strategy: { type: "string" },
  preemptions: { type: "string" },
  "max-steps": { type: "string" },
  watched: { type: "boolean" },
  replay: { type: "string" },
} as const;

interface Library {
  explore: typeof explore;
  replay: typeof replay;
}

export async function main(args: string[]): Promise<void> {
  const given = readArguments(args, OPTIONS, "corun explore");
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const [program, name = "default", ...more] = given.words;
  if (program === undefined) throw new Problem("explore what? Name a program: corun explore race.ts", 2);
  if (more.length > 0)
    throw new Problem(`corun explore takes a program and the name of an export, but got ${more[0]}, too`, 2);
  const options = optionsOf(given);
  const file = check(program);
  process.argv = [process.execPath, file];
  try {
    const { body, library } = await loadBody(file, name);
    const schedule = given.text("replay");
    process.stdout.write(`${await done(library, body, schedule, options).catch(asProblem(file, name))}\n`);
  } catch (error) {
    if ((error as ExploreError | null)?.name === "ExploreError") say(forCommand((error as ExploreError).message));
    else report(error, file);
    process.exit(error instanceof Problem ? error.exitCode : 1);
  }
  // What a program does besides, at its top level, must not keep this command from its end.
  process.exit(0);
}

async function done(
  library: Library,
  body: Program,
  schedule: string | undefined,
  options: ExploreOptions,
): Promise<string> {
  if (schedule === undefined) return String(await library.explore(body, options));
  try {
    await library.replay(schedule, body, options);
  } catch (error) {
    if (error instanceof TypeError && !isNoBody(error)) throw new Problem(error.message, 2);
    throw error;
  }
  return "this schedule does not fail";
}

function isNoBody(error: TypeError): boolean {
  return error.message.includes(" needs a body");
}

/** What is rejected with, where the export turns out to be no body only when it is called. */
function asProblem(file: string, name: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof TypeError && isNoBody(error)
      ? new Problem(`${here(file)} exports a ${name} that is no body: ${error.message}`)
      : error;
  };
}

/** A report, with the advice for who calls this command instead of a test. */
function forCommand(report: string): string {
  return report.replace(/\nor: CORUN_SCHEDULE=('s1:[^']*'), .*$/, "\nor: this command with --replay $1");
}

async function loadBody(file: string, name: string): Promise<{ body: Program; library: Library }> {
  const { exports, library } = await load(file);
  const body = exports[name];
  if (typeof body !== "function") {
    const what = body === undefined ? `exports no ${name}` : `exports a ${name} that is no body`;
    const instead = name === "default" ? "export default function* (t) { … }" : `export function* ${name}(t) { … }`;
    throw new Problem(`${here(file)} ${what}; write ${instead}`);
  }
  const testing = (await library("corun/testing")) as Partial<Library>;
  if (typeof testing.explore !== "function")
    throw new Problem(
      `the corun that is installed for ${here(file)} has no explore(); install a newer one: npm i corun`,
    );
  return { body: body as Program, library: testing as Library };
}

function optionsOf(given: Arguments): ExploreOptions {
  const most = Number.MAX_SAFE_INTEGER;
  const runs = given.number("runs", { least: 1, most });
  const seed = given.number("seed", { least: 0, most });
  const preemptions = given.number("preemptions", { least: 0, most });
  const maxSteps = given.number("max-steps", { least: 1, most });
  const strategy = given.text("strategy");
  if (preemptions !== undefined && given.flags.has("watched"))
    throw new Problem("--preemptions and --watched do not go together: a bound would leave out more", 2);
  return {
    ...(runs === undefined ? {} : { runs }),
    ...(seed === undefined ? {} : { seed }),
    ...(preemptions === undefined ? {} : { preemptions }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(strategy === undefined ? {} : { strategy: strategyOf(strategy) }),
    ...(given.flags.has("watched") ? { shared: "watched" } : {}),
  };
}

function strategyOf(text: string): NonNullable<ExploreOptions["strategy"]> {
  if (text === "portfolio" || text === "random" || text === "pos" || text === "pct" || text === "systematic")
    return text;
  const depth = /^pct:([1-9]\d{0,3})$/.exec(text)?.[1];
  if (depth !== undefined) return { pct: Number(depth) };
  throw new Problem(
    `--strategy is portfolio, random, pos, pct, pct:DEPTH or systematic, but got ${JSON.stringify(text)}`,
    2,
  );
}
