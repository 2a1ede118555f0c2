// `explore`: what it finds, what it says of it, and what it cannot control.

import { all, Channel, createContext, Mutex, random, scope, select, sleep, spawn, until, yieldNow } from "corun";
import {
  CheckError,
  explore,
  type ExploreOptions,
  replay,
  ExploreError,
  type Strategy,
  type World,
} from "corun/testing";
import { describe, expect, test } from "vitest";
import { lostUpdate, philosophers } from "./faults.ts";
import { findingOf } from "./finding.ts";

describe("a failure", () => {
  test("is the cause of the error, which says seed, run and schedule", async () => {
    const error = await findingOf(explore(lostUpdate, { seed: 7, runs: 50 }));
    expect(error).toBeInstanceOf(ExploreError);
    expect(error.cause).toBeInstanceOf(CheckError);
    expect(error).toMatchObject({ name: "ExploreError", code: "FAILED", seed: 7, runs: 50 });
    expect(error.run).toBeGreaterThanOrEqual(1);
    expect(error.message).toContain("CheckError: an update was lost");
    expect(error.message).toContain(`seed 7, run ${error.run} of 50, shrunk `);
    expect(error.message).toContain(`replay: "${error.schedule}"`);
  });

  test("is reported as a table: a column a task, a row a switch", async () => {
    const { message } = await findingOf(explore(lostUpdate, { seed: 1 }));
    const lines = message.split("\n");
    const head = lines.findIndex((line) => line.startsWith("0: lostUpdate#1"));
    expect(lines[head]).toMatch(/^0: lostUpdate#1 +\| 1: deposit#2 +\| 2: deposit#3/);
    const table = lines.slice(head + 2, lines.indexOf("", head));
    const rows = table.map((line) => line.split("|").map((cell) => cell.trim()));
    expect(rows.slice(0, 2)).toEqual([
      ["starts 1 deposit", "", ""],
      ["starts 2 deposit", "", ""],
    ]);
    // One of them goes on between the read and the write of the other.
    const steps = rows.map((cells) => cells.findIndex((cell) => cell !== "")).join("");
    expect(steps).toMatch(/12+1|21+2/);
  });

  test("that is a deadlock is reported with whom each waits for", async () => {
    const error = await findingOf(explore(philosophers(3), { seed: 1 }));
    expect(error.cause).toMatchObject({ name: "DeadlockError" });
    expect(error.message).toMatch(
      /DeadlockError: no task can go on: .*philosopher waits for lock held by task philosopher/,
    );
    expect(error.message).toMatch(/and then \d+ switches of cleanup/);
  });

  test("is what the program throws, as itself", async () => {
    const fault = new RangeError("out of range");
    const error = await findingOf(
      explore(function* () {
        yield* sleep(1);
        throw fault;
      }),
    );
    expect(error.cause).toBe(fault);
  });

  test("that is no error is told, too", async () => {
    const error = await findingOf(
      explore(function* () {
        yield* sleep(1);
        throw "a text"; // oxlint-disable-line only-throw-error
      }),
    );
    expect(error).toMatchObject({ cause: "a text", message: expect.stringContaining("a text was thrown") });
  });

  const unreadable = () => {
    throw new Error("not to be read");
  };
  /** An error whose stack is known already, as hosts write it by its name and message. */
  const made = (Kind: ErrorConstructor, odd: PropertyDescriptorMap) => {
    const error = new Kind("a");
    void error.stack;
    return Object.defineProperties(error, odd);
  };
  test.each<[string, unknown, string]>([
    ["has no prototype", Object.create(null), "[object Object] was thrown"],
    ["cannot be turned into a text", { toString: unreadable }, "[object Object] was thrown"],
    ["is a symbol", Symbol("odd"), "Symbol(odd) was thrown"],
    ["has no message to read", made(Error, { message: { get: unreadable } }), "Error: (its message can't be read)"],
    ["has a symbol for a name", made(Error, { name: { value: Symbol("odd") } }), "Symbol(odd): a"],
    ["has a number for a message", made(TypeError, { message: { value: 5 } }), "TypeError: 5"],
    [
      "has a message without a text",
      made(TypeError, { message: { value: Object.create(null) } }),
      "TypeError: [object",
    ],
  ])("that %s is told, too", async (_, thrown, text) => {
    const error = await findingOf(
      explore(function* () {
        yield* sleep(1);
        throw thrown;
      }),
    );
    expect(error).toMatchObject({ name: "ExploreError", code: "FAILED" });
    expect(error.cause === thrown).toBe(true);
    expect(error.message).toContain(`a schedule fails: ${text}`);
  });

  test("is told whatever was logged, checked and watched", async () => {
    const error = await findingOf(
      explore(function* (t) {
        for (const odd of [Symbol("odd"), Object.create(null), undefined, 5]) t.log(odd as string);
        const watched = t.watch<Record<string, unknown>>({});
        watched["odd"] = {
          get [Symbol.toStringTag]() {
            return unreadable();
          },
        };
        void watched["odd"];
        yield* sleep(1);
        t.check(false, Symbol("text") as unknown as string);
      }),
    );
    expect(error).toMatchObject({
      code: "FAILED",
      message: expect.stringContaining("fails: CheckError: Symbol(text)"),
    });
    for (const text of ["Symbol(odd)\n", "[object Object]\n", "undefined\n", "5\n"])
      expect(error.message).toContain(text);
  });

  test("in a task that a scope owns ends the run as it does outside", async () => {
    const error = await findingOf(
      explore(function* () {
        yield* scope(function* () {
          for (const name of ["a", "b"]) {
            spawn(function* () {
              yield* yieldNow();
              throw new Error(name);
            });
          }
        });
      }),
    );
    expect(String(error.cause)).toMatch(/^Error: [ab]$/);
  });

  test("shows what was logged, read and written, where it happened", async () => {
    const { message } = await findingOf(
      explore(function* (t) {
        const account = t.watch({ sum: 0 }, "account");
        yield* all([deposit, deposit]);
        t.check(account.sum === 2, "lost");
        function* deposit() {
          const { sum } = account;
          t.log(`saw ${sum}`);
          yield* sleep(1);
          account.sum = sum + 1;
        }
      }),
    );
    for (const text of ["reads account.sum: 0", "saw 0", "writes account.sum = 1"]) expect(message).toContain(text);
  });
});

describe("the same seed", () => {
  test("gives the same runs, another one others", async () => {
    const traceOf = async (seed: number) => {
      const seen: string[] = [];
      const program = function* () {
        let order = "";
        yield* all([1, 2, 3, 4, 5].map((n) => () => step(n)));
        seen.push(order);
        function* step(n: number) {
          yield* yieldNow();
          order += n;
        }
      };
      await explore(program, { seed, runs: 40, strategy: "random" });
      return seen.join();
    };
    const first = await traceOf(1);
    expect(await traceOf(1)).toBe(first);
    expect(await traceOf(2)).not.toBe(first);
  });

  test.skipIf(typeof process === "undefined")("is told by the environment, where the options do not", async () => {
    process.env["CORUN_SEED"] = "41";
    try {
      expect((await findingOf(explore(lostUpdate))).seed).toBe(41);
      expect((await findingOf(explore(lostUpdate, { seed: 3 }))).seed).toBe(3);
      process.env["CORUN_SEED"] = "x";
      await expect(explore(lostUpdate)).rejects.toThrow('CORUN_SEED is a whole number, but got "x"');
    } finally {
      delete process.env["CORUN_SEED"];
    }
  });
});

describe("all chance", () => {
  test("of select, random() and t is the exploration's", async () => {
    const seen = {
      keys: new Set<string>(),
      picks: new Set<string>(),
      numbers: new Set<number>(),
      seeds: new Set<number>(),
    };
    await explore(
      function* (t) {
        const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
        a.trySend(1);
        b.trySend(2);
        seen.keys.add((yield* select({ a: a.receive(), b: b.receive() })).key);
        seen.picks.add(t.pick(["x", "y", "z"]));
        seen.numbers.add(random());
        seen.numbers.add(t.random());
        t.check(t.pick(3) < 3 && t.random() < 1 && t.random() >= 0);
        t.check(t.seed === t.seed);
        seen.seeds.add(t.seed);
      },
      { runs: 100, seed: 1 },
    );
    expect([...seen.keys].toSorted()).toEqual(["a", "b"]);
    expect([...seen.picks].toSorted()).toEqual(["x", "y", "z"]);
    expect(seen.numbers.size).toBeGreaterThan(50);
    expect(seen.seeds.size).toBeGreaterThan(50);
  });

  test("is shrunk and replayed with the schedule", async () => {
    const error = await findingOf(
      explore(
        function* (t) {
          const data = [t.pick(10), t.pick(10), t.pick(10)];
          yield* yieldNow();
          t.check(data[1] !== 7, "seven");
        },
        { seed: 1 },
      ),
    );
    expect(error.schedule).toBe("s1:1=7");
  });
});

describe("time", () => {
  test("passes only when no task can go on, and then at once", async () => {
    const began = performance.now();
    const moments = new Set<string>();
    await explore(
      function* () {
        const log: number[] = [];
        yield* all([() => day(1), () => day(1)]);
        moments.add(log.join());
        function* day(days: number) {
          yield* sleep(days * 86_400_000);
          log.push(days);
        }
      },
      { runs: 20 },
    );
    expect([...moments]).toEqual(["1,1"]);
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  test("at one moment, any order of those that wake is tried", async () => {
    const orders = new Set<string>();
    await explore(function* () {
      const log: string[] = [];
      yield* all(["a", "b", "c"].map((name) => () => nap(name)));
      orders.add(log.join(""));
      function* nap(name: string) {
        yield* sleep(10);
        log.push(name);
      }
    });
    expect(orders.size).toBe(6);
  });
});

describe("what no schedule controls", () => {
  test("a wait for the outside is told, with what waits", async () => {
    const error = await findingOf(
      explore(function* fetcher() {
        yield* until(new Promise(() => {}));
      }),
    );
    expect(error).toMatchObject({ code: "OUTSIDE" });
    expect(error.message).toContain(
      "waits for the outside, which no schedule controls: fetcher waits for until(promise)",
    );
  });

  test("state that outlives a run is told, with the step that differed", async () => {
    let runs = 0;
    const error = await findingOf(
      explore(function* () {
        yield* sleep(++runs);
      }),
    );
    expect(error).toMatchObject({ code: "NOT_REPEATABLE", run: 1 });
    expect(error.message).toMatch(/step 1 was, the first time, .*sleep\(2\); the second time, .*sleep\(3\)/);
  });

  test("a failure that does not come again with its schedule is told", async () => {
    let runs = 0;
    const error = await findingOf(
      explore(
        function* (t) {
          yield* sleep(1);
          t.check(++runs !== 30, "the thirtieth");
        },
        { strategy: "random" },
      ),
    );
    expect(error).toMatchObject({ code: "NOT_REPEATABLE" });
    expect(error.message).toContain("the first time CheckError: the thirtieth, the second time no failure");
  });

  test("a variable that makes every later run fail is told, not taken for a fault of a schedule", async () => {
    for (const last of [1, 2, 3, 4, 7, 20]) {
      let count = 0;
      const error = await findingOf(
        explore(
          function* () {
            if (++count > last) throw new Error("opened twice");
            yield* yieldNow();
          },
          { seed: 1 },
        ),
      );
      expect([last, error.code]).toEqual([last, "NOT_REPEATABLE"]);
      expect(error.message).toContain("a variable that outlives the run");
      expect(error.cause).toMatchObject({ message: "opened twice" });
    }
  });

  test("a variable that has the later runs make other steps is told", async () => {
    let isFirst = true;
    const error = await findingOf(
      explore(function* () {
        const steps = isFirst ? 2 : 4;
        isFirst = false;
        for (let i = 0; i < steps; i++) yield* yieldNow();
      }),
    );
    expect(error).toMatchObject({ code: "NOT_REPEATABLE", run: 1 });
    expect(error.message).toContain("the first time it made 3 steps, the second time 5");
  });

  test("a run that does not end is a livelock", async () => {
    const error = await findingOf(
      explore(
        function* () {
          spawn(function* spinner() {
            for (;;) yield* yieldNow();
          });
        },
        { maxSteps: 500 },
      ),
    );
    expect(error).toMatchObject({ code: "LIVELOCK", run: 1 });
    expect(error.message).toMatch(/stopped after 1000 steps.*livelock.*raise maxSteps/);
    expect(error.message).toMatch(/yieldNow\(\) \(\d+ times\)/);
  });

  test("one that waits for another by looking again is none, however unfair the order is", async () => {
    const result = await explore(
      function* () {
        const state = { isDone: false };
        spawn(function* looking() {
          while (!state.isDone) yield* sleep(0);
        });
        spawn(function* working() {
          yield* yieldNow();
          state.isDone = true;
        });
      },
      { maxSteps: 200, runs: 100 },
    );
    expect(result.runs).toBe(100);
  });
});

describe("the result", () => {
  test("says how many schedules were tried, and the seed", async () => {
    const big = function* () {
      yield* all(Array.from({ length: 6 }, () => () => sleep(1)));
    };
    const result = await explore(big, { runs: 30, seed: 5 });
    expect(result).toMatchObject({ runs: 30, seed: 5, complete: false });
    expect(String(result)).toBe("30 schedules, seed 5");
  });

  test("says when these are all", async () => {
    const result = await explore(function* () {
      spawn(() => yieldNow());
      spawn(() => yieldNow());
    });
    expect(result).toMatchObject({ runs: 6, complete: true });
    expect(String(result)).toBe("complete: all 6 schedules");
  });
});

describe("a program", () => {
  test("runs with a context, locks and channels of its own as in any run", async () => {
    const user = createContext("nobody");
    const result = await explore(
      function* (t: World) {
        const mutex = new Mutex();
        const names = new Channel<string>();
        yield* user.with("Ada", function* () {
          spawn(function* () {
            const guard = yield* mutex.lock();
            yield* names.send(user.get());
            guard[Symbol.dispose]();
          });
        });
        t.check((yield* names.receive()) === "Ada");
      },
      { runs: 50 },
    );
    expect(result.complete).toBe(true);
  });

  test("may have a strategy of its own", async () => {
    const picked: number[] = [];
    const own: Strategy = {
      name: "the last one",
      begin: () => {},
      next: (ready) => (picked.push(ready.length), ready.length - 1),
      choose: () => 0,
    };
    await explore(
      function* () {
        spawn(() => yieldNow());
        spawn(() => yieldNow());
      },
      { strategy: own, runs: 3 },
    );
    expect(picked.length).toBeGreaterThan(0);
    expect(Math.min(...picked)).toBe(2);
  });
});

describe("a strategy of one's own that gives what it may not", () => {
  const two = function* () {
    yield* all([() => yieldNow(), () => yieldNow()]);
  };
  const own = (next: () => unknown, choose: () => unknown = () => 0): ExploreOptions => ({
    strategy: { name: "mine", begin: () => {}, next: next as () => number, choose: choose as () => number },
    seed: 1,
  });
  const fail = () => {
    throw new RangeError("not today");
  };

  test.each<[unknown, string]>([
    [-1, "-1"],
    [99, "99"],
    [Number.NaN, "NaN"],
    [0.5, "0.5"],
    ["0", '"0"'],
    [undefined, "undefined"],
  ])("is told of it: next() gives %o", async (value, text) => {
    await expect(
      explore(
        two,
        own(() => value),
      ),
    ).rejects.toThrow(
      new TypeError(
        `explore: next() of the strategy "mine" must give the index of one of the 2 tasks that are ready, 0 to 1, but gave ${text}`,
      ),
    );
  });

  test("is told of it: choose() gives what is out of range, whatever the program makes of that", async () => {
    const told = new TypeError(
      'explore: choose() of the strategy "mine" must give a whole number from 0 to 2, but gave 17',
    );
    const careless = function* (t: World) {
      t.check(["a", "b", "c"].includes(t.pick(["a", "b", "c"])));
      yield* yieldNow();
    };
    const cautious = function* (t: World) {
      try {
        t.pick(3);
      } catch {
        yield* yieldNow();
      }
    };
    const bad = own(
      () => 0,
      () => 17,
    );
    for (const program of [careless, cautious]) await expect(explore(program, bad)).rejects.toThrow(told);
  });

  test("is told of it: it throws", async () => {
    const error = await findingOf(explore(two, own(fail)));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('explore: next() of the strategy "mine" threw RangeError: not today');
    expect(error.cause).toMatchObject({ message: "not today" });
    const begin: Strategy = { name: "mine", begin: fail, next: () => 0, choose: () => 0 };
    await expect(explore(two, { strategy: begin })).rejects.toThrow('begin() of the strategy "mine" threw RangeError');
  });

  test("does not leave the tasks of its run as they are", async () => {
    let cleaned = 0;
    const program = function* () {
      try {
        yield* two();
      } finally {
        cleaned++;
      }
    };
    await expect(explore(program, own(fail))).rejects.toThrow("not today");
    expect(cleaned).toBe(1);
  });
});

describe("what is no option is told", () => {
  const cases: [unknown, string][] = [
    [{ runs: 0 }, "explore: runs is a whole number from 1, but got 0"],
    [{ maxSteps: 1.5 }, "explore: maxSteps is a whole number from 1, but got 1.5"],
    [{ seed: "x" }, 'explore: seed is a whole number, but got "x"'],
    [{ strategy: "best" }, 'or a Strategy, but got "best"'],
    [{ strategy: { pct: 0 } }, "explore: the depth of pct is a whole number from 1, but got 0"],
    [{ preemptions: -1 }, "explore: preemptions is a whole number from 0, but got -1"],
    [{ shared: "some" }, 'explore: shared is "anything" or "watched", but got "some"'],
    [{ systematic: "yes" }, 'explore: systematic is true, false or "if small", but got "yes"'],
    [{ preemptions: 1, shared: "watched" }, "do not go together"],
    [null, "explore: the options are an object, { runs: 100 }, but got null"],
    [5, "explore: the options are an object, { runs: 100 }, but got 5"],
    ["x", 'explore: the options are an object, { runs: 100 }, but got "x"'],
    [[], "explore: the options are an object, { runs: 100 }, but got [object Array]"],
    [
      { run: 5 },
      'explore has no option "run"; there are runs, seed, strategy, systematic, preemptions, shared, maxSteps',
    ],
    [{ systematic: null }, 'explore: systematic is true, false or "if small", but got null'],
    [{ strategy: "systematic", systematic: null }, 'systematic is true, false or "if small", but got null'],
    [{ strategy: null }, "or a Strategy, but got null"],
    [{ shared: null }, 'explore: shared is "anything" or "watched", but got null'],
    [{ strategy: { begin: 1, next: 2, choose: 3 } }, "or a Strategy, but got [object Object]"],
    [{ seed: null }, "explore: seed is a whole number, but got null"],
  ];
  test.each(cases)("%j", async (options, text) => {
    await expect(explore(lostUpdate, options as never)).rejects.toThrow(text);
  });

  test("nor of replay", async () => {
    await expect(replay("s1:", lostUpdate, null as never)).rejects.toThrow(
      "replay: the options are an object, { maxSteps: 100 }, but got null",
    );
    await expect(replay("s1:", lostUpdate, { run: 5 } as never)).rejects.toThrow(
      'replay has no option "run"; there are',
    );
    await expect(replay("s1:", lostUpdate, { maxSteps: 0 })).rejects.toThrow(
      "replay: maxSteps is a whole number from 1, but got 0",
    );
  });

  test("an option that is undefined is none", async () => {
    const nothing = { runs: undefined, seed: undefined, strategy: undefined, systematic: undefined };
    expect((await explore(function* () {}, nothing as object)).complete).toBe(true);
  });

  test("nor a program that is none", async () => {
    await expect(explore(5 as never)).rejects.toThrow("explore needs a body, function* (t) { … }, but got 5");
    const none = "explore needs a body, function* () { … }, but what it was given returned";
    const promised = new TypeError(`${none} a Promise: in a body, wait for one by \`yield* until(promise)\``);
    for (const plain of [explore, (program: never) => replay("s1:", program)]) {
      await expect(plain((async () => {}) as never)).rejects.toThrow(promised);
      await expect(plain((() => 5) as never)).rejects.toThrow(new TypeError(`${none} 5`));
    }
  });
});
