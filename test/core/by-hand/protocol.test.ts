// DESIGN "By hand, exactly": a sentence, a test.
import { Coroutine, coroutine, CoroutineError, StopIteration } from "corun";
import { expect, test } from "vitest";
import { codeOf, thrownBy } from "./thrown.ts";

const total = coroutine(function* total(from: number = 0): Coroutine.Body<number, string, number | undefined> {
  let sum = from;
  while (sum < 100) sum += (yield sum) ?? 0;
  return `full at ${sum}`;
});

test("coroutine() of what is no generator function is a TypeError there, which names what it got", () => {
  const wrong = [() => 1, async () => {}, async function* () {}, 5, "body", null, undefined, {}, Symbol("s")];
  for (const value of wrong) {
    const error = thrownBy(() => coroutine(value as never));
    expect(error).toBeInstanceOf(TypeError);
  }
  expect(() => coroutine("body" as never)).toThrow('but got "body"');
  expect(() => coroutine((() => 1) as never)).toThrow("[object Function]");
  expect(() => coroutine(total as never)).toThrow(TypeError);
});

test("parameter defaults are evaluated at the call, nothing of the body is", () => {
  const log: string[] = [];
  const make = coroutine(function* (count: number = log.push("default")) {
    log.push("body");
    yield count;
  });
  make();
  expect(log).toEqual(["default"]);
});

test("the call keeps `this`, the arguments, and the length and name of the body", () => {
  const counter = {
    step: 2,
    up: coroutine(function* up(this: { step: number }, from: number, to: number) {
      for (let n = from; n < to; n += this.step) yield n;
    }),
  };
  expect([...counter.up(1, 6)]).toEqual([1, 3, 5]);
  expect([counter.up.name, counter.up.length]).toEqual(["up", 2]);
});

test("a bound generator function and one from a class are bodies too", () => {
  class Twice {
    readonly n: number;
    constructor(n: number) {
      this.n = n;
    }
    *each() {
      yield this.n;
      yield this.n;
    }
  }
  const twice = new Twice(4);
  expect([...coroutine(twice.each.bind(twice))()]).toEqual([4, 4]);
});

test("a value other than undefined to a fresh coroutine is a TypeError with the value, and it stays fresh", () => {
  const t = total();
  expect(() => t.send(5)).toThrow(/^can't send 5 to <coroutine total created>.*next\(\)/);
  expect(() => t.next(5)).toThrow(TypeError);
  expect(() => t.send(null as never)).toThrow(/null/);
  expect(t.state).toBe("created");
  expect(t.send(undefined)).toBe(0);
  expect(t.send(7)).toBe(7);
});

test("the rule for fresh coroutines holds in state created only: a closed one answers done, or StopIteration", () => {
  const closed = total();
  closed.close();
  expect(closed.next(5)).toEqual({ value: undefined, done: true });
  const end = thrownBy(() => closed.send(5)) as StopIteration;
  expect(end).toBeInstanceOf(StopIteration);
  expect(end.value).toBeUndefined();
});

test("send throws StopIteration with the value that the body returns; next gives it with done", () => {
  const [a, b] = [total(), total()];
  a.next();
  b.next();
  expect((thrownBy(() => a.send(100)) as StopIteration).value).toBe("full at 100");
  expect(b.next(100)).toEqual({ value: "full at 100", done: true });
  expect([a.state, b.state]).toEqual(["closed", "closed"]);
  expect(b.next()).toEqual({ value: undefined, done: true });
});

test("a value is a value: undefined, false, a promise and a StopIteration are yielded and returned unchanged", () => {
  const signal = new StopIteration(1);
  const values = [undefined, false, 0, Promise.resolve(1), signal, { done: true, value: 2 }];
  const all = coroutine(function* () {
    for (const value of values) yield value;
    return signal;
  })();
  for (const value of values) expect(all.send(undefined)).toBe(value);
  expect((thrownBy(() => all.send(undefined)) as StopIteration).value).toBe(signal);
});

test("states go from created over running and normal to suspended and closed", () => {
  const seen: string[] = [];
  const note = (c: Coroutine) => seen.push(`${c.name} ${c.state}`);
  const inner = coroutine(function* inner() {
    note(outer);
    note(i);
    yield;
  });
  const i = inner();
  // Not `function* outer`: in the body that name would be the function, not the coroutine.
  const body = function* () {
    note(outer);
    note(i);
    i.next();
    note(i);
    yield;
  };
  const outer: Coroutine = coroutine(body, { name: "outer" })();
  note(outer);
  outer.next();
  note(outer);
  outer.next();
  note(outer);
  expect(seen).toEqual([
    "outer created",
    "outer running",
    "inner created",
    "outer normal",
    "inner running",
    "inner suspended",
    "outer suspended",
    "outer closed",
  ]);
});

test("resuming, closing or throwing into a running or normal coroutine is ALREADY_RUNNING at the caller; both go on", () => {
  const codes: unknown[] = [];
  const inner = coroutine(function* inner() {
    for (const attempt of [
      () => outer.next(),
      () => outer.send(undefined),
      () => outer.throw(1),
      () => outer.close(),
    ]) {
      codes.push(codeOf(attempt));
    }
    codes.push(codeOf(() => i.next()));
    yield "inner goes on";
  });
  const i = inner();
  const outer: Coroutine = coroutine(function* outer() {
    yield i.next().value;
    return "outer goes on";
  })();
  expect([outer.next().value, outer.next().value]).toEqual(["inner goes on", "outer goes on"]);
  expect(codes).toEqual(Array(5).fill("ALREADY_RUNNING"));
});

test("a StopIteration that escapes from a body becomes a CoroutineError with it as cause, also through a delegation", () => {
  const signal = new StopIteration(1);
  const leaks = coroutine(function* leaks() {
    yield 1;
    throw signal;
  });
  const outer = coroutine(function* outer() {
    yield* leaks();
  })();
  outer.next();
  const error = thrownBy(() => outer.send(undefined)) as CoroutineError;
  expect(error).toBeInstanceOf(CoroutineError);
  expect([error.code, error.cause, outer.state]).toEqual(["STOP_ITERATION", signal, "closed"]);
  expect(error.message).toContain("leaks");
});

test("throw raises at the yield; a fresh or closed coroutine throws it back and is closed", () => {
  const boom = new Error("boom");
  const catches = coroutine(function* () {
    try {
      yield 1;
    } catch (error) {
      yield error;
    }
  })();
  catches.next();
  expect(catches.throw(boom)).toEqual({ value: boom, done: false });
  const fresh = total();
  expect(thrownBy(() => fresh.throw(boom))).toBe(boom);
  expect(fresh.state).toBe("closed");
  expect(thrownBy(() => fresh.throw(boom))).toBe(boom);
});

test("names: that of the function, of the option, or a placeholder; String, template and tag show it", () => {
  const anonymous = coroutine(function* () {});
  expect(String(anonymous())).toBe("<coroutine <anonymous> created>");
  expect(String(coroutine(function* () {}, { name: "named" })())).toBe("<coroutine named created>");
  expect(String(total())).toBe("<coroutine total created>");
  expect(Object.prototype.toString.call(total())).toBe("[object Coroutine]");
  expect(total()).toBeInstanceOf(Coroutine);
});

test("for…of closes it on an early exit, a throw in the loop too; a loop to the end leaves it closed", () => {
  const log: string[] = [];
  const numbers = coroutine(function* () {
    try {
      for (let n = 0; n < 3; n++) yield n;
    } finally {
      log.push("closed");
    }
  });
  for (const _ of numbers()) break;
  expect(() => {
    for (const _ of numbers()) throw new Error("loop");
  }).toThrow("loop");
  expect([...numbers()]).toEqual([0, 1, 2]);
  const [first, second] = numbers();
  expect([first, second, log.length]).toEqual([0, 1, 4]);
});

test("a started coroutine is iterated from where it is, and is its own iterator", () => {
  const t = total(90);
  t.next();
  t.send(5);
  expect(t[Symbol.iterator]()).toBe(t);
  let sum = 0;
  for (const value of coroutine(function* () {
    yield 1;
    yield 2;
  })())
    sum += value;
  expect(sum).toBe(3);
});

test("`using` closes it", () => {
  const log: string[] = [];
  const body = coroutine(function* () {
    try {
      yield;
    } finally {
      log.push("closed");
    }
  });
  const c = body();
  c.next();
  c[Symbol.dispose]();
  expect([log, c.state]).toEqual([["closed"], "closed"]);
});

test("shared result objects never leave the driver: every result is the caller's own", () => {
  const echo = coroutine(function* () {
    yield* child();
    yield* child();
    return 3;
  });
  const child = coroutine(function* () {
    yield 1;
    return 2;
  });
  const e = echo();
  const results = [e.next(), e.next(), e.next(), e.next(), e.next()];
  expect(new Set(results).size).toBe(5);
  expect(results.map((r) => [r.value, r.done])).toEqual([
    [1, false],
    [1, false],
    [3, true],
    [undefined, true],
    [undefined, true],
  ]);
});
