// What a suite is made of, and how it is run: every figure comes from a fresh process of its own, so that no
// program spoils the call sites of another, and the sides of a row take turns within each round, so that drift
// of the machine hits all alike.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Machine, type Report, type Row, type Side, spread, type Text, type Verdict } from "./report.ts";

const bench = fileURLToPath(new URL("..", import.meta.url));

/** A program of bench/programs: `program` in `<side>.mjs`, given `argument`. */
export interface Measured {
  readonly side: string;
  readonly program: string;
  readonly argument?: number;
  /** How many operations at once, where that is part of the task; otherwise as many as fill the time. */
  readonly count?: { readonly full: number; readonly quick: number };
}

/** A program in another language, in bench/rivals. */
export interface Rival {
  readonly side: string;
  readonly source: string;
  /** Tells whether it is installed, and which version. */
  readonly version: readonly [command: string, ...args: string[]];
  /** The interpreter; or the compiler, whose output is run. */
  readonly interpret?: string;
  readonly compile?: (source: string, output: string) => readonly [command: string, ...args: string[]];
  /** Operations a repetition. */
  readonly count: number;
}

/** A bound on the ratio of the row's `corun` side. */
export interface Budget {
  /** Native of the same row, or `corun` of another row. */
  readonly against: "native" | { readonly row: string };
  readonly aim?: number;
  readonly most: number;
}

export interface RowPlan {
  readonly id: string;
  readonly title: Text;
  readonly unit?: "ns" | "B";
  readonly sides: readonly Measured[];
  readonly rivals?: readonly Rival[];
  readonly budget?: readonly Budget[];
}

export interface Suite {
  readonly name: string;
  readonly title: Text;
  readonly rows: readonly RowPlan[];
}

export interface Options {
  readonly quick: boolean;
  readonly rounds: number;
  /** Row ids; all if absent. */
  readonly only: readonly string[] | undefined;
  /** Told what is being measured. */
  readonly progress: (text: string) => void;
}

/** What a process prints: nanoseconds or bytes of one operation, a figure a repetition; or why there are none. */
type Printed = { readonly figures: readonly number[] } | { readonly none: string };

interface Runner {
  readonly side: string;
  run(): Printed;
}

export function runSuite(suite: Suite, options: Options): Report {
  const plans = suite.rows.filter(({ id }) => options.only === undefined || options.only.includes(id));
  const folder = mkdtempSync(join(tmpdir(), "corun-bench-"));
  try {
    const rows = plans.map((plan) => ({ plan, runners: runnersOf(plan, options.quick, folder) }));
    const best = new Map<string, number[]>();
    const none = new Map<string, string>();
    for (let round = 1; round <= options.rounds; round++) {
      for (const { plan, runners } of rows) {
        // The other way round in every second round, so that none is always the one that comes first.
        for (let turn = 0; turn < runners.length; turn++) {
          const runner = runners[round % 2 === 1 ? turn : runners.length - 1 - turn]!;
          const key = `${plan.id}/${runner.side}`;
          if (none.has(key)) continue;
          options.progress(`round ${round} of ${options.rounds}: ${plan.id}, ${runner.side}`);
          const printed = runner.run();
          if ("none" in printed) none.set(key, printed.none);
          else best.set(key, [...(best.get(key) ?? []), Math.min(...printed.figures)]);
        }
      }
    }
    return {
      suite: suite.name,
      machine: machine(),
      date: new Date().toISOString().slice(0, 10),
      quick: options.quick,
      rounds: options.rounds,
      rows: rows.map(({ plan, runners }) => rowOf(plan, runners, best, none)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(
  plan: RowPlan,
  runners: readonly Runner[],
  best: ReadonlyMap<string, readonly number[]>,
  none: ReadonlyMap<string, string>,
): Row {
  const native = best.get(`${plan.id}/native`);
  const own = best.get(`${plan.id}/corun`);
  const sides = runners.map(({ side }): Side => {
    const key = `${plan.id}/${side}`;
    const figures = best.get(key);
    if (figures === undefined) return { side, none: none.get(key) ?? "not measured" };
    const figure = spread(figures);
    return side === "native" || native === undefined
      ? { side, figure }
      : { side, figure, ratio: ratios(figures, native) };
  });
  const budget = (plan.budget ?? []).flatMap(({ against, aim, most }): Verdict[] => {
    const other = against === "native" ? native : best.get(`${against.row}/corun`);
    if (own === undefined || other === undefined) return [];
    const ratio = ratios(own, other).median;
    const bound = aim === undefined ? { most } : { aim, most };
    return [{ against: against === "native" ? "native" : against.row, ratio, ...bound, met: ratio <= most }];
  });
  return { id: plan.id, title: plan.title.en, unit: plan.unit ?? "ns", sides, budget };
}

function ratios(figures: readonly number[], to: readonly number[]): ReturnType<typeof spread> {
  return spread(figures.map((figure, round) => figure / to[round]!));
}

function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    node: process.versions.node,
    os: type(),
  };
}

function runnersOf(plan: RowPlan, quick: boolean, folder: string): Runner[] {
  return [
    ...plan.sides.map((measured) => ({ side: measured.side, run: () => runProgram(measured, quick) })),
    ...(plan.rivals ?? []).map((rival) => runnerOfRival(rival, quick, folder)),
  ];
}

function runProgram(measured: Measured, quick: boolean): Printed {
  const task = {
    program: measured.program,
    side: measured.side,
    argument: measured.argument,
    count: measured.count?.[quick ? "quick" : "full"],
    // Many short ones: the best then falls between two disturbances.
    repetitions: quick ? 8 : 25,
    milliseconds: 12,
  };
  const printed = execFileSync(
    process.execPath,
    ["--expose-gc", join(bench, "programs/run.mjs"), JSON.stringify(task)],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  return JSON.parse(printed) as Printed;
}

function runnerOfRival(rival: Rival, quick: boolean, folder: string): Runner {
  const source = join(bench, "rivals", rival.source);
  const { found, version } = versionOf(rival);
  const side = version === "" ? rival.side : `${rival.side} ${version}`;
  const missing: Runner = { side, run: () => ({ none: "not installed" }) };
  if (!found) return missing;
  let command: readonly [string, ...string[]] = [rival.interpret ?? "", source];
  if (rival.compile !== undefined) {
    const output = join(folder, rival.source.replaceAll(".", "-"));
    const [compiler, ...args] = rival.compile(source, output);
    // A compiler without the library's headers counts as not installed.
    if (spawnSync(compiler, args, { stdio: "ignore" }).status !== 0) return missing;
    command = [output];
  }
  const [program, ...args] = command;
  const count = quick ? rival.count / 2 : rival.count;
  const repetitions = quick ? 8 : 25;
  return {
    side,
    run: () =>
      JSON.parse(execFileSync(program, [...args, `${count}`, `${repetitions}`], { encoding: "utf8" })) as Printed,
  };
}

function versionOf(rival: Rival): { found: boolean; version: string } {
  const [command, ...args] = rival.version;
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) return { found: false, version: "" };
  const version = rival.compile === undefined ? (/\d+\.\d+(?:\.\d+)?/.exec(stdout + stderr)?.[0] ?? "") : "";
  return { found: true, version };
}
