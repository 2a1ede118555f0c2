// What Trio's tests pin about scopes in scopes. IDs are rows of the conformance table.
import { type CancelledError, type Scope, scope, shield, sleep, spawn, timeout, TimeoutError, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";

/** Two scopes, one in the other, with deadlines: what is seen where. */
function nested(outer: number, inner: number, cleanup: number) {
  return runVirtually(function* () {
    const log: string[] = [];
    const caught = (where: string) => (error: unknown) =>
      log.push(`${where}: ${error instanceof TimeoutError ? error.message : String(error)}`);
    try {
      yield* scope(
        function* () {
          try {
            yield* scope(
              function* () {
                try {
                  yield* sleep(1000);
                } finally {
                  yield* sleep(cleanup);
                }
              },
              { deadline: inner, name: "inner" },
            );
          } catch (error) {
            caught("in the outer")(error);
            throw error;
          }
        },
        { deadline: outer, name: "outer" },
      );
    } catch (error) {
      caught("outside")(error);
    }
    return log;
  });
}

const OUTER = ["outside: outer took more than 10 ms"];

test("TR16: if nested scopes are cancelled, the outermost throws; nothing between them sees it", async () => {
  expect(await nested(10, 10, 0)).toEqual(OUTER); // both at once
  expect(await nested(10, 50, 0)).toEqual(OUTER);
  expect(await nested(10, 50, 60)).toEqual(OUTER); // the inner deadline passes in the cleanup
  expect(await nested(10, 5, 20)).toEqual(OUTER); // the inner was first, and its cleanup is not over
  expect(await nested(10, 5, 0)).toEqual([
    "in the outer: inner took more than 5 ms",
    "outside: inner took more than 5 ms",
  ]);
});

test("TR16: a scope whose deadline passes but that ends without coming to a wait gives its value", async () => {
  let now = 0;
  const clock = { now: () => now, wakeAt: (_: number, wake: () => void) => (setTimeout(wake), () => {}) };
  const value = await runVirtually(
    () =>
      scope(
        function* () {
          now += 100; // busy
          yield* sleep(0);
          return "in time";
        },
        { deadline: 10 },
      ) as never,
    { clock },
  );
  expect(value).toBe("in time");
});

test("TR16: of two nested scopes that are cancelled in the same step, the outer one throws", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const reason = (error: unknown) => (error as CancelledError).reason;
    try {
      yield* scope(function* (outer) {
        try {
          yield* scope(function* (inner) {
            inner.cancel("inner");
            outer.cancel("outer");
            yield* yieldNow();
          });
        } catch (error) {
          log.push(`between: ${String(reason(error))}`);
        }
        log.push("went on");
      });
    } catch (error) {
      log.push(`outside: ${String(reason(error))}`);
    }
  });
  expect(log).toEqual(["outside: outer"]);
});

test("TR16: a scope that was cancelled ends in the cancellation, also if its body came to its end without a wait", async () => {
  const log: unknown[] = [];
  await runVirtually(function* () {
    try {
      log.push(
        yield* scope(function* (own) {
          own.cancel("why");
          return "a value";
        }),
      );
    } catch (error) {
      log.push((error as CancelledError).reason);
    }
  });
  expect(log).toEqual(["why"]);
});

test("TR20: a shield in the cleanup does not change who catches the cancellation that is on its way", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    try {
      yield* scope(
        function* () {
          try {
            yield* scope(function* () {
              try {
                yield* sleep(1000);
              } finally {
                yield* shield(sleep(5), { grace: 1 });
                yield* shield(sleep(5));
                log.push("cleaned");
              }
            });
          } catch {
            log.push("caught between");
          }
          log.push("went on");
        },
        { deadline: 5 },
      );
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  expect(log).toEqual(["cleaned", "TimeoutError"]);
});

test("TR-19 in part: scopes end inner before outer: one that is cancelled from another task ends what is in it first", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    let outer: Scope | undefined;
    spawn(function* () {
      yield* sleep(5);
      outer!.cancel();
      log.push("cancelled from another task");
    });
    const member = function* (name: string) {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep(1);
        log.push(name);
      }
    };
    try {
      yield* scope(function* (own) {
        outer = own;
        try {
          yield* scope(function* () {
            spawn(member, "inner task");
            yield* sleep(1000);
          });
        } finally {
          log.push("inner has ended");
        }
      });
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  expect(log).toEqual(["cancelled from another task", "inner task", "inner has ended", "CancelledError"]);
});

test("TR-22 in effect: the nearest of the deadlines around counts, and a shield cuts off those outside it", async () => {
  const clock = new VirtualClock();
  const ends: number[] = [];
  await runVirtually(
    function* () {
      const body = function* (deadlines: number[]): Generator<never, void, unknown> {
        const [first, ...rest] = deadlines;
        if (first === undefined) yield* sleep(1000);
        else yield* scope(() => body(rest), { deadline: first });
      };
      for (const deadlines of [
        [30, 10, 20],
        [10, 20, 30],
        [30, 20, 10],
      ]) {
        const start = clock.now();
        try {
          yield* body(deadlines);
        } catch {
          ends.push(clock.now() - start);
        }
      }
      const start = clock.now();
      try {
        yield* timeout(10, () => shield(() => body([25])));
      } catch {
        ends.push(clock.now() - start);
      }
    },
    { clock },
  );
  expect(ends).toEqual([10, 10, 10, 25]);
});
