// The lines of a suspended task: told on every host, while nothing of the task goes on.

import {
  all,
  Channel,
  coroutine,
  type Coroutine,
  Event,
  Mutex,
  type Op,
  run,
  runSync,
  scope,
  select,
  sleep,
  spawn,
  type Task,
  transfer,
  type Waitable,
  yieldNow,
} from "corun";
import { expect, test } from "vitest";
import { linesOf } from "../../src/scheduler/probe.ts";

/** `name file:line`, of each line that is told. */
function placesOf(task: unknown): string[] {
  return linesOf(task as Task).map((line) => {
    const [, name, place] = /^(?:at )?(.*?) ?[(@].*?([\w.-]+\.ts[^:]*:\d+):\d+\)?$/.exec(line) ?? [];
    return `${name} ${place}`.replace(/\?[^:]*/, "");
  });
}

/** The line on which this is called. */
function here(): string {
  const stack = new Error().stack!.split("\n").filter((line) => /\.test\.ts/.test(line));
  return /([\w.-]+\.ts)[^:]*(:\d+):\d+/.exec(stack[1]!)!.slice(1).join("");
}

const places: string[] = [];
/** Keeps the line of a wait; what the wait gives is passed on. */
const wait = <T>(place: string, result: T): T => {
  places.push(place);
  return result;
};

function noted(): string[] {
  return places.splice(0);
}

const never = new Channel<number>(0, { name: "never" });

function* leaf(): Generator<never, number, unknown> {
  return wait(here(), yield* never.receive());
}

test("a wait below plain generators has a line for each", () => {
  function* middle() {
    return yield* leaf();
  }
  function* outer() {
    return yield* middle();
  }
  runSync(function* () {
    const task = spawn(outer);
    yield* yieldNow();
    expect(placesOf(task).map((place) => place.split(" ")[0])).toEqual(["leaf", "middle", "outer"]);
    never.trySend(1);
    expect(yield* task).toBe(1);
  });
});

test("a line is that of the wait, and the name is that of the coroutine, on every frame", () => {
  noted();
  const inner = coroutine(
    function* () {
      const from = here();
      return wait(from, yield* never.receive());
    },
    { name: "innermost" },
  );
  const line: string[] = [];
  const outer = coroutine(function* outer() {
    return [line.push(here()), yield* inner()];
  });
  runSync(function* () {
    const task = spawn(outer);
    yield* yieldNow();
    const told = placesOf(task);
    expect(told.map((place) => place.split(" ")[0])).toEqual(["innermost", "outer"]);
    expect(told[1]).toBe(`outer ${line[0]}`);
    never.trySend(2);
    expect(yield* task).toEqual([1, 2]);
  });
});

/** Each suspends in `op`, is looked at, and then goes on by `wake`. */
const ops: [name: string, make: () => { op: Waitable<unknown>; wake: () => unknown; result?: unknown }][] = [
  ["receive", () => ({ op: never.receive(), wake: () => never.trySend(5), result: 5 })],
  ["next", () => ({ op: never.next(), wake: () => never.trySend(5), result: { value: 5, done: false } })],
  ["send", () => ({ op: never.send(5), wake: () => never.tryReceive() })],
  [
    "select",
    () => ({ op: select({ a: never.receive() }), wake: () => never.trySend(5), result: { key: "a", value: 5 } }),
  ],
  [
    "event",
    () => {
      const event = new Event();
      return { op: event.wait(), wake: () => event.set() };
    },
  ],
];

test.each(ops)("%s: looked at, it stays where it is, and goes on as if nothing had been", (_, make) => {
  runSync(function* () {
    const { op, wake, result } = make();
    let steps = 0;
    const task = spawn(function* body() {
      steps++;
      try {
        return yield* op as Op<unknown>;
      } finally {
        steps++;
      }
    });
    yield* yieldNow();
    for (let i = 0; i < 3; i++) {
      expect(placesOf(task)).toEqual([expect.stringMatching(/^body probe\.test\.ts:\d+$/)]);
      expect([steps, task.state]).toEqual([1, "waiting"]);
    }
    wake();
    expect(placesOf(task)).toHaveLength(1); // ready, and still there
    expect(yield* task).toEqual(result);
    expect(steps).toBe(2);
    expect(never.statistics()).toMatchObject({ senders: 0, receivers: 0 });
  });
});

test("sleeps, joins, yieldNow and locks are looked at as well", async () => {
  await run(function* () {
    const mutex = new Mutex();
    const guard = yield* mutex.lock();
    const locks = spawn(function* locks() {
      (yield* mutex.lock())[Symbol.dispose]();
    });
    const sleeps = spawn(function* sleeps() {
      yield* sleep(20);
    });
    const joins = spawn(function* joins() {
      yield* sleeps;
    });
    const turns = spawn(function* turns() {
      yield* yieldNow();
      yield* yieldNow();
    });
    yield* yieldNow();
    for (const task of [locks, sleeps, joins, turns]) {
      expect(placesOf(task)).toEqual([expect.stringMatching(new RegExp(`^${task.name} probe`))]);
    }
    guard[Symbol.dispose]();
  });
});

test("frames of this library are left out: scope, all", () => {
  runSync(function* () {
    const task = spawn(function* task() {
      yield* scope(function* inside() {
        yield* all([leaf]);
      });
    });
    yield* yieldNow();
    yield* yieldNow();
    expect(placesOf(task).map((place) => place.split(" ")[0])).toEqual(["inside", "task"]);
    never.trySend(1);
  });
});

test("a task at a bare yield is told by its name, and is not resumed", () => {
  runSync(function* () {
    let resumed = 0;
    const asked = spawn(function* asked(): Coroutine.Body<number, void, number> {
      for (;;) resumed += yield resumed;
    });
    yield* asked.send(1);
    expect(linesOf(asked as Task)).toEqual(["at asked, in a yield"]);
    expect(yield* asked.send(1)).toBe(2);
    asked.cancel();
  });
});

test("a task whose stack was switched away from is told by its name, and is not resumed", () => {
  runSync(function* () {
    const other = coroutine(function* other(): Coroutine.Body<string> {
      yield "first";
      yield "second";
    })();
    let backs = 0;
    const task = spawn(function* switches() {
      yield* transfer(other);
      backs++;
    });
    yield* yieldNow();
    expect(task.state).toBe("waiting");
    expect(linesOf(task as unknown as Task)).toEqual(["at switches, in a yield"]);
    expect(backs).toBe(0);
    task.cancel();
  });
});

test("a task that has not started, that runs, or that has ended has no lines", () => {
  runSync(function* () {
    const fresh: Task = spawn(function* () {
      expect(linesOf(fresh)).toEqual([]);
      yield* yieldNow();
    });
    expect(linesOf(fresh)).toEqual([]);
    yield* fresh;
    expect(linesOf(fresh)).toEqual([]);
  });
});

test("a task that is in its cleanup is looked at there", () => {
  runSync(function* () {
    const task = spawn(function* task() {
      try {
        yield* never.receive();
      } finally {
        yield* leaf();
      }
    });
    yield* yieldNow();
    const ended = task.cancel();
    yield* yieldNow();
    expect(placesOf(task).map((place) => place.split(" ")[0])).toEqual(["leaf", "task"]);
    never.trySend(1);
    yield* ended;
    expect(task.state).toBe("cancelled");
  });
});

test("of a task of a hundred thousand frames the innermost lines are told, and it ends as it would have", () => {
  const down = coroutine(
    function* (depth: number): Generator<never, number, unknown> {
      return depth === 0 ? yield* leaf() : yield* down(depth - 1);
    },
    { name: "down" },
  );
  runSync(function* () {
    const task = spawn(down, 100_000);
    yield* yieldNow();
    const told = placesOf(task);
    expect(told[0]).toMatch(/^leaf /);
    expect(told.length).toBeLessThan(50);
    never.trySend(7);
    expect(yield* task).toBe(7);
  });
});

test("who looks from outside every task, or from another run, disturbs neither", async () => {
  let task!: Task;
  const running = run(function* () {
    task = spawn(leaf);
    return yield* task;
  });
  expect(placesOf(task)).toHaveLength(1);
  expect(
    runSync(function* () {
      yield* yieldNow();
      return placesOf(task).length;
    }),
  ).toBe(1);
  never.trySend(3);
  expect(await running).toBe(3);
});

test("an iterator of the user's own that refuses to be asked again does no harm to who looks", () => {
  runSync(function* () {
    let asked = 0;
    const touchy = {
      [Symbol.iterator]: () => {
        const op = never.receive()[Symbol.iterator]();
        return {
          next: (value: unknown) => {
            if (++asked === 2) throw new Error("asked again");
            return op.next(value);
          },
        };
      },
    };
    const task = spawn.supervised(function* task() {
      yield* touchy as Waitable<number>;
    });
    yield* yieldNow();
    expect(() => linesOf(task as Task)).not.toThrow();
    task.cancel();
    // Nobody else is left in the state of being looked at.
    const other = spawn(leaf);
    yield* yieldNow();
    expect(placesOf(other)).toHaveLength(1);
    never.trySend(1);
    expect(yield* other).toBe(1);
  });
});
