// Lua's own coroutine tests: errors in coroutines, overflow, and cleanup (its to-be-closed variables).

import { coroutine, type Coroutine, current, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** Works as ever, when something before it went wrong. */
function expectSound(): void {
  expect(current()).toBeNull();
  const c = coroutine(function* () {
    yield current();
  })();
  expect(c.next().value).toBe(c);
}

test("LU17: endless recursion in a coroutine is an error for the one who resumed, and only it is dead", () => {
  const deeper = (n: number): number => deeper(n + 1) + 1;
  const c = coroutine(function* () {
    yield "before";
    yield deeper(0);
  })();
  c.next();
  expect(thrown(() => c.next())).toBeInstanceOf(RangeError);
  expect([c.state, c.next()]).toEqual(["closed", { value: undefined, done: true }]);
  expectSound();
});

test("LU46: coroutines that resume new ones for ever end in an error that can be caught", () => {
  const forever: () => Coroutine = coroutine(function* (): Coroutine.Body {
    yield forever().next();
  });
  expect(thrown(() => forever().next())).toBeInstanceOf(RangeError);
  expectSound();
});

test("LU22: a coroutine that died by an error gave it to the resumer; to close it then is clean, each time", () => {
  const error = new Error("died");
  const c = coroutine(function* (): Coroutine.Body<never> {
    throw error;
  })();
  expect(thrown(() => c.next())).toBe(error);
  expect([c.close(), c.close()]).toEqual([undefined, undefined]);
});

test("LU37: an error ends the coroutine, comes out of the resume as itself, and the next resume says that it is dead", () => {
  const error = new Error("inside");
  const c = coroutine(function* (): Coroutine.Body<number> {
    yield 1;
    throw error;
  })();
  c.next();
  expect(thrown(() => c.send(undefined))).toBe(error);
  expect(c.state).toBe("closed");
  expect(thrown(() => c.send(undefined))).toBeInstanceOf(StopIteration);
  expect(c.next()).toEqual({ value: undefined, done: true });
});

test("LU32: an error after a resume is caught by the try that was entered before the yield, at each level", () => {
  const inner = coroutine(function* (log: unknown[]): Coroutine.Body<string, string> {
    try {
      throw yield "inner";
    } catch (error) {
      log.push(["inner", error]);
      throw "from inner";
    }
  });
  const c = coroutine(function* (): Coroutine.Body<unknown, unknown[]> {
    const log: unknown[] = [];
    try {
      yield* inner(log);
    } catch (error) {
      log.push(["outer", error]);
      yield "handled";
    }
    return log;
  })() as Coroutine;
  c.next();
  expect(c.next("sent")).toEqual({ value: "handled", done: false });
  expect(c.next().value).toEqual([
    ["inner", "sent"],
    ["outer", "from inner"],
  ]);
});

test("LU23: close runs the handlers of scoped resources, last in first out, and gives them no error", () => {
  const log: unknown[] = [];
  const resource = (name: string) => ({
    [Symbol.dispose](...args: unknown[]) {
      log.push([name, ...args]);
    },
  });
  const c = coroutine(function* () {
    using first = resource("first");
    using second = resource("second");
    yield [first, second];
    log.push("went on");
  })();
  c.next();
  expect(log).toEqual([]);
  c.close();
  expect(log).toEqual([["second"], ["first"]]);
});

test("LT16: a handler does not run at a yield, but at the end", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      log.push("closed");
    }
    return 3;
  })();
  c.next();
  c.next();
  expect(log).toEqual([]);
  expect(c.next().value).toBe(3);
  expect(log).toEqual(["closed"]);
});

test("LU25: a handler runs before the protected call has its error, which is the one that was thrown", () => {
  const log: unknown[] = [];
  const error = new Error("after the yield");
  const inner = coroutine(function* () {
    try {
      yield "inner";
      throw error;
    } finally {
      log.push("handler");
    }
  });
  const c = coroutine(function* () {
    try {
      yield* inner();
    } catch (caught) {
      log.push(caught);
    }
    return "went on";
  })();
  c.next();
  expect(c.next()).toEqual({ value: "went on", done: true });
  expect(log).toEqual(["handler", error]);
});

/** One frame with a handler: hands on what it sees, or throws `error` instead, around `inner`. */
const guarded = coroutine(function* guarded(
  seen: unknown[],
  error: unknown,
  inner: Coroutine,
): Coroutine.Body<unknown, unknown> {
  try {
    return yield* inner;
  } catch (caught) {
    seen.push(caught);
    throw error ?? caught;
  }
});

/** Suspends, throws "body" when it is resumed, and "cleanup" when it is closed. */
const failing = coroutine(function* failing(): Coroutine.Body<string, never> {
  let resumed = false;
  try {
    yield "suspended";
    resumed = true;
    throw "body";
  } finally {
    if (!resumed) throw "cleanup";
  }
});

test("LU26: of four handlers that three fail in, each sees the latest error, and the last one wins", () => {
  for (const [resume, first] of [
    [(c: Coroutine) => c.next(), "body"],
    [(c: Coroutine) => c.close(), "cleanup"],
  ] as const) {
    const seen: unknown[] = [];
    const [w, x, y] = ["w", "x", "y"].map((text) => new Error(text));
    const c = guarded(seen, y, guarded(seen, x, guarded(seen, null, guarded(seen, w, failing()))));
    c.next();
    expect(thrown(() => resume(c as Coroutine))).toBe(y);
    expect(seen).toEqual([first, w, w, x]);
  }
});

test("LU28: a handler that fails while a coroutine ends itself gives the resumer its error", () => {
  // What ends a coroutine from inside is `return`.
  const error = new Error("handler");
  const c = coroutine(function* (): Coroutine.Body<number, string> {
    try {
      return "not this";
    } finally {
      throw error;
    }
  })();
  expect(thrown(() => c.next())).toBe(error);
  expect(c.state).toBe("closed");
});

test("LU28 LU29: to close oneself from inside is refused, and the body goes on", () => {
  const c: Coroutine<unknown, void> = coroutine(function* (): Coroutine.Body {
    yield thrown(() => c.close());
    yield "went on";
  })();
  expect(c.next().value).toMatchObject({ code: "ALREADY_RUNNING" });
  expect(c.next().value).toBe("went on");
});

test("LU29: a handler may not yield while its coroutine is closed; that is an error, and it is dead", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      try {
        yield "open";
      } finally {
        yield "in the handler";
        log.push("went on in the handler");
      }
    } finally {
      log.push("not reached");
    }
  })();
  c.next();
  expect(thrown(() => c.close())).toMatchObject({ code: "CLOSE_IGNORED" });
  expect([c.state, c.next().done]).toEqual(["closed", true]);
  expect(log).toEqual([]);
});

test("LU43: a coroutine that resumes itself dies of it if it lets it escape, and its handler runs", () => {
  let handled = false;
  const c = coroutine(function* (): Coroutine.Body {
    try {
      c.next();
    } finally {
      handled = true;
    }
  })();
  expect(thrown(() => c.next())).toMatchObject({ code: "ALREADY_RUNNING" });
  expect([handled, c.state]).toEqual([true, "closed"]);
});

test("LU44: an error whose handler resumes the coroutine again is reported all the same, and then it is dead", () => {
  let refused: unknown;
  const c = coroutine(function* (): Coroutine.Body {
    try {
      throw 111;
    } finally {
      refused = thrown(() => c.next());
    }
  })();
  expect(thrown(() => c.next())).toBe(111);
  expect(refused).toMatchObject({ code: "ALREADY_RUNNING" });
  expect(thrown(() => c.send(undefined))).toBeInstanceOf(StopIteration);
});

test("LU47: the error of a handler that close runs wins over a pending one", () => {
  let wasPending = false;
  const c = coroutine(function* () {
    try {
      throw "pending";
    } catch {
      wasPending = true;
      try {
        yield "suspended while an error is handled";
      } finally {
        throw 134;
      }
    }
  })();
  c.next();
  expect(wasPending).toBe(true);
  expect(thrown(() => c.close())).toBe(134);
  expect(c.state).toBe("closed");
});
