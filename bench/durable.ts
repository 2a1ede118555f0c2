// The suite `durable`: a send to a durable coroutine and its answer, on each engine, beside what SQLite alone can commit,
// Restate's own handlers, and DBOS. The programs are in bench/programs and bench/rivals; how SQLite alone is made
// comparable stands in bench/programs/sqlite-durable.mjs.
//
// Restate: where `npm ci --prefix tools/restate` has installed its server, its SDK and a Node for them. DBOS: where
// CORUN_BENCH_POSTGRES is the URL of a Postgres.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Absent, Budget, Group, RowPlan, Suite } from "./lib/plan.ts";
import type { Text } from "./lib/report.ts";

const tools = fileURLToPath(new URL("../tools/restate/", import.meta.url));
const node = `${tools}node_modules/node22/bin/node`;

/** What they are called in a report. */
export const SIDES = {
  embedded: "corun",
  memory: "in-process",
  sqlite: "SQLite",
  appends: "appends",
  byHand: "Restate",
  onRestate: "corun-on-Restate",
  dbos: "DBOS",
} as const;

/** Of what SQLite alone can commit with the same batches, at least 80 %. */
const SQLITE: Budget = { against: SIDES.sqlite, most: 1.25 };
const RESTATE: Budget = { of: SIDES.onRestate, measure: "p50", against: SIDES.byHand, most: 1.2 };

/** In turns, in one process and on one server. */
function onRestate(program: string, argument: number): Group | readonly Absent[] {
  const names = [SIDES.byHand, SIDES.onRestate];
  if (!existsSync(node)) return names.map((side) => ({ side, none: "not installed" }));
  const { dependencies } = JSON.parse(readFileSync(`${tools}package.json`, "utf8")) as {
    dependencies: Record<string, string>;
  };
  const version = dependencies["@restatedev/restate-server"]!;
  const of = (side: string, name: string) => ({
    side: `${side} ${version}`,
    module: "programs/restate-durable.mjs",
    program: name,
  });
  return { sides: [of(SIDES.byHand, `byHand${capital(program)}`), of(SIDES.onRestate, program)], node, argument };
}

function onPostgres(program: string, argument: number): Group | readonly Absent[] {
  const side = SIDES.dbos;
  if (process.env["CORUN_BENCH_POSTGRES"] === undefined) return [{ side, none: "no CORUN_BENCH_POSTGRES" }];
  return { sides: [{ side, module: "rivals/dbos.mjs", program }], package: "@dbos-inc/dbos-sdk", argument };
}

/** Programs for this Node, in turns. */
function group(argument: number, ...sides: readonly [side: string, module: string, program: string][]): Group {
  return {
    sides: sides.map(([side, module, program]) => ({ side, module: `programs/${module}-durable.mjs`, program })),
    argument,
  };
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function sends(id: string, title: Text, program: string, callers: number): RowPlan {
  const more = [onRestate(program, callers), onPostgres(program, callers)];
  return {
    id,
    title,
    sides: more.flatMap((made) => ("sides" in made ? [] : made)),
    groups: [
      group(
        callers,
        [SIDES.embedded, "corun", program],
        [SIDES.sqlite, "sqlite", program],
        [SIDES.appends, "sqlite", `appends${capital(program)}`],
      ),
      group(callers, [SIDES.memory, "corun", `memory${capital(program)}`]),
      ...more.flatMap((made) => ("sides" in made ? made : [])),
    ],
    budget: [SQLITE, RESTATE],
  };
}

function alone(id: string, title: Text, side: string, module: string, program: string, argument: number): RowPlan {
  return { id, title, sides: [], groups: [group(argument, [side, module, program])] };
}

/** How many coroutines sleep while a process begins. */
const SLEEPERS = 100_000;

/** How many turns a coroutine has had when it is brought back. */
const TURNS = 10_000;

export const durable: Suite = {
  name: "durable",
  title: { en: "Coroutines that last", zh: "持久协程" },
  reference: "corun",
  statistic: "median",
  timing: {
    full: { warmups: 12, repetitions: 15, milliseconds: 120, limit: 25_000 },
    quick: { warmups: 3, repetitions: 5, milliseconds: 50, limit: 2500 },
  },
  rounds: { full: 5, quick: 1 },
  rows: [
    sends("send-1", { en: "1 caller", zh: "1 个调用者" }, "plain", 1),
    sends("send-64", { en: "64 callers, a key each", zh: "64 个调用者，各一个键" }, "plain", 64),
    sends("send-64-one-key", { en: "64 callers, one key", zh: "64 个调用者，同一个键" }, "plainOneKey", 64),
    sends("step-1", { en: "1 caller, with a step", zh: "1 个调用者，含一个步骤" }, "step", 1),
    sends(
      "step-64",
      { en: "64 callers, a key each, with a step", zh: "64 个调用者，各一个键，含一个步骤" },
      "step",
      64,
    ),
    sends(
      "step-64-one-key",
      { en: "64 callers, one key, with a step", zh: "64 个调用者，同一个键，含一个步骤" },
      "stepOneKey",
      64,
    ),
    alone("replay", { en: "cold replay, a turn", zh: "冷重放，每轮" }, SIDES.embedded, "corun", "replay", TURNS),
    alone(
      "replay-step",
      { en: "cold replay, a turn with a step", zh: "冷重放，每轮含一个步骤" },
      SIDES.embedded,
      "corun",
      "replayStep",
      TURNS,
    ),
    alone(
      "recovery",
      {
        en: "a process begins where 100,000 coroutines sleep, until the first answer",
        zh: "有 100,000 个协程在睡眠时进程启动，直到第一个回答",
      },
      SIDES.embedded,
      "corun",
      "recovery",
      SLEEPERS,
    ),
    alone(
      "disk",
      { en: "the disk: 4 KiB and `fdatasync`", zh: "磁盘：4 KiB 与 `fdatasync`" },
      "disk",
      "sqlite",
      "disk",
      1,
    ),
  ],
};
