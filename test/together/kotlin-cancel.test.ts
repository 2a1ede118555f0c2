// Cancellation and limits as kotlinx.coroutines' tests have them. IDs are rows of the conformance table.
import {
  CancelledError,
  Channel,
  defer,
  run,
  scope,
  shield,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";
import { counter } from "./steps.ts";

test("KT40: waiting in finally works in a shield, twice and nested too, and the task stays cancelled after it", async () => {
  const step = counter();
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        step(1);
        yield* sleep(1000);
      } finally {
        yield* shield(function* () {
          step(3);
          yield* yieldNow();
          yield* shield(() => yieldNow());
          step(4);
        });
        yield* shield(() => sleep(1));
        step(5);
      }
      expect.unreachable();
    });
    yield* rest();
    const ended = task.cancel();
    step(2);
    yield* ended;
    expect(task.state).toBe("cancelled");
    step(6);
  });
  step.last(6);
});

test("KT40: a cancel that comes during a shield waits for its end, and what it throws then is the task's failure", async () => {
  const wrong = new Error("wrong");
  for (const throws of [false, true]) {
    const log: string[] = [];
    const failure = await failureOf(function* () {
      const task = spawn.supervised(function* () {
        yield* shield(function* () {
          yield* sleep(10);
          log.push("shield ends");
          if (throws) throw wrong;
        });
        yield* sleep(0);
        log.push("goes on");
      });
      yield* sleep(1);
      task.cancel();
      yield* task;
    });
    expect(log).toEqual(["shield ends"]);
    expect(failure === wrong).toBe(throws);
    expect(failure instanceof CancelledError).toBe(!throws);
  }
});

test("KT41: a task that is cancelled before it starts never runs; one that runs to its first wait is cancelled there", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const body = function* (name: string) {
      try {
        log.push(`${name} begins`);
        yield* new Channel<void>().receive();
        log.push(`${name} goes on`);
      } finally {
        log.push(`${name} ends`);
      }
    };
    const never = spawn(body, "the first");
    never.cancel();
    const begun = spawn(body, "the second");
    yield* rest();
    begun.cancel();
    yield* begun.cancel();
    expect([never.state, begun.state]).toEqual(["cancelled", "cancelled"]);
  });
  expect(log).toEqual(["the second begins", "the second ends"]);
});

test("KT41: what must be undone though a task never ran is bound to the scope around, before the task is started", async () => {
  const log: string[] = [];
  await run(function* () {
    yield* scope(function* () {
      defer(() => log.push("closed"));
      const task = spawn(function* () {
        log.push("used");
      });
      task.cancel();
    });
  });
  expect(log).toEqual(["closed"]);
});

test("KT43: a limit that has passed is a TimeoutError also where a finally returns a result, and a catch never sees it", async () => {
  const step = counter();
  const failure = await failureOf(function* () {
    yield* timeout(100, function* () {
      step(1);
      try {
        yield* sleep(1000);
      } catch {
        expect.unreachable();
      } finally {
        step(2);
        return "OK";
      }
    });
  });
  expect(failure).toBeInstanceOf(TimeoutError);
  step.last(2);
});

test("KT43: an error that the cleanup throws takes the place of the TimeoutError", async () => {
  const wrong = new Error("wrong");
  const failure = await failureOf(function* () {
    yield* timeout(100, function* () {
      try {
        yield* sleep(1000);
      } finally {
        throw wrong;
      }
    });
  });
  expect(failure).toBe(wrong);
});

/** Kotlin's `withTimeoutOrNull`: null for the own limit; an error that comes out of `body` is not that. */
function* orNull<R>(ms: number, body: () => Generator<never, R, unknown>): Generator<never, R | null, unknown> {
  let passed: unknown;
  const guarded = function* () {
    try {
      return yield* body();
    } catch (error) {
      passed = error;
      throw error;
    }
  };
  try {
    return yield* timeout(ms, guarded);
  } catch (error) {
    if (error instanceof TimeoutError && error !== passed) return null;
    throw error;
  }
}

function* takes(ms: number) {
  yield* sleep(ms);
  return "done";
}

test("KT44: the limit that passes is caught where it was set: an inner one inside, an outer one outside", async () => {
  const clock = new VirtualClock();
  const log: unknown[] = [];
  await runVirtually(
    function* () {
      const outer = yield* orNull(200, function* () {
        log.push(yield* orNull(100, () => takes(1000)), clock.now());
        return "outer goes on";
      });
      log.push(outer);
      // The inner catch is for the same class, but a limit from outside is no error that it could catch.
      const cut = yield* orNull(100, function* () {
        yield* orNull(200, () => takes(1000));
        log.push("never");
        return "never";
      });
      log.push(cut, clock.now());
    },
    { clock },
  );
  expect(log).toEqual([null, 100, "outer goes on", null, 200]);
});

test("KT44: … and a TimeoutError of an inner limit that is not caught there passes an outer one as itself", async () => {
  const failure = await failureOf(function* () {
    yield* orNull(1000, function* () {
      yield* timeout(100, () => takes(500));
    });
  });
  expect(failure).toBeInstanceOf(TimeoutError);
  expect((failure as TimeoutError).message).toContain("100 ms");
});
