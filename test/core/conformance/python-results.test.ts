// What coroutines return, through delegation (PEP 380), and StopIteration as the signal of it (PEP 479).

import { coroutine, type Coroutine, CoroutineError, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

test("PY10: the signal of the end has a value, which may be written", () => {
  const c = coroutine(function* (): Coroutine.Body<never, number> {
    return 42;
  })();
  const end = thrown(() => c.send(undefined)) as StopIteration;
  expect(end.value).toBe(42);
  end.value = 43;
  expect(end.value).toBe(43);
});

test("PY11: a returned value that the outer body ignores does no harm", () => {
  const inner = coroutine(function* () {
    yield "inner";
    return [42];
  });
  const outer = coroutine(function* () {
    yield* inner();
  });
  const c = outer();
  expect([c.next(), c.next()]).toEqual([
    { value: "inner", done: false },
    { value: undefined, done: true },
  ]);
});

const RESULTS = [undefined, 1, [1, { two: 2 }], new StopIteration("a value like another")];

test("PY12: the value of the delegation is what the inner body returns, unchanged", () => {
  const inner = coroutine(function* (value: unknown) {
    yield "inner";
    return value;
  });
  const outer = coroutine(function* (value: unknown): Coroutine.Body {
    yield { got: yield* inner(value) };
  });
  for (const result of RESULTS) {
    const c = outer(result);
    c.next();
    expect((c.next().value as { got: unknown }).got).toBe(result);
  }
});

const giving = coroutine(function* (value: unknown) {
  yield* coroutine(function* () {
    yield "inner";
    return value;
  })();
  return value;
});

test("PY24: a body that next brings to its end gives the value that it returns, unchanged", () => {
  for (const result of RESULTS) {
    const c = giving(result);
    c.next();
    const { value, done } = c.next();
    expect(done).toBe(true);
    expect(value).toBe(result);
  }
});

test("PY25: a body that send brings to its end throws StopIteration with the value that it returns, unchanged", () => {
  for (const result of RESULTS) {
    const c = giving(result) as Coroutine;
    c.next();
    const end = thrown(() => c.send("last")) as StopIteration;
    expect(end).toBeInstanceOf(StopIteration);
    expect(end).not.toBe(result);
    expect(end.value).toBe(result);
  }
});

test("PY26: what an inner body that catches returns is the value of the delegation", () => {
  const inner = coroutine(function* () {
    try {
      yield "inner 1";
    } catch (error) {
      return `returned after ${String(error)}`;
    }
    return "not this";
  });
  const outer = coroutine(function* () {
    yield yield* inner();
  });
  const c = outer();
  c.next();
  expect(c.throw("this")).toEqual({ value: "returned after this", done: false });
});

test("PS01: a StopIteration that escapes from a helper does not end the coroutine as if it had returned", () => {
  const finished = coroutine(function* (): Coroutine.Body<number, string> {
    return "the helper's business";
  })();
  const take = (): number => finished.send(undefined);
  const c = coroutine(function* (): Coroutine.Body<number, string> {
    yield take();
    return "not reached";
  })();
  const error = thrown(() => c.send(undefined));
  expect(error).toBeInstanceOf(CoroutineError);
  expect(error).not.toBeInstanceOf(StopIteration);
  expect(error).toMatchObject({ code: "STOP_ITERATION" });
  expect(c.state).toBe("closed");
});

test("PS02: the error that replaces a StopIteration has it as its cause", () => {
  const signal = new StopIteration("spam");
  const inner = coroutine(function* (): Coroutine.Body<never> {
    throw signal;
  });
  // Also where it leaves a delegate: the outer body sees the error already replaced, once.
  const outer = coroutine(function* (): Coroutine.Body<never, unknown> {
    try {
      return yield* inner();
    } catch (error) {
      return error;
    }
  });
  const error = outer().next().value as CoroutineError;
  expect(error.code).toBe("STOP_ITERATION");
  expect(error.cause).toBe(signal);
});
