// Python's `yield from` (PEP 380) between coroutines: where values, errors and the close go.

import { coroutine, type Coroutine, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** Logs its start, what it is sent or thrown, and its end; yields `values`. */
const traced = coroutine(function* traced(log: unknown[], name: string, values: unknown[]): Coroutine.Body {
  log.push(`${name} starts`);
  try {
    for (const value of values) log.push(`${name} got ${String(yield value)}`);
  } finally {
    log.push(`${name} ends`);
  }
});

/** Yields "outer 1", delegates to `inner`, yields "outer 2". */
const around = coroutine(function* around(log: unknown[], inner: () => Coroutine): Coroutine.Body {
  log.push("outer starts");
  try {
    log.push(`outer got ${String(yield "outer 1")}`);
    yield* inner();
    log.push(`outer got ${String(yield "outer 2")}`);
  } finally {
    log.push("outer ends");
  }
});

test("PY01: the first next enters the outer body, then the inner one", () => {
  const log: unknown[] = [];
  const outer = coroutine(function* () {
    log.push("outer starts");
    yield* traced(log, "inner", [42]);
    log.push("outer ends");
  });
  for (const value of outer()) log.push(value);
  expect(log).toEqual(["outer starts", "inner starts", 42, "inner got undefined", "inner ends", "outer ends"]);
});

test("PY02: an error before the inner one's first yield unwinds the inner finally, then the outer one", () => {
  const log: unknown[] = [];
  const error = new Error("early");
  const inner = coroutine(function* (): Coroutine.Body<never> {
    try {
      throw error;
    } finally {
      log.push("inner ends");
    }
  });
  const c = around(log, inner);
  expect(c.next().value).toBe("outer 1");
  expect(thrown(() => c.next())).toBe(error);
  expect(log).toEqual(["outer starts", "outer got undefined", "inner ends", "outer ends"]);
  expect(c.state).toBe("closed");
});

test("PY03: own and delegated values come in the order of the program", () => {
  expect([...around([], () => traced([], "inner", ["inner 1", "inner 2"]))]).toEqual([
    "outer 1",
    "inner 1",
    "inner 2",
    "outer 2",
  ]);
});

test("PY04: an error after the inner one's first yield unwinds both, and the outer one yields no more", () => {
  const log: unknown[] = [];
  const error = new Error("late");
  const inner = coroutine(function* () {
    try {
      yield "inner 1";
      throw error;
    } finally {
      log.push("inner ends");
    }
  });
  const c = around(log, inner);
  const values = [c.next().value, c.next().value];
  expect(values).toEqual(["outer 1", "inner 1"]);
  expect(thrown(() => c.next())).toBe(error);
  expect(log).toEqual(["outer starts", "outer got undefined", "inner ends", "outer ends"]);
  expect(c.next()).toEqual({ value: undefined, done: true });
});

test("PY05: a sent value goes to the body that is at a yield", () => {
  const log: unknown[] = [];
  const c = around(log, () => traced(log, "inner", ["inner 1", "inner 2"]));
  c.next();
  expect([c.send("a"), c.send("b"), c.send("c")]).toEqual(["inner 1", "inner 2", "outer 2"]);
  expect(thrown(() => c.send("d"))).toBeInstanceOf(StopIteration);
  expect(log).toEqual([
    "outer starts",
    // It brings the inner body to its first yield, which is not one that waits for it.
    "outer got a",
    "inner starts",
    "inner got b",
    "inner got c",
    "inner ends",
    "outer got d",
    "outer ends",
  ]);
});

test("PY06: an error that the inner body throws on a sent value reaches the sender", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* (): Coroutine.Body<string, void, Error> {
    throw yield "inner 1";
  });
  const c = around(log, inner);
  c.next();
  c.next();
  const error = new Error("sent");
  expect(thrown(() => c.send(error))).toBe(error);
  expect(log.at(-1)).toBe("outer ends");
});

test("PY07: close runs the inner finally first, then the outer one", () => {
  const log: unknown[] = [];
  const c = around(log, () => traced(log, "inner", ["inner 1", "inner 2"]));
  c.next();
  c.next();
  c.close();
  expect(log).toEqual(["outer starts", "outer got undefined", "inner starts", "inner ends", "outer ends"]);
  expect(c.state).toBe("closed");
});

test("PY08: an error in the inner finally reaches the closer, after the outer finally", () => {
  const log: unknown[] = [];
  const error = new Error("cleanup");
  const inner = coroutine(function* () {
    try {
      yield "inner 1";
    } finally {
      log.push("inner ends");
      throw error;
    }
  });
  const c = around(log, inner);
  c.next();
  c.next();
  expect(thrown(() => c.close())).toBe(error);
  expect(log).toEqual(["outer starts", "outer got undefined", "inner ends", "outer ends"]);
});

test("PY09: throw is delivered at the inner yield and unwinds inner, then outer", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* () {
    try {
      yield "inner 1";
    } catch (error) {
      log.push(`inner caught ${String(error)}`);
      throw error;
    }
  });
  const c = around(log, inner);
  c.next();
  c.next();
  const error = new Error("thrown in");
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(log).toEqual(["outer starts", "outer got undefined", "inner caught Error: thrown in", "outer ends"]);
});

test("PY21: an error in the inner body's first expression propagates, and the outer one does not go on", () => {
  let wentOn = false;
  const inner = coroutine(function* (divisor: bigint) {
    yield 1n / divisor;
  });
  const outer = coroutine(function* () {
    yield* inner(0n);
    wentOn = true;
  });
  expect(thrown(() => outer().next())).toBeInstanceOf(RangeError);
  expect(wentOn).toBe(false);
});

test("PY23: an inner body that catches and yields gives throw its result, and all goes on", () => {
  const inner = coroutine(function* () {
    try {
      yield "inner 1";
    } catch (error) {
      yield `caught ${String(error)}`;
    }
    yield "inner 2";
  });
  const c = around([], inner);
  c.next();
  c.next();
  expect(c.throw("this")).toEqual({ value: "caught this", done: false });
  expect([...c]).toEqual(["inner 2", "outer 2"]);
});
