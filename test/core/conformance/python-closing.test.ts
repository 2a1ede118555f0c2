// Python's `close`. Its exit signal can be caught there; here, as the language has it, only `finally` sees it:
// what a Python handler returns or raises, a `finally` block returns or throws.

import { coroutine, type Coroutine, CoroutineError } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

test("PG31: closing a suspended coroutine that does not react gives nothing", () => {
  const c = coroutine(function* () {
    yield;
    return "not reached";
  })();
  c.next();
  expect(c.close()).toBe(undefined);
  expect(c.state).toBe("closed");
});

test("PG32: what the body returns on its exit is what close gives", () => {
  const inner = coroutine(function* (): Coroutine.Body<void, number> {
    try {
      yield;
      return 1;
    } finally {
      return 0;
    }
  });
  const outer = coroutine(function* (): Coroutine.Body<void, string> {
    try {
      yield* inner();
      return "not reached";
    } finally {
      return "outer";
    }
  });
  const [c, d] = [inner(), outer()];
  c.next();
  d.next();
  expect(c.close()).toBe(0);
  expect(d.close()).toBe("outer");
});

test("PG33: nothing after the suspended `yield` runs, and no value results", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield;
      log.push("went on");
      return 7;
    } finally {
      log.push("finally");
    }
  })();
  c.next();
  expect(c.close()).toBe(undefined);
  expect(log).toEqual(["finally"]);
});

test("PG34 PD64: closing one that has not started runs nothing of it, and gives nothing", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      log.push("started");
      yield;
    } finally {
      log.push("finally");
    }
  })();
  expect(c.close()).toBe(undefined);
  expect([c.state, c.next(), log]).toEqual(["closed", { value: undefined, done: true }, []]);
});

test("PG35: closing one that has ended gives nothing, and not its result once more", () => {
  const c = coroutine(function* () {
    return 5;
  })();
  expect(c.next()).toEqual({ value: 5, done: true });
  expect(c.close()).toBe(undefined);
});

test("PG36: the first close may give a value, the second gives nothing", () => {
  const c = coroutine(function* (): Coroutine.Body<void, number> {
    try {
      yield;
      return 1;
    } finally {
      return 0;
    }
  })();
  c.next();
  expect([c.close(), c.close()]).toEqual([0, undefined]);
});

test("PG37 PD71: an error that is raised on the exit goes to the closer", () => {
  const fie = new TypeError("fie!");
  const inner = coroutine(function* () {
    try {
      yield;
    } finally {
      throw fie;
    }
  });
  const outer = coroutine(function* () {
    yield* inner();
  });
  for (const c of [inner(), outer()]) {
    c.next();
    expect(thrown(() => c.close())).toBe(fie);
    expect(c.state).toBe("closed");
  }
});

test("PD62 PD63: close runs the handler once, and a second close does nothing", () => {
  const log: string[] = [];
  const c = coroutine(function* () {
    try {
      yield;
    } finally {
      log.push("exiting");
    }
  })();
  c.next();
  c.close();
  expect(log).toEqual(["exiting"]);
  c.close();
  expect(log).toEqual(["exiting"]);
});

test("PD65: a simple coroutine can be closed before its start and after it", () => {
  const simple = coroutine(function* () {
    yield "once";
  });
  const [fresh, started] = [simple(), simple()];
  expect(started.next().value).toBe("once");
  for (const c of [fresh, started]) {
    c.close();
    expect([c.state, c.next()]).toEqual(["closed", { value: undefined, done: true }]);
  }
});

test("PD67: a catch-all does not swallow the exit; `finally` runs", () => {
  const log: string[] = [];
  const inner = coroutine(function* () {
    try {
      yield;
    } catch {
      log.push("inner catch");
    } finally {
      log.push("inner finally");
    }
  });
  const outer = coroutine(function* () {
    try {
      yield* inner();
      log.push("went on");
    } catch {
      log.push("outer catch");
    } finally {
      log.push("outer finally");
    }
  });
  const c = outer();
  c.next();
  c.close();
  expect(log).toEqual(["inner finally", "outer finally"]);
});

test("PD68 PD69: to yield in answer to close is an error at the closer, and closing once more is clean", () => {
  const inner = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield "ready";
    } finally {
      yield "foo!";
    }
  });
  const outer = coroutine(function* (): Coroutine.Body<string> {
    yield* inner();
    yield "revived";
  });
  for (const c of [inner(), outer()]) {
    c.next();
    const error = thrown(() => c.close());
    expect(error).toBeInstanceOf(CoroutineError);
    expect(error).toMatchObject({ code: "CLOSE_IGNORED" });
    expect([c.state, c.close(), c.next()]).toEqual(["closed", undefined, { value: undefined, done: true }]);
  }
});
