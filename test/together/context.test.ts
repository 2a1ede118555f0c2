import { coroutine, run, runSync, scope, sleep, spawn, yieldNow } from "corun";
import { expect, test } from "vitest";
import { all } from "../../src/combinators/all.ts";
import { createContext } from "../../src/scheduler/context.ts";
import { jumpingClock } from "./clock.ts";
import { rest } from "./rest.ts";

const user = createContext("nobody");

test("outside every task, and where nothing is in force, get gives the default", () => {
  expect(user.get()).toBe("nobody");
  const within = runSync(function* () {
    return user.get();
  });
  expect(within).toBe("nobody");
});

test("a value is in force in the block, at any depth of calls, and only there", () => {
  const inner = coroutine(function* () {
    yield* yieldNow();
    return user.get();
  });
  const values = runSync(function* () {
    const within = yield* user.with("Ada", function* () {
      return [user.get(), yield* inner()];
    });
    return [...within, user.get()];
  });
  expect(values).toEqual(["Ada", "Ada", "nobody"]);
});

test("the innermost value counts, and the outer one is back after it; also undefined is a value", () => {
  const maybe = createContext<string | undefined>("default");
  const values = runSync(function* () {
    return yield* maybe.with("outer", function* () {
      const inner = yield* maybe.with(undefined, function* () {
        return maybe.get();
      });
      return [inner, maybe.get()];
    });
  });
  expect(values).toEqual([undefined, "outer"]);
});

test("contexts do not disturb one another", () => {
  const limit = createContext(1);
  const values = runSync(function* () {
    return yield* user.with("Ada", function* () {
      return yield* limit.with(2, function* () {
        return [user.get(), limit.get()];
      });
    });
  });
  expect(values).toEqual(["Ada", 2]);
});

test("a task inherits what is in force when it is started, and keeps it when the block has ended", async () => {
  const log: string[] = [];
  await run(function* () {
    yield* user.with("Ada", function* () {
      spawn(function* () {
        log.push(user.get());
        yield* sleep(1);
        spawn(function* () {
          log.push(`grandchild ${user.get()}`);
        });
      });
    });
    log.push(`after ${user.get()}`);
  });
  expect(log).toEqual(["after nobody", "Ada", "grandchild Ada"]);
});

test("a task that was started before the block never sees its value", async () => {
  const log: string[] = [];
  await run(function* () {
    spawn(function* () {
      for (let i = 0; i < 3; i++) {
        yield* yieldNow();
        log.push(user.get());
        yield* scope(function* () {
          log.push(
            yield* spawn(function* () {
              return user.get();
            }),
          );
        });
      }
    });
    yield* user.with("Ada", function* () {
      for (let i = 0; i < 20; i++) yield* yieldNow();
    });
  });
  expect(log).toEqual(Array(6).fill("nobody"));
});

test("what a task sets leaks neither to its parent nor to its siblings", async () => {
  const log = await run.with({ clock: jumpingClock() })(function* () {
    const one = (name: string, ms: number) =>
      function* () {
        return yield* user.with(name, function* () {
          yield* sleep(ms);
          return user.get();
        });
      };
    const names = yield* all([
      one("Ada", 3),
      one("Bob", 2),
      function* () {
        yield* sleep(1);
        return user.get();
      },
    ]);
    return [...names, user.get()];
  });
  expect(log).toEqual(["Ada", "Bob", "nobody", "nobody"]);
});

test("scopes and entries of combinators in the block see the value", async () => {
  const values = await run(function* () {
    return yield* user.with("Ada", function* () {
      return yield* scope(function* () {
        return yield* all([
          function* () {
            yield* yieldNow();
            return user.get();
          },
        ]);
      });
    });
  });
  expect(values).toEqual(["Ada"]);
});

test("the defaults of a body's parameters see the value too", () => {
  const values = runSync(function* () {
    const body = function* (name = user.get()) {
      return name;
    };
    return yield* user.with("Ada", body);
  });
  expect(values).toBe("Ada");
});

test("the value of before is back after a failure, and after a cancellation with cleanup that waits", async () => {
  const log: string[] = [];
  await run(function* () {
    try {
      yield* user.with("Ada", function* () {
        throw new Error("oops");
      });
    } catch {
      log.push(user.get());
    }
    const task = spawn(function* () {
      try {
        yield* user.with("Bob", function* () {
          try {
            yield* sleep(Number.POSITIVE_INFINITY);
          } finally {
            yield* yieldNow();
            log.push(user.get());
          }
        });
      } finally {
        yield* yieldNow();
        log.push(user.get());
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["nobody", "Bob", "nobody"]);
});

test("with opens no scope: a task started in it belongs to the scope around", async () => {
  const log: string[] = [];
  await run(function* () {
    yield* user.with("Ada", function* () {
      spawn(function* () {
        yield* yieldNow();
        log.push("task");
      });
    });
    log.push("block ended");
  });
  expect(log).toEqual(["block ended", "task"]);
});

test("with takes an op, and what can't be waited for is a TypeError", async () => {
  await expect(run(user.with("Ada", sleep(0)))).resolves.toBeUndefined();
  await expect(run(user.with("Ada", 5 as never))).rejects.toThrow("context.with needs a body");
});

test("outside every task a block is refused with the way in", () => {
  expect(() => user.with("Ada", sleep(0))[Symbol.iterator]()).toThrow("context.with(…) belongs to a running task");
});
