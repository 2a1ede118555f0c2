// `corun explore`: what it prints, and its exit code.

import { describe, expect, test } from "vitest";
import { corun, folder, type Outcome } from "./command.ts";

const race = `
import { all, sleep } from "corun";

export default function* race(t) {
  let balance = 0;
  const deposit = function* deposit() {
    const before = balance;
    yield* sleep(1);
    balance = before + 1;
  };
  yield* all([deposit, deposit]);
  t.check(balance === 2, "a deposit was lost");
}

export function* fine(t) {
  const counts = t.watch({ x: 0 });
  const up = function* () { counts.x++; yield* sleep(1); };
  yield* all([up, up]);
  t.check(counts.x === 2);
}

export const five = 5;

export async function promised() {}
`;

function explore(...args: string[]): Outcome {
  return corun(["explore", "race.mjs", ...args], folder({ "race.mjs": race }));
}

describe("corun explore", () => {
  test("shows the schedule that fails, and repeats it", () => {
    const found = explore("--seed", "1");
    expect(found).toMatchObject({ code: 1, out: "" });
    expect(found.err).toContain(
      "corun: a schedule fails: CheckError: a deposit was lost\nseed 1, run 1 of 1000, shrunk",
    );
    const [, schedule] = /replay: "(s1:[^"]*)"/.exec(found.err)!;
    const again = explore("--replay", schedule!);
    expect(again.code).toBe(1);
    expect(again.err).toContain("a deposit was lost\nreplayed\n");
    for (const { err } of [found, again]) {
      expect(err).toContain(`\nor: this command with --replay '${schedule}'\n`);
      expect(err).not.toContain("CORUN_SCHEDULE");
    }
    expect(explore("fine", "--replay", schedule!)).toEqual({ code: 0, out: "this schedule does not fail\n", err: "" });
  });

  test("says how many schedules were tried, of a body that is named", () => {
    expect(explore("fine")).toMatchObject({ code: 0, out: expect.stringMatching(/^complete: all \d+ schedules\n$/) });
    expect(explore("fine", "--strategy", "pct:5", "--runs", "7", "--seed", "2")).toMatchObject({
      code: 0,
      out: "7 schedules, seed 2\n",
    });
    expect(explore("fine", "--strategy", "systematic", "--watched").out).toContain(", but for the order of steps");
    expect(explore("fine", "--strategy", "systematic", "--preemptions", "0").out).toContain(
      "with at most 0 pre-emptions",
    );
  });

  test.each([
    [[], "explore what? Name a program"],
    [["race.mjs", "a", "b"], "takes a program and the name of an export, but got b, too"],
    [
      ["race.mjs", "--strategy", "best"],
      '--strategy is portfolio, random, pos, pct, pct:DEPTH or systematic, but got "best"',
    ],
    [["race.mjs", "--runs", "0"], "--runs must be a whole number from 1"],
    [["race.mjs", "--watched", "--preemptions", "1"], "do not go together"],
    [
      ["race.mjs", "--replay", "x"],
      'a schedule looks like s1:2.1-0.3, as the report of a failure prints it, but got "x"',
    ],
  ])("tells what is wrong on the command line: %j", (args, text) => {
    const { code, out, err } = corun(["explore", ...args], folder({ "race.mjs": race }));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
  });

  test("tells what is missing in the program", () => {
    expect(explore("none")).toMatchObject({
      code: 1,
      err: expect.stringContaining("exports no none; write export function*"),
    });
    expect(explore("five")).toMatchObject({ code: 1, err: expect.stringContaining("exports a five that is no body") });
    const { code, err } = explore("promised");
    expect({ code, told: err.split("needs a body").length - 1 }).toEqual({ code: 1, told: 1 });
    expect(err).toContain("race.mjs exports a promised that is no body: explore needs a body, function* () { … }");
  });

  test("has help", () => {
    expect(corun(["explore", "--help"]).out).toMatch(/^Usage: corun explore <program> \[export\] \[options\]/);
    expect(corun(["--help"]).out).toContain("explore <program> [export]");
  });
});
