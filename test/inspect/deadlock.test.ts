// What a DeadlockError tells: of each task what it waits for, who must act, since when, what it holds and where it is.

import {
  Barrier,
  Channel,
  type Clock,
  Condition,
  coroutine,
  DeadlockError,
  Event,
  Mutex,
  run,
  runSync,
  scope,
  select,
  Semaphore,
  sleep,
  spawn,
  type Task,
  yieldNow,
} from "corun";
import { afterEach, beforeEach, expect, test } from "vitest";
import { budget } from "../../src/scheduler/budget.ts";

function deadlock(main: () => Generator<never, unknown, unknown>, options = {}): DeadlockError {
  try {
    runSync.with(options)(main);
  } catch (error) {
    if (error instanceof DeadlockError) return error;
    throw error;
  }
  throw new Error("it was no deadlock");
}

/** All places of starts are kept here, however many there are. */
beforeEach(() => {
  budget.sites = Number.POSITIVE_INFINITY;
  budget.until = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  budget.until = 0;
});

const taskOf = (error: DeadlockError, name: string) => error.tasks.find((task) => task.name === name)!;

function* hold(mutex: Mutex, body: () => Generator<never, unknown, unknown>) {
  const guard = yield* mutex.lock();
  try {
    yield* body();
  } finally {
    guard[Symbol.dispose]();
  }
}

/** Two tasks that take two locks in opposite orders. */
function* crossed(names: boolean) {
  const accounts = new Mutex(names ? { name: "accounts" } : {});
  const audit = new Mutex(names ? { name: "audit" } : {});
  function* pause() {
    yield* yieldNow();
  }
  spawn(function* transfer() {
    yield* hold(accounts, function* inAccounts() {
      yield* pause();
      yield* hold(audit, pause);
    });
  });
  spawn(function* auditor() {
    yield* hold(audit, function* inAudit() {
      yield* pause();
      yield* hold(accounts, pause);
    });
  });
}

test("how long each has waited is of one moment, though it takes time to tell", () => {
  let time = 0;
  const clock = { now: () => time++, wakeAt: () => () => {} };
  const { tasks } = deadlock(
    function* () {
      const channel = new Channel();
      for (let i = 0; i < 5; i++) spawn(() => channel.receive());
      yield* channel.receive();
    },
    { clock },
  );
  expect(tasks).toHaveLength(6);
  expect(new Set(tasks.map(({ waited }) => waited)).size).toBe(1);
});

test("two locks in opposite orders: who waits for what, who holds it, and the circle", () => {
  const error = deadlock(() => crossed(true));
  expect(taskOf(error, "transfer")).toMatchObject({
    id: 2,
    state: "waiting",
    waitsFor: 'mutex "audit" held by task auditor',
    needs: [3],
    holds: ['mutex "accounts"'],
  });
  expect(taskOf(error, "auditor")).toMatchObject({
    id: 3,
    waitsFor: 'mutex "accounts" held by task transfer',
    needs: [2],
    holds: ['mutex "audit"'],
  });
  expect(error.cycle).toEqual([2, 3]);
  const [first, ...rest] = error.message.split("\n");
  expect(first).toBe(
    "no task can go on: " +
      'transfer waits for mutex "audit" held by task auditor; auditor waits for mutex "accounts" held by task transfer',
  );
  expect(rest.at(0)).toMatch(
    /^ {2}transfer#2 waits for mutex "audit" held by task auditor \(#3\), for \d+ ms; holds mutex "accounts"$/,
  );
  expect(rest.at(-1)).toBe("  cycle: transfer#2 -> auditor#3 -> transfer#2");
});

test("the lines of each task: the wait, the functions and coroutines that led to it, and where it was started", () => {
  const { lines, startedAt } = taskOf(
    deadlock(() => crossed(true)),
    "transfer",
  );
  const names = lines.map((line) => /^(?:at )?(\w+) ?[(@].*deadlock\.test\.ts/.exec(line)?.[1]);
  expect(names).toEqual(["hold", "inAccounts", "hold", "transfer"]);
  expect(startedAt).toMatch(/crossed.*deadlock\.test\.ts/);
});

test("mutexes without names are told too", () => {
  const error = deadlock(() => crossed(false));
  expect(taskOf(error, "transfer")).toMatchObject({ waitsFor: "lock held by task auditor", holds: ["the mutex"] });
  expect(error.cycle).toEqual([2, 3]);
});

test("joins and sends are waits for a task; a parent in the circle that waits only for its own is told then, too", () => {
  const error = deadlock(function* main() {
    const mutex = new Mutex({ name: "outer" });
    yield* hold(mutex, function* () {
      yield* scope(function* () {
        spawn(function* child() {
          yield* mutex.lock();
        });
      });
    });
  });
  expect(error.message.split("\n")[0]).toBe('no task can go on: child waits for mutex "outer" held by task main');
  expect(taskOf(error, "main")).toMatchObject({ waitsFor: "the tasks of scope", needs: [2], holds: ['mutex "outer"'] });
  expect(new Set(error.cycle)).toEqual(new Set([1, 2]));

  const asks = deadlock(function* main() {
    const silent: Task = spawn(function* silent() {
      yield* joins;
    });
    const joins = spawn(function* joins() {
      yield* silent.send(1);
    });
  });
  expect(taskOf(asks, "joins")).toMatchObject({ waitsFor: "send to task silent", needs: [2] });
  expect(taskOf(asks, "silent")).toMatchObject({ waitsFor: "task joins", needs: [3] });
});

test("without a circle there is none in the report", () => {
  const error = deadlock(function* main() {
    const jobs = new Channel<number>(0, { name: "jobs" });
    const worker = spawn(function* worker() {
      yield* jobs.receive();
    });
    yield* worker;
  });
  expect(error.cycle).toEqual([]);
  expect(error.message).not.toContain("cycle");
  expect(taskOf(error, "main").needs).toEqual([2]);
  expect(taskOf(error, "worker").needs).toEqual([]);
});

test("a circle through a select is found", () => {
  const error = deadlock(function* main() {
    const [a, b] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];
    const take = (first: Mutex, second: Mutex) =>
      function* task() {
        yield* first.lock();
        yield* yieldNow();
        yield* select({ lock: second.lock(), never: new Channel<void>().receive() });
      };
    spawn(take(a, b));
    spawn(take(b, a));
  });
  expect(error.cycle).toEqual([2, 3]);
  expect(error.tasks[0]).toMatchObject({ holds: ['mutex "a"'] });
});

test("what was given a name is called by it", () => {
  const mutex = new Mutex();
  const named: [() => Generator<never, unknown, unknown>, string][] = [
    [() => waitFor(new Event({ name: "ready" }).wait()), 'event "ready" that is not set'],
    [() => waitFor(new Barrier(2, { name: "start" }).wait()), 'barrier "start" that 1 of 2 tasks have come to'],
    [
      function* () {
        const pool = new Semaphore(2, { name: "pool" });
        yield* pool.acquire(2);
        yield* pool.acquire();
      },
      'acquire(1) of semaphore "pool" with 0 of 2 permits available',
    ],
    [
      function* () {
        const filled = new Condition(mutex, { name: "filled" });
        yield* mutex.lock();
        yield* filled.wait();
      },
      'notification of condition "filled"',
    ],
  ];
  for (const [main, text] of named) expect(deadlock(main).tasks[0]!.waitsFor).toBe(text);
});

function* waitFor(op: { [Symbol.iterator](): Iterator<never, unknown, unknown> }) {
  return yield* op;
}

test("since when: in milliseconds of the run's clock", () => {
  let time = 0;
  const clock: Clock = { now: () => time, wakeAt: () => () => {}, jump: (to) => void (time = to) };
  let failure: unknown;
  try {
    runSync.with({ clock })(function* main() {
      const jobs = new Channel<number>();
      spawn(function* early() {
        yield* jobs.receive();
      });
      yield* sleep(5000);
      spawn(function* late() {
        yield* jobs.receive();
      });
      yield* sleep(70);
    });
  } catch (error) {
    failure = error;
  }
  const error = failure as DeadlockError;
  expect(taskOf(error, "early").waited).toBe(5070);
  expect(taskOf(error, "late").waited).toBe(70);
  expect(error.message).toContain("early#2 waits for receive from channel, for 5070 ms");
});

test("of very many, some are told, those in the circle among them, and the text stays short", () => {
  const error = deadlock(function* main() {
    const never = new Channel<void>();
    for (let i = 0; i < 10_000; i++) spawn(() => never.receive());
    yield* crossed(true);
  });
  expect(error.tasks.length).toBeLessThan(100);
  expect(error.cycle).toHaveLength(2);
  expect(taskOf(error, "transfer").holds).toEqual(['mutex "accounts"']);
  expect(error.message).toMatch(/; and 9982 more\n/);
  expect(error.message.length).toBeLessThan(20_000);
});

test("a circle of ten thousand tasks is found", () => {
  const error = deadlock(function* main() {
    const locks = Array.from({ length: 10_000 }, () => new Mutex());
    for (const [i, lock] of locks.entries()) {
      spawn(function* philosopher() {
        yield* lock.lock();
        yield* yieldNow();
        yield* locks[(i + 1) % locks.length]!.lock();
      });
    }
  });
  expect(error.cycle).toHaveLength(10_000);
});

test("runSync, where it would have to wait for the host, tells the lines too", () => {
  expect(() =>
    runSync(function* main() {
      yield* sleep(5);
    }),
  ).toThrow(
    /^runSync would have to wait for the host: main waits for sleep\(5\)\n {2}main#1 .*\n {6}(?:at )?main.*deadlock\.test/,
  );
});

test("cleanup runs after the report was made, and one whose cleanup is stuck, too, is told where that waits", async () => {
  const log: string[] = [];
  const failure = await run(function* main() {
    try {
      yield* new Channel<void>(0, { name: "first" }).receive();
    } finally {
      log.push("cleanup");
      try {
        yield* new Channel<void>(0, { name: "second" }).receive();
      } catch (error) {
        log.push((error as Error).message.split("\n")[0]!);
      }
    }
  }).catch((error: unknown) => error);
  expect((failure as Error).message).toMatch(/^no task can go on: main waits for receive from first\n/);
  expect(log).toEqual(["cleanup", "no task can go on: main waits for receive from second"]);
});

/** The names of the functions in the lines that a failure has got for the places where tasks were started. */
const startsOf = (error: unknown) =>
  [...(error as Error).stack!.matchAll(/^ {4}at (spawn|run) (\S+) \(.*deadlock\.test\.ts/gm)].map(
    ([, how, name]) => `${how} ${name}`,
  );

test("a failure that leaves its run tells where its task was started, and the one that started that", async () => {
  const failing = coroutine(function* failing() {
    yield* yieldNow();
    throw new RangeError("bad luck");
  });
  function* middle() {
    spawn(failing);
  }
  const failure = await run(function* main() {
    yield* spawn(middle);
  }).catch((error: unknown) => error);
  expect(startsOf(failure)).toEqual(["spawn failing", "spawn middle", "run main"]);
  expect(String(failure)).toBe("RangeError: bad luck");
});

function fail(name: string): never {
  throw new Error(name);
}

test("each of several failures tells its own; one that goes through two runs tells both, each once", async () => {
  const fails = (name: string) =>
    coroutine(
      function* () {
        try {
          yield* yieldNow();
        } finally {
          fail(name);
        }
      },
      { name },
    );
  const [a, b] = [fails("a"), fails("b")];
  const several = (await run(function* main() {
    spawn(a);
    spawn(b);
  }).catch((error: unknown) => error)) as AggregateError;
  expect(several.errors.map(startsOf)).toEqual([
    ["spawn a", "run main"],
    ["spawn b", "run main"],
  ]);

  let twice: unknown;
  try {
    runSync(function* outer() {
      runSync(function* inner() {
        spawn(a);
      });
    });
  } catch (error) {
    twice = error;
  }
  expect(startsOf(twice)).toEqual(["spawn a", "run inner", "run outer"]);
});

test("a failure that is handled keeps the stack that it has", () => {
  runSync(function* main() {
    try {
      yield* scope(function* () {
        spawn(function* fails() {
          throw new Error("handled");
        });
      });
    } catch (error) {
      expect(startsOf(error)).toEqual([]);
    }
  });
});
