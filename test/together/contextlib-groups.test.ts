// What CPython's tests pin about task groups and timeouts. IDs are rows of the conformance table.
import { CancelledError, scope, sleep, spawn, type Task, timeout, TimeoutError } from "corun";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

function* fails(after: number, error: unknown) {
  yield* sleep(after);
  throw error;
}

/** Ends by cancellation only, and fails in its cleanup. */
function* failsInCleanup(error: unknown) {
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    yield* sleep(1);
    throw error;
  }
}

/** How joining `task` ends. */
function* endOf(task: Task<unknown, unknown, never>): Generator<never, unknown, unknown> {
  try {
    return yield* task;
  } catch (error) {
    return error;
  }
}

test("BX05: errors of the body and of children come in one group, the body's first", async () => {
  const [body, first, second] = [new Error("body"), new Error("first"), new Error("second")];
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      spawn(failsInCleanup, first);
      spawn(failsInCleanup, second);
      yield* sleep(1);
      throw body;
    });
  });
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toEqual([body, first, second]);
});

test("BX05: a cancel from outside and errors of children give the errors; a cancel alone gives the cancellation", async () => {
  const [first, second] = [new Error("first"), new Error("second")];
  await runVirtually(function* () {
    const cancelled = function* (...errors: Error[]) {
      const task = spawn.supervised(function* () {
        yield* scope(function* () {
          for (const error of errors) spawn(failsInCleanup, error);
          yield* sleep(1000);
        });
      });
      yield* sleep(1);
      void task.cancel("from outside");
      const end = yield* endOf(task);
      return [task.state, end] as const;
    };
    const [, group] = yield* cancelled(first, second);
    expect(group).toBeInstanceOf(AggregateError);
    expect((group as AggregateError).errors).toEqual([first, second]);
    expect(yield* cancelled(first)).toEqual(["failed", first]);
    const [state, end] = yield* cancelled();
    expect([state, (end as CancelledError).reason]).toEqual(["cancelled", "from outside"]);
    expect(end).toBeInstanceOf(CancelledError);
  });
});

test("BX07: the errors of an inner group reach the outer one as a group in it", async () => {
  const [a, b, c] = [new Error("a"), new Error("b"), new Error("c")];
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      spawn(failsInCleanup, c);
      yield* scope(function* () {
        spawn(failsInCleanup, a);
        spawn(fails, 1, b);
      });
    });
  });
  expect(failure).toBeInstanceOf(AggregateError);
  const [inner, ...others] = (failure as AggregateError).errors as unknown[];
  expect(others).toEqual([c]);
  expect((inner as AggregateError).errors).toEqual([a, b]);
});

test("BX07: a cancel of the outer group is not reported by the inner one as well", async () => {
  const wrong = new Error("outer");
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      spawn(fails, 5, wrong);
      yield* scope(function* () {
        spawn(sleep(1000));
        yield* scope(() => sleep(1000));
      });
    });
  });
  expect(failure).toBe(wrong);
});

test("BX08: no error is above the others: one that means the end of the process is a failure of its task", async () => {
  class Exit extends Error {}
  const [exit, other] = [new Exit("exit"), new Error("other")];
  const failure = await failureOf(function* () {
    spawn(failsInCleanup, other);
    spawn(fails, 1, exit);
  });
  expect((failure as AggregateError).errors).toEqual([other, exit]);
});

test.each(["before the deadline", "while the deadline unwinds"])(
  "BX10: a cancel from outside in the same instant, %s, is not made a TimeoutError",
  async (when) => {
    const log: string[] = [];
    await runVirtually(function* () {
      const task = spawn.supervised(function* () {
        if (when === "before the deadline") yield* rest(); // timers of an instant ring in the order of their setting
        try {
          yield* timeout(10, function* () {
            try {
              yield* sleep(1000);
            } finally {
              yield* sleep(1);
            }
          });
        } catch (error) {
          log.push(`caught ${String(error)}`);
        }
        log.push("went on");
      });
      if (when === "while the deadline unwinds") yield* rest();
      yield* sleep(10);
      void task.cancel("from outside");
      const end = yield* endOf(task);
      expect(end).toBeInstanceOf(CancelledError);
      expect((end as CancelledError).reason).toBe("from outside");
    });
    expect(log).toEqual([]);
  },
);

test("BX10: a deadline alone, in the same instant as the wait is over, is one or the other, not both", async () => {
  const failure = await failureOf(() => timeout(10, sleep(10)) as never);
  expect(failure).toBeInstanceOf(TimeoutError);
});
