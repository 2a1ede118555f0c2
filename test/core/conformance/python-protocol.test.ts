// Python's generator protocol as its tutorial and PEPs 255 and 342 show it: yields, ends, errors.

import { coroutine, Coroutine, CoroutineError } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

const END = { value: undefined, done: true };

const upTo = coroutine(function* upTo(n: number): Coroutine.Body<number> {
  for (let i = 0; i < n; i++) yield i;
});

test("PD01: two yields are two turns of a loop, and then it ends", () => {
  const f = coroutine(function* () {
    yield 1;
    yield 2;
  });
  const seen: number[] = [];
  for (const i of f()) seen.push(i);
  expect(seen).toEqual([1, 2]);
});

test("PD02 PD04: falling off the end finishes it, and it stays finished", () => {
  const c = upTo(1);
  expect(c.next()).toEqual({ value: 0, done: false });
  for (let i = 0; i < 3; i++) expect(c.next()).toEqual(END);
});

test("PD03 PD31: a return without a value finishes it, and nothing behind it is reached", () => {
  const c = coroutine(function* (stop: boolean) {
    yield 1;
    if (stop) return;
    yield 2;
  });
  expect([...c(true)]).toEqual([1]);
  expect([...c(false)]).toEqual([1, 2]);
  const d = c(true);
  d.next();
  expect(d.next()).toEqual(END);
});

test("PD08: a counting coroutine yields 0 to 4", () => {
  expect([...upTo(5)]).toEqual([0, 1, 2, 3, 4]);
});

test("PD09: one that a function has begun goes on for the next; values go to who resumed it last", () => {
  const seen: [string, number][] = [];
  function creator(): Coroutine<number> {
    const c = upTo(5);
    seen.push(["creator", c.send(undefined)]);
    return c;
  }
  for (const i of creator()) seen.push(["caller", i]);
  expect(seen).toEqual([
    ["creator", 0],
    ["caller", 1],
    ["caller", 2],
    ["caller", 3],
    ["caller", 4],
  ]);
});

test("PD10: a coroutine may iterate over another one", () => {
  const outer = coroutine(function* (n: number) {
    for (const i of upTo(n)) yield i * 10;
  });
  expect([...outer(5)]).toEqual([0, 10, 20, 30, 40]);
});

test("PD11: to resume one that is running is an error inside it, which it may survive", () => {
  const ways = [() => me.next(), () => me.send(1), () => me.throw(new Error("e")), () => me.return(), () => me.close()];
  const body = coroutine(function* (): Coroutine.Body<unknown, string> {
    for (const way of ways) yield thrown(way);
    return "survived";
  });
  const me: Coroutine = body();
  for (const _ of ways) {
    const error = me.next().value;
    expect(error).toBeInstanceOf(CoroutineError);
    expect(error).toMatchObject({ code: "ALREADY_RUNNING" });
  }
  expect(me.next()).toEqual({ value: "survived", done: true });

  const careless: Coroutine = coroutine(function* (): Coroutine.Body {
    yield careless.next().value;
  })();
  expect(thrown(() => careless.next())).toMatchObject({ code: "ALREADY_RUNNING" });
  expect(careless.state).toBe("closed");
});

test("PD13: an error of the body reaches who resumed, through an iterating coroutine too, and both are finished", () => {
  const error = new RangeError("division by zero");
  const f = coroutine(function* (): Coroutine.Body<number> {
    throw error;
  });
  const g = coroutine(function* (): Coroutine.Body<number> {
    yield f().send(undefined);
    yield 42;
  });
  const c = g();
  expect(thrown(() => c.next())).toBe(error);
  expect([c.next(), c.state]).toEqual([END, "closed"]);
});

test("PD17 PD47: to yield nothing is to yield an item", () => {
  const f = coroutine(function* () {
    for (let i = 0; i < 4; i++) yield;
  });
  expect([...f()]).toEqual([undefined, undefined, undefined, undefined]);
  expect(f().next()).toEqual({ value: undefined, done: false });
});

test("PD20: a coroutine has exactly these members, and iterating over it gives itself", () => {
  const c = upTo(1);
  expect(c[Symbol.iterator]()).toBe(c);
  const members = Reflect.ownKeys(Coroutine.prototype).filter((key) => typeof key === "string");
  expect(members.toSorted((a, b) => a.localeCompare(b))).toEqual([
    "close",
    "constructor",
    "delegate",
    "next",
    "return",
    "send",
    "state",
    "throw",
    "toString",
  ]);
  expect(c).toHaveProperty("name", "upTo");
});

test("PD21: a coroutine is running while its body executes and at no other time, and nobody can set that", () => {
  const body = coroutine(function* (): Coroutine.Body<string> {
    yield me.state;
    yield me.state;
  });
  const me: Coroutine<string> = body();
  expect(me.state).not.toBe("running");
  expect(me.next().value).toBe("running");
  expect(me.state).not.toBe("running");
  expect(() => Object.assign(me, { state: "running" })).toThrow(TypeError);
  expect(me.next().value).toBe("running");
  me.next();
  expect(me.state).not.toBe("running");
});

test("PD36 PD37: what a coroutine shows names it, also after its end", () => {
  const c = upTo(1);
  const inspected = (): unknown => Reflect.get(c, Symbol.for("nodejs.util.inspect.custom")).call(c);
  const shown = [String(c), inspected()];
  c.next();
  shown.push(String(c), inspected());
  c.next();
  shown.push(String(c), inspected(), c.name);
  expect(shown).toEqual([
    "<coroutine upTo created>",
    "<coroutine upTo created>",
    "<coroutine upTo suspended>",
    "<coroutine upTo suspended>",
    "<coroutine upTo closed>",
    "<coroutine upTo closed>",
    "upTo",
  ]);
});

test("PD38: an expression with one yield gives one item, one with two gives two", () => {
  const one = coroutine(function* (): Coroutine.Body<number, unknown> {
    return yield 1;
  });
  const two = coroutine(function* (): Coroutine.Body<number, unknown> {
    return [yield 1, yield 2];
  });
  expect([[...one()], [...two()]]).toEqual([[1], [1, 2]]);
});

test("PD43 PD44: the function and the coroutine can be referenced weakly, and used through that", () => {
  const c = upTo(3);
  expect(new WeakRef(upTo).deref()).toBe(upTo);
  const weak = new WeakRef(c);
  expect([...weak.deref()!]).toEqual([0, 1, 2]);
  expect(new WeakMap([[c, "known"]]).get(c)).toBe("known");
});
