// Python's `yield from` on what is no coroutine: plain iterables and hand-written iterators.

import { coroutine, type Coroutine, delegate } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** An iterable iterator of 0, 1, … (the third result is its last), with `more` properties. */
function counter<M extends object>(more: M): Iterable<number, string, unknown> & { got: unknown[] } & M {
  let count = 0;
  const iterator = {
    got: [] as unknown[],
    [Symbol.iterator]: () => iterator,
    next(...sent: unknown[]): IteratorResult<number, string> {
      iterator.got.push(sent);
      return count === 3 ? { value: "counted", done: true } : { value: count++, done: false };
    },
  };
  return Object.defineProperties(iterator, Object.getOwnPropertyDescriptors(more)) as typeof iterator & M;
}

/** Both ways to delegate to an iterable, each in an outer coroutine that logs what it sees. */
const ways = [
  coroutine(
    function* plain(source: Iterable<number, unknown, unknown>, log: unknown[]): Coroutine.Body {
      try {
        log.push(yield* source);
      } catch (error) {
        log.push(error);
        throw error;
      } finally {
        log.push("outer ends");
      }
    },
    { name: "yield* source" },
  ),
  coroutine(
    function* wrapped(source: Iterable<number, unknown, unknown>, log: unknown[]): Coroutine.Body {
      try {
        log.push(yield* delegate(source));
      } catch (error) {
        log.push(error);
        throw error;
      } finally {
        log.push("outer ends");
      }
    },
    { name: "yield* delegate(source)" },
  ),
];
const [, kept] = ways as [(typeof ways)[0], (typeof ways)[0]];

for (const outer of ways) {
  const way = outer.name;

  test(`PY13: a plain iterable may be delegated to (${way})`, () => {
    const log: unknown[] = [];
    expect([...outer(new Set([3, 1, 2]), log)]).toEqual([3, 1, 2]);
    expect(log).toEqual([undefined, "outer ends"]);
  });

  test(`PY14: to send nothing to a plain iterator is to ask for its next value (${way})`, () => {
    const c = outer([1, 2, 3], []);
    expect([c.send(undefined), c.send(undefined), c.send(undefined)]).toEqual([1, 2, 3]);
  });

  test(`PY15: close passes over an iterator that has no return, and the outer finally runs (${way})`, () => {
    const log: unknown[] = [];
    const c = outer(counter({}), log);
    c.next();
    expect(c.close()).toBeUndefined();
    expect(log).toEqual(["outer ends"]);
    expect(c.state).toBe("closed");
  });

  test(`PY17: a sent value reaches the next method of a plain iterator (${way})`, () => {
    // Python has no place for it, so it refuses; the `next` of JavaScript takes a value.
    const source = counter({});
    const c = outer(source, []);
    c.next();
    expect([c.send("a"), c.send("b")]).toEqual([1, 2]);
    expect(source.got.slice(1)).toEqual([["a"], ["b"]]);
  });

  for (const [id, method, resume] of [
    ["PY18", "next", (c: Coroutine) => c.send(undefined)],
    ["PY19", "throw", (c: Coroutine) => c.throw(new Error("another"))],
    // Python reports it aside and closes; here no error is lost.
    ["PY20", "return", (c: Coroutine) => c.close()],
  ] as const) {
    test(`${id}: an error at the look-up of ${method} surfaces where the outer body delegates (${way})`, () => {
      const error = new Error(`no ${method} today`);
      const broken = {
        get [method](): never {
          throw error;
        },
      };
      const log: unknown[] = [];
      const c = outer(counter(broken), log);
      // `next` is looked up at once, the others when they are wanted.
      if (method !== "next") c.next();
      expect(thrown(() => resume(c))).toBe(error);
      // A `catch` sees what comes of an error or a call, but not what comes of being closed.
      expect(log).toEqual([error, "outer ends"]);
      expect(c.state).toBe("closed");
    });
  }

  test(`PY30: delegation to an empty iterable is over at once (${way})`, () => {
    const log: unknown[] = [];
    expect(outer([], log).next()).toEqual({ value: undefined, done: true });
    expect(log).toEqual([undefined, "outer ends"]);
  });

  test(`PY36: what a hand-written iterator returns is the value of the delegation (${way})`, () => {
    const log: unknown[] = [];
    expect([...outer(counter({}), log)]).toEqual([0, 1, 2]);
    expect(log).toEqual(["counted", "outer ends"]);
  });

  test(`PY38: a composite that is sent reaches a hand-written iterator as one argument (${way})`, () => {
    const source = counter({});
    const c = outer(source, []);
    c.next();
    const pair = [1, [2, 3]];
    c.send(pair);
    expect(source.got.at(-1)).toEqual([pair]);
    expect((source.got.at(-1) as unknown[])[0]).toBe(pair);
  });
}

test("PY16: an error thrown in while the iterator has no throw appears, as itself, where the outer body delegates", () => {
  const log: unknown[] = [];
  const error = new Error("thrown in");
  const c = kept(counter({}), log);
  c.next();
  expect(thrown(() => c.throw(error))).toBe(error);
  expect(log).toEqual([error, "outer ends"]);
});

test("PY16: the outer body may catch it and go on; an iterator that has a return is closed before", () => {
  const log: unknown[] = [];
  const source = counter({
    return(): IteratorResult<number, string> {
      log.push("iterator closed");
      return { value: "closed", done: true };
    },
  });
  const c = coroutine(function* (): Coroutine.Body {
    try {
      yield* delegate(source);
    } catch (error) {
      log.push(error);
      yield "caught";
    }
  })();
  c.next();
  expect(c.throw("thrown in")).toEqual({ value: "caught", done: false });
  expect(log).toEqual(["iterator closed", "thrown in"]);
});
