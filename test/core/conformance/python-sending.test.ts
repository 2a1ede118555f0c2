// Python's PEP 342: values and errors that are sent into a coroutine.

import { coroutine, type Coroutine, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

const log: unknown[] = [];

/** Logs what it is sent and what it is thrown, and yields how much it has logged. */
const listening = coroutine(function* listening(): Coroutine.Body<number> {
  log.length = 0;
  for (;;) {
    try {
      log.push(yield log.length);
    } catch (error) {
      log.push(`caught ${(error as Error).message}`);
    }
  }
});

test("PD45: a value that is sent is the value of the `yield`", () => {
  const c = listening();
  c.next();
  expect([c.send(42), c.send("more"), log]).toEqual([1, 2, [42, "more"]]);
});

test("PD49: `count += yield` adds up across sends", () => {
  const sums: number[] = [];
  const adding = coroutine(function* (): Coroutine.Body<void, void, number> {
    let count = 0;
    while (count < 200) {
      count += yield;
      sums.push(count);
    }
  });
  const c = adding();
  c.next();
  c.send(10);
  c.send(20);
  c.send(10);
  expect(sums).toEqual([10, 30, 40]);
  expect(() => c.send(160)).toThrow(StopIteration);
  expect(sums).toEqual([10, 30, 40, 200]);
});

test("PD52 PD56: an error that is thrown is caught inside with its message, and sending goes on", () => {
  const c = listening();
  c.next();
  expect(c.throw(new RangeError("hi"))).toEqual({ value: 1, done: false });
  expect(c.send("after")).toBe(2);
  expect(log).toEqual(["caught hi", "after"]);
});

/** Makes an error far from where it will be thrown, so that its stack is known by this function. */
function originOfTheError(): Error {
  return new RangeError("made elsewhere");
}

test("PD55: an error that is thrown in and comes out keeps its stack", () => {
  const error = originOfTheError();
  const stack = error.stack!;
  expect(stack).toContain("originOfTheError");
  const c = coroutine(function* () {
    yield;
  })();
  c.next();
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(error.stack).toBe(stack);
});

test("PD61: one that the body catches and throws on keeps it too, and gains the bodies that it passes through", () => {
  const error = originOfTheError();
  const stack = error.stack!;
  const rethrowing = coroutine(function* rethrowing() {
    try {
      yield;
    } catch (caught) {
      log.push(caught);
      throw caught;
    }
  });
  const passedThrough = coroutine(function* passedThrough() {
    yield* rethrowing();
  });
  const c = passedThrough();
  c.next();
  log.length = 0;
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(log).toEqual([error]);
  expect(error.stack!.startsWith(stack)).toBe(true);
  expect(error.stack!.slice(stack.length)).toContain("passedThrough");
});

test("PD61: the stack of an error that is thrown on shows origin, body and resumer", () => {
  const body = coroutine(function* theBody() {
    yield;
    try {
      throw originOfTheError();
    } catch (caught) {
      log.push(caught);
      throw caught;
    }
  });
  const c = body();
  c.next();
  // No arrow that gives the result: where the host has proper tail calls, it would have no frame.
  function theResumer(): void {
    c.next();
  }
  const { stack } = thrown(theResumer) as Error;
  const at = ["originOfTheError", "theBody", "theResumer"].map((name) => stack!.indexOf(name));
  expect(at.every((index) => index >= 0)).toBe(true);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});

test("PD57 PD58 PD59: an error that is not caught ends it; later a send reports the end, a throw comes back", () => {
  const c = coroutine(function* () {
    yield 1;
    yield 2;
  })();
  c.next();
  const [first, second] = [new Error("abc"), new Error("xyz")];
  expect(thrown(() => c.throw(first))).toBe(first);
  expect(c.state).toBe("closed");

  const end = thrown(() => c.send("spam"));
  expect(end).toBeInstanceOf(StopIteration);
  expect((end as StopIteration).value).toBe(undefined);
  expect(thrown(() => c.throw(second))).toBe(second);
  expect(c.next()).toEqual({ value: undefined, done: true });
});

test("PD60: one that has not started throws back what it is thrown, never runs, and is finished", () => {
  const c = listening();
  log.length = 0;
  log.push("untouched");
  const error = new RangeError("7");
  expect(thrown(() => c.throw(error))).toBe(error);
  expect([c.state, c.next(), log]).toEqual(["closed", { value: undefined, done: true }, ["untouched"]]);
});

// Python evaluates the value first and then assigns target by target. JavaScript evaluates the targets first.
test("PD73: in a chained assignment all keys are asked for, then the value, and then it is assigned", () => {
  const data: Record<string, string> = {};
  const c = coroutine(function* (): Coroutine.Body<string, void, string> {
    data[yield "first key"] = data[yield "second key"] = yield "value";
  })();
  const seen: unknown[] = [c.next().value];
  seen.push(c.next("x").value, { ...data });
  seen.push(c.next("y").value, { ...data });
  seen.push(c.next("v").done, data);
  expect(seen).toEqual(["first key", "second key", {}, "value", {}, true, { x: "v", y: "v" }]);
});

test("PD73: in a destructuring one target is assigned before the key of the next is asked for", () => {
  const data: Record<string, number> = {};
  const c = coroutine(function* (): Coroutine.Body<string, void, string> {
    [data[yield "first key"], data[yield "second key"]] = [1, 2];
  })();
  const seen: unknown[] = [c.next().value];
  seen.push(c.next("x").value, { ...data });
  seen.push(c.next("y").done, data);
  expect(seen).toEqual(["first key", "second key", { x: 1 }, true, { x: 1, y: 2 }]);
});
