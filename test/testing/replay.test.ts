// Schedules as texts: they repeat a failure exactly, survive small changes of the program, and are short.

import { all, DeadlockError, sleep, spawn, yieldNow } from "corun";
import { explore, replay, type World } from "corun/testing";
import { describe, expect, test } from "vitest";
import { type Departure, format, parse } from "../../src/testing/schedule.ts";
import { shrink } from "../../src/testing/shrink.ts";
import { buriedUpdate, ifForWhile, lostUpdate, missedWakeUp, philosophers } from "./faults.ts";
import { findingOf } from "./finding.ts";

const faults = { lostUpdate, buriedUpdate, philosophers: philosophers(5), ifForWhile, missedWakeUp };

describe("replay", () => {
  test.each(Object.entries(faults))("fails again in the same way: %s", async (_, program) => {
    for (let seed = 1; seed <= 5; seed++) {
      const found = await findingOf(explore(program, { seed, strategy: "random" }));
      const again = await findingOf(replay(found.schedule, program));
      expect((again.cause as Error).name).toBe((found.cause as Error).name);
      expect(again.schedule).toBe(found.schedule);
      expect(again.message).toContain(`replay: "${found.schedule}"`);
    }
  });

  test("passes where the schedule does no harm", async () => {
    await expect(replay("s1:", lostUpdate)).resolves.toBeUndefined();
  });

  test("leaves out what cannot be done", async () => {
    await expect(replay("s1:0.7-1.2_1-2=5", lostUpdate)).resolves.toBeUndefined();
  });

  test("finds a failure again after a small change elsewhere", async () => {
    const { schedule } = await findingOf(explore(lostUpdate, { seed: 1 }));
    const changed = function* (t: World) {
      spawn(function* () {});
      yield* lostUpdate(t);
    };
    const order = function* (t: World) {
      yield* lostUpdate(t);
      spawn(function* () {});
    };
    expect((await findingOf(replay(schedule, order))).cause).toMatchObject({ message: "an update was lost" });
    // Here the tasks have other places: it need not fail, but it must run.
    await replay(schedule, changed).catch(() => undefined);
  });

  test.each([
    "",
    "s2:1.1",
    "s1:1",
    "s1:1.1-",
    "s1:-1.1",
    "s1:a.1",
    "1.1",
    5,
    "s1:2.",
    "s1:1.s",
    "s1:1.s_",
    "s1:1.2_",
    "s1:1.1-2.",
  ])("what is no schedule is told: %j", async (text) => {
    await expect(replay(text as never, lostUpdate)).rejects.toThrow(
      `a schedule looks like s1:2.1-0.3, as the report of a failure prints it, but got ${JSON.stringify(text)}`,
    );
  });

  test.skipIf(typeof process === "undefined")("is what explore does if the environment names a schedule", async () => {
    const { schedule } = await findingOf(explore(lostUpdate, { seed: 1 }));
    process.env["CORUN_SCHEDULE"] = schedule;
    try {
      const again = await findingOf(explore(lostUpdate, { seed: 2 }));
      expect(again.message).toContain("\nreplayed\n");
      process.env["CORUN_SCHEDULE"] = "s1:";
      expect((await explore(lostUpdate)).runs).toBe(1);
    } finally {
      delete process.env["CORUN_SCHEDULE"];
    }
  });
});

describe("a schedule", () => {
  const cases: [string, Departure[]][] = [
    ["s1:", []],
    ["s1:0.1", [{ at: 0, what: "1" }]],
    [
      "s1:2.1-0.2_1-3=5",
      [
        { at: 2, what: "1" },
        { at: 3, what: "2_1" },
        { at: 7, what: 5 },
      ],
    ],
    ["s1:1.s1_2", [{ at: 1, what: "s1_2" }]],
    ["s1:1.s_1_2", [{ at: 1, what: "s_1_2" }]],
  ];
  test.each(cases)("%s is written and read", (text, departures) => {
    expect(parse(text)).toEqual(departures);
    expect(format(departures)).toBe(text);
  });

  test("names tasks by their place in the tree, so that it holds whoever starts them first", async () => {
    const program = function* (t: World) {
      const log: string[] = [];
      const parent = function* (name: string) {
        yield* yieldNow();
        spawn(function* () {
          yield* sleep(1);
          log.push(name);
          t.check(log.join("") !== "dcba", "the other way round");
        });
      };
      yield* all(["a", "b", "c", "d"].map((name) => () => parent(name)));
    };
    const { schedule } = await findingOf(explore(program, { seed: 1, runs: 3000, strategy: "random" }));
    expect(schedule).toMatch(/\.\d_1/);
    expect((await findingOf(replay(schedule, program))).cause).toMatchObject({ message: "the other way round" });
  });
});

describe("shrinking", () => {
  // Medians over the seeds; the figures of the prototype were 7, 8, 3 and 3.
  const limits: [string, (t: World) => Generator<unknown, void, unknown>, number][] = [
    ["buriedUpdate", buriedUpdate, 7],
    ["philosophers", philosophers(5), 8],
    ["ifForWhile", ifForWhile, 3],
    ["missedWakeUp", missedWakeUp, 3],
  ];
  test.each(limits)("leaves few departures: %s", async (_, program, limit) => {
    const left: number[] = [];
    for (let seed = 1; seed <= 15; seed++) {
      const { schedule } = await findingOf(explore(program, { seed, strategy: "random" }));
      left.push(parse(schedule).length);
    }
    expect(left.toSorted((a, b) => a - b)[7]).toBeLessThanOrEqual(limit);
  });

  test("keeps the failure what it was, where another one is near", async () => {
    // A deadlock and a failed check are in the same program; the one that is found is the one that is told.
    const program = function* (t: World) {
      yield* lostUpdate(t);
      yield* philosophers(3)();
    };
    for (let seed = 1; seed <= 10; seed++) {
      const found = await findingOf(explore(program, { seed, strategy: "random" }));
      const again = await findingOf(replay(found.schedule, program));
      expect(again.cause instanceof DeadlockError).toBe(found.cause instanceof DeadlockError);
    }
  });

  test("takes away all that is not needed, in few attempts", () => {
    const departures = Array.from({ length: 64 }, (_, at) => ({ at, what: `${at}` }));
    let attempts = 0;
    const isNeeded = ({ at }: Departure) => at === 5 || at === 40;
    const left = shrink(departures, 1000, (tried) => {
      attempts++;
      return tried.filter(isNeeded).length === 2 ? [...tried] : null;
    });
    expect(left.map(({ at }) => at)).toEqual([5, 40]);
    expect(attempts).toBeLessThan(60);
  });
});
