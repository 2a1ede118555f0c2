import {
  CancelledError,
  type Coroutine,
  coroutine,
  DeadlockError,
  run,
  runSync,
  scope,
  shield,
  sleep,
  spawn,
  timeout,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { all } from "../../src/combinators/all.ts";
import { any } from "../../src/combinators/any.ts";
import { race } from "../../src/combinators/race.ts";
import { settled } from "../../src/combinators/settled.ts";
import { jumpingClock } from "./clock.ts";

/** As `run`, in no time. */
const timed = run.with({ clock: jumpingClock() });

/** Gives `value` after `ms`. */
const give = coroutine(function* give<T>(ms: number, value: T): Coroutine.Body<never, T> {
  yield* sleep(ms);
  return value;
});

/** Throws after `ms`. */
const fail = coroutine(function* fail(ms: number, error: unknown) {
  yield* sleep(ms);
  throw error;
});

/** Waits for ever; notes `name` when its cleanup, which takes `ms`, has ended. */
const linger = coroutine(function* linger(log: string[], name: string, ms: number = 1) {
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    yield* sleep(ms);
    log.push(name);
  }
});

/** Waits for ever; its cleanup throws. */
const spoil = coroutine(function* spoil(error: unknown) {
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    // oxlint-disable-next-line no-unsafe-finally
    throw error;
  }
});

const first = new Error("first");
const second = new Error("second");

/** What `main` throws. */
async function thrownBy(main: () => Generator<never, unknown, unknown>): Promise<unknown> {
  return timed(main).then(
    (value) => expect.unreachable(`gave ${String(value)}`),
    (error: unknown) => error,
  );
}

describe("entries", () => {
  test("ops, bodies, coroutine functions, coroutines and tasks run side by side", async () => {
    const clock = jumpingClock();
    const results = await run.with({ clock })(function* () {
      const task = spawn(give(20, "task"));
      return yield* all([
        sleep(20),
        function* () {
          yield* sleep(20);
          return "body";
        },
        coroutine(function* () {
          return "function";
        }),
        give(20, "coroutine"),
        task,
        all({ inner: give(5, 1) }),
      ]);
    });
    expect(results).toEqual([undefined, "body", "function", "coroutine", "task", { inner: 1 }]);
    expect(clock.now()).toBe(20);
  });

  test("nothing of the host is needed where nothing waits for it", () => {
    const results = runSync(function* () {
      return yield* all([yieldNow(), give(0, 1)]);
    });
    expect(results).toEqual([undefined, 1]);
  });

  test.for([["all"], ["race"], ["any"], ["settled"]])("%s takes neither a set, a promise nor nothing", ([name]) => {
    const verb = { all, race, any, settled }[name!]!;
    for (const wrong of [new Set([sleep(1)]), Promise.resolve([]), undefined, null, "ab", 3]) {
      expect(() => verb(wrong as never)).toThrow(TypeError);
      expect(() => verb(wrong as never)).toThrow(`${name} needs an array or a record`);
    }
  });

  test("an entry that can't be waited for is a TypeError, and none of the others runs", async () => {
    const log: string[] = [];
    const error = await thrownBy(function* () {
      yield* all([
        function* () {
          log.push("ran");
        },
        3 as never,
      ]);
    });
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain("all needs a body, a coroutine or something to wait for, but got 3");
    expect(log).toEqual([]);
  });

  test("a hole in an array is a TypeError, not a shorter result", async () => {
    // oxlint-disable-next-line no-sparse-arrays
    const error = await timed(settled([sleep(1), , sleep(1)] as never)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
  });

  test("a key of a record may be any text", async () => {
    const results = await timed(function* () {
      return yield* all(Object.fromEntries([["__proto__", give(1, "p")]]));
    });
    expect(Object.entries(results)).toEqual([["__proto__", "p"]]);
  });

  test("outside every task they are refused with the way in", () => {
    expect(() => all([])[Symbol.iterator]()).toThrow("inside run(…)");
  });

  test("one and the same combinator of ops can be waited for again", async () => {
    const results = await timed(function* () {
      const both = all([sleep(1), yieldNow()]);
      return [yield* both, yield* both];
    });
    expect(results).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe("all", () => {
  test("gives the results in the order of the entries, whatever the order of their ends", async () => {
    expect(await timed(all([give(3, "a"), give(1, "b"), give(2, "c")]))).toEqual(["a", "b", "c"]);
  });

  test("gives a record for a record", async () => {
    const results = await timed(function* () {
      return yield* all({ x: give(2, 1), y: give(1, "2") });
    });
    expect(results).toEqual({ x: 1, y: "2" });
  });

  test("of nothing it gives nothing at once", async () => {
    const results = await timed(function* () {
      return [yield* all([]), yield* all({})];
    });
    expect(results).toEqual([[], {}]);
  });

  test("fails with the first failure as itself, after the cleanup of the others", async () => {
    const log: string[] = [];
    const error = await thrownBy(function* () {
      try {
        yield* all([linger(log, "a", 5), fail(1, first), linger(log, "b", 1)]);
      } finally {
        log.push("out");
      }
    });
    expect(error).toBe(first);
    expect(log).toEqual(["b", "a", "out"]);
  });

  test("the failure can be caught around it, and the task goes on", async () => {
    const result = await timed(function* () {
      try {
        yield* all([fail(1, first), give(9, 1)]);
      } catch (error) {
        yield* sleep(1);
        return error;
      }
      return null;
    });
    expect(result).toBe(first);
  });

  test("a failure and errors of the others' cleanup come together, in the order of the entries", async () => {
    const error = await thrownBy(function* () {
      yield* all([spoil(second), fail(1, first)]);
    });
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([second, first]);
  });

  test("an entry that would fail in the same turn after the first has no say", { tags: "default-order" }, async () => {
    const error = await thrownBy(function* () {
      yield* all([fail(1, first), fail(1, second)]);
    });
    expect(error).toBe(first);
  });

  test("a task that was cancelled elsewhere is a failure with CancelledError", async () => {
    const error = await thrownBy(function* () {
      const task = spawn(sleep(Number.POSITIVE_INFINITY));
      spawn(function* () {
        yield* sleep(1);
        task.cancel("enough");
      });
      yield* all([task, give(9, 1)]);
    });
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).reason).toBe("enough");
  });

  test("a task that ran elsewhere and ended already counts", async () => {
    const results = await timed(function* () {
      const task = spawn(give(1, "early"));
      yield* sleep(5);
      return yield* all([task, task, give(1, "late")]);
    });
    expect(results).toEqual(["early", "early", "late"]);
  });

  test("a supervised task's failure is handled here, once, also where it is there twice", async () => {
    const result = await timed(function* () {
      const task = spawn.supervised(fail(1, first));
      const other = spawn(linger([], "x"));
      try {
        yield* all([task, task, other]);
      } catch (error) {
        return [error, other.state];
      }
      return null;
    });
    expect(result).toEqual([first, "cancelled"]);
  });

  test("many entries end in time that grows as their number", { tags: "large" }, async () => {
    const entries = Array.from({ length: 5000 }, (_, i) => give(i % 7, i));
    const results = await timed(all(entries));
    expect(results).toEqual(entries.map((_, i) => i));
  });
});

describe("race", () => {
  test("gives the first result, after the cleanup of the losers", async () => {
    const log: string[] = [];
    const clock = jumpingClock();
    const result = await run.with({ clock })(function* () {
      return yield* race([linger(log, "loser", 5), give(3, "winner")]);
    });
    expect(result).toBe("winner");
    expect(log).toEqual(["loser"]);
    expect(clock.now()).toBe(8);
  });

  test("gives the first result of a record", async () => {
    const result = await timed(function* () {
      return yield* race({ slow: give(3, 3), fast: give(1, 1) });
    });
    expect(result).toBe(1);
  });

  test("is decided by a failure too", async () => {
    expect(
      await thrownBy(function* () {
        yield* race([give(2, "late"), fail(1, first)]);
      }),
    ).toBe(first);
  });

  test(
    "of two that end in one turn the first in order wins, and the other has no say",
    { tags: "default-order" },
    async () => {
      const results = await timed(function* () {
        return [yield* race([give(1, "a"), give(1, "b")]), yield* race([give(1, "c"), fail(1, first)])];
      });
      expect(results).toEqual(["a", "c"]);
    },
  );

  test("an error in a loser's cleanup comes out instead of the result", async () => {
    expect(
      await thrownBy(function* () {
        yield* race([spoil(second), give(1, "winner")]);
      }),
    ).toBe(second);
  });

  test("a task that ran elsewhere is cancelled when it loses, and waited for", async () => {
    const log: string[] = [];
    const result = await timed(function* () {
      const task = spawn(linger(log, "task", 4));
      const winner = yield* race([task, give(1, "winner")]);
      return [winner, task.state, log.length];
    });
    expect(result).toEqual(["winner", "cancelled", 1]);
  });

  test("a loser that has not begun never runs", async () => {
    const log: string[] = [];
    const result = await timed(function* () {
      const done = spawn(give(0, "done"));
      yield* sleep(1);
      return yield* race([
        function* () {
          log.push("ran");
        },
        done,
        linger(log, "b"),
      ]);
    });
    expect(result).toBe("done");
    expect(log).toEqual([]);
  });

  test("of nothing it waits for ever, which is a deadlock", { tags: "slow" }, async () => {
    const error = await thrownBy(function* () {
      yield* race([]);
    });
    expect(error).toBeInstanceOf(DeadlockError);
    expect(String(error)).toContain("race of nothing");
  });

  test("a loser may finish what it has shielded", async () => {
    const log: string[] = [];
    await timed(function* () {
      yield* race([
        function* () {
          yield* shield(function* () {
            yield* sleep(5);
            log.push("kept");
          });
          log.push("never");
        },
        sleep(1),
      ]);
    });
    expect(log).toEqual(["kept"]);
  });
});

describe("any", () => {
  test("gives the first success; earlier failures are forgotten", async () => {
    const log: string[] = [];
    const result = await timed(function* () {
      return yield* any([fail(1, first), give(2, "good"), linger(log, "loser")]);
    });
    expect(result).toBe("good");
    expect(log).toEqual(["loser"]);
  });

  test("if none succeeds, gives all failures in the order of the entries", async () => {
    const error = await thrownBy(function* () {
      const task = spawn(sleep(9));
      task.cancel("gone");
      yield* any([fail(2, first), task, fail(1, second)]);
    });
    expect(error).toBeInstanceOf(AggregateError);
    const { errors } = error as AggregateError;
    expect(errors).toEqual([first, expect.any(CancelledError), second]);
  });

  test("of nothing it fails with no errors", async () => {
    const error = await thrownBy(function* () {
      yield* any([]);
    });
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([]);
  });

  test("an error in a loser's cleanup comes out instead of the result", async () => {
    expect(
      await thrownBy(function* () {
        yield* any([fail(1, first), give(2, "good"), spoil(second)]);
      }),
    ).toBe(second);
  });
});

describe("settled", () => {
  test("tells how each ended, and throws for none", async () => {
    const results = await timed(function* () {
      const task = spawn(sleep(9));
      task.cancel("gone");
      return yield* settled([give(2, 1), fail(1, first), task]);
    });
    expect(results).toEqual([
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: first },
      { status: "rejected", reason: expect.any(CancelledError) },
    ]);
  });

  test("keeps the keys of a record, and gives nothing for nothing", async () => {
    const results = await timed(function* () {
      return [yield* settled({ a: give(1, 1) }), yield* settled([]), yield* settled({})];
    });
    expect(results).toEqual([{ a: { status: "fulfilled", value: 1 } }, [], {}]);
  });

  test("one failure does not disturb the others", async () => {
    const log: string[] = [];
    await timed(function* () {
      yield* settled([
        fail(1, first),
        function* () {
          yield* sleep(5);
          log.push("to its end");
        },
      ]);
    });
    expect(log).toEqual(["to its end"]);
  });
});

describe("cancellation", () => {
  test.for([["all"], ["race"], ["any"], ["settled"]])("%s that is cancelled ends its entries first", async ([name]) => {
    const verb = { all, race, any, settled }[name!]!;
    const log: string[] = [];
    await timed(function* () {
      const outer = spawn(function* () {
        try {
          yield* verb([linger(log, "a", 2), linger(log, "b", 1)]);
        } finally {
          log.push("out");
        }
      });
      yield* sleep(1);
      yield* outer.cancel();
    });
    expect(log).toEqual(["b", "a", "out"]);
  });

  test("a task that runs elsewhere goes on when the combinator is cancelled: it has not lost", async () => {
    const result = await timed(function* () {
      const task = spawn(give(9, "whole"));
      const outer = spawn(function* () {
        yield* race([
          task,
          function* () {
            yield* sleep(50);
          },
        ]);
      });
      yield* sleep(1);
      yield* outer.cancel();
      return yield* task;
    });
    expect(result).toBe("whole");
  });

  test("a cancellation before the entries begin does not reach a task elsewhere either", async () => {
    const result = await timed(function* () {
      const task = spawn(give(9, "whole"));
      const outer = spawn(function* () {
        yield* race([task, sleep(50)]);
      });
      spawn(function* () {
        outer.cancel();
      });
      return yield* task;
    });
    expect(result).toBe("whole");
  });

  test("an error in the cleanup of a cancelled combinator comes out", async () => {
    const error = await thrownBy(function* () {
      const outer = spawn.supervised(function* () {
        yield* race([spoil(second), sleep(50)]);
      });
      yield* sleep(1);
      yield* outer.cancel();
      yield* outer;
    });
    expect(error).toBe(second);
  });

  test("a timeout around it cancels and awaits all entries", async () => {
    const log: string[] = [];
    const error = await thrownBy(function* () {
      yield* timeout(3, all([linger(log, "a", 1), linger(log, "b", 2)]));
    });
    expect(String(error)).toContain("TimeoutError");
    expect(log).toEqual(["a", "b"]);
  });

  test("they work in full in the cleanup that a cancellation started", async () => {
    const log: unknown[] = [];
    await timed(function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          log.push(yield* all([give(1, "a"), give(2, "b")]));
          log.push(yield* race([give(1, "c"), sleep(50)]));
          log.push(yield* any([give(1, "d"), sleep(50)]));
          log.push(yield* settled([sleep(1)]));
        }
      });
      yield* sleep(1);
      yield* task.cancel();
    });
    expect(log).toEqual([["a", "b"], "c", "d", [{ status: "fulfilled", value: undefined }]]);
  });

  test("entries start nothing that outlives them", async () => {
    const log: string[] = [];
    await timed(function* () {
      yield* scope(function* () {
        yield* race([
          function* () {
            spawn(linger(log, "grandchild"));
            yield* sleep(50);
          },
          sleep(1),
        ]);
        log.push("after");
      });
    });
    expect(log).toEqual(["grandchild", "after"]);
  });
});
