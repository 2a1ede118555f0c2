// Many, deep and long: what holds for three tasks holds for a hundred thousand, and the host's stack bears it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  all,
  coroutine,
  type Coroutine,
  Mutex,
  run,
  runSync,
  scope,
  shield,
  sleep,
  spawn,
  timeout,
  yieldNow,
} from "corun";
import { expect, test } from "vitest";

const MANY = 100_000;

function* forEver(): Generator<never, void, unknown> {
  yield* sleep(Number.POSITIVE_INFINITY);
}

test("a million parked tasks fit in memory, and all go on when they are released", () => {
  const flags = ["--expose-gc", "--max-old-space-size=4096", "--import", "tsx", "test/node/fixtures/parked.ts"];
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const output = execFileSync(process.execPath, [...flags, "1000000"], { cwd: root, encoding: "utf8" });
  const report = JSON.parse(output) as { parked: number; wentOn: number; bytes: number; left: number };
  expect(report).toMatchObject({ parked: 1_000_000, wentOn: 1_000_000 });
  // The aim is 400, which the benchmark holds; a bound that no other machine or engine breaks is wider.
  expect(report.bytes, `a parked task takes ${report.bytes.toFixed()} bytes`).toBeLessThan(800);
  expect(report.left, "bytes a task that are left").toBeLessThan(5);
});

test("ten thousand tasks get one mutex in the order in which they came", async () => {
  const order: number[] = [];
  let inside = 0;
  await run(function* () {
    const mutex = new Mutex();
    for (let i = 0; i < 10_000; i++) {
      spawn(function* () {
        using _ = yield* mutex.lock();
        inside++;
        yield* yieldNow();
        order.push(i, inside--);
      });
    }
  });
  expect(order).toEqual(Array.from({ length: 10_000 }, (_, i) => [i, 1]).flat());
});

test("a run that never rests for a million switches ends by runSync", () => {
  let switches = 0;
  runSync(function* () {
    const body = function* () {
      for (let i = 0; i < 250_000; i++) {
        switches++;
        yield* yieldNow();
      }
    };
    for (let i = 0; i < 4; i++) spawn(body);
  });
  expect(switches).toBe(1_000_000);
});

test("a scope with 100,000 tasks is cancelled: each cleans up, in the order of their start", async () => {
  const cleaned: number[] = [];
  await run(function* () {
    const task = spawn(function* () {
      for (let i = 0; i < MANY; i++) {
        spawn(function* () {
          try {
            yield* forEver();
          } finally {
            yield* yieldNow();
            cleaned.push(i);
          }
        });
      }
    });
    yield* sleep(1);
    yield* task.cancel();
    expect(task.state).toBe("cancelled");
  });
  expect(cleaned.length).toBe(MANY);
  expect(cleaned.every((n, i) => n === i)).toBe(true);
});

/** Chains in which each link starts, or opens, the next, `left` of them; the last does `leaf`. */
type Leaf = () => Generator<never, unknown, unknown>;
const chains: Record<string, (left: number, leaf: Leaf) => Generator<never, unknown, unknown>> = {
  *"tasks that start one another"(left, leaf) {
    if (left === 0) return yield* leaf();
    spawn(chains["tasks that start one another"]!, left - 1, leaf);
    return "started";
  },
  *"tasks that join one another"(left, leaf) {
    return yield* left === 0 ? leaf() : spawn(chains["tasks that join one another"]!, left - 1, leaf);
  },
  "calls of coroutines": coroutine(function* (left: number, leaf: Leaf): Coroutine.Body<never, unknown> {
    if (left === 0) return yield* leaf();
    return yield* chains["calls of coroutines"]!(left - 1, leaf);
  }),
  "scopes in one another": coroutine(function* (left: number, leaf: Leaf): Coroutine.Body<never, unknown> {
    return yield* scope(() => (left === 0 ? leaf() : chains["scopes in one another"]!(left - 1, leaf)));
  }),
  "shields in one another": coroutine(function* (left: number, leaf: Leaf): Coroutine.Body<never, unknown> {
    return yield* shield(() => (left === 0 ? leaf() : chains["shields in one another"]!(left - 1, leaf)));
  }),
  "timeouts in one another": coroutine(function* (left: number, leaf: Leaf): Coroutine.Body<never, unknown> {
    return yield* timeout(1e8 + left, () => (left === 0 ? leaf() : chains["timeouts in one another"]!(left - 1, leaf)));
  }),
};

for (const [name, chain] of Object.entries(chains)) {
  const leafOf = (act: Leaf) => {
    const seen = { reached: false };
    const leaf = function* () {
      yield* yieldNow();
      seen.reached = true;
      return yield* act();
    };
    return { seen, leaf };
  };

  test(`${name}, 100,000 deep, end`, async () => {
    const { seen, leaf } = leafOf(function* () {
      return "from the depth";
    });
    const result = await run(() => chain(MANY, leaf));
    expect(seen.reached).toBe(true);
    expect(["from the depth", "started"]).toContain(result);
  });

  test(`${name}, 100,000 deep, are cancelled`, async () => {
    const { seen, leaf } = leafOf(name.startsWith("shields") ? () => sleep(20)[Symbol.iterator]() as never : forEver);
    const state = await run(function* () {
      const task = spawn(() => chain(MANY, leaf));
      while (!seen.reached) yield* yieldNow();
      yield* task.cancel();
      return task.state;
    });
    expect(state).toBe("cancelled");
  });

  test(`${name}, 100,000 deep, let a failure through`, async () => {
    const failure = new Error("from the depth");
    const { leaf } = leafOf(function* () {
      throw failure;
    });
    await expect(run(() => chain(MANY, leaf))).rejects.toBe(failure);
  });
}

test("100,000 failures come as one AggregateError, in the order of the tasks, with a text that can be read", async () => {
  const ended = run(function* () {
    for (let i = 0; i < MANY; i++) {
      spawn(function* () {
        try {
          yield* forEver();
        } finally {
          throw i;
        }
      });
    }
    yield* yieldNow();
    throw new Error("the body");
  });
  const error: unknown = await ended.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AggregateError);
  const { errors, message } = error as AggregateError;
  const [body, ...others] = errors as [Error, ...number[]];
  expect(body.message).toBe("the body");
  expect(others.length).toBe(MANY);
  expect(others.every((n, i) => n === i)).toBe(true);
  expect(message.length).toBeLessThan(2000);
});

test("all of 100,000 gives all results, and a failure of the last cancels all others", async () => {
  const give = (i: number) =>
    function* () {
      yield* yieldNow();
      return i;
    };
  const entries = Array.from({ length: MANY }, (_, i) => give(i));
  const results = await run(() => all(entries));
  expect(results.every((n, i) => n === i)).toBe(true);
  const failure = new Error("the last");
  const failing = function* () {
    yield* yieldNow();
    throw failure;
  };
  const ended = run(() => all([...entries.map(() => forEver), failing]));
  await expect(ended).rejects.toBe(failure);
});
