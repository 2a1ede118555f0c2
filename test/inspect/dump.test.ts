// A dump tells what every task does now, and changes nothing.

import {
  all,
  Channel,
  type Clock,
  Event,
  Mutex,
  race,
  run,
  runSync,
  type Scope,
  scope,
  select,
  Semaphore,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  until,
  yieldNow,
} from "corun";
import { dump, type DumpedRun, type DumpedTask, leaks, trace } from "corun/inspect";
import { expect, test } from "vitest";
import { runningRoots } from "../../src/scheduler/running.ts";

/** All tasks of a dump, outermost first. */
function tasksIn(root: DumpedTask): DumpedTask[] {
  return [root, ...root.scopes.flatMap((each) => each.tasks).flatMap(tasksIn)];
}
const dumped = (of: Task<unknown, unknown, never> | Scope): DumpedTask => dump({ of }).runs[0]!.root;

const runOf = (name: string): DumpedRun => dump().runs.find(({ root }) => root.name === name)!;

function* waitFor(op: { [Symbol.iterator](): Iterator<never, unknown, unknown> }) {
  return yield* op;
}

test("the tree of scopes and tasks, with what each does", () => {
  runSync(function* main() {
    const jobs = new Channel<number>(2, { name: "jobs" });
    const worker = spawn.background(function* worker() {
      yield* scope(
        function* () {
          spawn.background(waitFor, jobs.receive());
          spawn.background(waitFor, jobs.receive());
          yield* new Event({ name: "stop" }).wait();
        },
        { name: "pool" },
      );
    });
    yield* yieldNow();
    yield* yieldNow();
    const late = spawn.background(waitFor, yieldNow());
    const { root, live, cycle } = runOf("main");
    expect([live, cycle]).toEqual([5, []]);
    expect(root).toMatchObject({ name: "main", id: 1, state: "running", waitsFor: null, waited: 0, isFresh: false });
    const [own] = root.scopes;
    expect(own!.tasks.map(({ name, state, isFresh }) => [name, state, isFresh])).toEqual([
      ["worker", "waiting", false],
      ["waitFor", "ready", true],
    ]);
    const [first] = own!.tasks;
    expect(first).toMatchObject({ waitsFor: 'event "stop" that is not set', queue: "1 wait" });
    expect(first!.scopes.map(({ name, tasks }) => [name, tasks.length])).toEqual([
      ["worker", 0],
      ["pool", 2],
    ]);
    expect(first!.scopes[1]!.tasks[0]).toMatchObject({
      waitsFor: "receive from jobs",
      queue: "holds 0 of 2; 2 receive",
    });
    worker.cancel();
    late.cancel();
  });
});

test("the text: a line for each task, indented below its parent, with its lines and its start", () => {
  runSync(function* main() {
    const never = new Channel<number>(0, { name: "never" });
    const task = spawn(function* parent() {
      yield* scope(
        function* () {
          spawn(function* child() {
            yield* never.receive();
          });
        },
        { name: "inside" },
      );
    });
    yield* yieldNow();
    yield* yieldNow();
    const lines = String(dump({ of: task }))
      .split("\n")
      .map((line) => line.replace(/\(?[\w:/.@-]*\/dump\.test\.ts[^:]*:\d+:\d+\)?/, "HERE"));
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^ {2}parent#2 waits for the tasks of inside \(#3\), for \d+ ms$/),
      expect.stringMatching(/^ {6}(?:at )?parent ?HERE$/),
      expect.stringMatching(/^ {6}started (?:at )?main ?HERE$/),
      "    scope inside",
      expect.stringMatching(/^ {6}child#3 waits for receive from never \[1 receive\], for \d+ ms$/),
      expect.stringMatching(/^ {10}(?:at )?child ?HERE$/),
      expect.stringMatching(/^ {10}started .*HERE$/),
      "",
    ]);
    task.cancel();
  });
});

test("who holds what, and how long the lines are", () => {
  runSync(function* main() {
    const mutex = new Mutex({ name: "book" });
    const pool = new Semaphore(2, { name: "pool" });
    const guard = yield* mutex.lock();
    yield* pool.acquire(2);
    const tasks = [mutex.lock(), mutex.lock(), pool.acquire()].map((op) => spawn(waitFor, op));
    yield* yieldNow();
    const { root } = runOf("main");
    expect(root.holds).toEqual(['mutex "book"']);
    expect(root.scopes[0]!.tasks.map(({ waitsFor, needs, queue }) => [waitsFor, needs, queue])).toEqual([
      ['mutex "book" held by task main', [1], "2 wait"],
      ['mutex "book" held by task main', [1], "2 wait"],
      ['acquire(1) of semaphore "pool" with 0 of 2 permits available', [], "1 wait"],
    ]);
    for (const task of tasks) task.cancel();
    guard[Symbol.dispose]();
  });
});

test("deadlines, shields and cancellations are told", async () => {
  await run(function* main() {
    const task = spawn(function* task() {
      yield* timeout(60_000, function* () {
        yield* shield(function* () {
          yield* sleep(20);
        });
      });
    });
    yield* yieldNow();
    task.cancel();
    const { isCancelled, scopes } = dumped(task);
    expect(isCancelled).toBe(true);
    expect(scopes.map(({ name, isCancelled, isShielded }) => [name, isCancelled, isShielded])).toEqual([
      ["task", true, false],
      ["timeout", true, false],
      ["shield", false, true],
    ]);
    expect(scopes[1]!.timeLeft).toBeGreaterThan(50_000);
    expect(scopes[1]!.timeLeft).toBeLessThanOrEqual(60_000);
    expect(String(dump({ of: task }))).toMatch(/task#2 waits for sleep\(20\) \[\d+ ms left\], for \d+ ms, cancelled/);
  });
});

test("tasks that wait for one another are told while others go on; not where one of two things is enough", () => {
  runSync(function* main() {
    const [a, b] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];
    const take = (first: Mutex, second: Mutex, isChoice: boolean) =>
      function* task() {
        yield* first.lock();
        yield* yieldNow();
        yield* isChoice ? select({ lock: second.lock(), rest: new Event().wait() }) : second.lock();
      };
    const hopeful = [spawn(take(a, b, true)), spawn(take(b, a, true))];
    for (let i = 0; i < 3; i++) yield* yieldNow();
    expect(dumped(hopeful[0]!).needs).toEqual([3]);
    expect(dump().runs.map(({ cycle }) => cycle)).toContainEqual([]);
    expect(dump().runs.flatMap(({ cycle }) => cycle)).toEqual([]);
    for (const task of hopeful) task.cancel();
    yield* yieldNow();
    const [c, d] = [new Mutex({ name: "c" }), new Mutex({ name: "d" })];
    const stuck = [spawn(take(c, d, false)), spawn(take(d, c, false))];
    for (let i = 0; i < 3; i++) yield* yieldNow();
    expect(dump().runs.flatMap(({ cycle }) => cycle)).toEqual([4, 5]);
    expect(String(dump())).toContain("  cycle: task#4 -> task#5 -> task#4\n");
    for (const task of stuck) task.cancel();
  });
});

test("all and race tell the tasks that they wait for", () => {
  runSync(function* main() {
    const never = new Channel<void>();
    const tasks = [spawn(() => all([waitFor(never.receive())])), spawn(() => race([waitFor(never.receive())]))];
    yield* yieldNow();
    yield* yieldNow();
    expect(tasks.map((task) => dumped(task).needs)).toEqual([[4], [5]]);
    for (const task of tasks) task.cancel();
  });
});

test("of a scope, only what is in it is told", () => {
  runSync(function* main() {
    spawn.background(() => sleep(Number.POSITIVE_INFINITY));
    yield* scope(
      function* (own) {
        spawn.background(function* inside() {
          yield* sleep(Number.POSITIVE_INFINITY);
        });
        yield* yieldNow();
        expect(tasksIn(dumped(own)).map(({ name }) => name)).toEqual(["main", "inside"]);
      },
      { name: "part" },
    );
  });
});

test("runs that have let the host have a turn are told, and no more when they have ended", async () => {
  const names = () => dump().runs.map(({ root }) => root.name);
  let settle = () => {};
  const running = run(function* outlives() {
    yield* until(new Promise<void>((resolve) => (settle = resolve)));
  });
  expect(names()).toContain("outlives");
  const { external } = runOf("outlives");
  expect(external).toBe(1);
  settle();
  await running;
  expect(names()).not.toContain("outlives");
});

test("thousands of runs that come and go leave nothing behind in the list", async () => {
  const before = runningRoots().length;
  for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 100 }, () => run(() => sleep(0.01))));
  expect(runningRoots().length).toBe(before);
});

test("of very many tasks so many are shown as was asked, and the others counted", () => {
  runSync(function* main() {
    const never = new Channel<void>();
    for (let i = 0; i < 5000; i++) spawn.background(waitFor, never.receive());
    yield* yieldNow();
    const mine = dump({ tasks: 10 }).runs.find(({ root }) => root.name === "main")!;
    expect(mine.root.scopes[0]).toMatchObject({ omitted: 4991 });
    expect(mine.root.scopes[0]!.tasks).toHaveLength(9);
    expect(String(dump({ tasks: 10 }))).toContain("… and 4991 more");
  });
});

test("a dump is data: it survives JSON", () => {
  runSync(function* main() {
    spawn.background(() => sleep(Number.POSITIVE_INFINITY));
    yield* yieldNow();
    const found = dump();
    expect(JSON.parse(JSON.stringify(found))).toEqual({ runs: JSON.parse(JSON.stringify(found.runs)) });
    expect(JSON.stringify(found)).toContain('"waitsFor":"sleep(Infinity)"');
  });
});

test("nothing is changed by it: a program that is dumped at every step does what it does without", () => {
  function program(look: () => void): string[] {
    const log: string[] = [];
    runSync.with({ seed: 1 })(function* main() {
      const jobs = new Channel<number>(1);
      const mutex = new Mutex();
      spawn(function* producer() {
        for (let i = 0; i < 20; i++) yield* jobs.send(i);
        jobs.close();
      });
      for (const name of ["a", "b", "c"]) {
        spawn(function* worker() {
          for (let job = yield* jobs.next(); !job.done; job = yield* jobs.next()) {
            look();
            const guard = yield* mutex.lock();
            yield* yieldNow();
            look();
            log.push(`${name}${job.value}`);
            guard[Symbol.dispose]();
            const hit = yield* select({ turn: yieldNow(), never: new Event().wait() });
            log.push(hit.key);
          }
        });
      }
    });
    return log;
  }
  const plain = program(() => {});
  expect(plain).toHaveLength(40);
  expect(program(() => String(dump()))).toEqual(plain);
});

test("a trace that is on sees nothing of it", () => {
  const seen = trace({ all: true });
  try {
    runSync(function* main() {
      const task = spawn(function* outer() {
        yield* scope(function* () {
          yield* sleep(Number.POSITIVE_INFINITY);
        });
      });
      yield* yieldNow();
      const before = seen.events().length;
      expect(dumped(task).lines).toHaveLength(2);
      expect(seen.events().length).toBe(before);
      task.cancel();
    });
  } finally {
    seen.stop();
  }
});

test("leaks tells tasks that have waited for long, but not those that only wait for these", () => {
  let time = 0;
  const clock: Clock = { now: () => time, wakeAt: () => () => {}, jump: (to) => void (time = to) };
  runSync.with({ clock })(function* main() {
    spawn.background(function* forgotten() {
      yield* scope(function* () {
        spawn(function* inner() {
          yield* new Channel<void>().receive();
        });
      });
    });
    yield* sleep(50_000);
    spawn.background(function* fresh() {
      yield* new Channel<void>().receive();
    });
    yield* sleep(1000);
    expect(leaks({ waiting: 30_000 }).waiting.map(({ name }) => name)).toEqual(["inner"]);
    expect(leaks({ waiting: 500 }).waiting.map(({ name }) => name)).toEqual(["inner", "fresh"]);
    expect(leaks().waiting).toEqual([]);
  });
});
