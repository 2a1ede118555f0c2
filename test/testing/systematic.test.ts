// The systematic exploration: how many schedules there are, by theory; that sleep sets lose none that matters; bounds.

import { all, Channel, Event, Mutex, pipeline, run, scope, spawn, yieldNow } from "corun";
import { explore, type World } from "corun/testing";
import { describe, expect, test } from "vitest";
import { chooser } from "../../src/scheduler/choice.ts";
import { Driver, PRUNED } from "../../src/testing/driver.ts";
import { execute } from "../../src/testing/execute.ts";
import { SystematicDriver } from "../../src/testing/systematic-driver.ts";
import { Systematic } from "../../src/testing/systematic.ts";
import * as faults from "./faults.ts";
import { findingOf } from "./finding.ts";
import { actionOf, type Made, nameOf, programOf, randomProgram } from "./programs.ts";

type Program = (t: World) => Generator<unknown, void, unknown>;

async function countOf(program: Program, options: { shared?: "watched"; preemptions?: number } = {}): Promise<number> {
  const result = await explore(program, { strategy: "systematic", runs: 20_000, ...options });
  expect(result.complete).toBe(true);
  return result.runs;
}

/** `tasks` that each read a cell and write it. */
function lostUpdates(tasks: number): Program {
  return function* (t) {
    const cell = t.watch({ x: 0 });
    for (let i = 0; i < tasks; i++) {
      spawn(function* () {
        const { x } = cell;
        yield* yieldNow();
        cell.x = x + 1;
      });
    }
  };
}

/** Philosophers that take the lower fork first, so that all eat. */
function polite(count: number): Program {
  return function* () {
    const forks = Array.from({ length: count }, () => new Mutex());
    for (let i = 0; i < count; i++) {
      const [low, high] = [i, (i + 1) % count].toSorted((a, b) => a - b);
      spawn(function* () {
        const first = yield* forks[low!]!.lock();
        const second = yield* forks[high!]!.lock();
        second[Symbol.dispose]();
        first[Symbol.dispose]();
      });
    }
  };
}

function stages(count: number, items: number): Program {
  return function* () {
    const channels = Array.from({ length: count + 1 }, () => new Channel<number>());
    spawn(function* () {
      for (let i = 0; i < items; i++) yield* channels[0]!.send(i);
      channels[0]!.close();
    });
    for (let i = 0; i <= count; i++) {
      spawn(function* () {
        for (let got = yield* channels[i]!.next(); !got.done; got = yield* channels[i]!.next())
          if (i < count) yield* channels[i + 1]!.send(got.value);
        if (i < count) channels[i + 1]!.close();
      });
    }
  };
}

function independent(tasks: number, steps: number): Program {
  return function* () {
    for (let i = 0; i < tasks; i++) {
      spawn(function* () {
        for (let step = 1; step < steps; step++) yield* yieldNow();
      });
    }
  };
}

describe("all schedules are", () => {
  // (n tasks of k steps that do not wait: (n k)! / k!^n)
  test("6 and 90 of 2 and 3 tasks with 2 steps, 70 of 2 with 4, 1680 of 3 with 3", async () => {
    expect(await countOf(lostUpdates(2))).toBe(6);
    expect(await countOf(lostUpdates(3))).toBe(90);
    expect(await countOf(independent(2, 4))).toBe(70);
    expect(await countOf(independent(3, 3))).toBe(1680);
  });

  test("60 of these 90 with at most 2 pre-emptions, as the prototype found", async () => {
    expect(await countOf(lostUpdates(3), { preemptions: 2 })).toBe(60);
    const result = await explore(lostUpdates(3), { strategy: "systematic", preemptions: 2 });
    expect(String(result)).toBe("complete: all 60 schedules with at most 2 pre-emptions");
  });

  test("n! of n tasks that run to their ends, without a pre-emption", async () => {
    expect(await countOf(lostUpdates(4), { preemptions: 0 })).toBe(24);
  });
});

describe("of schedules that differ only in the order of what has nothing to do with each other, one is tried", () => {
  // Each fork is taken by one of its two first; both ways all around are impossible: 2^n - 2.
  test.each([
    [3, 6],
    [4, 14],
    [5, 30],
  ])("%i polite philosophers have %i orders of their forks", async (count, expected) => {
    expect(await countOf(polite(count), { shared: "watched" })).toBe(expected);
  });

  test("a lost update of 3 tasks has 36, as the prototype found", async () => {
    expect(await countOf(lostUpdates(3), { shared: "watched" })).toBe(36);
  });

  test("a pipeline of tasks and channels has one, and so have tasks that share nothing", async () => {
    expect(await countOf(stages(2, 3), { shared: "watched" })).toBe(1);
    expect(await countOf(stages(3, 6), { shared: "watched" })).toBe(1);
    expect(await countOf(independent(3, 4), { shared: "watched" })).toBe(1);
  });

  test("n tasks that need one lock have n!", async () => {
    const program: Program = function* (t) {
      const mutex = new Mutex();
      const cell = t.watch({ x: 0 });
      for (let i = 0; i < 4; i++) {
        spawn(function* () {
          const guard = yield* mutex.lock();
          const { x } = cell;
          yield* yieldNow();
          cell.x = x + 1;
          guard[Symbol.dispose]();
        });
      }
    };
    expect(await countOf(program, { shared: "watched" })).toBe(24);
  });

  test("says so", async () => {
    const result = await explore(lostUpdates(2), { strategy: "systematic", shared: "watched" });
    expect(String(result)).toBe(
      "complete: all 4 schedules, but for the order of steps that have nothing to do with each other",
    );
  });

  test("what nobody can tell depends on everything", async () => {
    const seen = new Set<string>();
    await explore(
      function* () {
        const log: string[] = [];
        yield* all(
          ["a", "b"].map(
            (name) =>
              function* () {
                yield* pipeline([name]).forEach((each) => void log.push(each));
              },
          ),
        );
        seen.add(log.join(""));
      },
      { strategy: "systematic", shared: "watched", runs: 5000 },
    );
    expect(seen.size).toBeGreaterThan(1);
  });

  test("the state of a task depends on who wakes it, and on that it has waited", async () => {
    const statesOf = async (shared: "anything" | "watched", make: () => { wait: () => Op; wake: () => void }) => {
      const seen = new Set<string>();
      await explore(
        function* () {
          const { wait, wake } = make();
          let state = "";
          yield* scope(function* () {
            const waiting = spawn(wait);
            spawn(function* () {
              wake();
            });
            spawn(function* () {
              ({ state } = waiting);
            });
          });
          seen.add(state); // at the end, which runs that only repeat another one do not come to
        },
        { strategy: "systematic", shared },
      );
      return [...seen].toSorted();
    };
    type Op = { [Symbol.iterator](): Iterator<never, unknown, unknown> };
    const byEvent = () => {
      const event = new Event();
      return { wait: () => event.wait(), wake: () => event.set() };
    };
    const byChannel = () => {
      const channel = new Channel<number>(1);
      return { wait: () => channel.receive(), wake: () => channel.trySend(1) };
    };
    for (const make of [byEvent, byChannel]) {
      const every = await statesOf("anything", make);
      expect(every).toEqual(["done", "ready", "waiting"]);
      expect(await statesOf("watched", make)).toEqual(every);
    }
  });

  test("what was made outside the run is known again in the next one", async () => {
    const mutex = new Mutex();
    const orders = new Set<string>();
    await explore(
      function* () {
        const log: string[] = [];
        yield* scope(function* () {
          for (const name of ["a", "b", "c"]) {
            spawn(function* () {
              const guard = yield* mutex.lock();
              log.push(name);
              guard[Symbol.dispose]();
            });
          }
        });
        orders.add(log.join(""));
      },
      { strategy: "systematic", shared: "watched" },
    );
    expect(orders.size).toBe(6);
  });
});

describe("a systematic exploration", () => {
  test("finds the faults, also where only one order in many shows them", async () => {
    for (const program of [faults.lostUpdate, faults.missedWakeUp, faults.ifForWhile, faults.oneCondition])
      expect((await findingOf(explore(program, { strategy: "systematic" }))).code).toBe("FAILED");
    // Within a bound of 1, as most faults are.
    const error = await findingOf(explore(faults.useBeforeInit, { strategy: "systematic", preemptions: 1 }));
    expect(error.cause).toMatchObject({ message: "used before it was made" });
  });

  test("is made by itself where the program is small, and not where it is large", async () => {
    expect(await explore(lostUpdates(3))).toMatchObject({ complete: true, runs: 90 });
    expect(await explore(lostUpdates(6), { seed: 1 })).toMatchObject({ complete: false, runs: 1000 });
    expect(await explore(lostUpdates(3), { systematic: false })).toMatchObject({ complete: false, runs: 1000 });
    expect(await explore(lostUpdates(3), { systematic: true })).toMatchObject({ complete: true, runs: 90 });
  });

  test("is not complete where a number is drawn of too many, or a run was too long", async () => {
    const drawn = await explore(
      function* (t) {
        yield* yieldNow();
        t.random();
      },
      { strategy: "systematic", runs: 20 },
    );
    expect(drawn.complete).toBe(false);
    const long = await explore(
      function* () {
        for (let i = 0; i < 30; i++) yield* yieldNow();
      },
      { strategy: "systematic", maxSteps: 20 },
    );
    expect(long.complete).toBe(false);
  });

  test("goes on with other numbers where one is drawn of too many, as long as there are runs", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const half: Program = function* (t) {
        yield* yieldNow();
        t.check(t.random() < 0.5, "half");
      };
      for (const options of [{ strategy: "systematic" }, { systematic: true }] as const)
        expect(await findingOf(explore(half, { ...options, seed, runs: 500 }))).toMatchObject({ code: "FAILED" });
    }
    for (const draw of [(t: World) => t.pick(65), (t: World) => t.seed, (t: World) => t.random()]) {
      const seen = new Set<string>();
      const result = await explore(
        function* (t) {
          const value = draw(t);
          let log = "";
          yield* scope(function* () {
            for (const name of ["a", "b"])
              spawn(function* () {
                log += name;
              });
          });
          seen.add(`${value}${log}`);
        },
        { strategy: "systematic", seed: 1, runs: 100 },
      );
      expect(result).toMatchObject({ complete: false, runs: 100 });
      // Of each number, both orders.
      expect(seen.size).toBeGreaterThan(60);
    }
  });

  test("of a program with fewer schedules than half of the runs is made without being asked", async () => {
    const two = (a: number, b: number): Program =>
      function* () {
        for (const steps of [a, b]) {
          spawn(function* () {
            for (let step = 1; step < steps; step++) yield* yieldNow();
          });
        }
      };
    // (a + b)! / (a! b!)
    const cases = [
      [1, 1, 2, 5],
      [2, 2, 6, 13],
      [2, 2, 6, 20],
      [3, 3, 20, 41],
      [4, 4, 70, 141],
      [5, 5, 252, 505],
      [5, 6, 462, 1000],
      [5, 7, 792, 1600],
    ] as const;
    for (const [a, b, count, runs] of cases) {
      for (let seed = 1; seed <= 10; seed++)
        expect([runs, seed, String(await explore(two(a, b), { seed, runs }))]).toEqual([
          runs,
          seed,
          `complete: all ${count} schedules`,
        ]);
    }
    const only: Program = function* () {
      yield* yieldNow();
    };
    for (let runs = 3; runs < 30; runs++)
      expect([runs, (await explore(only, { runs })).complete]).toEqual([runs, true]);
  });

  test("is carried on while it gets on, where there are more", async () => {
    // 792 schedules
    const program: Program = function* () {
      for (const steps of [5, 7]) {
        spawn(function* () {
          for (let step = 1; step < steps; step++) yield* yieldNow();
        });
      }
    };
    for (let seed = 1; seed <= 10; seed++) expect((await explore(program, { seed })).complete).toBe(true);
  });

  test("tries each answer of select and of t.pick", async () => {
    const seen = new Set<string>();
    const result = await explore(
      function* (t) {
        seen.add(`${t.pick(3)}${t.pick(["x", "y"])}`);
        yield* yieldNow();
      },
      { strategy: "systematic" },
    );
    expect(result).toMatchObject({ complete: true, runs: 6 });
    expect(seen.size).toBe(6);
  });

  test("leaves nothing behind: what runs thereafter is as it was", async () => {
    await explore(lostUpdates(2), { strategy: "systematic", shared: "watched" });
    const value = await run(function* () {
      const channel = new Channel<number>(1);
      yield* channel.send(1);
      return yield* channel.receive();
    });
    expect(value).toBe(1);
  });
});

/** What a program can come to, under all schedules; null: there are too many. */
function outcomes({ program, seen }: Made, sleeps: boolean, most: number): Set<string> | null {
  const found = new Set<string>();
  const tree = new Systematic({ preemptions: Number.POSITIVE_INFINITY, sleeps });
  for (let runs = 0; !tree.isOver; runs++) {
    if (runs > most) return null;
    tree.begin(() => 0);
    const driver = sleeps ? new SystematicDriver(tree, 1000) : new Driver(tree, 1000);
    const make = () => execute(program, driver, null);
    try {
      const failure = driver instanceof SystematicDriver ? driver.during(make) : make();
      found.add(`${seen()} / ${failure === null ? "ended" : `${failure.code} ${(failure.error as Error).name}`}`);
    } catch (error) {
      if (error !== PRUNED) throw error;
    }
    tree.advance();
  }
  return found;
}

describe("sleep sets come to the same as all schedules", () => {
  const PARTS = 8;
  /** What some programs come to, in both ways. */
  const findBoth = (part: number) => {
    const found: { seed: number; plan: string[][]; few: string[]; every: string[] }[] = [];
    for (let seed = part; found.length < 3; seed += PARTS) {
      const made = randomProgram(chooser(seed));
      const every = outcomes(made, false, 100);
      if (every === null) continue;
      const few = outcomes(made, true, 100) ?? new Set();
      const plan = made.plan.map((actions) => actions.map((action) => nameOf(action)));
      found.push({ seed, plan, few: [...few].toSorted(), every: [...every].toSorted() });
    }
    return found;
  };
  const parts = Array.from({ length: PARTS }, (_, part) => part);
  test.each(parts)(
    "in small programs made by chance, part %i",
    (part) => {
      for (const { few, every, ...which } of findBoth(part))
        expect({ ...which, found: few }).toEqual({ ...which, found: every });
    },
    60_000,
  );

  // Of each, one part of a footprint is what the outcomes hang on.
  const pointed: string[][][] = [
    [["receive"], ["closeTight"], ["receive"]],
    [["nextRoomy"], ["close"], ["sendRoomy"]],
    [["sendRoomy", "sendRoomy"], ["close"]],
    [["choose"], ["set"], ["sendRoomy", "nextRoomy"]],
    [["choose"], ["send"], ["send"]],
    [["fair"], ["receive"], ["sendLossy"]],
    [["receive"], ["cancelLoosely"], ["send"]],
    [["cancelLoosely"], ["receive"], ["send"]],
    [["send"], ["joinFirst"], ["receive"]],
    [["nap"], ["joinFirst"], ["cancelLoosely"]],
    [["waitFor"], ["notify"], ["waitFor"]],
    [["waitFor"], ["notify", "critical"], ["cancelLoosely"]],
    [["happens"], ["set", "clear"], ["look"]],
    [["acquireTwo"], ["acquire"], ["update"]],
    [["critical"], ["tryLock"], ["look"]],
    [["meet"], ["meet"], ["meet"]],
    [["hear"], ["tell"], ["hear"]],
    [["first"], ["set"]],
    [["anyOf"], ["close"]],
    [["sendLossy"], ["sendLossy"], ["receiveLossy", "receiveLossy"]],
    [["sendRoomy", "choose"], ["set"], ["send"]],
    [["tryReceive"], ["sendRoomy"]],
    [["write"], ["state"]],
    [["trySend"], ["receive"], ["send"]],
    [["dialogue"], ["write"]],
    [["state"], ["cancelLoosely"], ["nap"]],
  ];
  test.each(pointed.map((names) => ({ names, title: names.map((each) => each.join(" ")).join(" | ") })))(
    "$title",
    ({ names }) => {
      const made = programOf(names.map((each) => each.map((name) => actionOf(name))));
      const every = outcomes(made, false, 4000);
      expect([...(outcomes(made, true, 4000) ?? [])].toSorted()).toEqual([...(every ?? [])].toSorted());
      expect(every).not.toBeNull();
    },
    60_000,
  );
});
