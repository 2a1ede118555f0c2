// How a suite is run: every figure comes from a fresh process of its own, so that no program spoils the call sites of
// another, and the sides of a row take turns within each round, so that drift of the machine hits all alike.

import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, type } from "node:os";
import { join } from "node:path";
import type { Budget, RowPlan, Suite } from "./plan.ts";
import {
  isSide,
  type Machine,
  type Measure,
  type Report,
  type Row,
  type Side,
  spread,
  type Spread,
  type Verdict,
} from "./report.ts";
import { type Runner, Runners } from "./runner.ts";

export interface Options {
  readonly quick: boolean;
  /** The processor's time in place of the clock's. */
  readonly cpu: boolean;
  readonly rounds: number;
  /** Row ids; all if absent. */
  readonly only: readonly string[] | undefined;
  /** Told what is being measured. */
  readonly progress: (text: string) => void;
}

/** What stands for each round, by row and side; or why there is nothing. */
class Figures {
  readonly #figures: Readonly<Record<Measure, Map<string, number[]>>> = {
    each: new Map(),
    p50: new Map(),
    p99: new Map(),
  };
  readonly #none = new Map<string, string>();
  readonly #statistic: Suite["statistic"];

  constructor(statistic: Suite["statistic"]) {
    this.#statistic = statistic;
  }

  measure(row: string, runner: Runner): void {
    const keys = runner.sides.map(({ side }) => `${row}/${side}`);
    if (keys.every((key) => this.#none.has(key))) return;
    for (const [i, printed] of runner.run().entries()) {
      const key = keys[i]!;
      if ("none" in printed) {
        this.#none.set(key, printed.none);
        continue;
      }
      this.#note("each", key, printed.figures);
      for (const percentile of ["p50", "p99"] as const) {
        const figures = printed[percentile];
        if (figures !== undefined) this.#note(percentile, key, figures);
      }
    }
  }

  #note(measure: Measure, key: string, figures: readonly number[]): void {
    const { median, min } = spread(figures);
    const all = this.#figures[measure];
    all.set(key, [...(all.get(key) ?? []), this.#statistic === "best" ? min : median]);
  }

  /** Of a side that has figures for all rounds. */
  of(row: string, side: string, measure: Measure = "each"): readonly number[] | undefined {
    const all = this.#figures[measure];
    const key = [...all.keys()].find((key) => key.startsWith(`${row}/`) && isSide(key.slice(row.length + 1), side));
    return key === undefined || this.#none.has(key) ? undefined : all.get(key);
  }

  none(row: string, side: string): string {
    return this.#none.get(`${row}/${side}`) ?? "not measured";
  }
}

export function runSuite(suite: Suite, options: Options): Report {
  const plans = suite.rows.filter(({ id }) => options.only === undefined || options.only.includes(id));
  const folder = mkdtempSync(join(tmpdir(), "corun-bench-"));
  try {
    const made = new Runners(options.quick, options.cpu, suite.timing[options.quick ? "quick" : "full"], folder);
    const rows = plans.map((plan) => ({ plan, runners: made.of(plan) }));
    const figures = new Figures(suite.statistic);
    for (let round = 1; round <= options.rounds; round++) {
      for (const { plan, runners } of rows) {
        // The other way round in every second round, so that none is always the one that comes first.
        for (const runner of round % 2 === 1 ? runners : runners.toReversed()) {
          const names = runner.sides.map(({ side }) => side).join(", ");
          options.progress(`round ${round} of ${options.rounds}: ${plan.id}, ${names}`);
          figures.measure(plan.id, runner);
        }
      }
    }
    return {
      suite: suite.name,
      machine: machine(),
      date: new Date().toISOString().slice(0, 10),
      quick: options.quick,
      rounds: options.rounds,
      rows: rows.map(({ plan, runners }) => rowOf(suite, plan, runners, figures)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(suite: Suite, plan: RowPlan, runners: readonly Runner[], figures: Figures): Row {
  const reference = figures.of(plan.id, suite.reference);
  const all = runners.flatMap(({ sides }) => sides);
  const sides = all.map(({ side, note }): Side => {
    const own = figures.of(plan.id, side);
    if (own === undefined) return { side, none: figures.none(plan.id, side) };
    const [p50, p99] = [figures.of(plan.id, side, "p50"), figures.of(plan.id, side, "p99")];
    const latency = p50 === undefined || p99 === undefined ? {} : { p50: spread(p50), p99: spread(p99) };
    const measured = { side, figure: spread(own), ...latency, ...(note === undefined ? {} : { note }) };
    return side === suite.reference || reference === undefined
      ? measured
      : { ...measured, ratio: ratios(own, reference) };
  });
  const budget = (plan.budget ?? []).flatMap((budget) => verdictOf(plan.id, budget, figures));
  return { id: plan.id, title: plan.title.en, unit: plan.unit ?? "ns", sides, budget };
}

function verdictOf(row: string, { of, measure, against, aim, most }: Budget, figures: Figures): Verdict[] {
  const side = of ?? "corun";
  const own = figures.of(row, side, measure);
  if (own === undefined) return [];
  const about = { ...(of === undefined ? {} : { of }), ...(measure === undefined ? {} : { measure }) };
  const bound = { ...(aim === undefined ? {} : { aim }), most };
  if (typeof against === "object" && "figure" in against) {
    const ratio = spread(own).median / against.figure;
    return [{ ...about, against: `${against.figure}`, ratio, ...bound, met: ratio <= most }];
  }
  const other =
    typeof against === "string" ? figures.of(row, against, measure) : figures.of(against.row, side, measure);
  if (other === undefined) return [];
  const ratio = ratios(own, other).median;
  const name = typeof against === "string" ? against : against.row;
  return [{ ...about, against: name, ratio, ...bound, met: ratio <= most }];
}

function ratios(figures: readonly number[], to: readonly number[]): Spread {
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
