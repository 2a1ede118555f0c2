import {
  type CancelledError,
  run,
  runSync,
  SchedulerError,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { all } from "../../src/combinators/all.ts";
import { race } from "../../src/combinators/race.ts";
import { select } from "../../src/channel/select.ts";
import { abortSignal } from "../../src/interop/abort-signal.ts";
import { until } from "../../src/interop/until.ts";
import { jumpingClock } from "./clock.ts";
import { rest } from "./rest.ts";

const oops = new Error("oops");

describe("a promise that is rejected while nobody waits for it ends nothing:", () => {
  // The host would tell of it, and the tests would fail.
  const later = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error("later")), 1));
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

  test("one of several, of which another has failed before", async () => {
    const fails = function* (): Generator<never, void, unknown> {
      throw oops;
    };
    await expect(run(() => all([fails, until(later())]))).rejects.toBe(oops);
    await turn();
  });

  test("one of a task that is cancelled before it begins", async () => {
    await run(function* () {
      const task = spawn(until(later()));
      yield* task.cancel();
      expect(task.state).toBe("cancelled");
    });
    await turn();
  });

  test("one of a select that goes on without it", async () => {
    const given = await run(() => select({ late: until(later()) }, { otherwise: 0 }));
    expect(given).toEqual({ key: "otherwise", value: 0 });
    await turn();
  });
});

/** A promise, and what settles it; `callbacks` counts the calls of its `then`. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const counted = { promise, resolve, reject, callbacks: 0 };
  // oxlint-disable-next-line unicorn/no-thenable
  promise.then = (...callbacks: Parameters<typeof promise.then>) => {
    counted.callbacks++;
    return Promise.prototype.then.apply(promise, callbacks) as never;
  };
  return counted;
}

describe("until", () => {
  test("gives the value of a promise, while others run", async () => {
    const log: string[] = [];
    const { promise, resolve } = deferred<string>();
    const value = await run(function* () {
      spawn(function* () {
        yield* yieldNow();
        log.push("other");
        resolve("value");
      });
      return yield* until(promise);
    });
    expect(value).toBe("value");
    expect(log).toEqual(["other"]);
  });

  test("throws what the promise is rejected with, at the wait", async () => {
    const caught = await run(function* () {
      try {
        yield* until(Promise.reject(oops));
      } catch (error) {
        return error;
      }
      return null;
    });
    expect(caught).toBe(oops);
  });

  test("takes thenables, also one that calls back twice, throws, or gives another", async () => {
    const thenable = <T>(then: (yes: (value: T) => void, no: (error: unknown) => void) => void) =>
      // oxlint-disable-next-line unicorn/no-thenable
      ({ then }) as unknown as PromiseLike<T>;
    const values = await run(function* () {
      const twice = yield* until(
        thenable<number>((yes, no) => {
          yes(1);
          yes(2);
          no(oops);
        }),
      );
      const nested = yield* until(thenable((yes) => yes(Promise.resolve(3))));
      try {
        yield* until(
          thenable(() => {
            throw oops;
          }),
        );
      } catch (error) {
        return [twice, nested, error];
      }
      return [];
    });
    expect(values).toEqual([1, 3, oops]);
  });

  test("gives a value that is no promise back at once", () => {
    const values = runSync(function* () {
      return [yield* until(5), yield* until(undefined), yield* until(() => "made")];
    });
    expect(values).toEqual([5, undefined, "made"]);
  });

  test("given nothing it is a TypeError that says what it needs", () => {
    expect(() => (until as () => unknown)()).toThrow(TypeError);
    expect(() => (until as () => unknown)()).toThrow("until needs a promise, or a function (signal) => promise");
  });

  test("a function is called when it is waited for, with a signal that stays unaborted", async () => {
    let signal: AbortSignal | undefined;
    const op = until(async (given) => {
      signal = given;
      return 1;
    });
    expect(signal).toBeUndefined();
    expect(
      await run(function* () {
        return (yield* op) + (yield* op);
      }),
    ).toBe(2);
    expect(signal!.aborted).toBe(false);
  });

  test("what the function throws comes out at the wait", async () => {
    await expect(
      run(function* () {
        yield* until((): number => {
          throw oops;
        });
      }),
    ).rejects.toBe(oops);
  });

  test("a wait for a promise is no deadlock, and runSync refuses it", async () => {
    await run(function* () {
      yield* until(new Promise((resolve) => setTimeout(resolve, 3)));
    });
    expect(() =>
      runSync(function* () {
        yield* until(new Promise(() => {}));
      }),
    ).toThrow(SchedulerError);
  });

  test("when it has been cancelled, its promise keeps no deadlock from being seen", { tags: "slow" }, async () => {
    await expect(
      run(function* () {
        const task = spawn(until(new Promise(() => {})));
        yield* yieldNow();
        task.cancel();
        yield* race([]);
      }),
    ).rejects.toThrow("no task can go on");
  });

  test("a cancellation aborts the signal with its reason, and ignores the rejection that follows", async () => {
    const log: unknown[] = [];
    const task = await run(function* () {
      const task = spawn(
        until(
          (signal) =>
            new Promise<never>((_, reject) => {
              signal.addEventListener("abort", () => {
                log.push(signal.reason);
                reject(oops);
              });
            }),
        ),
      );
      yield* rest();
      yield* task.cancel("no more");
      // So that a rejection that nobody handles would be reported.
      yield* until(new Promise((resolve) => setTimeout(resolve, 3)));
      return task;
    });
    expect(log).toEqual(["no more"]);
    expect(task.state).toBe("cancelled");
  });

  test("a timeout aborts the signal with the TimeoutError", async () => {
    let reason: unknown;
    const waiting = run.with({ clock: jumpingClock() })(function* () {
      yield* timeout(
        5,
        until((signal) => {
          signal.addEventListener("abort", () => (reason = signal.reason));
          return new Promise(() => {});
        }),
      );
    });
    await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
    expect(reason).toBeInstanceOf(TimeoutError);
  });

  test("a promise that is rejected after its wait was cancelled is ignored", async () => {
    const { promise, reject } = deferred();
    await run(function* () {
      yield* race([until(promise), rest()]);
      reject(oops);
      yield* until(new Promise((resolve) => setTimeout(resolve, 3)));
    });
    await expect(promise).rejects.toBe(oops);
  });

  test("a thousand cancelled waits for one promise leave one callback on it", async () => {
    const source = deferred<number>();
    const value = await run(function* () {
      for (let i = 0; i < 1000; i++) yield* race([until(source.promise), yieldNow()]);
      spawn(function* () {
        source.resolve(7);
      });
      return [yield* until(source.promise), yield* until(source.promise)];
    });
    expect(value).toEqual([7, 7]);
    expect(source.callbacks).toBe(2);
  });

  test("several tasks wait for one promise", async () => {
    const { promise, resolve } = deferred<number>();
    const values = await run(function* () {
      const tasks = [1, 2, 3].map(() => spawn(until(promise)));
      yield* yieldNow();
      resolve(4);
      const values: number[] = [];
      for (const task of tasks) values.push(yield* task);
      return values;
    });
    expect(values).toEqual([4, 4, 4]);
  });

  test("it works in the cleanup that a cancellation started", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          log.push(yield* until((signal) => Promise.resolve(signal.aborted)));
        }
      });
      yield* rest();
      yield* task.cancel();
    });
    expect(log).toEqual([false]);
  });

  test("in a select that chooses another clause a function is not called, or its signal is aborted", async () => {
    const log: string[] = [];
    const ask = (name: string) =>
      until((signal) => {
        log.push(name);
        signal.addEventListener("abort", () => log.push(`${name} aborted`));
        return new Promise<never>(() => {});
      });
    const hits = await run.with({ clock: jumpingClock() })(function* () {
      const first = yield* select({ a: ask("first"), b: sleep(0) }, { order: "priority" });
      const second = yield* select({ a: ask("second"), b: sleep(1) });
      const third = yield* select({ a: until(() => 3), b: sleep(1000) });
      return [first, second, third];
    });
    expect(hits).toEqual(
      [{ key: "b" }, { key: "b" }, { key: "a", value: 3 }].map((hit) => expect.objectContaining(hit)),
    );
    expect(log).toEqual(["second", "second aborted"]);
  });
});

describe("abortSignal", () => {
  test("is aborted with the reason when its scope is cancelled, before the cleanup begins", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const task = spawn(function* () {
        const signal = abortSignal();
        signal.addEventListener("abort", () => log.push(signal.reason));
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          log.push("cleanup");
        }
      });
      yield* rest();
      yield* task.cancel("stop");
      expect(task.state).toBe("cancelled");
    });
    expect(log).toEqual(["stop", "cleanup"]);
  });

  test("is aborted when its scope has ended, and lives while tasks of it do", async () => {
    const log: boolean[] = [];
    const signal = await run(function* () {
      const signal = abortSignal();
      spawn(function* () {
        yield* yieldNow();
        log.push(signal.aborted);
      });
      return signal;
    });
    expect(log).toEqual([false]);
    expect(signal.aborted).toBe(true);
    expect((signal.reason as Error).name).toBe("AbortError");
  });

  test("is one and the same for a scope, and another for the next", async () => {
    await run(function* () {
      const outer = abortSignal();
      expect(abortSignal()).toBe(outer);
      const inner = yield* timeout(50, function* () {
        expect(abortSignal()).not.toBe(outer);
        return abortSignal();
      });
      expect(inner.aborted).toBe(true);
      expect(outer.aborted).toBe(false);
    });
  });

  test("keeps no deadlock from being seen, and no scope open", { tags: "slow" }, async () => {
    await expect(
      run(function* () {
        abortSignal();
        yield* sleep(Number.POSITIVE_INFINITY);
      }),
    ).rejects.toThrow("no task can go on");
    expect(
      runSync(() =>
        (function* () {
          return abortSignal().aborted;
        })(),
      ),
    ).toBe(false);
  });

  test("in the cleanup of a cancelled scope it is aborted from the start", async () => {
    const reasons: unknown[] = [];
    await run(function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          reasons.push(abortSignal().reason);
        }
      });
      yield* rest();
      yield* task.cancel("stop");
      try {
        yield* task;
      } catch (error) {
        reasons.push((error as CancelledError).reason);
      }
    });
    expect(reasons).toEqual(["stop", "stop"]);
  });

  test("outside every task it is refused", () => {
    expect(() => abortSignal()).toThrow("abortSignal() belongs to a running task");
  });
});
