// What a trace of tasks tells: who ran, who woke whom with what, and how all of it ended.
import {
  Channel,
  coroutine,
  Mutex,
  type Observer,
  type Op,
  run,
  runSync,
  scope,
  sleep,
  spawn,
  type Task,
  yieldNow,
} from "corun";
import { trace, type Trace, type TraceEvent } from "corun/inspect";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { instantClock } from "./instant-clock.ts";

/** An event on one line: kind, who, whom, for what, with what. */
function line({ kind, lane, other, label, value }: TraceEvent): string {
  const names = [lane, other].map((each) => each?.name ?? "-").join(" ");
  return [kind, names, label, value].filter((part) => part !== null).join(" ");
}

/** When the host has its turn hangs on its speed, so that is left out; and where it matters who comes next, there is no host. */
const lines = (tracing: Trace): string[] =>
  tracing
    .events()
    .filter(({ kind }) => kind !== "idle")
    .map(line);

/** Only where the host tells proxies from other objects the class of an error is looked at. */
const TOO_FAR = `${"process" in globalThis ? "RangeError" : "Error"}: too far`;

function* producer(numbers: Channel<number>) {
  yield* numbers.send(1);
  yield* numbers.send(2);
  numbers.close();
}

function* main() {
  const numbers = new Channel<number>(0, { name: "numbers" });
  spawn(producer, numbers);
  for (let next = yield* numbers.next(); !next.done; next = yield* numbers.next());
}

test("it tells each step in order: starts, runs, waits, who woke whom with what, and ends", () => {
  using tracing = trace({ time: false });
  runSync(main);
  expect(lines(tracing)).toEqual([
    "spawn - main",
    "run main -",
    "spawn main producer",
    "wait main - receive from numbers",
    "run producer -",
    "wake producer main receive from numbers 1",
    "pass producer - send to numbers",
    "wait producer - send to numbers",
    "run main -",
    "wake main producer send to numbers",
    "pass main - receive from numbers 2",
    "wait main - receive from numbers",
    "run producer -",
    "wake producer main receive from numbers closed",
    "end producer - done",
    "run main -",
    "end main - done",
  ]);
});

test("a task that lets others go first is followed by the next one; a timer wakes as code outside", () => {
  using tracing = trace({ time: false });
  runSync.with({ clock: instantClock() })(function* main() {
    spawn(function* other() {
      yield* yieldNow();
    });
    yield* yieldNow();
    yield* sleep(1);
  });
  expect(lines(tracing).filter((each) => !each.startsWith("spawn"))).toEqual([
    "run main -",
    "run other -",
    "run main -",
    "wait main - sleep(1)",
    "run other -",
    "end other - done",
    "wake - main sleep(1)",
    "run main -",
    "end main - done",
  ]);
});

test("a wait is called as it calls itself, also where very many are called differently", () => {
  using tracing = trace({ time: false, events: 20_000 });
  const told: string[] = [];
  const names = Array.from({ length: 1500 }, (_, i) => `n${i % 1100}`);
  runSync.with({ clock: instantClock() })(function* main() {
    const rooms = names.map((name) => new Channel<number>(2, { name }));
    const ended = names.map((name) => {
      const task = spawn(function* () {});
      task.name = name;
      return task;
    });
    yield* yieldNow();
    for (const [i, room] of rooms.entries()) {
      const ops = [room.send(i), room.send(i), room.receive(), room.next(), sleep(-i), ended[i]![Symbol.iterator]()];
      for (const op of ops as Op<unknown>[]) {
        told.push(op.describe());
        yield* op;
      }
    }
  });
  const seen = tracing.events().filter(({ kind }) => kind === "pass");
  expect(told).toContain("receive from n7");
  expect(seen.map(({ label }) => label)).toEqual(told);
});

test("when nothing is ready, the host has its turn", async () => {
  using tracing = trace({ time: false });
  await run.with({ clock: new VirtualClock() })(function* main() {
    yield* sleep(1);
  });
  const kinds = tracing.events().map(({ kind }) => kind);
  expect(kinds.slice(kinds.indexOf("wait") + 1)).toEqual(["idle", "wake", "run", "end", "idle"]);
});

test("a cancellation has the one who asked for it, a failure its error, a result its value", () => {
  using tracing = trace({ time: false });
  const program = function* main() {
    const waits = spawn(function* waits() {
      yield* sleep(Number.POSITIVE_INFINITY);
    });
    spawn(function* unborn() {}).cancel();
    yield* yieldNow();
    waits.cancel();
    yield* spawn(function* gives() {
      return "seven";
    });
    yield* spawn(function* fails() {
      throw new RangeError("too far");
    });
  };
  expect(() => runSync(program)).toThrow("too far");
  const told = lines(tracing).filter((each) => /^(cancel|end)/.test(each));
  expect(told).toEqual([
    "cancel main unborn",
    "end unborn - cancelled",
    "cancel main waits",
    "end waits - cancelled",
    'end gives - done "seven"',
    "cancel fails main",
    `end fails - failed ${TOO_FAR}`,
    `end main - failed ${TOO_FAR}`,
  ]);
});

test("a task that yields to whoever sends is told, and what it gives is what wakes the sender", () => {
  using tracing = trace({ time: false });
  runSync(function* main() {
    const echo = spawn(function* echo(): Generator<string, void, string> {
      for (let heard = ""; ;) heard = yield heard.toUpperCase();
    });
    yield* echo.send("a");
    yield* echo.send("b");
    echo.cancel();
  });
  // The first send is taken when the task has come to its first yield by itself.
  expect(lines(tracing).filter((each) => /^(wake|yield)/.test(each))).toEqual([
    'wake echo main send to task echo "A"',
    "yield echo -",
    'wake main echo "b"',
    'wake echo main send to task echo "B"',
    "yield echo -",
  ]);
});

test("only the last events are kept, a power of two of them; those who ended in them keep their names and parents", () => {
  const tracing = trace({ time: false, events: 13 });
  runSync(function* main() {
    for (let i = 0; i < 50; i++) {
      const task = spawn(function* () {});
      task.name = `child ${i}`;
      yield* task;
    }
  });
  tracing.stop();
  const { steps, lanes, dropped } = tracing.toJSON();
  expect(steps.length).toBe(16);
  expect(dropped).toBeGreaterThan(100);
  const names = lanes.map((lane) => lane.name);
  expect(names).toContain("child 49");
  expect(names).not.toContain("child 10");
  expect(names).not.toContain("");
  const root = lanes.find((lane) => lane.name === "main")!.id;
  const children = lanes.filter((lane) => lane.name.startsWith("child"));
  expect(new Set(children.map((lane) => lane.parent))).toEqual(new Set([root]));
});

test("it sees the runs that start while it is on, and those alone, and nothing after it is stopped", async () => {
  const quiet = run(function* before() {
    yield* sleep(5);
  });
  const tracing = trace();
  const seen = run(function* seen() {
    yield* sleep(1);
    tracing.stop();
    yield* sleep(1);
  });
  await Promise.all([quiet, seen]);
  await run(function* after() {});
  const { lanes } = tracing.toJSON();
  expect(lanes.map(({ name, state }) => `${name} ${state}`)).toEqual(["seen running"]);
});

test("runs side by side are told apart, though their tasks have the same turns", async () => {
  using tracing = trace({ time: false });
  const body = (name: string) =>
    run(
      coroutine(
        function* () {
          const task = spawn(function* () {
            yield* sleep(1);
          });
          task.name = `${name}'s`;
          yield* task;
        },
        { name },
      ),
    );
  await Promise.all([body("one"), body("two")]);
  const { lanes } = tracing.toJSON();
  expect(lanes.map(({ name, parent }) => [name, lanes[parent]?.name])).toEqual([
    ["one", undefined],
    ["one's", "one"],
    ["two", undefined],
    ["two's", "two"],
  ]);
  expect(lines(tracing)).toContain("wake two's two task two's");
});

test("with `all: false` it sees the runs that it is the observer of; given to a run that it sees anyway it tells once", async () => {
  const one = trace({ all: false, time: false });
  await run(function* unseen() {});
  await run.with({ observer: one })(function* seen() {});
  one.stop();
  expect(lines(one)).toEqual(["spawn - seen", "run seen -", "end seen - done"]);
  using two = trace({ time: false });
  await run.with({ observer: two })(function* seen() {});
  expect(lines(two)).toEqual(lines(one));
});

test("a run's own observer and several traces are all told; and tell the same", () => {
  const told: string[] = [];
  const observer: Observer = { taskEnded: (task: Task) => void told.push(task.name) };
  using one = trace({ time: false });
  using two = trace({ time: false });
  runSync.with({ observer })(main);
  expect(told).toEqual(["producer", "main"]);
  expect(lines(one)).toEqual(lines(two));
  expect(lines(one).length).toBe(17);
});

test("a task that runs another scheduler goes on after it", () => {
  using tracing = trace({ time: false });
  runSync(function* outer() {
    runSync(function* inner() {
      yield* yieldNow();
    });
    yield* yieldNow();
  });
  expect(lines(tracing)).toEqual([
    "spawn - outer",
    "run outer -",
    "spawn outer inner",
    "run inner -",
    "run inner -",
    "end inner - done",
    "run outer -",
    "run outer -",
    "end outer - done",
  ]);
});

test("lanes tell what those who live wait for, and the values can be left out", async () => {
  const tracing = trace({ values: false });
  await run(function* main() {
    const words = new Channel<string>(0, { name: "words" });
    yield* scope(function* () {
      spawn.background(function* listener() {
        for (;;) yield* words.receive();
      });
      yield* words.send("secret");
      yield* yieldNow();
      tracing.stop();
    });
  });
  const { lanes, values } = tracing.toJSON();
  expect(values).toEqual([]);
  expect(lanes.map(({ name, state, waitsFor }) => [name, state, waitsFor])).toEqual([
    ["main", "running", null],
    ["listener", "waiting", "receive from words"],
  ]);
});

test("lanes tell who must act before those who wait can go on", async () => {
  const tracing = trace();
  await run(function* main() {
    const lock = new Mutex();
    yield* lock.lock();
    for (let i = 0; i < 12; i++) {
      spawn.background(function* waiter() {
        yield* lock.lock();
      });
    }
    yield* yieldNow();
    const joiner = spawn.background(function* joiner() {
      yield* scope(function* () {
        for (let i = 0; i < 12; i++) spawn(() => sleep(Number.POSITIVE_INFINITY));
      });
    });
    joiner.name = "joins";
    yield* yieldNow();
    tracing.stop();
  });
  const { lanes } = tracing.toJSON();
  const needed = (name: string) => lanes.find((lane) => lane.name === name)!.needs.map((id) => lanes[id]!.name);
  expect(needed("waiter")).toEqual(["main"]);
  expect(needed("joins")).toEqual(Array.from({ length: 9 }, () => "sleep(Infinity)"));
  expect(needed("main")).toEqual([]);
});

test("those who have ended wait for nobody", async () => {
  using tracing = trace();
  await run(function* main() {
    yield* spawn(function* child() {
      yield* yieldNow();
    });
  });
  expect(tracing.toJSON().lanes.map(({ needs, waitsFor }) => [needs, waitsFor])).toEqual([
    [[], null],
    [[], null],
  ]);
});

test("times are microseconds that never run backwards, and a step lasts until the next one", async () => {
  using tracing = trace();
  const before = performance.now();
  await run(function* main() {
    const start = performance.now();
    while (performance.now() < start + 5);
    yield* sleep(20);
  });
  const spent = (performance.now() - before) * 1000;
  const { steps, slices, unit, end } = tracing.toJSON();
  const times = steps.map(([at]) => at);
  expect(unit).toBe("us");
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const [, from, to] = slices[0]!;
  expect(to - from).toBeGreaterThanOrEqual(5000);
  expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(24_000);
  expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(spent);
  expect(end).toBeGreaterThanOrEqual(times.at(-1)!);
});

test.each([0, 1.5, Number.NaN, 2 ** 27])("%o events can't be kept", (events) => {
  expect(() => trace({ events })).toThrow(/a trace keeps a number of events from 1 to 67108864, but got/);
});
