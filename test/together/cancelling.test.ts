// Cancelling: one frame at a time, innermost first, each waited for; cleanup is never cut.
import {
  CancelledError,
  coroutine,
  type Coroutine,
  defer,
  scope,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  TimeoutError,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

/** How joining `task` ends. */
function* joined(
  task: Task<unknown, unknown, never>,
): Generator<never, { value: unknown } | { error: unknown }, unknown> {
  try {
    return { value: yield* task };
  } catch (error) {
    return { error };
  }
}

test("a cancel closes one frame at a time, innermost first, and waits until it is done before it goes on", async () => {
  const log: string[] = [];
  const clock = new VirtualClock();
  const level: (n: number) => Coroutine = coroutine(function* (n: number): Coroutine.Body {
    try {
      if (n === 0) yield* sleep(1000);
      else yield* level(n - 1);
      log.push(`after ${n}`);
    } finally {
      log.push(`begin ${n} at ${clock.now()}`);
      yield* sleep(10);
      log.push(`end ${n} at ${clock.now()}`);
    }
  });
  await runVirtually(
    function* () {
      const task = spawn(level, 2);
      yield* sleep(5);
      yield* task.cancel();
    },
    { clock },
  );
  expect(log).toEqual(["begin 0 at 5", "end 0 at 15", "begin 1 at 15", "end 1 at 25", "begin 2 at 25", "end 2 at 35"]);
});

test("a plain try/finally completes, with as many waits in it as it likes", async () => {
  const log: number[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        for (let step = 0; step < 20; step++) {
          if (step % 2) yield* sleep(1);
          else yield* yieldNow();
          log.push(step);
        }
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(Array.from({ length: 20 }, (_, step) => step));
});

test("nothing after the suspended point runs, and no user catch block is entered", async () => {
  const log: string[] = [];
  const inner = coroutine(function* (): Coroutine.Body {
    try {
      yield* sleep(1000);
      log.push("after the sleep");
    } catch {
      log.push("inner catch");
    } finally {
      log.push("inner finally");
      yield* sleep(1);
    }
    log.push("after the try");
  });
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* inner();
        log.push("after inner");
      } catch {
        log.push("outer catch");
      } finally {
        log.push("outer finally");
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["inner finally", "outer finally"]);
});

test("two cancels are one: the first reason stays, and each finally runs once", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        log.push("finally");
        yield* sleep(10);
        log.push("done");
      }
    });
    yield* rest();
    void task.cancel("first");
    void task.cancel("second");
    const end = yield* joined(task);
    expect(end).toMatchObject({ error: { reason: "first" } });
  });
  expect(log).toEqual(["finally", "done"]);
});

test.each(["the task", "its parent", "its scope's deadline", "a sibling's failure", "the signal of the run"])(
  "cleanup that a cancel started is not cut by a later cancel from %s",
  async (from) => {
    const log: string[] = [];
    const controller = new AbortController();
    const ended = runVirtually(
      function* () {
        let task: Task<never, void, never> | undefined;
        const parent = spawn.supervised(function* () {
          yield* scope(
            function* () {
              task = spawn(function* () {
                try {
                  yield* sleep(1000);
                } finally {
                  for (let step = 0; step < 5; step++) {
                    yield* sleep(10);
                    log.push(`step ${step}`);
                  }
                }
              });
              if (from === "a sibling's failure") {
                spawn(function* () {
                  yield* sleep(20);
                  throw new Error("sibling");
                });
              }
              yield* sleep(500);
            },
            { deadline: from === "its scope's deadline" ? 20 : 900 },
          );
        });
        yield* sleep(5);
        void task!.cancel();
        yield* sleep(15);
        if (from === "the task") void task!.cancel();
        if (from === "its parent") void parent.cancel();
        if (from === "the signal of the run") controller.abort();
        yield* joined(parent);
      },
      { signal: controller.signal },
    );
    await ended.catch(() => {});
    expect(log).toEqual(["step 0", "step 1", "step 2", "step 3", "step 4"]);
  },
);

test("a finally that was reached without a cancel is ordinary code: a cancel enters at its wait", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        log.push("body");
      } finally {
        yield* sleep(1000);
        log.push("cut");
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["body"]);
});

test.each(["shield", "defer"])("… and protects its waits with %s", async (how) => {
  const log: string[] = [];
  await runVirtually(function* () {
    const protectedCleanup = function* () {
      yield* sleep(100);
      log.push("cleaned");
    };
    const task = spawn(function* () {
      if (how === "defer") defer(protectedCleanup);
      try {
        log.push("body");
      } finally {
        if (how === "shield") yield* shield(protectedCleanup);
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["body", "cleaned"]);
});

test("a cancelled task is never un-cancelled: after a shield, and after a finally, it goes on unwinding", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* shield(function* () {
          yield* sleep(10);
          log.push("shielded");
        });
        log.push("after the shield");
        yield* sleep(1);
      } finally {
        yield* sleep(1);
        log.push("finally");
      }
      log.push("after the finally");
    });
    yield* rest();
    yield* task.cancel();
    expect(task.state).toBe("cancelled");
  });
  expect(log).toEqual(["shielded", "finally"]);
});

test("cleanup in a shield is bounded by its grace, counted from the cancel", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(1000);
        } finally {
          yield* sleep(5);
          yield* shield(
            function* () {
              try {
                yield* sleep(1000);
              } finally {
                log.push(`cut at ${clock.now()}`);
              }
            },
            { grace: 20 },
          );
        }
      });
      yield* sleep(10);
      yield* task.cancel();
      expect(task.state).toBe("cancelled");
    },
    { clock },
  );
  expect(log).toEqual(["cut at 30"]);
});

test("a shield whose grace is over is cancelled; that is no failure of the task", async () => {
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      const task = spawn.supervised(function* () {
        yield* shield(
          function* () {
            yield* sleep(1000);
          },
          { grace: 20 },
        );
      });
      yield* sleep(10);
      yield* task.cancel("why");
      expect(clock.now()).toBe(30);
      expect(yield* joined(task)).toMatchObject({ error: { reason: "why" } });
      expect(task.state).toBe("cancelled");
    },
    { clock },
  );
});

test("a plain `finally { return x }` is lawful, and the task stays cancelled", async () => {
  await runVirtually(function* () {
    const lawful = coroutine(function* (): Coroutine.Body<never, number> {
      try {
        yield* sleep(1000);
        return 1;
      } finally {
        return 2;
      }
    });
    const log: unknown[] = [];
    const task = spawn(function* () {
      log.push(yield* lawful());
    });
    yield* yieldNow();
    void task.cancel("why");
    expect(yield* joined(task)).toMatchObject({ error: { reason: "why" } });
    expect(log).toEqual([]);
  });
});

test("a bare spawn into a cancelled scope gives an already cancelled task and starts nothing", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        const child = spawn(function* () {
          log.push("started");
          yield* sleep(1);
        });
        log.push(child.state);
        yield* sleep(5);
      }
    });
    yield* rest();
    yield* task.cancel();
  });
  expect(log).toEqual(["cancelled"]);
});

test("scope, shield and timeout opened inside cleanup are fresh and work in full", async () => {
  const log: unknown[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        log.push(
          yield* scope(function* () {
            const child = spawn(function* () {
              yield* sleep(5);
              return "child";
            });
            return yield* child;
          }),
        );
        log.push(
          yield* shield(function* () {
            yield* sleep(5);
            return "shield";
          }),
        );
        try {
          yield* timeout(5, function* () {
            try {
              yield* sleep(100);
            } finally {
              yield* sleep(5);
              log.push("cleanup in the cleanup");
            }
          });
        } catch (error) {
          log.push(error instanceof TimeoutError);
        }
        try {
          yield* scope(function* () {
            spawn(function* () {
              throw new Error("inner");
            });
            yield* sleep(50);
            log.push("not cut");
          });
        } catch (error) {
          log.push((error as Error).message);
        }
        yield* sleep(3);
        log.push("end");
      }
      log.push("after");
    });
    yield* rest();
    yield* task.cancel();
    expect(task.state).toBe("cancelled");
  });
  expect(log).toEqual(["child", "shield", "cleanup in the cleanup", true, "inner", "end"]);
});

test("task.cancel() returns at once; what it returns ends when the cleanup has", async () => {
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(1000);
        } finally {
          yield* sleep(30);
        }
      });
      yield* sleep(1);
      const end = task.cancel();
      expect([clock.now(), task.state]).not.toContain("cancelled");
      yield* end;
      expect([clock.now(), task.state]).toEqual([31, "cancelled"]);
      yield* task.cancel();
    },
    { clock },
  );
});

test("joining a cancelled task throws CancelledError with .reason", async () => {
  const reason = { why: "enough" };
  await runVirtually(function* () {
    const task = spawn(function* () {
      yield* sleep(1000);
    });
    yield* yieldNow();
    void task.cancel(reason);
    const end = yield* joined(task);
    expect(end).toHaveProperty("error");
    const { error } = end as { error: unknown };
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).reason).toBe(reason);
  });
});

test("a task cancelled before its first step never runs its body", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task = spawn(function* () {
      log.push("ran");
      yield* sleep(1);
    });
    void task.cancel();
    expect(task.state).toBe("cancelled");
    yield* sleep(10);
  });
  expect(log).toEqual([]);
});

test("an error in cleanup is the failure of the task; outer finally blocks still run", async () => {
  const log: string[] = [];
  const wrong = new Error("cleanup");
  const inner = coroutine(function* (): Coroutine.Body {
    try {
      yield* sleep(1000);
    } finally {
      yield* sleep(1);
      throw wrong;
    }
  });
  await runVirtually(function* () {
    const task = spawn.supervised(function* () {
      try {
        yield* inner();
      } finally {
        yield* sleep(1);
        log.push("outer finally");
      }
    });
    yield* rest();
    void task.cancel();
    expect(yield* joined(task)).toEqual({ error: wrong });
    expect(task.state).toBe("failed");
  });
  expect(log).toEqual(["outer finally"]);
});

test("an error in cleanup comes out of the owner of a task that is not supervised", async () => {
  const wrong = new Error("cleanup");
  const failure = await failureOf(function* () {
    const task = spawn(function* () {
      try {
        yield* sleep(1000);
      } finally {
        throw wrong;
      }
    });
    yield* rest();
    void task.cancel();
    yield* sleep(10);
  });
  expect(failure).toBe(wrong);
});

test("a task that cancels itself ends at its next wait", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<never, void, never> = spawn(function* () {
      try {
        void task.cancel("myself");
        log.push("still here");
        yield* sleep(10);
        log.push("gone");
      } finally {
        yield* sleep(10);
        log.push("finally");
      }
    });
    expect(yield* joined(task)).toMatchObject({ error: { reason: "myself" } });
  });
  expect(log).toEqual(["still here", "finally"]);
});

test("a task that cancels itself still runs a shield in full", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<never, void, never> = spawn(function* () {
      void task.cancel();
      yield* shield(function* () {
        yield* sleep(10);
        log.push("shielded");
      });
      log.push("gone");
    });
    yield* joined(task);
  });
  expect(log).toEqual(["shielded"]);
});

test("a task that cancels itself and opens a scope leaves nothing running in that", async () => {
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      const task: Task<never, void, never> = spawn(function* () {
        void task.cancel();
        yield* scope(function* () {
          spawn(function* () {
            yield* sleep(1000);
          });
          yield* sleep(5);
        });
      });
      yield* joined(task);
      expect(clock.now()).toBe(0);
    },
    { clock },
  );
});

test("a task that cancels itself and passes a scope without a wait unwinds, waiting in its cleanup", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<never, void, never> = spawn(function* () {
      try {
        void task.cancel();
        yield* scope(function* () {});
        log.push("gone");
      } finally {
        yield* sleep(5);
        log.push("finally");
      }
    });
    yield* joined(task);
  });
  expect(log).toEqual(["finally"]);
});

test("a deadline that passes while a cancel unwinds its scope changes nothing", async () => {
  await runVirtually(function* () {
    const task = spawn.supervised(function* () {
      yield* scope(
        function* () {
          try {
            yield* sleep(1000);
          } finally {
            yield* sleep(50);
          }
        },
        { deadline: 20 },
      );
    });
    yield* sleep(10);
    void task.cancel("why");
    const end = yield* joined(task);
    expect([task.state, end]).toMatchObject(["cancelled", { error: { reason: "why" } }]);
    expect((end as { error: unknown }).error).toBeInstanceOf(CancelledError);
  });
});

test("a cancel while a deadline unwinds its scope ends in the cancellation", async () => {
  await runVirtually(function* () {
    const log: string[] = [];
    const task = spawn.supervised(function* () {
      try {
        yield* scope(
          function* () {
            try {
              yield* sleep(1000);
            } finally {
              yield* sleep(50);
              log.push("cleaned");
            }
          },
          { deadline: 10 },
        );
      } finally {
        yield* sleep(1);
        log.push("outer");
      }
    });
    yield* sleep(20);
    void task.cancel("why");
    const end = yield* joined(task);
    expect(log).toEqual(["cleaned", "outer"]);
    expect([task.state, end]).toMatchObject(["cancelled", { error: { reason: "why" } }]);
    expect((end as { error: unknown }).error).toBeInstanceOf(CancelledError);
  });
});

test("a send to a task that is in its cleanup does not cut that: it ends with the task", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const task = spawn(function* (): Coroutine.Body<number, void, string> {
        try {
          for (;;) log.push(yield 1);
        } finally {
          yield* sleep(20);
          log.push(`cleaned at ${clock.now()}`);
        }
      });
      yield* task.send("a");
      void task.cancel("why");
      yield* sleep(5);
      try {
        yield* task.send("b");
      } catch (error) {
        log.push((error as CancelledError).reason as string);
      }
    },
    { clock },
  );
  expect(log).toEqual(["a", "cleaned at 20", "why"]);
});
