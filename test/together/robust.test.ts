// User code that throws or calls back in odd places, and waits that are used in ways they are not made for: each has a
// defined end, or a clear error where it was done, and the run goes on as before.
import {
  abortSignal,
  all,
  Channel,
  type Clock,
  coroutine,
  type Coroutine,
  defer,
  run,
  runSync,
  select,
  sleep,
  spawn,
  type Task,
  until,
  type Waitable,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { errorOf } from "./error-of.ts";
import { rest } from "./rest.ts";

const BAD = new Error("bad");

function* forEver(): Generator<never, void, unknown> {
  yield* sleep(Number.POSITIVE_INFINITY);
}

const throwing = (): never => {
  throw BAD;
};

describe("errors whose stack is no text", () => {
  const odd = (stack: unknown): Error => Object.defineProperty(new Error("odd"), "stack", { value: stack });
  const throwing = Object.defineProperty(new Error("odd"), "stack", {
    get() {
      throw BAD;
    },
  });

  test.each([
    ["a list", odd(["parsed"])],
    ["undefined", odd(undefined)],
    ["a getter that throws", throwing],
  ])("come out as themselves: %s", async (_, error) => {
    const inner = coroutine(function* (): Coroutine.Body<never> {
      yield* yieldNow();
      throw error;
    });
    const failing = function* () {
      yield* inner();
    };
    await expect(run(failing).catch((thrown: unknown) => thrown === error)).resolves.toBe(true);
    const joining = function* () {
      yield* spawn(failing);
    };
    await expect(run(joining).catch((thrown: unknown) => thrown === error)).resolves.toBe(true);
  });

  test("all of them, where the host has been told to make something else of stacks", async () => {
    const { prepareStackTrace } = Error as { prepareStackTrace?: unknown };
    Object.assign(Error, { prepareStackTrace: (_: unknown, sites: unknown) => sites });
    try {
      await run(function* () {
        const task = spawn(function* () {
          try {
            yield* forEver();
          } finally {
            yield* yieldNow();
          }
        });
        yield* rest();
        yield* task.cancel();
        expect(task.state).toBe("cancelled");
      });
      const fails = coroutine(function* (): Coroutine.Body<never> {
        yield* yieldNow();
        throw BAD;
      });
      await expect(run(() => fails())).rejects.toBe(BAD);
    } finally {
      Object.assign(Error, { prepareStackTrace });
    }
  });
});

describe("iterables of the user's own", () => {
  const getterThrows = {
    get [Symbol.iterator]() {
      return throwing();
    },
  } as unknown as Waitable<number>;

  test("one that can't be iterated fails the task, or the call, that it is given to", async () => {
    await expect(run(getterThrows)).rejects.toBe(BAD);
    await expect(run(() => all([sleep(1), getterThrows]))).rejects.toBe(BAD);
    await run(function* () {
      const channel = new Channel<number>(1);
      expect(() => select({ received: channel.receive(), it: getterThrows })).toThrow(BAD);
      channel.trySend(1);
      expect(yield* channel.receive()).toBe(1);
    });
  });

  test("one that can't be closed fails the task that is cancelled in it", async () => {
    const closed = {
      next: () => sleep(1e6)[Symbol.iterator]().next(undefined),
      get return() {
        return throwing();
      },
    };
    await run(function* () {
      const task = spawn.supervised(function* () {
        yield* { [Symbol.iterator]: () => closed as unknown as Iterator<never, void, unknown> };
      });
      yield* rest();
      yield* task.cancel();
      expect([task.state, yield* errorOf(task)]).toEqual(["failed", BAD]);
    });
  });
});

describe("callbacks that throw", () => {
  test.each(["dropOldest", "dropNewest"] as const)("onUndelivered, by %s: the sender is told", (overflow) => {
    runSync(function* () {
      const channel = new Channel<number>(1, { overflow, onUndelivered: throwing });
      yield* channel.send(1);
      expect(yield* errorOf(channel.send(2))).toBe(BAD);
      expect(channel.tryReceive()).toEqual({ value: overflow === "dropOldest" ? 2 : 1, done: false });
    });
  });

  test("onUndelivered, by a cancel: the run fails with it, and all others clean up", async () => {
    const cleaned: string[] = [];
    const ended = run(function* () {
      const channel = new Channel<number>(0, { onUndelivered: throwing });
      spawn(function* () {
        try {
          yield* forEver();
        } finally {
          yield* sleep(1);
          cleaned.push("other");
        }
      });
      const sender = spawn(() => channel.send(1));
      yield* rest();
      void sender.cancel();
      yield* sleep(50);
    });
    await expect(ended).rejects.toBe(BAD);
    expect(cleaned).toEqual(["other"]);
  });

  test.each([undefined, null, 0, "text", Object.create(null)])("a cleanup that throws %o fails with that", (thrown) => {
    const body = function* () {
      defer(() => {
        throw thrown;
      });
    };
    let caught: unknown = "nothing";
    try {
      runSync(body);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
  });

  test("a listener of abortSignal() may cancel, send and start tasks in the midst of a cancel", async () => {
    const log: string[] = [];
    await run(function* () {
      const channel = new Channel<number>(1);
      const other = spawn(function* () {
        try {
          yield* forEver();
        } finally {
          log.push("other");
        }
      });
      const task: Task<never, void, never> = spawn(function* () {
        abortSignal().addEventListener("abort", () => {
          void other.cancel();
          channel.trySend(1);
          spawn(function* () {
            log.push("started");
          });
          void task.cancel("again");
        });
        try {
          yield* forEver();
        } finally {
          log.push("task");
        }
      });
      yield* rest();
      yield* task.cancel("first");
      expect(yield* errorOf(task)).toMatchObject({ reason: "first" });
      yield* rest();
      expect([task.state, other.state, channel.length]).toEqual(["cancelled", "cancelled", 1]);
    });
    expect(log.toSorted()).toEqual(["other", "started", "task"]);
  });
});

describe("clocks", () => {
  test("one that goes backwards makes sleeps longer, no more", async () => {
    let now = 1000;
    let leaps = 0;
    const clock: Clock = {
      now: () => now,
      wakeAt(_, wake) {
        const timer = setTimeout(() => {
          now += leaps++ % 2 === 0 ? -15 : 30;
          wake();
        });
        return () => clearTimeout(timer);
      },
    };
    await run.with({ clock })(function* () {
      yield* sleep(10);
      yield* sleep(10);
    });
    expect([now, leaps]).toEqual([1030, 4]);
  });

  test("one that wakes too often wakes once", async () => {
    let now = 0;
    const clock: Clock = {
      now: () => now,
      wakeAt(at, wake) {
        const ring = () => {
          now = Math.max(now, at);
          wake();
        };
        for (let i = 0; i < 3; i++) setTimeout(ring);
        return () => {};
      },
    };
    await run.with({ clock })(function* () {
      for (let i = 0; i < 5; i++) yield* sleep(10);
    });
    expect(now).toBe(50);
  });

  test("one that can't set a timer fails the run", async () => {
    const clock: Clock = { now: () => 0, wakeAt: throwing };
    await expect(run.with({ clock })(() => sleep(1))).rejects.toBe(BAD);
  });
});

describe("runs in one another", () => {
  test("a run, and a runSync, that a task starts leave the task as it was", async () => {
    await run(function* () {
      const inner = run(function* () {
        yield* spawn(() => sleep(1));
        return "inner";
      });
      const stuck = () => runSync(() => sleep(5));
      expect(stuck).toThrow("would have to wait for the host");
      expect(() => runSync(throwing)).toThrow(BAD);
      const channel = new Channel<string>();
      spawn(() => channel.send("mine"));
      expect(yield* channel.receive()).toBe("mine");
      expect(yield* until(inner)).toBe("inner");
    });
  });

  test("a run that a promise starts while another one goes on is one of its own", async () => {
    const start = async (): Promise<string> => {
      await Promise.resolve();
      return run(function* () {
        yield* yieldNow();
        return "from the promise";
      });
    };
    await run(function* () {
      const inner = start();
      for (let i = 0; i < 10; i++) yield* yieldNow();
      expect(yield* until(inner)).toBe("from the promise");
    });
  });

  test("an abort in a task of the run enters at its next wait; one that comes after the end has no effect", async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const ended = run.with({ signal: controller.signal })(function* () {
      controller.abort("why");
      log.push("still here");
      yield* sleep(1);
      log.push("gone");
    });
    await expect(ended).rejects.toMatchObject({ name: "CancelledError", reason: "why" });
    expect(log).toEqual(["still here"]);
    const late = new AbortController();
    expect(await run.with({ signal: late.signal })(() => sleep(0))).toBe(undefined);
    late.abort();
  });

  test("a run that only waits for a callback of the host is not deadlocked", { tags: "slow" }, async () => {
    const channel = new Channel<string>();
    setTimeout(() => channel.trySend("called"), 50);
    // Where the host does not tell, that is not judged.
    const later = run.with(typeof process === "undefined" || "Bun" in globalThis ? { deadlock: "warn" } : {});
    expect(await later(() => channel.receive())).toBe("called");
  });
});

test("several failures come together also where they have no text", () => {
  let caught: unknown;
  try {
    runSync(function* () {
      defer(() => {
        throw Object.create(null);
      });
      defer(() => {
        throw { toString: throwing };
      });
    });
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(AggregateError);
});

test.each([[5], [null], ["receive"]])("select(%j) says what it needs", (clauses) => {
  expect(() => select(clauses as never)).toThrow("select needs clauses, {key: op, …}, but got");
});

test("an async function is no body: the error says how a promise is waited for", async () => {
  await expect(run((async () => 1) as never)).rejects.toThrow("wait for one by `yield* until(promise)`");
});
