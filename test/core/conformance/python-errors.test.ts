// Python's rules for errors thrown into generators, out of them, and returned as plain values.

import { coroutine, type Coroutine, CoroutineError, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** Yields what it catches, and goes on. */
const catching = coroutine(function* catching(): Coroutine.Body {
  let out: unknown = "ready";
  for (;;) {
    try {
      out = yield out;
    } catch (error) {
      out = { caught: error };
    }
  }
});

test("PG19: an error that is caught and held over two suspensions is raised again as itself, with nothing added", () => {
  const holding = coroutine(function* () {
    try {
      yield "ready";
    } catch (error) {
      yield "held";
      yield "held still";
      throw error;
    }
  });
  const c = holding();
  const error = new RangeError("held");
  const stack = error.stack;
  expect(c.next().value).toBe("ready");
  expect(c.throw(error).value).toBe("held");
  expect(c.next().value).toBe("held still");
  expect(thrown(() => c.next())).toBe(error);
  expect("cause" in error || "suppressed" in error).toBe(false);
  expect(error.stack).toBe(stack);
});

const noErrors = ["a string", undefined, null, 7, Symbol("s"), {}];

test("PG24: what is no error is thrown as itself all the same, and finishes one that has not started", () => {
  for (const value of noErrors) {
    const c = catching();
    expect(thrown(() => c.throw(value))).toBe(value);
    expect(c.state).toBe("closed");
    expect(c.next()).toEqual({ value: undefined, done: true });
  }
});

test("PG25 PD54: what is no error arrives as itself at the `yield`, where the body may catch it and go on", () => {
  const c = catching();
  c.next();
  for (const value of noErrors) {
    const { caught } = c.throw(value).value as { caught: unknown };
    expect(caught).toBe(value);
    expect(c.send("unharmed")).toBe("unharmed");
  }
});

test("PD51: a class that is thrown arrives as the class, and nobody makes an instance", () => {
  const c = catching();
  c.next();
  expect(c.throw(RangeError).value).toEqual({ caught: RangeError });
});

test("PG27: a StopIteration that escapes from a body at once is a CoroutineError, with it as the cause", () => {
  const signal = new StopIteration(1);
  const c = coroutine(function* () {
    throw signal;
  })();
  const error = thrown(() => c.next());
  expect(error).toBeInstanceOf(CoroutineError);
  expect(error).toMatchObject({ code: "STOP_ITERATION", cause: signal });
  expect(c.state).toBe("closed");
});

test("PG28: so is one that escapes after a good yield, as from an ended coroutine that is sent to", () => {
  const ended = coroutine(function* () {
    return "the end";
  });
  const c = coroutine(function* () {
    yield "good";
    yield ended().send(undefined);
  })();
  expect(c.send(undefined)).toBe("good");
  const error = thrown(() => c.send(undefined)) as CoroutineError;
  expect(error).toMatchObject({ name: "CoroutineError", code: "STOP_ITERATION" });
  expect(error.cause).toMatchObject({ name: "StopIteration", value: "the end" });
  expect(c.next()).toEqual({ value: undefined, done: true });
});

/** Ends with `value` after one yield. */
const returning = coroutine(function* (value: unknown) {
  yield;
  return value;
});
const delegating = coroutine(function* (value: unknown) {
  return yield* returning(value);
});

/** What `send`, `next` and a delegation give when a body returns `value`. */
function arrivalsOf(value: unknown): unknown[] {
  return [returning, delegating].flatMap((make) => {
    const [byNext, bySend] = [make(value), make(value)];
    byNext.next();
    bySend.next();
    const { value: given, done } = byNext.next();
    const end = thrown(() => bySend.send(undefined));
    expect(done).toBe(true);
    expect(end).toBeInstanceOf(StopIteration);
    return [given, (end as StopIteration).value];
  });
}

test("PG29: a composite value that is returned arrives unchanged", () => {
  const pair = [1, [2, 3]];
  for (const arrived of arrivalsOf(pair)) expect(arrived).toBe(pair);
  expect(pair).toEqual([1, [2, 3]]);
});

test("PG30: a StopIteration that is returned is a value like any other", () => {
  const value = new StopIteration("inside");
  for (const arrived of arrivalsOf(value)) expect(arrived).toBe(value);
});

/** What was added to an error on its way: a context, or what replaced it. */
function additionsTo(error: Error): string[] {
  return Object.getOwnPropertyNames(error).filter((name) => name === "cause" || name === "suppressed");
}

const yieldWhileHandling = coroutine(function* (): Coroutine.Body<string> {
  try {
    throw new Error("a");
  } catch {
    yield "handling";
  }
});

test("PG39: an error thrown in while another is handled comes out as itself, without a context", () => {
  const c = yieldWhileHandling();
  c.next();
  const error = new RangeError("b");
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(additionsTo(error)).toEqual([]);
});

test("PG40: inside the body too, where the error that is handled stays at hand", () => {
  const c = coroutine(function* (): Coroutine.Body {
    try {
      throw new Error("a");
    } catch (handled) {
      try {
        yield "handling";
      } catch (arrived) {
        yield [handled, arrived];
      }
    }
  })();
  c.next();
  const error = new RangeError("b");
  const [handled, arrived] = c.throw(error).value as unknown[];
  expect(handled).toEqual(new Error("a"));
  expect(arrived).toBe(error);
  expect(additionsTo(error)).toEqual([]);
});

test("PG41: and where the `yield` is in a delegate", () => {
  const c = coroutine(function* (): Coroutine.Body {
    try {
      throw new Error("a");
    } catch {
      yield* catching();
    }
  })();
  c.next();
  const error = new RangeError("b");
  expect((c.throw(error).value as { caught: unknown }).caught).toBe(error);
  expect(additionsTo(error)).toEqual([]);
});

test("PG42: the error that is being handled may be thrown in again, and is not made its own cause", () => {
  const error = new RangeError("round");
  const inner = coroutine(function* () {
    yield;
  });
  const c = coroutine(function* () {
    try {
      throw error;
    } catch {
      yield* inner();
    }
  })();
  c.next();
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(additionsTo(error)).toEqual([]);
});

test("PG43: a catch block that has ended does not disturb a later throw, and the error of its handler wins", () => {
  const replacement = new RangeError("from the handler");
  const c = coroutine(function* () {
    try {
      throw new Error("first");
    } catch {}
    try {
      yield;
    } catch {
      throw replacement;
    }
  })();
  c.next();
  expect(thrown(() => c.throw(new Error("second")))).toBe(replacement);
  expect(c.state).toBe("closed");
});
