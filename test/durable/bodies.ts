// The coroutines that the contract of the engines is tried with.

import { coroutine, type Coroutine, sleep, spawn, timeout } from "corun";
import { again, all, call, durable, race, random, self, signal, step, uuid } from "corun/durable";
import { seen } from "./caught.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

/** Two-way, every value once and in order. */
export const counter = durable("counter", function* (): Body<{ n: number; sum: number }, number> {
  for (let n = 0, sum = 0; ; n++) sum += yield { n, sum };
});

/** The same, with a history of at most ten turns. */
export const short = durable("short", function* (state: { n: number; sum: number } = { n: 0, sum: 0 }): Body<
  { n: number; sum: number },
  number
> {
  let { n, sum } = state;
  for (let turns = 0; turns < 10; turns++, n++) sum += yield { n, sum };
  return again({ n, sum });
});

/** The consumer of the lesson. */
export const consumer = coroutine(function* consumer(): Body<boolean, number> {
  for (let wanted = true; ;) {
    const n = yield wanted;
    if (n === 3) wanted = false;
  }
});

/** What steps have really done, in this process. */
export const done: string[] = [];

export const worker = durable("worker", function* (): Body<string, string> {
  for (let last = ""; ;) {
    const what = yield last;
    last = yield* step("work", async ({ id }) => {
      done.push(what);
      return `${what} as ${id}`;
    });
  }
});

/** Effects before its first `yield`, and in its cleanup. */
export const careful = durable("careful", function* (): Body<string, string> {
  const opened = yield* step("open", () => "opened");
  try {
    for (let last = opened; ;) last = `${last} ${yield last}`;
  } finally {
    const { key } = self();
    yield* step("close", () => done.push(`closed ${key}`));
  }
});

/** Answers with the id of its last step; starts over after every other turn. */
export const numbered = durable("numbered", function* (last: string = ""): Body<string> {
  for (let turns = 0; turns < 2; turns++) {
    yield last;
    last = yield* step("number", ({ id }) => id);
  }
  return again(last);
});

/** The ids of the steps of `hanging` that have begun, in this process. */
export const begun: string[] = [];

/** Its step never ends when it is told to hang. */
export const hanging = durable("hanging", function* (): Body<string, "hang" | "go"> {
  for (let last = ""; ;) {
    const what = yield last;
    last = yield* step("hang", ({ id }) => {
      begun.push(id);
      return what === "hang" ? new Promise<never>(() => {}) : id;
    });
  }
});

export const failing = durable("failing", function* (): Body<string, string> {
  for (let last = ""; ;) {
    const what = yield last;
    if (what === "end") throw Object.assign(new RangeError("it is over"), { code: "OVER" });
    try {
      yield* step("fail", () => {
        throw Object.assign(new TypeError(`no ${what}`), { code: "E_NO" });
      });
    } catch (error) {
      const { name, message, code } = error as Error & { code: string };
      last = `${String(error instanceof TypeError)} ${name} ${message} ${code}`;
    }
  }
});

export const stubborn = durable("stubborn", function* (): Body<number, number> {
  for (let attempts = 0; ;) {
    const needed = yield attempts;
    const work = ({ attempt }: { attempt: number }) => {
      if (attempt < needed) throw new Error(`attempt ${attempt}`);
      return attempt;
    };
    attempts = yield* step("try", work, { retry: { attempts: 5, delay: 1 } });
  }
});

/** What the step of `thrower` throws. */
const THROWN: Record<string, () => unknown> = {
  cause: () => new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) }),
  several: () => new AggregateError([new RangeError("one"), new Error("two", { cause: "a text" })], "all of them"),
  text: () => "just a text",
  nothing: () => undefined,
  record: () => ({ status: 404 }),
  like: () => ({ name: "OtherRealm", message: "not of this one", code: 7 }),
  odd: () => Object.assign(Object.create(null) as object, { toString: null }),
};

/** Answers with what it has caught of its step, and fails with it if it is told so. */
export const thrower = durable("thrower", function* (): Body<unknown, { what: string; isCaught: boolean }> {
  for (let last: unknown = null; ;) {
    const { what, isCaught } = yield last;
    try {
      yield* step("throw", () => {
        throw THROWN[what]!();
      });
    } catch (error) {
      if (!isCaught) throw new Error("it has failed", { cause: error });
      last = seen(error);
    }
  }
});

/** Tries a step again by hand, with a sleep in between, until it gives the number that it is sent. */
export const persistent = durable("persistent", function* (): Body<string[], number> {
  let times = 0;
  for (let log: string[] = []; ;) {
    const needed = yield log;
    log = [];
    for (let isDone = false; !isDone;) {
      try {
        const given = yield* step("try", () => {
          if (++times % needed !== 0) throw new Error(`${times % needed} is too few`);
          return needed;
        });
        log.push(`got ${given}`);
        isDone = true;
      } catch (error) {
        log.push((error as Error).message);
        yield* sleep(2);
      }
    }
  }
});

/** Ends with what it has heard, after two sends. */
export const brief = durable("brief", function* (): Body<string, string, { heard: string[] }> {
  const first = yield "first?";
  const second = yield "second?";
  return { heard: [first, second] };
});

export const sleeper = durable("sleeper", function* (): Body<string, number> {
  for (let last = ""; ;) {
    const ms = yield last;
    yield* sleep(ms);
    last = `slept ${ms}`;
  }
});

export const approval = durable("approval", function* (): Body<unknown, string> {
  for (let last: unknown = "nothing"; ;) {
    const what = yield last;
    last = what === "peek" ? last : yield* signal(what);
  }
});

export const together = durable("together", function* (): Body<unknown, number> {
  for (let last: unknown = null; ;) {
    const n = yield last;
    const both = yield* all([step("a", async () => n * 2), step("b", () => n + 1)]);
    const first = yield* race([sleep(60_000), step("fast", () => "fast")]);
    const child = spawn(function* () {
      yield* sleep(1);
      return yield* step("child", () => "child");
    });
    last = [both, first, yield* child];
  }
});

export const caller = durable("caller", function* (): Body<unknown, { to: string; add: number }> {
  for (let last: unknown = null; ;) {
    const { to, add } = yield last;
    last = yield* call(counter, to, add);
  }
});

/** Calls itself, by way of another. */
export const first: (state?: never) => Generator<unknown, void, string> = durable("first", function* (): Body<
  unknown,
  string
> {
  for (let last: unknown = null; ;) {
    const key = yield last;
    last = yield* call(second, key, key);
  }
});
const second = durable("second", function* (): Body<unknown, string> {
  for (let last: unknown = null; ;) {
    const key = yield last;
    last = yield* call(first, key, key);
  }
});

export const lucky = durable("lucky", function* (): Body<[number, string]> {
  for (;;) yield [random(), uuid()];
});

/** Answers what it is asked for, whether it can be kept or not. */
export const maker = durable("maker", function* (): Body<unknown, string> {
  for (let last: unknown; ;) {
    const what = yield last;
    if (what === "again") return again({ map: new Map() });
    last = what === "map" ? { list: [1, new Map()] } : what;
  }
});

/** Has what it is asked for made by a step. */
export const making = durable("making", function* (): Body<unknown, string> {
  for (let last: unknown; ;) {
    const what = yield last;
    try {
      last = yield* step("make", () => (what === "a date" ? { list: [1, { "a b": new Date(0) }] } : 5));
    } catch (error) {
      const { name, message, path } = error as Error & { path: string };
      last = { name, message, path };
    }
  }
});

/** Waits for a promise itself. */
export const hasty = durable("hasty", function* (): Body<string, () => void> {
  yield "ready";
  yield* timeout(10, (yield "set") as never);
});

/** Fails, as its time is up. */
export const impatient = durable("impatient", function* (): Body<string, string> {
  yield "";
  yield* timeout(1, sleep(3_600_000));
});

/** A child that goes on while it waits for sends. */
export const ticking = durable("ticking", function* (): Body<number> {
  let ticks = 0;
  const { key } = self();
  spawn(function* () {
    for (; ticks < 3; ticks++) {
      yield* sleep(5);
      yield* step("tick", () => done.push(`tick ${key}`));
    }
  });
  for (;;) yield ticks;
});
