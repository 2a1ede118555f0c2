// What Trio's tests pin about failures that meet each other and cancellations. IDs are rows of the conformance table.
import { CancelledError, scope, sleep, spawn, timeout, TimeoutError, yieldNow } from "corun";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

function* fails(after: number, error: unknown) {
  yield* sleep(after);
  throw error;
}

/** Ends by cancellation only, and fails in its cleanup, which takes a while. */
function* failsInCleanup(error: unknown) {
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    yield* sleep(5);
    throw error;
  }
}

test(
  "TR04: a crash cancels the siblings, each is cancelled exactly once, then the error comes out",
  { tags: "default-order" },
  async () => {
    const log: string[] = [];
    const crash = new Error("crash");
    const failure = await failureOf(function* () {
      const looper = function* (name: string) {
        try {
          for (;;) yield* sleep(1);
        } finally {
          log.push(`${name} is cancelled`);
          yield* yieldNow();
          log.push(`${name} has ended`);
        }
      };
      spawn(looper, "first");
      spawn(looper, "second");
      spawn(fails, 5, crash);
    });
    expect(failure).toBe(crash);
    expect(log).toEqual(["first is cancelled", "second is cancelled", "first has ended", "second has ended"]);
  },
);

test("TR05: if the body and a child crash, both errors are in the group", { tags: "at-once" }, async () => {
  const [main, child] = [new Error("main"), new Error("child")];
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      spawn(function* () {
        throw child;
      });
      yield* sleep(0); // does not switch: the child runs when the body has failed
      throw main;
    });
  });
  // A child that had not begun when the body failed never runs.
  expect(failure).toBe(main);
  const both = await failureOf(function* () {
    yield* scope(function* () {
      spawn(failsInCleanup, child);
      yield* rest();
      throw main;
    });
  });
  expect(both).toBeInstanceOf(AggregateError);
  expect((both as AggregateError).errors).toEqual([main, child]);
});

test("TR05: if two children crash, both errors are in the group, in the order of their start", async () => {
  const [first, second] = [new Error("first"), new Error("second")];
  const failure = await failureOf(function* () {
    spawn(failsInCleanup, first);
    spawn(fails, 1, second);
  });
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toEqual([first, second]);
});

test("TR17: cancellations are no part of what a scope throws, real errors stay, as themselves", async () => {
  const wrong = new Error("real");
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      for (let i = 0; i < 3; i++) spawn(sleep(1000));
      spawn(fails, 5, wrong);
      for (let i = 0; i < 3; i++) spawn(sleep(1000));
      yield* sleep(1000);
    });
  });
  expect(failure).toBe(wrong);
});

test("TR17: several real errors come without the cancellations that were among them", async () => {
  const errors = [new Error("first"), new Error("second")];
  const failure = await failureOf(function* () {
    yield* timeout(5, function* () {
      spawn(sleep(1000));
      for (const error of errors) spawn(failsInCleanup, error);
      spawn(sleep(1000));
      yield* sleep(1000);
    });
  });
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toEqual(errors);
});

test("TR17: a cancellation goes no further than its own scope; what is outside it goes on", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    yield* scope(function* () {
      spawn(function* () {
        yield* sleep(20);
        log.push("outer child");
      });
      try {
        yield* scope(
          function* () {
            spawn(sleep(1000));
            yield* sleep(1000);
          },
          { deadline: 5 },
        );
      } catch (error) {
        log.push((error as Error).name);
      }
      yield* sleep(1);
      log.push("outer body");
    });
  });
  expect(log).toEqual(["TimeoutError", "outer body", "outer child"]);
});

test("TR17: a CancelledError that the body throws itself, from a join, is a failure like any other", async () => {
  let cancelled: CancelledError | undefined;
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      const task = spawn(sleep(1000));
      yield* yieldNow();
      void task.cancel("why");
      try {
        yield* task;
      } catch (error) {
        cancelled = error as CancelledError;
        throw error;
      }
    });
  });
  expect(failure).toBeInstanceOf(CancelledError);
  expect(failure).toBe(cancelled);
});

test("TR17: a real error in the cleanup after a deadline is not hidden by the TimeoutError", async () => {
  const wrong = new Error("cleanup");
  const failure = await failureOf(() => timeout(5, () => failsInCleanup(wrong)) as never);
  expect(failure).toBe(wrong);
  const plain = await failureOf(() => timeout(5, sleep(10)) as never);
  expect(plain).toBeInstanceOf(TimeoutError);
});
