// Structure: a task ends when its body and all its children have; failures go to the owner.
import {
  CancelledError,
  coroutine,
  type Coroutine,
  defer,
  run,
  runSync,
  scope,
  SchedulerError,
  shield,
  sleep,
  spawn,
  StopIteration,
  type Task,
  timeout,
  TimeoutError,
  until,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

function* fails(after: number, error: unknown) {
  yield* sleep(after);
  throw error;
}

test("a task ends when its body and all its children have ended", async () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  await runVirtually(
    function* () {
      const task = spawn(function* () {
        spawn(function* () {
          spawn(sleep(30));
          yield* sleep(20);
        });
        yield* sleep(10);
        return "body";
      });
      expect(yield* task).toBe("body");
      times.push(clock.now());
    },
    { clock },
  );
  expect(times).toEqual([30]);
});

test("a child's failure cancels its siblings and the body, and comes out of the scope", async () => {
  const log: string[] = [];
  const wrong = new Error("wrong");
  await runVirtually(function* () {
    const member = function* (name: string) {
      try {
        yield* sleep(1000);
        log.push(`${name} went on`);
      } finally {
        yield* sleep(1);
        log.push(name);
      }
    };
    try {
      yield* scope(function* () {
        spawn(member, "before");
        spawn(fails, 5, wrong);
        spawn(member, "after");
        yield* member("body");
      });
    } catch (error) {
      log.push(error === wrong ? "caught" : String(error));
    }
    yield* sleep(1);
    log.push("goes on");
  });
  expect(log.slice(0, 3).toSorted()).toEqual(["after", "before", "body"]);
  expect(log.slice(3)).toEqual(["caught", "goes on"]);
});

test("… also where the body is joining it: a catch around the join is not entered", async () => {
  const wrong = new Error("wrong");
  const log: string[] = [];
  const failure = await failureOf(function* () {
    const child = spawn(fails, 5, wrong);
    try {
      yield* child;
    } catch {
      log.push("caught");
    }
  });
  expect([failure, log]).toEqual([wrong, []]);
});

test("a failure of a task's child comes out of the task", async () => {
  const wrong = new Error("wrong");
  await runVirtually(function* () {
    const owner = spawn.supervised(function* () {
      spawn(fails, 5, wrong);
      yield* sleep(1);
    });
    try {
      yield* owner;
      expect.unreachable();
    } catch (error) {
      expect(error).toBe(wrong);
    }
    expect(owner.state).toBe("failed");
  });
});

test("a supervised failure waits for whoever joins it, and cancels nobody", async () => {
  const wrong = new Error("wrong");
  const log: unknown[] = [];
  await runVirtually(function* () {
    spawn(function* () {
      yield* sleep(20);
      log.push("sibling");
    });
    const child = spawn.supervised(fails, 5, wrong);
    yield* sleep(10);
    try {
      yield* child;
    } catch (error) {
      log.push(error);
    }
  });
  expect(log).toEqual([wrong, "sibling"]);
});

test("a supervised failure surfaces at the end of the scope if nobody asked", async () => {
  const wrong = new Error("wrong");
  const log: string[] = [];
  const failure = await failureOf(function* () {
    spawn.supervised(fails, 5, wrong);
    yield* sleep(10);
    log.push("body");
  });
  expect([failure, log]).toEqual([wrong, ["body"]]);
});

test("several failures come as an AggregateError: the body's first, then in spawn order, the same object once", async () => {
  const [body, first, second] = [new Error("body"), new Error("first"), new Error("second")];
  const late = function* (error: unknown) {
    try {
      yield* sleep(1000);
    } finally {
      throw error;
    }
  };
  const failure = await failureOf(function* () {
    spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep(10);
        throw first;
      }
    });
    spawn(late, second);
    spawn(late, second);
    yield* sleep(1);
    throw body;
  });
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toEqual([body, first, second]);
});

test("cancellation is no failure: the owner of a cancelled child goes on", async () => {
  const result = await runVirtually(function* () {
    const child = spawn(sleep(1000));
    yield* yieldNow();
    yield* child.cancel();
    return "fine";
  });
  expect(result).toBe("fine");
});

test("spawn, scope and defer outside any task throw", () => {
  expect(() => spawn(sleep(1))).toThrow(SchedulerError);
  expect(() => defer(() => {})).toThrow(SchedulerError);
  expect(() => scope(sleep(1))[Symbol.iterator]()).toThrow(SchedulerError);
});

test("run takes a body, what coroutine gives, or a coroutine, with arguments; and gives what it returns", async () => {
  const double = function* (n: number) {
    yield* sleep(0);
    return 2 * n;
  };
  expect(await run(double, 2)).toBe(4);
  expect(await run(coroutine(double), 3)).toBe(6);
  expect(await run(coroutine(double)(4))).toBe(8);
});

test.each(["before it starts", "while it runs"])("run.with({signal}) aborted %s cancels the run", async (when) => {
  const controller = new AbortController();
  const log: string[] = [];
  if (when === "before it starts") controller.abort("why");
  const failure = await failureOf(
    function* () {
      try {
        log.push("body");
        spawn(function* () {
          yield* sleep(5);
          controller.abort("why");
        });
        yield* sleep(1000);
        log.push("after");
      } finally {
        yield* sleep(5);
        log.push("cleaned");
      }
    },
    { signal: controller.signal },
  );
  expect(failure).toBeInstanceOf(CancelledError);
  expect((failure as CancelledError).reason).toBe("why");
  expect(log).toEqual(when === "before it starts" ? [] : ["body", "cleaned"]);
});

test("runSync needs nothing of the host", () => {
  expect(
    runSync(function* () {
      const child = spawn(function* () {
        yield* yieldNow();
        return 1;
      });
      return (yield* child) + 1;
    }),
  ).toBe(2);
});

test("runSync throws if it would have to wait, and nothing of it runs later", async () => {
  const log: string[] = [];
  expect(() =>
    runSync(function* () {
      yield* until(new Promise((resolve) => setTimeout(resolve, 1)));
      log.push("later");
    }),
  ).toThrow(SchedulerError);
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(log).toEqual([]);
});

test("spawn.background is cancelled when the body of its scope ends, not when the last child does", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      yield* scope(function* () {
        spawn(sleep(50));
        spawn.background(function* () {
          try {
            yield* sleep(1000);
          } finally {
            log.push(`cancelled at ${clock.now()}`);
            yield* sleep(100);
          }
        });
        yield* sleep(10);
      });
      log.push(`scope ended at ${clock.now()}`);
    },
    { clock },
  );
  expect(log).toEqual(["cancelled at 10", "scope ended at 110"]);
});

test("task.state tells what it is doing", async () => {
  await runVirtually(function* () {
    const states: string[] = [];
    const task: Task<never, void, never> = spawn(function* () {
      states.push(task.state);
      yield* sleep(5);
    });
    states.push(task.state);
    yield* sleep(1);
    states.push(task.state);
    yield* task;
    states.push(task.state);
    const [failed, cancelled] = [spawn.supervised(fails, 1, 0), spawn(sleep(10))];
    yield* sleep(2);
    yield* cancelled.cancel();
    yield* scope(function* () {
      try {
        yield* failed;
      } catch {}
    });
    expect([...states, failed.state, cancelled.state]).toEqual([
      "ready",
      "running",
      "waiting",
      "done",
      "failed",
      "cancelled",
    ]);
  });
});

test("task.send gives the next yielded value, priming first; of a task that ends: StopIteration", async () => {
  await runVirtually(function* () {
    const task = spawn(function* (): Coroutine.Body<string, number, string> {
      const heard = yield "dropped";
      yield* sleep(5);
      yield `got ${heard}`;
      return 7;
    });
    expect(yield* task.send("a")).toBe("got a");
    for (let time = 0; time < 2; time++) {
      try {
        yield* task.send("b");
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(StopIteration);
        expect((error as StopIteration).value).toBe(7);
      }
    }
  });
});

test("a deadline counts from entry, is inherited, and the nearest counts; it ends in TimeoutError after the cleanup", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      for (const [outer, inner] of [
        [10, 50],
        [50, 10],
      ] as const) {
        const start = clock.now();
        try {
          yield* scope(
            function* () {
              yield* scope(
                function* () {
                  try {
                    yield* sleep(1000);
                  } finally {
                    yield* sleep(5);
                    log.push(`cleaned ${clock.now() - start}`);
                  }
                },
                { deadline: inner },
              );
            },
            { deadline: outer },
          );
        } catch (error) {
          log.push(`${(error as Error).name} ${clock.now() - start}`);
        }
      }
    },
    { clock },
  );
  expect(log).toEqual(["cleaned 15", "TimeoutError 15", "cleaned 15", "TimeoutError 15"]);
});

test("timeout counts from when it is waited for, and gives what its op gives in time", async () => {
  await runVirtually(function* () {
    const op = timeout(10, function* () {
      yield* sleep(5);
      return "in time";
    });
    yield* sleep(50);
    expect(yield* op).toBe("in time");
    try {
      yield* timeout(10, sleep(11));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TimeoutError);
    }
  });
});

test("shield gives its result, and a cancel from outside enters when it has ended", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const task = spawn(function* () {
        yield* shield(function* () {
          spawn(function* () {
            yield* sleep(30);
            log.push("child");
          });
          yield* sleep(20);
          log.push("body");
        });
        log.push("after");
      });
      yield* sleep(5);
      yield* task.cancel();
      expect(clock.now()).toBe(30);
      expect(
        yield* shield(function* () {
          return 3;
        }),
      ).toBe(3);
    },
    { clock },
  );
  expect(log).toEqual(["body", "child"]);
});

test("defer runs at the end of the innermost scope, after its tasks, last in first out, awaited, once", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    yield* scope(function* () {
      defer(() => log.push("first"));
      defer(function* () {
        yield* sleep(10);
        log.push("second");
      });
      spawn(function* () {
        yield* sleep(5);
        log.push("child");
      });
      log.push("body");
    });
    log.push("after");
  });
  expect(log).toEqual(["body", "child", "second", "first", "after"]);
});

test("sleep(0) does not switch, yieldNow lets all that are ready run first", { tags: "default-order" }, async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    spawn(function* () {
      log.push("child");
    });
    yield* sleep(0);
    log.push("slept");
    yield* yieldNow();
    log.push("yielded");
  });
  expect(log).toEqual(["slept", "child", "yielded"]);
  expect(() => sleep(Number.NaN)).toThrow(TypeError);
});
