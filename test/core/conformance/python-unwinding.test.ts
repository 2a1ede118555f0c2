// Python's `yield from`: inner bodies that answer a close in their own way, re-entry, and the stack of an error.

import { coroutine, type Coroutine, CoroutineError } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** Delegates to `inner`, logs what it sees, and would yield "outer went on". */
const watching = coroutine(function* watching(log: unknown[], inner: () => Coroutine): Coroutine.Body<unknown, string> {
  try {
    log.push(`got ${String(yield* inner())}`);
    yield "outer went on";
  } catch (error) {
    log.push(error);
    throw error;
  } finally {
    log.push("outer ends");
  }
  return "outer returned";
});

test("PY22: a coroutine that comes to delegate to itself through another is refused, and both go on", () => {
  const log: unknown[] = [];
  const second = coroutine(function* (): Coroutine.Body<string> {
    yield "second 1";
    try {
      yield* first;
    } catch (error) {
      log.push(error);
    }
    yield "second 2";
  })();
  const first: Coroutine<string, void> = coroutine(function* (): Coroutine.Body<string> {
    yield "first 1";
    yield* second;
    yield "first 2";
  })();
  expect([...first]).toEqual(["first 1", "second 1", "second 2", "first 2"]);
  expect(log).toEqual([expect.any(CoroutineError)]);
  expect(log[0]).toMatchObject({ code: "ALREADY_RUNNING" });
});

test("PY27: an inner body that returns while it is closed does not make the outer one go on", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* () {
    try {
      yield "inner";
    } finally {
      return "swallowed";
    }
  });
  const c = watching(log, inner);
  c.next();
  // Neither is it the result of the close: only what the outermost body returns is.
  expect(c.close()).toBeUndefined();
  expect(log).toEqual(["outer ends"]);
  expect(c.next()).toEqual({ value: undefined, done: true });
});

test("PY28: an inner body that yields while it is closed is an error for the closer, and both are dead", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* () {
    try {
      yield "inner";
    } finally {
      yield "no";
    }
  });
  const c = watching(log, inner);
  c.next();
  const error = thrown(() => c.close());
  expect(error).toMatchObject({ code: "CLOSE_IGNORED" });
  expect(log).toEqual([error, "outer ends"]);
  expect([c.state, c.next().done]).toEqual(["closed", true]);
});

test("PY29: an inner body that turns the close into another error gives the closer that error", () => {
  const log: unknown[] = [];
  const error = new Error("instead");
  const inner = coroutine(function* () {
    try {
      yield "inner";
    } finally {
      throw error;
    }
  });
  const c = watching(log, inner);
  c.next();
  expect(thrown(() => c.close())).toBe(error);
  expect(log).toEqual([error, "outer ends"]);
});

test("PY29: a body between that catches this error ends the error, not the close: the outer one does not go on", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* () {
    try {
      yield "inner";
    } finally {
      throw "instead";
    }
  });
  const between = coroutine(function* () {
    try {
      yield* inner();
    } catch (error) {
      log.push(`between caught ${String(error)}`);
    }
    return "swallowed";
  });
  const c = watching(log, between);
  c.next();
  expect(c.close()).toBeUndefined();
  expect(log).toEqual(["between caught instead", "outer ends"]);
  expect(c.state).toBe("closed");
});

/** Yields `value`, and swallows what is thrown in, as the throw variant of the test wants. */
function* give(value: number): Coroutine.Body<number> {
  try {
    yield value;
  } catch {}
}

/** Yields 0, and 1, 2 and 3 from within a delegation, where it tries in vain to delegate to itself. */
function reentering(refused: unknown[]): Coroutine<number, void> {
  const two = coroutine(function* (): Coroutine.Body<number> {
    yield* give(1);
    try {
      yield* self;
    } catch (error) {
      refused.push((error as CoroutineError).code, self.state);
    }
    yield* give(2);
  });
  const self: Coroutine<number, void> = coroutine(function* (): Coroutine.Body<number> {
    yield* give(0);
    yield* two();
    yield* give(3);
  })();
  return self;
}

test("PY31: a coroutine that waits in a delegation counts as running when the inner body turns to it", () => {
  const refused: unknown[] = [];
  expect([...reentering(refused)]).toEqual([0, 1, 2, 3]);
  // In Lua's words: it is `normal`, as another body runs for it.
  expect(refused).toEqual(["ALREADY_RUNNING", "normal"]);
});

test("PY32: the same when it is driven by send", () => {
  const refused: unknown[] = [];
  const c = reentering(refused);
  expect([c.next().value, c.send(42), c.send(42), c.send(42)]).toEqual([0, 1, 2, 3]);
  expect(refused).toEqual(["ALREADY_RUNNING", "normal"]);
});

test("PY33: the same when it is driven by throw", () => {
  const refused: unknown[] = [];
  const c = reentering(refused);
  const values = [c.next().value, c.throw("a").value, c.throw("b").value, c.throw("c").value];
  expect(values).toEqual([0, 1, 2, 3]);
  expect(refused).toEqual(["ALREADY_RUNNING", "normal"]);
  expect(c.throw("d").done).toBe(true);
});

test("PY34: while the iterator below is being closed, the outer coroutine runs and refuses next", () => {
  const seen: unknown[] = [];
  const endless = {
    [Symbol.iterator]: () => endless,
    next: () => ({ value: 42, done: false as const }),
    return(): IteratorReturnResult<undefined> {
      seen.push(c.state, (thrown(() => c.next()) as CoroutineError).code);
      return { value: undefined, done: true };
    },
  };
  const c: Coroutine<number, void> = coroutine(function* (): Coroutine.Body<number> {
    yield* endless;
  })();
  expect(c.next().value).toBe(42);
  c.close();
  expect(seen).toEqual(["running", "ALREADY_RUNNING"]);
});

/** The bodies that the stack of an error names which `c` throws at its second resume. */
function bodiesIn(c: Coroutine<string, void>): string[] {
  // Suspended and resumed, so that no body but the innermost is on the stack of the host.
  c.next();
  const { stack } = thrown(() => c.next()) as Error;
  // Once each: V8 gives a body that is resumed a second line, for its `next`.
  return [...new Set([...stack!.matchAll(/leafBody|branchBody|trunkBody/g)].map(String))];
}

test("PY35: the stack of an error names every body that delegates to the one that threw, innermost first", () => {
  const leafBody = coroutine(function* leafBody() {
    yield "suspended";
    throw new Error("deep");
  });
  const branchBody = coroutine(function* branchBody() {
    yield* leafBody();
  });
  const trunkBody = coroutine(function* trunkBody() {
    yield* branchBody();
  });
  expect(bodiesIn(branchBody())).toEqual(["leafBody", "branchBody"]);
  expect(bodiesIn(trunkBody())).toEqual(["leafBody", "branchBody", "trunkBody"]);
});
