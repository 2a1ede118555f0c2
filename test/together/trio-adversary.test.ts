// Programs that were found by cancelling at every step of random programs.
import {
  CancelledError,
  coroutine,
  type Coroutine,
  CoroutineError,
  run,
  SchedulerError,
  scope,
  sleep,
  spawn,
  type Task,
  timeout,
  until,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

/** Lets a body know which turn it is in, and stops a loop that should have ended long ago. */
function* turns(most: number): Generator<number, void, void> {
  for (let turn = 0; turn < most; turn++) yield turn;
}

test("TR10: a task that is cancelled while a scope of it fails does not loop on: its catch is not entered", async () => {
  const log: string[] = [];
  const failure = await failureOf(function* () {
    const server = spawn(function* () {
      for (const turn of turns(5)) {
        try {
          yield* scope(function* () {
            spawn(function* () {
              yield* sleep(1);
              throw new Error("a request fails");
            });
            try {
              yield* sleep(100);
            } finally {
              yield* sleep(10);
            }
          });
        } catch {
          log.push(`caught in turn ${turn}`);
        }
      }
    });
    yield* sleep(5); // the scope cleans up
    yield* server.cancel();
  });
  expect(log).toEqual([]);
  expect(failure).toMatchObject({ message: "a request fails" }); // nor is it lost
});

test("TR10: an error in the cleanup of a cancelled callee does not make its caller go on", async () => {
  const log: string[] = [];
  const request = coroutine(function* (): Coroutine.Body {
    try {
      yield* sleep(100);
    } finally {
      throw new Error("cleanup fails");
    }
  });
  await runVirtually(function* () {
    const server = spawn.supervised(function* () {
      for (const turn of turns(5)) {
        try {
          yield* request();
        } catch {
          log.push(`caught in turn ${turn}`);
        }
      }
    });
    yield* sleep(5);
    yield* server.cancel();
    try {
      yield* server;
    } catch (error) {
      log.push((error as Error).message);
    }
  });
  expect(log).toEqual(["cleanup fails"]);
});

test("TR10: a deadline ends what it is set for, also if a cleanup in it fails and is caught", async () => {
  const clock = new VirtualClock();
  const cleanup = new Error("cleanup fails");
  const failure = await failureOf(
    () =>
      timeout(5, function* () {
        try {
          yield* scope(function* () {
            try {
              yield* sleep(100);
            } finally {
              throw cleanup;
            }
          });
        } catch {
          yield* sleep(10_000);
        }
      }) as never,
    { clock },
  );
  expect([clock.now(), failure]).toEqual([5, cleanup]);
});

test.each(["a scope", "a timeout"])(
  "TR11: a task that has cancelled itself starts nothing in %s that it opens then",
  async (what) => {
    const log: string[] = [];
    await runVirtually(function* () {
      const child = function* () {
        yield* sleep(1000);
        log.push("child ran");
      };
      const body = function* () {
        spawn(child);
      };
      const task: Task<never, void, never> = spawn(function* () {
        void task.cancel();
        if (what === "a scope") yield* scope(body);
        else yield* timeout(5000, body);
      });
      yield* sleep(1);
      log.push(task.state);
    });
    expect(log).toEqual(["cancelled"]);
  },
);

test("TR19: a scope in a coroutine that is resumed by hand is refused, as a wait is", async () => {
  const result = await run(function* () {
    const byHand = coroutine(function* (): Coroutine.Body<number> {
      yield* scope(
        function* (): Coroutine.Body<number> {
          yield 1;
        },
        { deadline: 5 },
      );
    })();
    try {
      byHand.next();
    } catch (error) {
      return error;
    }
    // Now this task is in a scope that it has not opened, whose deadline cancels the run.
    yield* sleep(20);
    return "let in";
  });
  expect(result).toBeInstanceOf(CoroutineError);
});

test("TR01: a task of another run can't be joined; it is said, and is no deadlock", async () => {
  await run(function* () {
    const foreign = spawn(function* () {
      yield* sleep(5);
      return "foreign";
    });
    const joins = function* () {
      yield* foreign;
    };
    yield* until(() => expect(run(joins)).rejects.toBeInstanceOf(SchedulerError));
  });
});

test.each(["sleep", "task", "coroutine"])(
  "eslint-plugin-effect #14: a %s that is yielded without the star is an error that says what is missing",
  async (what) => {
    const failure = await failureOf(function* () {
      if (what === "sleep") yield sleep(1);
      else if (what === "task") yield spawn(sleep(1));
      else yield coroutine(function* () {})();
    });
    expect(failure).toBeInstanceOf(TypeError);
    expect((failure as Error).message).toContain("yield*");
  },
);

test("a scope that is cancelled before it has a wait, from inside a task of it, ends all of it at once", async () => {
  const clock = new VirtualClock();
  const failure = await failureOf(
    () =>
      scope(function* (own) {
        spawn(function* () {
          own.cancel("by a task of it");
          yield* sleep(1000);
        });
        yield* sleep(1000);
      }) as never,
    { clock },
  );
  expect(failure).toBeInstanceOf(CancelledError);
  expect(clock.now()).toBe(0);
});
