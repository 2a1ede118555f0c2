// What users of other libraries complain about: cancelling, cleanup, errors. Each title says what Corun does instead.
import {
  abortSignal,
  CancelledError,
  coroutine,
  type Coroutine,
  defer,
  run,
  runSync,
  scope,
  sleep,
  spawn,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

/** Waits until it is cancelled, and then cleans up in two steps that wait. */
const worker = coroutine(function* (log: string[], name: string): Coroutine.Body {
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    yield* sleep(1);
    log.push(`${name} step 1`);
    yield* sleep(1);
    log.push(`${name} step 2`);
  }
  log.push(`${name} went on`);
});

test("Effection #1190: after a finally that waited, a cancelled coroutine does not go on past the cancel", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      yield* worker(log, "callee");
      log.push("caller went on");
    });
    yield* sleep(1);
    yield* task.cancel();
  });
  expect(log).toEqual(["callee step 1", "callee step 2"]);
});

test("Effection #1154: every step of a cleanup runs, also if a second cancel comes between two of them", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(() => worker(log, "it"));
    yield* rest();
    void task.cancel();
    yield* sleep(1);
    void task.cancel();
    yield* task.cancel();
  });
  expect(log).toEqual(["it step 1", "it step 2"]);
});

test("Effection #1225: a wait in finally needs no ensure(), in a callee and its caller alike", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* worker(log, "callee");
      } finally {
        yield* sleep(1);
        log.push("caller");
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["callee step 1", "callee step 2", "caller"]);
});

test("Effection #1153, redux-saga #1242 and #1234: waiting for cancel() ends when the cleanup has, not before", async () => {
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      const log: string[] = [];
      const task = spawn(() => worker(log, "it"));
      yield* rest();
      yield* task.cancel();
      expect([clock.now(), log.length, task.state]).toEqual([2, 2, "cancelled"]);
    },
    { clock },
  );
});

test("Effection #1235: waiting for cancel() does not throw what the task throws; joining it does", async () => {
  const wrong = new Error("cleanup");
  await runVirtually(function* () {
    const task = spawn.supervised(function* () {
      try {
        yield* sleep(1000);
      } finally {
        throw wrong;
      }
    });
    yield* rest();
    yield* task.cancel();
    let caught: unknown;
    try {
      yield* task;
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(wrong);
  });
});

test("Effection #1128: an error in a finally that the caller catches goes no further", async () => {
  const inner = coroutine(function* (): Coroutine.Body {
    try {
      yield* yieldNow();
    } finally {
      throw new Error("cleanup");
    }
  });
  const result = await run(function* () {
    try {
      yield* inner();
    } catch (error) {
      return `caught ${(error as Error).message}`;
    }
    return "missed";
  });
  expect(result).toBe("caught cleanup");
});

test("Effection, measured: if the body fails and a sibling's cleanup too, neither error is lost", async () => {
  const [a, b] = [new Error("A"), new Error("B")];
  const failure = await failureOf(function* () {
    spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        throw b;
      }
    });
    yield* rest();
    throw a;
  });
  expect((failure as AggregateError).errors).toEqual([a, b]);
});

test("redux-saga #1184: a cancel while a finally runs does not abandon it", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(() => worker(log, "it"));
    yield* rest();
    for (let i = 0; i < 4; i++) {
      void task.cancel();
      yield* rest();
    }
  });
  expect(log).toEqual(["it step 1", "it step 2"]);
});

test("redux-saga #266, ember-concurrency #50: a catch needs no test for a cancel error, it never sees one", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      for (;;) {
        try {
          yield* sleep(1000);
        } catch {
          log.push("caught");
        }
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    log.push(task.state);
  });
  expect(log).toEqual(["cancelled"]);
});

test("RxJS #6446 and #4222: an asynchronous teardown is waited for", async () => {
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      yield* scope(function* () {
        defer(() => sleep(30));
        spawn.background(sleep(Number.POSITIVE_INFINITY));
      });
      expect(clock.now()).toBe(30);
    },
    { clock },
  );
});

test("async iteration #126: what waits for a value that never comes is stopped at once, and cleans up", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const source = spawn(function* (): Coroutine.Body<number, void, void> {
      try {
        yield 0;
        yield* sleep(Number.POSITIVE_INFINITY);
      } finally {
        log.push("finally");
      }
    });
    const asking = spawn.supervised(() => source.send());
    yield* sleep(1);
    yield* source.cancel();
    try {
      yield* asking;
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  expect(log).toEqual(["finally", "CancelledError"]);
});

test.skipIf(typeof process === "undefined")(
  "ember-concurrency #146, #62, #583: a cancelled task that nobody joins rejects nothing and needs no catch",
  async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    await run(function* () {
      const task = spawn(sleep(1000));
      yield* yieldNow();
      void task.cancel("not needed");
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  },
);

test("ember-concurrency #25: who joins a cancelled task is told why it was cancelled, down to the first reason", async () => {
  const cause = new Error("the user has left");
  const seen = await runVirtually(function* () {
    let grandchild: { [Symbol.iterator](): Iterator<never, void, unknown> } | undefined;
    const parent = spawn(function* () {
      grandchild = spawn(sleep(1000));
      yield* sleep(1000);
    });
    yield* rest();
    yield* parent.cancel(cause);
    try {
      yield* grandchild!;
    } catch (error) {
      return error;
    }
    return undefined;
  });
  expect(seen).toBeInstanceOf(CancelledError);
  expect([(seen as CancelledError).reason, (seen as CancelledError).cause]).toEqual([cause, cause]);
});

test("scheduling-apis #78: the signal for a request comes from the scope that is open, handed on by nobody", async () => {
  const aborted: unknown[] = [];
  const request = () =>
    abortSignal().addEventListener("abort", (event) => aborted.push((event.target as AbortSignal).reason));
  const failure = await failureOf(function* () {
    yield* scope(
      function* () {
        request();
        yield* sleep(1000);
      },
      { deadline: 5 },
    );
  });
  expect(aborted).toEqual([failure]);
});

test("Effect #5323 and #5340: the stack of a failure names the functions of the application", () => {
  const readRow = coroutine(function* readRow(): Coroutine.Body {
    yield* yieldNow();
    throw new Error("no such row");
  });
  const loadUser = coroutine(function* loadUser(): Coroutine.Body {
    yield* readRow();
  });
  let stack = "";
  try {
    runSync(() => loadUser());
  } catch (error) {
    stack = String((error as Error).stack);
  }
  expect(stack).toMatch(/readRow[^]*at loadUser/);
});

test("Effection #974: children are waited for, and those in the background cancelled: it is said at the spawn", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const child = function* (name: string) {
      try {
        yield* sleep(10);
        log.push(`${name} done`);
      } finally {
        log.push(`${name} ended`);
      }
    };
    spawn(child, "awaited");
    spawn.background(child, "background");
    yield* rest();
  });
  expect(log).toEqual(["background ended", "awaited done", "awaited ended"]);
});
