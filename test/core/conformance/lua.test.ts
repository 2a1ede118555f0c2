// Lua's own coroutine tests: what running, status and the arguments are, resuming, and errors of resuming.

import { coroutine, Coroutine, current, StopIteration, transfer } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

test("LU01: outside every coroutine, current gives null: that is how the main program is known", () => {
  const before = current();
  const c = coroutine(function* () {
    yield 1;
  })();
  c.next();
  expect([before, current()]).toEqual([null, null]);
});

test("LU02 LU19: the main program is no coroutine that one could switch to or close", () => {
  const main = current() as Coroutine;
  const c = coroutine(function* (): Coroutine.Body {
    yield* transfer(main);
  })();
  expect(thrown(() => c.next())).toMatchObject({ code: "FOREIGN" });
  expect(thrown(() => Coroutine.prototype.next.call(main))).toBeInstanceOf(TypeError);
  expect(thrown(() => Coroutine.prototype.close.call(main))).toBeInstanceOf(TypeError);
});

test("LU04: what is no function, or no coroutine, is refused", () => {
  expect(thrown(() => coroutine(0 as never))).toBeInstanceOf(TypeError);
  expect(thrown(() => coroutine((() => 0) as never))).toBeInstanceOf(TypeError);
  expect(thrown(() => Coroutine.prototype.next.call(0 as never))).toBeInstanceOf(TypeError);
  expect(thrown(() => Reflect.get(Coroutine.prototype, "state", 0))).toBeInstanceOf(TypeError);
  const c = coroutine(function* (): Coroutine.Body {
    yield* transfer(0 as never);
  })();
  expect(thrown(() => c.next())).toMatchObject({ code: "FOREIGN" });
});

test("LU05 LU07: the arguments become the parameters, and what the body returns comes out of the last resume", () => {
  const c = coroutine(function* (...parameters: number[]): Coroutine.Body<unknown, number[], number[]> {
    const sent = yield parameters;
    return [...sent, 10];
  })(3, 4, 5);
  expect(c.next()).toEqual({ value: [3, 4, 5], done: false });
  expect(c.next([1, 2])).toEqual({ value: [1, 2, 10], done: true });
});

test("LU08: inside a coroutine, current gives that coroutine, also after others have run", () => {
  const other = coroutine(function* () {
    yield current();
  });
  const c = coroutine(function* () {
    const o = other();
    yield current();
    yield o.next().value === o;
    yield current();
  })();
  expect(c.next().value).toBe(c);
  expect(c.next().value).toBe(true);
  expect(c.next().value).toBe(c);
});

// Whether a `yield` may stand somewhere is grammar here; what can be asked is whether a coroutine runs.
const canSuspend = () => current() !== null;

test("LU10 LT10: a new coroutine has something to suspend from its start on, the main program has not", () => {
  const c = coroutine(function* () {
    yield canSuspend();
    yield canSuspend();
  })();
  expect(canSuspend()).toBe(false);
  expect(c.next().value).toBe(true);
  expect(canSuspend()).toBe(false);
  expect(c.next().value).toBe(true);
});

test("LU11: a coroutine is created, not suspended, until it is first resumed", () => {
  const c = coroutine(function* () {
    yield;
  })();
  const states = [c.state];
  c.next();
  states.push(c.state);
  c.next();
  states.push(c.state);
  expect(states).toEqual(["created", "suspended", "closed"]);
});

test("LU13: a coroutine prints as one, with its name and what it is doing", () => {
  const c = coroutine(function* worker(): Coroutine.Body<string> {
    yield String(c);
  })();
  expect(String(c)).toBe("<coroutine worker created>");
  expect(c.next().value).toBe("<coroutine worker running>");
  expect(String(c)).toBe("<coroutine worker suspended>");
  expect(Object.prototype.toString.call(c)).toBe("[object Coroutine]");
});

test("LU14: a helper that is called last may yield", () => {
  const helper = coroutine(function* (given: number): Coroutine.Body<number, number, number> {
    return yield given + 1;
  });
  const c = coroutine(function* (given: number): Coroutine.Body<number, number, number> {
    return yield* helper(given);
  })(10);
  expect([c.next(), c.next(23)]).toEqual([
    { value: 11, done: false },
    { value: 23, done: true },
  ]);
});

test("LU16: a chain of filters over 2 to 80 gives the 22 primes", () => {
  const upTo = coroutine(function* (last: number) {
    for (let n = 2; n <= last; n++) yield n;
  });
  const without = coroutine(function* (prime: number, source: Coroutine<number, void>) {
    for (const n of source) if (n % prime !== 0) yield n;
  });
  const primes: number[] = [];
  let source: Coroutine<number, void> = upTo(80);
  for (let head = source.next(); !head.done; head = source.next()) {
    primes.push(head.value);
    source = without(head.value, source);
  }
  expect([primes.length, primes[0], primes.at(-1)]).toEqual([22, 2, 79]);
});

test("LU20: a coroutine that waits for one that it resumed can't be closed, and goes on", () => {
  const log: unknown[] = [];
  const outer: Coroutine<string, void> = coroutine(function* (): Coroutine.Body<string> {
    inner.next();
    yield "went on";
  })();
  const inner = coroutine(function* () {
    log.push(
      outer.state,
      thrown(() => outer.close()),
    );
    yield;
  })();
  expect(outer.next()).toEqual({ value: "went on", done: false });
  expect(log).toEqual(["normal", expect.objectContaining({ code: "ALREADY_RUNNING" })]);
  expect(outer.close()).toBeUndefined();
});

test("LU31: the function that a loop asks for its next item may yield, for ten rounds", () => {
  const step = coroutine(function* (last: number): Coroutine.Body<string, number> {
    yield "step";
    return last + 1;
  });
  const c = coroutine(function* (): Coroutine.Body<string, number[]> {
    const items: number[] = [];
    for (let i = yield* step(0); i <= 10; i = yield* step(i)) items.push(i);
    return items;
  })();
  let suspensions = 0;
  let result = c.next();
  for (; !result.done; result = c.next()) suspensions += 1;
  expect(result.value).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(suspensions).toBe(11);
});

test("LU59: a loop whose items come with suspensions between them adds up right", () => {
  // Yields before every even item is passed on.
  const step = coroutine(function* (i: number): Coroutine.Body<string, number | undefined> {
    if (i % 2 === 0) yield "wait";
    return i < 4 ? i + 1 : undefined;
  });
  const c = coroutine(function* (): Coroutine.Body<string, number> {
    let sum = 0;
    let i = yield* step(0);
    for (; i !== undefined; i = yield* step(i)) sum += i;
    return sum;
  })();
  const results = [c.next(), c.next(), c.next(), c.next()];
  expect(results).toEqual([
    { value: "wait", done: false },
    { value: "wait", done: false },
    { value: "wait", done: false },
    { value: 10, done: true },
  ]);
});

test("LU34: inside a callback that cannot yield, current still gives the coroutine that called", () => {
  // Lua refuses a yield there at run time; here the grammar does, as the callback is a plain function.
  const c: Coroutine<unknown[], void> = coroutine(function* (): Coroutine.Body<unknown[]> {
    const seen: unknown[] = [];
    "ab".replaceAll(/[ab]/g, () => String(seen.push(current() === c)));
    yield seen;
  })();
  expect(c.next().value).toEqual([true, true]);
});

test("LU38: a recursive enumeration gives all 625 tuples of four items of five", () => {
  const tuples = coroutine(function* (length: number, chosen: number[]): Coroutine.Body<number[]> {
    if (chosen.length === length) yield [...chosen];
    else for (let i = 1; i <= 5; i++) yield* tuples(length, [...chosen, i]);
  });
  const seen = [...tuples(4, [])].map((tuple) => tuple.join());
  expect(new Set(seen).size).toBe(625);
  expect([seen.length, seen[0], seen[1], seen.at(-1)]).toEqual([625, "1,1,1,1", "1,1,1,2", "5,5,5,5"]);
});

test("LU41: a coroutine that resumes itself is refused each time, and then yields and returns as ever", () => {
  const refused: unknown[] = [];
  const tryMyself = () => refused.push(thrown(() => c.next()));
  const c: Coroutine<unknown, number> = coroutine(function* (): Coroutine.Body<unknown, number> {
    tryMyself();
    yield [10, 20];
    tryMyself();
    yield 23;
    tryMyself();
    tryMyself();
    return 10;
  })();
  expect([c.next().value, c.next().value]).toEqual([[10, 20], 23]);
  expect(c.next()).toEqual({ value: 10, done: true });
  expect(c.state).toBe("closed");
  expect(refused).toHaveLength(4);
  for (const error of refused) expect(error).toMatchObject({ code: "ALREADY_RUNNING" });
});

test("LT08: a coroutine is for one run; the function that made it makes the next", () => {
  const twice = coroutine(function* (n: number) {
    yield n;
    return n * 2;
  });
  const c = twice(1);
  expect([c.next().value, c.next().value, c.next()]).toEqual([1, 2, { value: undefined, done: true }]);
  expect(twice(5).next().value).toBe(5);
});

test("LT14: to send to a coroutine that has finished is an error", () => {
  const c = coroutine(function* (): Coroutine.Body<number, string> {
    yield 1;
    return "end";
  })();
  c.next();
  c.next();
  for (let again = 0; again < 2; again++) {
    const error = thrown(() => c.send("more")) as StopIteration;
    expect(error).toBeInstanceOf(StopIteration);
    // What it returned came once.
    expect(error.value).toBeUndefined();
  }
});
