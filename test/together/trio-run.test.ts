// What Trio's tests pin about runs, tasks and their start. IDs are rows of the conformance table.
import {
  abortSignal,
  type CancelledError,
  Channel,
  type Coroutine,
  createContext,
  defer,
  Event,
  run,
  runSync,
  SchedulerError,
  type Scope,
  scope,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  until,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

test("TR01: a run inside a task is a run of its own: it blocks nobody, and its failure goes to its promise", async () => {
  const log: string[] = [];
  const wrong = new Error("inner");
  const result = await run(function* () {
    spawn(function* () {
      yield* yieldNow();
      log.push("sibling");
    });
    const inner = run(function* () {
      yield* until(new Promise((resolve) => setTimeout(resolve, 1)));
      log.push("inner");
      throw wrong;
    });
    try {
      yield* until(inner);
    } catch (error) {
      log.push(error === wrong ? "its failure" : String(error));
    }
    expect(
      runSync(function* () {
        return yield* spawn(sleep(0));
      }),
    ).toBeUndefined();
    // What is spawned after them belongs to this task again.
    spawn(function* () {
      log.push("child");
    });
    return "outer";
  });
  expect(log).toEqual(["sibling", "inner", "its failure", "child"]);
  expect(result).toBe("outer");
});

test("TR01: a cancel reaches an inner run by the signal that it is given, and waits for it", async () => {
  const log: unknown[] = [];
  const failure = await failureOf(function* () {
    yield* timeout(10, function* () {
      defer(() => until(inner.catch((error: unknown) => log.push((error as CancelledError).reason))));
      const inner = run.with({ signal: abortSignal() })(function* () {
        try {
          yield* until(new Promise(() => {}));
        } finally {
          log.push("inner cleanup");
        }
      });
      yield* until(inner);
    });
  });
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(log).toEqual(["inner cleanup", failure]);
});

test(
  "TR02: tasks that loop over yieldNow advance in rounds: each has one step in each",
  { tags: "default-order" },
  () => {
    const steps: string[] = [];
    runSync(function* () {
      const looping = function* (name: string) {
        for (let round = 0; round < 10; round++) {
          steps.push(`${round}${name}`);
          yield* yieldNow();
        }
      };
      for (const name of ["a", "b", "c"]) spawn(looping, name);
    });
    const rounds = Array.from({ length: 10 }, (_, round) => steps.slice(3 * round, 3 * round + 3).toSorted());
    expect(rounds).toEqual(rounds.map((_, round) => [`${round}a`, `${round}b`, `${round}c`]));
  },
);

test("TR07: one task wakes another with a value or an error, exactly where it waits", async () => {
  const log: unknown[] = [];
  const wrong = new Error("woken by this");
  await runVirtually(function* () {
    let wake!: { resolve: (value: string) => void; reject: (error: unknown) => void };
    const parked = () => until(new Promise<string>((resolve, reject) => (wake = { resolve, reject })));
    const sleeper = spawn(function* () {
      log.push(yield* parked());
      try {
        log.push(yield* parked());
      } catch (error) {
        log.push(error);
      }
      log.push("goes on");
    });
    yield* rest();
    wake.resolve("value");
    expect(log).toEqual([]);
    yield* sleep(1);
    expect(log).toEqual(["value"]);
    wake.reject(wrong);
    yield* sleeper;
  });
  expect(log).toEqual(["value", wrong, "goes on"]);
});

test("TR07: … also by its own protocol, and through a channel that is closed with the error", () => {
  const log: unknown[] = [];
  const wrong = new Error("woken by this");
  const bell = new Channel<never>();
  runSync(function* () {
    const sleeper = spawn(function* (): Coroutine.Body<string, void, number> {
      log.push(yield "primed");
      try {
        log.push(yield* bell.receive());
      } catch (error) {
        log.push(error);
      }
      yield "parked";
    });
    spawn(function* () {
      yield* yieldNow();
      bell.close(wrong);
    });
    expect(yield* sleeper.send(1)).toBe("parked");
    void sleeper.cancel();
  });
  expect(log).toEqual([1, wrong]);
});

test("TR25: a scope stays open while a start of one of its tasks is pending", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      yield* scope(function* () {
        const server = spawn(function* (): Coroutine.Body<number, void, void> {
          yield* sleep(20);
          yield 0; // it has started
          yield 8080;
        });
        spawn(function* () {
          log.push(`port ${yield* server.send()} at ${clock.now()}`);
          void server.cancel();
        });
      });
      log.push(`scope ended at ${clock.now()}`);
    },
    { clock },
  );
  expect(log).toEqual(["port 8080 at 20", "scope ended at 20"]);
});

test("TR26: children may be spawned while others run, also from a cleanup at the end; the scope waits for all", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const late = function* (name: string, ms: number) {
        yield* sleep(ms);
        log.push(name);
      };
      yield* scope(function* () {
        defer(function* () {
          spawn(late, "of the cleanup", 5);
          yield* sleep(1);
        });
        spawn(function* () {
          yield* sleep(10);
          spawn(late, "grandchild", 10);
        });
        yield* sleep(5);
        spawn(late, "second", 1);
      });
      log.push(`ended at ${clock.now()}`);
    },
    { clock },
  );
  expect(log).toEqual(["second", "grandchild", "of the cleanup", "ended at 25"]);
});

test("TR25: … also if it is started there by another task", async () => {
  const clock = new VirtualClock();
  let ended = 0;
  await runVirtually(
    function* () {
      let target: Scope | undefined;
      spawn(function* () {
        yield* sleep(1);
        const started = new Event();
        target!.spawn(function* () {
          yield* sleep(20);
          started.set();
          yield* sleep(5);
        });
        yield* started.wait();
        expect([clock.now(), ended]).toEqual([21, 0]);
      });
      yield* scope(function* (own) {
        target = own;
        spawn(sleep(2));
      });
      ended = clock.now();
    },
    { clock },
  );
  expect(ended).toBe(26);
});

test("TR26: after the end of a scope its spawn is an error, that says so", async () => {
  const log: string[] = [];
  const failure = await failureOf(function* () {
    let ended: Scope | undefined;
    yield* scope(function* (own) {
      ended = own;
      spawn(function* () {
        yield* sleep(5);
        own.spawn(function* () {
          log.push("spawned while another one runs");
        });
      });
    });
    ended!.spawn(function* () {
      log.push("never");
    });
  });
  expect(failure).toBeInstanceOf(SchedulerError);
  expect((failure as Error).message).toBe("scope has ended: no task can be started in it any more");
  expect(log).toEqual(["spawned while another one runs"]);
});

test("TR26: after the end of a scope a spawn goes to the one around it, and after the run it is an error", async () => {
  let later: (() => unknown) | undefined;
  const states = await run(function* () {
    yield* scope(function* () {
      later = () => spawn(sleep(1));
    });
    const task = later!() as ReturnType<typeof spawn>;
    return [task];
  });
  expect(states.map((task) => task.state)).toEqual(["done"]);
  expect(later).toThrow(SchedulerError);
  expect(later).toThrow("belongs to a running task");
});

test("TR28: children inherit the context of their start; what they set is seen by neither sibling nor parent", async () => {
  const user = createContext("nobody");
  const seen: string[] = [];
  await runVirtually(function* () {
    const child = function* (name: string) {
      seen.push(`${name} starts with ${user.get()}`);
      yield* user.with(name, function* () {
        spawn(function* () {
          yield* sleep(5);
          seen.push(`child of ${name} has ${user.get()}`);
        });
        yield* sleep(1);
        seen.push(`${name} has ${user.get()}`);
      });
      seen.push(`${name} ends with ${user.get()}`);
    };
    yield* user.with("parent", function* () {
      spawn(child, "a");
      spawn(child, "b");
      yield* sleep(2);
      seen.push(`parent has ${user.get()}`);
    });
    seen.push(`outside ${user.get()}`);
  });
  expect(seen.toSorted()).toEqual([
    "a ends with parent",
    "a has a",
    "a starts with parent",
    "b ends with parent",
    "b has b",
    "b starts with parent",
    "child of a has a",
    "child of b has b",
    "outside nobody",
    "parent has parent",
  ]);
});
