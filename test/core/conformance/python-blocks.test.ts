// Yields, returns and errors in the `try` blocks of Python's tutorial and its syntax tests.

import { coroutine, StopIteration } from "corun";
import { expect, test } from "vitest";

const returnsInTry = coroutine(function* () {
  try {
    return;
  } catch {
    yield 1;
  }
});
const throwsInTry = coroutine(function* () {
  try {
    throw new StopIteration(0);
  } catch {
    yield 42;
  }
});

test("PD05 PD06 PD12: a return is no error that a catch-all sees, but a StopIteration that is thrown is one", () => {
  expect([...returnsInTry()]).toEqual([]);
  expect([...throwsInTry()]).toEqual([42]);
});

test("PD07: a `finally` that yields after a return yields, and then the coroutine ends with what was returned", () => {
  const c = coroutine(function* () {
    try {
      return "the result";
    } finally {
      yield 1;
    }
  })();
  expect(c.next()).toEqual({ value: 1, done: false });
  expect(c.next()).toEqual({ value: "the result", done: true });
});

test("PD14: yields everywhere in nested try blocks come in the order of the language", () => {
  const f = coroutine(function* () {
    try {
      yield 1;
      try {
        yield 2;
        throw new RangeError("division by zero");
        // oxlint-disable-next-line no-unreachable
        yield 3;
      } catch (error) {
        if (!(error instanceof RangeError)) {
          yield 6;
          return;
        }
        yield 4;
        yield 5;
        throw error;
      }
      // oxlint-disable-next-line no-unreachable
      yield 7;
    } catch {
      yield 8;
    }
    yield 9;
    try {
      // Nothing happens here.
    } finally {
      yield 10;
    }
    yield 11;
  });
  expect([...f()]).toEqual([1, 2, 4, 5, 8, 9, 10, 11]);
});

test("PD18: a StopIteration that the body throws and catches ends nothing", () => {
  const f = coroutine(function* () {
    yield 1;
    try {
      throw new StopIteration(0);
    } catch {
      yield 2;
    }
    yield 3;
  });
  expect([...f()]).toEqual([1, 2, 3]);
});

test("PD32: a `yield` may stand in try and in finally", () => {
  const log: string[] = [];
  const f = coroutine(function* () {
    try {
      yield 1;
    } finally {
      log.push("finally");
      yield 2;
    }
  });
  expect([...f(), ...log]).toEqual([1, 2, "finally"]);
});

test("PD33: a `yield` may stand in nested handlers, which choose by the kind of the error", () => {
  const f = coroutine(function* () {
    try {
      try {
        yield 12;
        throw new RangeError("division by zero");
      } catch (error) {
        if (error instanceof RangeError) yield 666;
        else {
          try {
            yield 13;
          } finally {
            yield 14;
          }
        }
      }
    } catch {
      yield 15;
    }
  });
  expect([...f()]).toEqual([12, 666]);
});

test("PD35: a `continue` goes through a `finally` that yields", () => {
  const f = coroutine(function* () {
    for (let i = 0; i < 3; i++) {
      try {
        continue;
      } finally {
        yield i;
      }
    }
  });
  expect([...f()]).toEqual([0, 1, 2]);
});
