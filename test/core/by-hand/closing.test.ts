// Closing: innermost body first, `finally` blocks and nothing else, never revived.
import type { CoroutineError } from "corun";
import { coroutine, type Coroutine } from "corun";
import { expect, test } from "vitest";
import { codeOf, thrownBy } from "./thrown.ts";

test("close runs the finally of every body, innermost first, and nothing after the suspended point", () => {
  const log: string[] = [];
  const level: (n: number) => Coroutine = coroutine(function* (n: number): Coroutine.Body {
    try {
      if (n === 0) yield;
      else yield* level(n - 1);
      log.push(`after ${n}`);
    } catch {
      log.push(`catch ${n}`);
    } finally {
      log.push(`finally ${n}`);
    }
  });
  const c = level(3);
  c.next();
  expect(c.close()).toBeUndefined();
  expect(log).toEqual(["finally 0", "finally 1", "finally 2", "finally 3"]);
  expect([c.close(), log.length, c.state]).toEqual([undefined, 4, "closed"]);
});

test("close gives what the outermost body returns from its own finally; an inner one's is not it", () => {
  const inner = coroutine(function* (): Coroutine.Body<number, string> {
    try {
      yield 1;
      return "end";
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      return "inner";
    }
  });
  const outer = coroutine(function* (): Coroutine.Body<number, string> {
    return yield* inner();
  });
  const [i, o] = [inner(), outer()];
  i.next();
  o.next();
  expect(i.close()).toBe("inner");
  expect(o.close()).toBeUndefined();
});

test("return(v) is close, and gives v unless the outermost finally returned another value", () => {
  const plain = coroutine(function* (): Coroutine.Body<number, string> {
    yield 1;
    return "end";
  });
  const returns = coroutine(function* (): Coroutine.Body<number, string> {
    try {
      yield 1;
      return "end";
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      return "own";
    }
  });
  const [p, r, fresh] = [plain(), returns(), returns()];
  p.next();
  r.next();
  expect(p.return("v")).toEqual({ value: "v", done: true });
  expect(r.return("v")).toEqual({ value: "own", done: true });
  expect(fresh.return("v")).toEqual({ value: "v", done: true });
  expect(p.return("w")).toEqual({ value: "w", done: true });
  expect([p, r, fresh].map((c) => c.state)).toEqual(["closed", "closed", "closed"]);
});

test("a body that yields while it is closed gets the closer a CLOSE_IGNORED and is dead", () => {
  const stubborn = coroutine(function* stubborn() {
    for (;;) {
      try {
        yield 1;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        continue;
      }
    }
  })();
  stubborn.next();
  expect(codeOf(() => stubborn.close())).toBe("CLOSE_IGNORED");
  expect([stubborn.state, stubborn.close(), stubborn.next().done]).toEqual(["closed", undefined, true]);
});

test("CLOSE_IGNORED is raised at the delegation point of the frame below, so that every finally runs, and reaches the closer", () => {
  const log: unknown[] = [];
  const bad = coroutine(function* bad() {
    try {
      yield 1;
    } finally {
      yield 2;
      log.push("never");
    }
  });
  const middle = coroutine(function* middle() {
    try {
      yield* bad();
    } finally {
      log.push("middle");
    }
  });
  const outer = coroutine(function* outer() {
    try {
      yield* middle();
    } catch (error) {
      log.push((error as CoroutineError).code);
      throw error;
    } finally {
      log.push("outer");
    }
  })();
  outer.next();
  const error = thrownBy(() => outer.close()) as CoroutineError;
  expect([error.code, ...log]).toEqual(["CLOSE_IGNORED", "middle", "CLOSE_IGNORED", "outer"]);
  expect(error.message).toContain("<coroutine bad running>");
  expect(outer.state).toBe("closed");
});

test("an error in finally goes on in the body below as itself, and the last of several wins", () => {
  const log: unknown[] = [];
  const throws = (name: string, below?: () => Coroutine): (() => Coroutine) =>
    coroutine(function* (): Coroutine.Body {
      try {
        if (below) yield* below();
        else yield 1;
      } catch (error) {
        log.push((error as Error).message);
        throw error;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error(name);
      }
    });
  const outer = throws("third", throws("second", throws("first")))();
  outer.next();
  expect(() => outer.close()).toThrow("third");
  expect(log).toEqual(["first", "second"]);
});

test("a body that catches a cleanup error and returns is done: the bodies below are closed, not resumed", () => {
  const log: string[] = [];
  const fails = coroutine(function* () {
    try {
      yield 1;
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new Error("cleanup");
    }
  });
  const catches = coroutine(function* () {
    try {
      yield* fails();
    } catch {
      log.push("caught");
    }
  });
  const outer = coroutine(function* () {
    try {
      yield* catches();
      log.push("after");
    } finally {
      log.push("outer");
    }
  })();
  outer.next();
  expect(outer.close()).toBeUndefined();
  expect(log).toEqual(["caught", "outer"]);
});

test("cleanup may delegate: what it calls runs in full, at any depth, and a yield in it is CLOSE_IGNORED", () => {
  const log: string[] = [];
  const step = coroutine(function* (n: number): Coroutine.Body<number, number> {
    log.push(`step ${n}`);
    return n > 0 ? yield* step(n - 1) : 7;
  });
  const leaks = coroutine(function* leaks() {
    yield 1;
  });
  const cleans = coroutine(function* (): Coroutine.Body<number> {
    try {
      yield 1;
    } finally {
      log.push(`got ${yield* step(2)}`);
      try {
        yield* leaks();
      } catch (error) {
        log.push((error as CoroutineError).code);
      }
      log.push("done");
    }
  });
  const outer = coroutine(function* () {
    try {
      yield* cleans();
    } finally {
      log.push("outer");
    }
  })();
  outer.next();
  outer.close();
  expect(log).toEqual(["step 2", "step 1", "step 0", "got 7", "CLOSE_IGNORED", "done", "outer"]);
});

test("close while being closed has no effect; a resume then is ALREADY_RUNNING", () => {
  const log: unknown[] = [];
  const inner = coroutine(function* () {
    try {
      yield 1;
    } finally {
      log.push(
        outer.close(),
        outer.return("x").value,
        codeOf(() => outer.next()),
        outer.state,
      );
    }
  });
  const outer: Coroutine = coroutine(function* () {
    try {
      yield* inner();
    } finally {
      log.push("outer");
    }
  })();
  outer.next();
  outer.close();
  expect(log).toEqual([undefined, "x", "ALREADY_RUNNING", "normal", "outer"]);
});

test("close of a fresh coroutine runs nothing of the body", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield log.push("body");
    } finally {
      log.push("finally");
    }
  })();
  expect([c.close(), c.state, log]).toEqual([undefined, "closed", []]);
});

test("a chain of 100,000 delegations closes without recursion, innermost first", () => {
  let order = 0;
  let wrong = 0;
  const down: (n: number) => Coroutine = coroutine(function* (n: number): Coroutine.Body {
    try {
      if (n > 0) yield* down(n - 1);
      else yield;
    } finally {
      if (order++ !== n) wrong++;
    }
  });
  const c = down(100_000);
  c.next();
  c.close();
  expect([order, wrong]).toEqual([100_001, 0]);
});
