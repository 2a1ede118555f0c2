// What Trio's tests pin about cancelling: points, order, nesting. IDs are rows of the conformance table.
import { abortSignal, coroutine, type Coroutine, scope, shield, sleep, spawn, type Task, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

/** A task that cancels itself and then comes to `wait`: what runs of it. */
async function afterSelfCancel(wait: () => { [Symbol.iterator](): Iterator<never, unknown, unknown> }) {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<never, void, never> = spawn(function* () {
      try {
        void task.cancel();
        log.push("on");
        yield* wait();
        log.push("past the wait");
      } catch {
        log.push("caught");
      }
    });
    yield* sleep(1);
    log.push(task.state);
  });
  return log;
}

test.each([
  ["yieldNow()", () => yieldNow()],
  ["sleep(Infinity)", () => sleep(Number.POSITIVE_INFINITY)],
  ["sleep(0), which could be done at once", () => sleep(0)],
  ["until(value), which could be done at once", () => until("value")],
])("TR08: in a cancelled scope %s is where the cancellation enters", async (_, wait) => {
  expect(await afterSelfCancel(wait)).toEqual(["on", "cancelled"]);
});

test("TR08: a shielded wait is not, it is done; the cancellation enters behind the shield", async () => {
  const log: string[] = [];
  const ran = await afterSelfCancel(() =>
    shield(function* () {
      yield* yieldNow();
      yield* sleep(0);
      log.push("shielded");
    }),
  );
  expect([log, ran]).toEqual([["shielded"], ["on", "cancelled"]]);
});

test("TR10: a cancellation that a plain generator lost in its cleanup enters again where the body waits next", async () => {
  const log: string[] = [];
  function* loses(): Generator<never, void, unknown> {
    try {
      yield* sleep(1000);
    } finally {
      yield* yieldNow(); // here the language's `yield*` turns the close into an ordinary end
    }
  }
  const helper = coroutine(function* helper(): Coroutine.Body {
    yield* loses();
    yield* yieldNow();
    log.push("helper runs to its end");
  });
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* helper();
        log.push("went on");
      } catch {
        log.push("caught");
      } finally {
        yield* sleep(1);
        log.push("finally");
      }
      yield* sleep(1);
      log.push("after");
    });
    yield* rest();
    yield* task.cancel();
    log.push(task.state);
  });
  expect(log).toEqual(["finally", "cancelled"]);
});

test("TR10: the waits of cleanup are not cut, be there as many as it likes", async () => {
  const log: number[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        for (let wait = 0; wait < 5; wait++) {
          yield* sleep(1);
          void task.cancel();
          log.push(wait);
        }
      }
    }) as Task;
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual([0, 1, 2, 3, 4]);
});

test("TR11: a task that is spawned into a cancelled scope does not start, however often that is tried", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<never, void, never> = spawn(function* () {
      void task.cancel("why");
      for (let i = 0; i < 3; i++) {
        const child = spawn(function* () {
          log.push("started");
        });
        log.push(child.state);
      }
    });
    yield* sleep(1);
    log.push(task.state);
  });
  expect(log).toEqual(["cancelled", "cancelled", "cancelled", "cancelled"]);
});

test("TR11: … so too if it is a scope that was cancelled, by its handle", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    try {
      yield* scope(function* (own) {
        own.cancel();
        const child = own.spawn(function* () {
          log.push("started");
        });
        log.push(child.state);
        yield* sleep(1);
      });
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  expect(log).toEqual(["cancelled", "CancelledError"]);
});

test("TR13: a cancel reaches grandchildren at once, not when their parents' cleanup has ended", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const signals: AbortSignal[] = [];
  await runVirtually(
    function* () {
      const generation = function* (depth: number): Generator<never, void, unknown> {
        try {
          if (depth < 3) spawn(generation, depth + 1);
          signals.push(abortSignal());
          yield* sleep(1000);
        } finally {
          log.push(`${depth} at ${clock.now()}`);
          yield* sleep(10);
        }
      };
      const task = spawn(generation, 1);
      yield* sleep(5);
      const end = task.cancel("why");
      expect(signals.map((signal) => [signal.aborted, signal.reason])).toEqual(signals.map(() => [true, "why"]));
      yield* end;
      log.push(`ended at ${clock.now()}`);
    },
    { clock },
  );
  expect(signals.length).toBe(3);
  expect(log.toSorted()).toEqual(["1 at 5", "2 at 5", "3 at 5", "ended at 15"]);
});

test("TR14: a task that sleeps under a shield is woken when the shield ends, by its grace", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const task = spawn(function* () {
        yield* shield(
          function* () {
            try {
              yield* sleep(Number.POSITIVE_INFINITY);
              log.push("slept");
            } finally {
              log.push(`woken at ${clock.now()}`);
            }
          },
          { grace: 7 },
        );
        log.push("went on");
      });
      yield* sleep(5);
      const end = task.cancel();
      yield* sleep(5);
      log.push(`at ${clock.now()} it is ${task.state}`);
      yield* end;
      log.push(task.state);
    },
    { clock },
  );
  expect(log).toEqual(["at 10 it is waiting", "woken at 12", "cancelled"]);
});

test("TR23: an operation refuses a cancel by a shield: it is woken by what it waits for, then the cancel enters", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    let finish!: (value: string) => void;
    const task = spawn(function* () {
      log.push(yield* shield(until(new Promise<string>((resolve) => (finish = resolve)))));
      yield* yieldNow();
      log.push("went on");
    });
    yield* rest();
    const end = task.cancel();
    yield* sleep(5);
    log.push(task.state);
    finish("done");
    yield* end;
    log.push(task.state);
  });
  expect(log).toEqual(["waiting", "cancelled"]);
});

test("TR23: an operation that delays a cancel sees it by the signal of the scope around, and ends in its time", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      const signal = abortSignal();
      const stopsSlowly = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          log.push("told");
          setTimeout(() => (log.push("stopped"), resolve()), 3);
        });
      });
      yield* shield(until(stopsSlowly));
      log.push("went on");
    });
    yield* rest();
    yield* task.cancel();
    log.push(task.state);
  });
  expect(log).toEqual(["told", "stopped", "cancelled"]);
});
