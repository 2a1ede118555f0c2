// Tasks and supervision as kotlinx.coroutines' tests have them for jobs and scopes.
// IDs are rows of the conformance table.
import { scope, shield, sleep, spawn, Event, yieldNow } from "corun";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";
import { counter } from "./steps.ts";

test(
  "KT34: all that wait for the end of a task are told, though some of them fail then; one that has left is not",
  { tags: "default-order" },
  async () => {
    const told: number[] = [];
    await runVirtually(function* () {
      const task = spawn(() => sleep(10));
      const waiters = Array.from({ length: 10 }, (_, n) =>
        spawn.supervised(function* () {
          yield* task;
          told.push(n);
          if (n % 3 === 0) throw new Error(`waiter ${n}`);
        }),
      );
      yield* sleep(1);
      for (const n of [1, 5]) yield* waiters[n]!.cancel();
      for (const [n, waiter] of waiters.entries()) {
        try {
          yield* waiter;
        } catch {
          expect([0, 1, 3, 5, 6, 9]).toContain(n);
        }
      }
      yield* task; // one that comes when it has ended is told at once
    });
    expect(told).toEqual([0, 2, 3, 4, 6, 7, 8, 9]);
  },
);

test(
  "KT35: the crash of a parent cancels its child, whose cleanup is waited for before the parent has ended",
  { tags: "default-order" },
  async () => {
    const step = counter();
    const wrong = new Error("wrong");
    await runVirtually(function* () {
      step(1);
      const parent = spawn.supervised(function* () {
        spawn(function* () {
          step(3);
          try {
            yield* new Event().wait();
            expect.unreachable();
          } finally {
            step(6);
            yield* yieldNow();
            step(8);
          }
        });
        step(2);
        yield* yieldNow();
        step(4);
        yield* yieldNow();
        step(5);
        throw wrong;
      });
      for (let turn = 0; turn < 4; turn++) yield* yieldNow();
      step(7);
      try {
        yield* parent;
        expect.unreachable();
      } catch (error) {
        expect(error).toBe(wrong);
      }
      step(9);
    });
    step.last(9);
  },
);

test("KT35: the failure of a child cancels its parent where it waits, and is what the parent's joiner gets", async () => {
  const step = counter();
  const wrong = new Error("wrong");
  await runVirtually(function* () {
    const parent = spawn.supervised(function* () {
      step(1);
      spawn(function* () {
        step(2);
        throw wrong;
      });
      try {
        yield* sleep(1000);
        expect.unreachable();
      } finally {
        step(3);
      }
    });
    try {
      yield* parent;
      expect.unreachable();
    } catch (error) {
      expect(error).toBe(wrong);
    }
    expect(parent.state).toBe("failed");
    step(4);
  });
  step.last(4);
});

test("KT35: a protected task that was cancelled and then fails has failed: its joiner gets the failure", async () => {
  const step = counter();
  const wrong = new Error("wrong");
  await runVirtually(function* () {
    const goesOn = new Event();
    const task = spawn.supervised(function* () {
      yield* shield(function* () {
        step(1);
        yield* goesOn.wait();
        step(3);
        throw wrong;
      });
    });
    yield* rest();
    task.cancel(new Error("another reason"));
    step(2);
    goesOn.set();
    try {
      yield* task;
      expect.unreachable();
    } catch (error) {
      expect(error).toBe(wrong);
    }
    expect(task.state).toBe("failed");
    step(4);
  });
  step.last(4);
});

test.each(["first", "second"])(
  "KT37: the %s of two children fails: the other is cancelled, and a failure of its cleanup comes along, in spawn order",
  async (which) => {
    const errors = { first: new Error("of the first"), second: new Error("of the second") };
    const log: string[] = [];
    function* child(name: "first" | "second") {
      try {
        if (name === which) yield* sleep(1);
        else yield* sleep(1e9);
      } finally {
        log.push(name);
        throw errors[name];
      }
    }
    const failure = await failureOf(function* () {
      yield* scope(function* () {
        const one = spawn(() => child("first"));
        const two = spawn(() => child("second"));
        return [yield* one, yield* two];
      });
    });
    expect(log).toEqual(which === "first" ? ["first", "second"] : ["second", "first"]);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toEqual([errors.first, errors.second]);
  },
);

test(
  "KT38: the failure of a supervised task touches neither its siblings nor the supervisor",
  { tags: "default-order" },
  async () => {
    const step = counter();
    const result = await runVirtually(function* () {
      return yield* scope(function* () {
        step(1);
        const failing = spawn.supervised(function* () {
          step(3);
          throw new Error("wrong");
        });
        const sibling = spawn(function* () {
          step(4);
          yield* sleep(10);
          step(6);
          return "sibling";
        });
        step(2);
        try {
          yield* failing;
        } catch (error) {
          expect(String(error)).toBe("Error: wrong");
        }
        step(5);
        return [yield* sibling, failing.state];
      });
    });
    expect(result).toEqual(["sibling", "failed"]);
    step.last(6);
  },
);

test("KT38: a supervised failure that nobody asks for comes out once, at the end, when all others have ended", async () => {
  const wrong = new Error("wrong");
  const log: string[] = [];
  const caught: unknown[] = [];
  await runVirtually(function* () {
    try {
      yield* scope(function* () {
        spawn.supervised(function* () {
          throw wrong;
        });
        spawn(function* () {
          yield* sleep(10);
          log.push("sibling");
        });
        yield* sleep(5);
        log.push("body");
      });
    } catch (error) {
      caught.push(error);
    }
  });
  expect(log).toEqual(["body", "sibling"]);
  expect(caught).toEqual([wrong]);
});

test("KT38: cancelling the supervisor cancels the supervised", { tags: "default-order" }, async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const supervisor = spawn(function* () {
      for (const name of ["a", "b"]) {
        spawn.supervised(function* () {
          try {
            yield* sleep(1000);
          } finally {
            log.push(name);
          }
        });
      }
      yield* sleep(1000);
    });
    yield* sleep(1);
    yield* supervisor.cancel();
    expect(supervisor.state).toBe("cancelled");
  });
  expect(log).toEqual(["a", "b"]);
});
