// Waits, tasks and scopes that are used in ways they are not made for: a clear error where it was done, and the run
// goes on as before.
import {
  all,
  Channel,
  coroutine,
  DeadlockError,
  Mutex,
  run,
  runSync,
  type Scope,
  scope,
  SchedulerError,
  select,
  sleep,
  spawn,
  type StopIteration,
  type Task,
  timeout,
  until,
  type Waitable,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { errorOf } from "./error-of.ts";
import { rest } from "./rest.ts";

function* forEver(): Generator<never, void, unknown> {
  yield* sleep(Number.POSITIVE_INFINITY);
}

describe("one wait for two", () => {
  const ops: Record<string, (channel: Channel<number>) => Waitable<unknown>> = {
    sleep: () => sleep(50),
    receive: (channel) => channel.receive(),
    select: (channel) => select({ received: channel.receive(), later: sleep(1000) }),
    until: () => until(new Promise((resolve) => setTimeout(resolve, 50))),
  };

  test.each(Object.entries(ops))(
    "%s: the first task has it, the second one is told",
    { tags: "slow" },
    async (_, make) => {
      await run(function* () {
        const channel = new Channel<number>();
        const op = make(channel);
        const first = spawn(() => op);
        yield* rest();
        const second = spawn.supervised(() => op);
        expect(yield* errorOf(second)).toBeInstanceOf(SchedulerError);
        channel.trySend(1);
        yield* first;
        expect(channel.statistics()).toMatchObject({ receivers: 0, length: 0 });
      });
    },
  );

  test("one op twice in a select, or in a select and elsewhere, is refused and leaves nothing", async () => {
    await run(function* () {
      const channel = new Channel<number>();
      const op = channel.receive();
      expect(yield* errorOf(spawn.supervised(() => select({ one: op, two: op })))).toBeInstanceOf(SchedulerError);
      const waiter = spawn(() => op);
      yield* rest();
      expect(yield* errorOf(spawn.supervised(() => select({ one: op })))).toBeInstanceOf(SchedulerError);
      expect(channel.statistics().receivers).toBe(1);
      channel.trySend(4);
      expect(yield* waiter).toBe(4);
    });
  });

  test("one op, one after the other, is a wait each time", async () => {
    await run(function* () {
      const channel = new Channel<number>(2);
      for (const n of [1, 2]) channel.trySend(n);
      const [receive, pause] = [channel.receive(), sleep(1)];
      expect([yield* receive, yield* receive]).toEqual([1, 2]);
      yield* pause;
      yield* pause;
    });
  });

  test("one coroutine for two tasks: the second one is refused", async () => {
    await run(function* () {
      const c = coroutine(function* () {
        yield* sleep(1);
        return "result";
      })();
      const first = spawn.supervised(c);
      expect(() => spawn.supervised(c)).toThrow(TypeError);
      expect(yield* first).toBe("result");
    });
  });
});

describe("a wait that is iterated by mistake", () => {
  test("a sleep: an error, and the next wait is not ended by it", { tags: "slow" }, async () => {
    await run(function* () {
      expect(() => [...(sleep(1) as unknown as Iterable<never>)]).toThrow(/itera/);
      const from = performance.now();
      yield* sleep(30);
      expect(performance.now() - from).toBeGreaterThanOrEqual(29);
    });
  });

  test("a receive: an error, and it takes no value", async () => {
    await run(function* () {
      const channel = new Channel<number>();
      expect(() => [...(channel.receive() as unknown as Iterable<never>)]).toThrow(/itera/);
      expect(channel.statistics().receivers).toBe(0);
    });
  });

  test("a lock: an error, and nobody holds it for ever", async () => {
    await run(function* () {
      const mutex = new Mutex();
      const guard = yield* mutex.lock();
      const other = spawn(function* () {
        expect(() => [...(mutex.lock() as unknown as Iterable<never>)]).toThrow(/itera/);
        yield* sleep(5);
      });
      yield* yieldNow();
      guard[Symbol.dispose]();
      yield* other;
      expect(mutex.statistics()).toMatchObject({ isLocked: false });
    });
  });

  test(
    "in a plain helper that is iterated: an error, and the next wait is not ended by it",
    { tags: "slow" },
    async () => {
      const helper = function* () {
        yield* sleep(1);
      };
      await run(function* () {
        let caught: unknown;
        try {
          void [...helper()];
          yield* yieldNow(); // where the host rewraps results, it is seen only here
        } catch (error) {
          caught = error;
        }
        expect(caught).toMatchObject({ code: "NOT_DELEGATED" });
        const from = performance.now();
        yield* sleep(30);
        expect(performance.now() - from).toBeGreaterThanOrEqual(29);
      });
    },
  );

  test("yieldNow: an error, and each task has its turn", { tags: "default-order" }, async () => {
    const log: string[] = [];
    await run(function* () {
      expect(() => [...(yieldNow() as unknown as Iterable<never>)]).toThrow(/itera/);
      for (const name of ["one", "two"]) {
        spawn(function* () {
          for (let turn = 1; turn <= 2; turn++) {
            log.push(`${name} ${turn}`);
            yield* yieldNow();
          }
        });
      }
      yield* yieldNow();
      yield* yieldNow();
    });
    expect(log).toEqual(["one 1", "two 1", "one 2", "two 2"]);
  });
});

describe("a task and its coroutine", () => {
  test("closing a task's coroutine by hand is refused, and the task goes on", async () => {
    await run(function* () {
      const c = coroutine(function* () {
        yield* sleep(5);
        return "result";
      })();
      const task = spawn(c);
      yield* yieldNow();
      expect(() => c.close()).toThrow(expect.objectContaining({ code: "ALREADY_RUNNING" }));
      expect(yield* task).toBe("result");
    });
  });

  test("resuming a task's coroutine by hand is refused, and the task goes on", async () => {
    await run(function* () {
      const c = coroutine(function* () {
        yield* sleep(5);
        return "result";
      })();
      const task = spawn.supervised(c);
      yield* yieldNow();
      expect(() => c.next()).toThrow(expect.objectContaining({ code: "ALREADY_RUNNING" }));
      expect(yield* task).toBe("result");
    });
  });

  test("a task that joins itself, or is in a select of itself, is told", async () => {
    await run(function* () {
      const joins: Task<never, unknown, never> = spawn.supervised(function* (): Generator<never, unknown, unknown> {
        return yield* joins;
      });
      const selects: Task<never, unknown, never> = spawn.supervised(function* (): Generator<never, unknown, unknown> {
        return yield* select({ selects, later: sleep(5) });
      });
      expect(yield* errorOf(joins)).toBeInstanceOf(SchedulerError);
      expect(yield* errorOf(selects)).toBeInstanceOf(SchedulerError);
    });
  });

  test("a task that joins the one that it belongs to is a deadlock, which names both", () => {
    const main = coroutine(function* (): Generator<never, void, unknown> {
      const parent: Task<never, void, never> = spawn(function* elder() {
        spawn(function* child() {
          yield* parent;
        });
      });
      yield* parent;
    });
    expect(() => runSync(main)).toThrow(DeadlockError);
    expect(() => runSync(main)).toThrow("child waits for task elder");
  });

  test("a task that waits for the end of its own cancellation is cancelled; in its cleanup it is told", async () => {
    await run(function* () {
      const cancels: Task<never, unknown, never> = spawn(function* (): Generator<never, unknown, unknown> {
        yield* cancels.cancel("by itself");
        return "went on";
      });
      expect(yield* errorOf(cancels)).toMatchObject({ reason: "by itself" });
      const late: Task<never, void, never> = spawn.supervised(function* (): Generator<never, void, unknown> {
        try {
          yield* forEver();
        } finally {
          yield* late.cancel();
        }
      });
      yield* rest();
      void late.cancel();
      expect(yield* errorOf(late)).toBeInstanceOf(SchedulerError);
    });
  });

  test("a task of another run can be cancelled; a send to it is refused", async () => {
    await run(function* () {
      const task: Task<number, void, number> = spawn.background(function* (): Generator<number, void, number> {
        for (;;) yield 1;
      });
      yield* rest();
      const other = function* () {
        expect(yield* errorOf(task.send(1))).toBeInstanceOf(SchedulerError);
        void task.cancel();
      };
      yield* until(() => run(other));
      yield* rest();
      expect(task.state).toBe("cancelled");
    });
  });
});

describe("after the end", () => {
  test("a scope that has ended starts nothing, and a cancel of it has no effect", async () => {
    let leaked: Scope | undefined;
    await run(() =>
      scope(function* (own) {
        leaked = own;
      }),
    );
    expect(() => leaked!.spawn(forEver)).toThrow(SchedulerError);
    leaked!.cancel();
    expect(() => spawn(forEver)).toThrow("inside run(…)");
  });

  test("a block is opened anew each time", async () => {
    await run(function* () {
      const blocks = [scope(() => sleep(1)), timeout(1e6, sleep(1)), all([sleep(1)])];
      for (const block of blocks) for (let i = 0; i < 2; i++) expect(yield* errorOf(block)).toBe(undefined);
    });
  });
});

test("a body that yields after some iteration swallowed a wait goes on when it is sent to, not when that wait ends", async () => {
  function* helper() {
    yield* sleep(1);
  }
  const outcome = await run(function* () {
    const task = spawn(function* (): Generator<string, unknown, unknown> {
      try {
        for (const _ of helper());
      } catch {
        // it is told that a wait can't be iterated
      }
      return yield "first";
    });
    yield* sleep(20);
    const { state } = task;
    try {
      yield* task.send(7);
    } catch (error) {
      return { state, end: (error as StopIteration).value };
    }
    return { state };
  });
  expect(outcome).toEqual({ state: "waiting", end: 7 });
});
