// The strategies find classic faults about as soon as they did in the prototype: the caps are its 95th percentiles, of
// whole portfolios. With these seeds, the runs are the same each time.

import { all, yieldNow } from "corun";
import { explore, type ExploreOptions, type World } from "corun/testing";
import { describe, expect, test } from "vitest";
import type { Strategy } from "../../src/testing/strategy.ts";
import * as faults from "./faults.ts";
import { findingOf } from "./finding.ts";

type Program = (t: World) => Generator<unknown, void, unknown>;

const SEEDS = Array.from({ length: 15 }, (_, index) => index + 1);

/** In how many runs it was found, for each seed, fewest first. */
async function runsTo(program: Program, strategy: ExploreOptions["strategy"], runs: number): Promise<number[]> {
  const found: number[] = [];
  for (const seed of SEEDS) {
    const options: ExploreOptions = { seed, runs, systematic: false, ...(strategy === undefined ? {} : { strategy }) };
    found.push((await findingOf(explore(program, options))).run);
  }
  return found.toSorted((a, b) => a - b);
}

/** Program, then the cap of the portfolio, of the random walk, of POS and of PCT with depth 3; 0: hopeless. */
const CAPS: [string, Program, number, number, number, number][] = [
  ["lost update", faults.lostUpdate, 10, 10, 20, 12],
  ["lost update, buried in 47 steps", faults.buriedUpdate, 60, 60, 44, 60],
  ["five dining philosophers", faults.philosophers(5), 44, 44, 187, 0],
  ["bounded buffer, one condition", faults.oneCondition, 43, 43, 43, 91],
  ["bounded buffer, if for while", faults.ifForWhile, 35, 20, 35, 110],
  ["missed wake-up", faults.missedWakeUp, 22, 44, 22, 44],
  ["use before it was made", faults.useBeforeInit, 60, 0, 82, 57],
];

describe.each(CAPS)("%s is found", (_, program, portfolio, random, pos, pct) => {
  test("by the portfolio", async () => {
    const found = await runsTo(program, undefined, portfolio);
    expect(found.at(-1)).toBeLessThanOrEqual(portfolio);
  });

  test.skipIf(random === 0)("by the random walk", async () => {
    expect((await runsTo(program, "random", random)).at(-1)).toBeLessThanOrEqual(random);
  });

  test("by partial order sampling", async () => {
    expect((await runsTo(program, "pos", pos)).at(-1)).toBeLessThanOrEqual(pos);
  });

  test.skipIf(pct === 0)("by priorities that change", async () => {
    expect((await runsTo(program, "pct", pct)).at(-1)).toBeLessThanOrEqual(pct);
  });
});

test("the random walk does not find what needs thirty steps in a row", async () => {
  const result = await explore(faults.useBeforeInit, { seed: 1, strategy: "random", runs: 500 });
  expect(result.runs).toBe(500);
});

describe("a bound on pre-emptions", () => {
  const oldest: Strategy = {
    name: "the oldest",
    begin: () => {},
    next: () => 0,
    choose: () => 0,
  };
  const strategies: ExploreOptions["strategy"][] = ["portfolio", "random", "pos", "pct", { pct: 8 }, oldest];

  /** In how many pre-emptions the runs stopped a task. */
  async function preemptionsOf(options: ExploreOptions): Promise<Set<number>> {
    const seen = new Set<number>();
    await explore(
      function* () {
        let [steps, changes] = ["", 0];
        yield* all(
          ["a", "b", "c"].map(
            (name) =>
              function* () {
                for (let i = 0; i < 4; i++) {
                  steps += name;
                  yield* yieldNow();
                }
              },
          ),
        );
        for (let i = 1; i < steps.length; i++) {
          const isOver = steps.indexOf(steps[i - 1]!, i) < 0;
          if (steps[i] !== steps[i - 1] && !isOver) changes++;
        }
        seen.add(changes);
      },
      { runs: 300, seed: 1, ...options },
    );
    return seen;
  }

  test.each(
    strategies.map((strategy) => [typeof strategy === "string" ? strategy : JSON.stringify(strategy), strategy]),
  )("is kept by %s", async (_, strategy) => {
    const options = { strategy: strategy! as NonNullable<ExploreOptions["strategy"]>, systematic: false };
    for (const preemptions of [0, 1, 2]) {
      const seen = await preemptionsOf({ ...options, preemptions });
      expect(Math.max(...seen)).toBe(preemptions);
    }
  });

  test("has what needs no more found, at any moment of a run, and nothing that does", async () => {
    for (const seed of SEEDS) {
      expect((await explore(faults.lostUpdate, { seed, preemptions: 0, systematic: false })).runs).toBe(1000);
      const options: ExploreOptions = { seed, preemptions: 1, systematic: false };
      await findingOf(explore(faults.lostUpdate, options));
      await findingOf(explore(faults.useBeforeInit, options));
    }
  });

  test("is kept by what finds out whether the program is small", async () => {
    const result = await explore(faults.lostUpdate, { preemptions: 0, seed: 1 });
    expect(String(result)).toMatch(/^complete: .* with at most 0 pre-emptions$/);
  });
});
