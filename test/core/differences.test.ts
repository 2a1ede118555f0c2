// The 16 points in which native JavaScript generators differ from Python's: what Corun does in each.

import { coroutine, type Coroutine, CoroutineError, delegate, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./conformance/thrown.ts";

/** Yields how much it has been sent. */
const total = coroutine(function* total(): Coroutine.Body<number, void, number> {
  for (let sum = 0; ;) sum += yield sum;
});

/** Suspends once; what it does when it is closed then is up to `atEnd`. */
const ending = coroutine(function* ending<T>(atEnd: () => T): Coroutine.Body<string, T> {
  try {
    yield "suspended";
  } finally {
    return atEnd();
  }
});

/** Yields again and again while it is closed. */
const stubborn = coroutine(function* stubborn() {
  for (;;) {
    try {
      yield "suspended";
    } finally {
      continue;
    }
  }
});

test("difference 1: a first value that nothing waits for is a TypeError, and the coroutine stays fresh", () => {
  const c = total();
  expect(thrown(() => c.send(5))).toBeInstanceOf(TypeError);
  expect(thrown(() => c.next(5))).toBeInstanceOf(TypeError);
  expect(c.state).toBe("created");
  expect([c.next().value, c.send(5)]).toEqual([0, 5]);
});

test("difference 2: after the end, send raises StopIteration as Python's, and next says done as JavaScript's", () => {
  const c = total();
  c.next();
  c.close();
  expect(thrown(() => c.send(1))).toBeInstanceOf(StopIteration);
  expect(c.next(1)).toEqual({ value: undefined, done: true });
});

test("difference 3: closing is seen by finally alone, as JavaScript has it: no catch can swallow it", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield "suspended";
    } catch {
      log.push("catch");
    } finally {
      log.push("finally");
    }
    log.push("went on");
  })();
  c.next();
  c.close();
  expect(log).toEqual(["finally"]);
});

test("difference 4: a body that yields while it is closed is an error for the closer, and dead, as in Python", () => {
  for (const close of [(c: Coroutine) => c.close(), (c: Coroutine) => c.return("value")]) {
    const c = stubborn();
    c.next();
    const error = thrown(() => close(c));
    expect(error).toBeInstanceOf(CoroutineError);
    expect(error).toMatchObject({ code: "CLOSE_IGNORED" });
    expect([c.state, c.next().done]).toEqual(["closed", true]);
  }
});

test("difference 5: the same in a delegate: the closer gets the error, and the outer one is not revived", () => {
  const log: unknown[] = [];
  const inner = stubborn();
  const outer = coroutine(function* () {
    try {
      yield* inner;
      yield "revived";
    } finally {
      log.push("outer ends");
    }
  })();
  outer.next();
  expect(thrown(() => outer.close())).toMatchObject({ code: "CLOSE_IGNORED" });
  expect(log).toEqual(["outer ends"]);
  expect([outer.state, inner.state, outer.next().done]).toEqual(["closed", "closed", true]);
});

test("difference 6: close gives what finally returns, else nothing; return gives its value unless finally does", () => {
  const returns = () => {
    const c = ending(() => "from finally");
    c.next();
    return c;
  };
  const plain = () => {
    const c = coroutine(function* (): Coroutine.Body<string, string> {
      yield "suspended";
      return "not this";
    })();
    c.next();
    return c;
  };
  expect([returns().close(), plain().close()]).toEqual(["from finally", undefined]);
  expect([returns().return("given"), plain().return("given")]).toEqual([
    { value: "from finally", done: true },
    { value: "given", done: true },
  ]);
});

/** An iterator with `next` alone, and what that was given. */
function nextOnly(got: unknown[] = []): Iterable<string, void> {
  const next = (...sent: unknown[]) => {
    got.push(...sent);
    return { value: "item", done: false as const };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}

test("difference 7: delegate(…) keeps an error that is thrown in while the iterator has no throw", () => {
  const caught: unknown[] = [];
  const error = new Error("thrown in");
  const over = (source: { [Symbol.iterator](): Iterator<string, void> }) => {
    const c = coroutine(function* () {
      try {
        yield* source;
      } catch (e) {
        caught.push(e);
      }
    })();
    c.next();
    c.throw(error);
  };
  over(delegate(nextOnly()));
  // A bare `yield*` is the language's own, and puts its TypeError in the place of the error.
  over(nextOnly());
  expect(caught[0]).toBe(error);
  expect(caught[1]).toBeInstanceOf(TypeError);
});

test("difference 8: a value that is sent while a plain iterator is delegated to goes to its next, as in JavaScript", () => {
  for (const how of [(source: Iterable<string, void>) => source, delegate<string, void, unknown>]) {
    const got: unknown[] = [];
    const c = coroutine(function* (): Coroutine.Body<string> {
      yield* how(nextOnly(got));
    })();
    c.next();
    expect(c.send("value")).toBe("item");
    expect(got.at(-1)).toBe("value");
  }
});

test("difference 9: an error at the look-up of an iterator's return reaches the closer, as in JavaScript", () => {
  const error = new Error("no return today");
  const source = {
    [Symbol.iterator]: () => ({
      next: () => ({ value: 1, done: false }),
      get return(): never {
        throw error;
      },
    }),
  };
  for (const how of [source, delegate(source)]) {
    const c = coroutine(function* () {
      yield* how;
    })();
    c.next();
    expect(thrown(() => c.close())).toBe(error);
    expect(c.state).toBe("closed");
  }
});

test("difference 10: a loop that is left early closes the coroutine at once, as in JavaScript", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      log.push("closed");
    }
  })();
  for (const value of c) {
    log.push(`value ${value}`);
    break;
  }
  expect(log).toEqual(["value 1", "closed"]);
  expect(c.state).toBe("closed");
});

test("difference 11: nothing closes a coroutine that is merely left alone; the end of a block with `using` does", () => {
  const log: string[] = [];
  const open = coroutine(function* (name: string) {
    try {
      yield name;
    } finally {
      log.push(name);
    }
  });
  {
    using held = open("held");
    held.next();
    open("left alone").next();
  }
  expect(log).toEqual(["held"]);
});

test("difference 12: an error that finally throws takes the place of the first, as in JavaScript, and is not changed", () => {
  const second = new Error("second");
  const c = coroutine(function* () {
    try {
      yield "suspended";
    } finally {
      throw second;
    }
  })();
  c.next();
  expect(thrown(() => c.throw(new Error("first")))).toBe(second);
  expect("cause" in second).toBe(false);
});

test("difference 13: a StopIteration that escapes from a body becomes the cause of a CoroutineError, as in PEP 479", () => {
  const finished = total();
  finished.next();
  finished.close();
  const c = coroutine(function* (): Coroutine.Body<number> {
    yield finished.send(1);
  })();
  const error = thrown(() => c.next()) as CoroutineError;
  expect(error).toBeInstanceOf(CoroutineError);
  expect(error.code).toBe("STOP_ITERATION");
  expect(error.cause).toBeInstanceOf(StopIteration);
});

/** The innermost counts what it is sent; `depth` coroutines delegate to it. */
function nested(depth: number): Coroutine<number, void, number> {
  const layer = coroutine(function* (below: Coroutine<number, void, number>): Coroutine.Body<number, void, number> {
    yield* below;
  });
  let c: Coroutine<number, void, number> = total();
  for (let i = 0; i < depth; i++) c = layer(c);
  return c;
}

test("difference 14: delegation has no limit of depth, and a resume costs the same at every depth", () => {
  const time = (c: Coroutine<number, void, number>) => {
    c.next();
    const start = performance.now();
    for (let i = 1; i < 20_000; i++) c.send(1);
    const elapsed = performance.now() - start;
    expect(c.send(1)).toBe(20_000);
    c.close();
    expect(c.state).toBe("closed");
    return elapsed;
  };
  const shallow = time(nested(1));
  const deep = time(nested(50_000));
  // Were the cost that of the depth, it would be 50,000 times as much: room for a machine that is busy.
  expect(deep).toBeLessThan(200 * Math.max(shallow, 1));
});

test("difference 15: there are no queues of resumes: an async generator is no body, and a resume meanwhile is an error", () => {
  async function* body() {
    yield 1;
  }
  expect(thrown(() => coroutine(body as never))).toBeInstanceOf(TypeError);
  const c: Coroutine = coroutine(function* (): Coroutine.Body {
    yield thrown(() => c.next());
  })();
  expect(c.next().value).toMatchObject({ code: "ALREADY_RUNNING" });
});

test("difference 16: any value may be thrown in, as in JavaScript, and arrives as it is", () => {
  const values = [undefined, null, 0, "text", Symbol("s"), { an: "object" }];
  for (const value of values) {
    const c = coroutine(function* (): Coroutine.Body {
      try {
        yield "suspended";
      } catch (caught) {
        yield { caught };
      }
    })();
    c.next();
    expect((c.throw(value).value as { caught: unknown }).caught).toBe(value);
  }
});
