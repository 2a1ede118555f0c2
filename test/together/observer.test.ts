// What a run tells its observer, and asks of its clock and its generator. IDs are rows of the conformance table.
import {
  now,
  type Observer,
  random,
  run,
  scope,
  shield,
  sleep,
  spawn,
  type Task,
  timeLeft,
  timeout,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { afterEach, expect, test, vi } from "vitest";
import { runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

afterEach(() => vi.restoreAllMocks());

/** An observer that logs each event with the name of its task. */
function logging(log: string[]): Observer {
  const told = (event: string) => (task: Task) => void log.push(`${event} ${task.name}`);
  return {
    runStarted: told("run started"),
    taskSpawned: told("spawned"),
    taskScheduled: told("scheduled"),
    beforeStep: told("before"),
    afterStep: told("after"),
    taskEnded: told("ended"),
    runEnded: told("run ended"),
  };
}

test("TR43: an observer is told of the run, and of each task's making, turns and end, in a fixed order", async () => {
  const log: string[] = [];
  await run.with({ observer: logging(log) })(function* main() {
    const task = spawn(function* child() {
      yield* yieldNow();
    });
    yield* task;
  });
  expect(log).toEqual([
    "spawned main",
    "run started main",
    "scheduled main",
    "before main",
    "spawned child",
    "scheduled child",
    "after main",
    "before child",
    "scheduled child",
    "after child",
    "before child",
    "ended child",
    "scheduled main",
    "after child",
    "before main",
    "ended main",
    "run ended main",
    "after main",
  ]);
});

test("TR44: an observer that throws is reported once, and told no more; the program goes on", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  let calls = 0;
  const wrong = new Error("wrong");
  const result = await run.with({
    observer: {
      beforeStep() {
        calls++;
        throw wrong;
      },
    },
  })(function* () {
    for (let i = 0; i < 3; i++) yield* yieldNow();
    return "done";
  });
  expect([result, calls]).toEqual(["done", 1]);
  expect(report.mock.calls).toEqual([["corun: an observer failed, and is told no more:", wrong]]);
});

test("TR29: who started whom, and what runs in a scope, can be read; a task tells it also when it has ended", async () => {
  await run(function* main() {
    let outer: Task | undefined;
    let tasks: Task[] = [];
    const child: Task = yield* scope(function* (own) {
      const made = spawn(function* child() {
        const inner = spawn(function* grandchild() {
          yield* sleep(1);
        });
        expect(inner.parent?.name).toBe("child");
        yield* inner;
      });
      outer = own.task;
      expect(own.parent?.task).toBe(own.task);
      yield* yieldNow();
      tasks = own.tasks;
      return made;
    });
    expect(tasks.length === 1 && tasks[0] === child).toBe(true);
    expect(child.state).toBe("done");
    expect(child.parent).toBe(outer);
    expect(outer!.parent).toBe(null);
  });
});

test("TR22: timeLeft is the least of the deadlines around, cut off by shields, and minus infinity when cancelled", async () => {
  const left: number[] = [];
  const clock = new VirtualClock();
  await runVirtually(
    function* () {
      left.push(timeLeft());
      yield* scope(
        function* (own) {
          left.push(timeLeft());
          yield* sleep(10);
          left.push(timeLeft());
          yield* timeout(500, function* () {
            left.push(timeLeft());
            yield* shield(function* () {
              left.push(timeLeft());
              yield* yieldNow();
            });
          });
          // A task inherits the deadlines of where it was started.
          yield* spawn(function* () {
            left.push(timeLeft());
            yield* timeout(5000, function* () {
              left.push(timeLeft());
              yield* yieldNow();
            });
          });
          const task = spawn.supervised(function* () {
            task.cancel();
            left.push(timeLeft());
            yield* yieldNow();
          }) as Task;
          yield* yieldNow();
          expect(own.name).toBe("limited");
        },
        { deadline: 100, name: "limited" },
      );
    },
    { clock },
  );
  const none = Number.POSITIVE_INFINITY;
  expect(left).toEqual([none, 100, 90, 90, none, 90, 90, -none]);
});

test("in cleanup no deadline counts, as none can cut it", async () => {
  let left = 0;
  await runVirtually(function* () {
    const task = spawn(() =>
      timeout(100, function* () {
        try {
          yield* sleep(1000);
        } finally {
          left = timeLeft();
        }
      }),
    );
    yield* rest();
    yield* task.cancel();
  });
  expect(left).toBe(Number.POSITIVE_INFINITY);
});

test("now is the run's clock, and random its generator: a seed repeats it, in any order of runs", async () => {
  const roll = (seed: number) =>
    run.with({ seed, clock: new VirtualClock() })(function* () {
      const rolls = [random(), random()];
      yield* sleep(250);
      return [...rolls, random(), now()];
    });
  const [first, other, again] = await Promise.all([roll(1), roll(2), roll(1)]);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(first.at(-1)).toBe(250);
  for (const n of first.slice(0, 3)) expect(n >= 0 && n < 1).toBe(true);
  expect(new Set([...first, ...other]).size).toBe(7);
});

test.each([now, random, timeLeft])("%o outside every task is an error", (ask) => {
  expect(ask).toThrow(/belongs to a running task/);
});

test("a task and a scope print as what they are", async () => {
  const printed = await run(function* main() {
    const task = spawn(function* child() {
      yield* yieldNow();
    });
    task.name = "child 1";
    return yield* scope(
      function* (own) {
        yield* task;
        return [String(task), String(own)];
      },
      { name: "block" },
    );
  });
  expect(printed).toEqual(["<task child 1 done>", "<scope block of task main>"]);
});
