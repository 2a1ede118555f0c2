// The sides of a row, made ready to be run: each run is a fresh process that prints its figures as JSON.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Absent, Group, Measured, Rival, RowPlan, Timing } from "./plan.ts";

const bench = fileURLToPath(new URL("..", import.meta.url));
/** The patience with one process, in milliseconds. */
const PATIENCE = 180_000;

/**
 * What a process prints for a side: nanoseconds or bytes of one operation, a figure a repetition, and where it has them the
 * percentiles of its latencies; or why there are none.
 */
type Printed =
  | { readonly figures: readonly number[]; readonly p50?: readonly number[]; readonly p99?: readonly number[] }
  | { readonly none: string };

interface Told {
  /** With the version, where there is one. */
  readonly side: string;
  readonly note?: string | undefined;
}

export interface Runner {
  readonly sides: readonly Told[];
  /** In the order of the sides. */
  run(): readonly Printed[];
}

export class Runners {
  readonly #quick: boolean;
  readonly #timing: Timing;
  /** Where compiled rivals go. */
  readonly #folder: string;
  /** By source: the command that runs it; null: it cannot be compiled here. */
  readonly #compiled = new Map<string, string | null>();
  readonly #versions = new Map<string, string | null>();

  readonly #environment: Readonly<Record<string, string>>;

  constructor(quick: boolean, cpu: boolean, timing: Timing, folder: string) {
    this.#quick = quick;
    this.#environment = cpu ? { CORUN_BENCH_CLOCK: "cpu" } : {};
    this.#timing = timing;
    this.#folder = folder;
  }

  of(plan: RowPlan): Runner[] {
    return [
      ...plan.sides.map((side) => ("none" in side ? absent(side) : this.#program(side))),
      ...(plan.groups ?? []).map((group) => this.#group(group)),
      ...(plan.rivals ?? []).map((rival) => this.#rival(rival)),
    ];
  }

  #program(measured: Measured): Runner {
    const { side, note } = measured;
    const version = measured.package === undefined ? "" : versionOfPackage(measured.package);
    if (version === null) return absent({ side, none: "not installed" });
    const task = {
      module: `../${measured.module ?? `programs/${side}.mjs`}`,
      program: measured.program,
      argument: measured.argument,
      count: measured.count?.[this.#quick ? "quick" : "full"],
      ...this.#timing,
    };
    const args = ["--expose-gc", join(bench, "programs/run.mjs"), JSON.stringify(task)];
    const isOurs = measured.package === undefined;
    return {
      sides: [{ side: `${side} ${version}`.trim(), note }],
      run: () => print(process.execPath, args, this.#environment, isOurs),
    };
  }

  #group(group: Group): Runner {
    const { sides, argument } = group;
    const version = group.package === undefined ? "" : versionOfPackage(group.package);
    if (version === null) return absent(...sides.map(({ side }) => ({ side, none: "not installed" })));
    const programs = sides.map(({ side, module, program }) => ({
      module: `../${module ?? `programs/${side}.mjs`}`,
      program,
    }));
    const task = JSON.stringify({ programs, argument, ...this.#timing });
    const args = ["--disable-warning=ExperimentalWarning", join(bench, "programs/run-in-turns.mjs"), task];
    const isOurs = group.package === undefined;
    return {
      sides: sides.map(({ side }) => ({ side: `${side} ${version}`.trim() })),
      run: () => {
        const printed = print(group.node ?? process.execPath, args, this.#environment, isOurs);
        return sides.map((_, i) => printed[i] ?? printed[0]!); // one reason may be that of all
      },
    };
  }

  #rival(rival: Rival): Runner {
    const version = this.#versionOf(rival);
    if (version === null) return absent({ side: rival.side, none: "not installed" });
    const side = `${rival.side} ${version}`.trim();
    const source = join(bench, "rivals", rival.source);
    const command = rival.interpret ?? this.#compile(rival, source);
    // A compiler without the library's headers counts as not installed.
    if (command === null) return absent({ side, none: "not installed" });
    const args = [...(rival.interpret === undefined ? [] : [source]), ...this.#argumentsOf(rival)];
    return {
      sides: [{ side, note: rival.note }],
      run: () => print(command, args, { ...rival.environment, ...this.#environment }, rival.program === undefined),
    };
  }

  #argumentsOf({ count, program, argument }: Rival): string[] {
    const { repetitions, milliseconds, limit } = this.#timing;
    return program === undefined
      ? [`${(count ?? 0) / (this.#quick ? 2 : 1)}`, `${repetitions}`]
      : [program, `${argument ?? 0}`, `${repetitions}`, `${milliseconds}`, `${limit}`];
  }

  #compile(rival: Rival, source: string): string | null {
    let output = this.#compiled.get(source);
    if (output === undefined) {
      output = join(this.#folder, rival.source.replaceAll(".", "-"));
      const [compiler, ...args] = rival.compile!(source, output);
      if (spawnSync(compiler, args, { stdio: "ignore" }).status !== 0) output = null;
      this.#compiled.set(source, output);
    }
    return output;
  }

  /** Empty: installed, but the version is not the program's; null: not installed. */
  #versionOf({ side, version: [command, ...args], compile, program }: Rival): string | null {
    let version = this.#versions.get(side);
    if (version === undefined) {
      const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
      const isOfCompiler = compile !== undefined && program === undefined;
      if (status !== 0) version = null;
      else version = isOfCompiler ? "" : (/\d+\.\d+(?:\.\d+)?/.exec(stdout + stderr)?.[0] ?? "");
      this.#versions.set(side, version);
    }
    return version;
  }
}

function absent(...sides: readonly Absent[]): Runner {
  return { sides, run: () => sides.map(({ none }) => ({ none })) };
}

/** Runs a process. One that is `ours` must not fail; a rival that does is left out, and told about. */
function print(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
  ours: boolean,
): readonly Printed[] {
  try {
    const printed = execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      timeout: PATIENCE,
      env: { ...process.env, ...environment },
    });
    const parsed = JSON.parse(printed) as Printed | readonly Printed[];
    return "length" in parsed ? parsed : [parsed];
  } catch (error) {
    if (ours) throw error;
    const timedOut = (error as NodeJS.ErrnoException).code === "ETIMEDOUT";
    return [{ none: timedOut ? `more than ${PATIENCE / 1000} s` : "failed" }];
  }
}

function versionOfPackage(name: string): string | null {
  const manifest = join(bench, "rivals/node_modules", name, "package.json");
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version : null;
}
