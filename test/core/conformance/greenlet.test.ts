// greenlet's tests: the symmetric switch. Here there are no parents: what the target yields, returns or
// throws goes to the hand that resumed the coroutine that switched.

import { coroutine, type Coroutine, current, transfer } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

test("GL01: a new coroutine runs at the first switch to it, and its end is for the hand that resumed", () => {
  const log: string[] = [];
  const target = coroutine(function* (): Coroutine.Body<never, string> {
    log.push("target runs");
    return "target's end";
  })();
  const c = coroutine(function* (): Coroutine.Body<never, string> {
    log.push("before");
    yield* transfer(target);
    log.push("after");
    return "own end";
  })();
  expect(c.next()).toEqual({ value: "target's end", done: true });
  expect(log).toEqual(["before", "target runs"]);
  expect([c.state, target.state]).toEqual(["suspended", "closed"]);
  expect(c.next()).toEqual({ value: "own end", done: true });
});

test("GL02: two coroutines switch to each other again and again", () => {
  const log: unknown[] = [];
  const party = (name: string, mine: () => Coroutine, other: () => Coroutine) =>
    coroutine(function* (): Coroutine.Body<unknown, string> {
      for (let round = 1; round <= 3; round++) {
        log.push(`${name}${round}`, current() === mine());
        yield* transfer(other());
      }
      return `${name} ends`;
    })();
  const a: Coroutine = party(
    "a",
    () => a,
    () => b,
  );
  const b: Coroutine = party(
    "b",
    () => b,
    () => a,
  );
  expect(a.next()).toEqual({ value: "a ends", done: true });
  expect(log).toEqual(["a1", true, "b1", true, "a2", true, "b2", true, "a3", true, "b3", true]);
  expect(b.next()).toEqual({ value: "b ends", done: true });
});

test("GL02: a coroutine that another one resumes gives its values back to that one, whatever it switches to", () => {
  const third = coroutine(function* () {
    yield "from the third";
  })();
  const child = coroutine(function* (): Coroutine.Body<never> {
    yield* transfer(third);
  })();
  const c: Coroutine = coroutine(function* (): Coroutine.Body {
    const got = child.next().value;
    yield [got, current() === c];
  })();
  expect(c.next().value).toEqual(["from the third", true]);
});

test("GL04: an error that escapes from the target goes to the hand that resumed, not to the one that switched", () => {
  const error = new Error("target");
  const caught: unknown[] = [];
  const target = coroutine(function* (): Coroutine.Body<never> {
    throw error;
  })();
  const c = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield* transfer(target);
    } catch (e) {
      caught.push(e);
    }
    yield "went on";
  })();
  expect(thrown(() => c.next())).toBe(error);
  expect([caught, c.state, target.state]).toEqual([[], "suspended", "closed"]);
  expect(c.next().value).toBe("went on");
});

test("GL05: throw raises the error where the coroutine has switched away", () => {
  const target = coroutine(function* () {
    yield "from the target";
  })();
  const c = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield* transfer(target);
    } catch (error) {
      yield `caught ${String(error)}`;
    }
  })() as Coroutine;
  expect(c.next().value).toBe("from the target");
  expect(c.throw("this")).toEqual({ value: "caught this", done: false });
  expect(target.state).toBe("suspended");
});

test("GL07: arguments are given when a coroutine is made; what is switched later is the result of its pending switch", () => {
  const b = coroutine(function* (argument: string): Coroutine.Body<unknown, void, string> {
    const first = yield* transfer(a, `b was made with ${argument}`);
    yield* transfer(a, `b got ${String(first)}`);
  })("an argument");
  const a: Coroutine<unknown, unknown[], string> = coroutine(function* (): Coroutine.Body<unknown, unknown[], string> {
    return [yield* transfer(b), yield* transfer(b, "one")];
  })();
  expect(a.next().value).toEqual(["b was made with an argument", "b got one"]);
});

test("GL07: a value for a target that has not started is refused, and the target stays fresh", () => {
  const target = coroutine(function* (): Coroutine.Body<string, void, string> {
    yield "started";
  })();
  const c = coroutine(function* (): Coroutine.Body {
    try {
      yield* transfer(target, "too early");
    } catch (error) {
      yield error;
    }
    yield* transfer(target);
  })();
  expect(c.next().value).toBeInstanceOf(TypeError);
  expect(target.state).toBe("created");
  expect(c.next().value).toBe("started");
});

test("GL10: an error is not lost when it is raised in a target that another target switched to", () => {
  const error = new Error("from the third");
  const third = coroutine(function* (): Coroutine.Body<never> {
    throw error;
  })();
  const second = coroutine(function* (): Coroutine.Body<never> {
    yield* transfer(third);
  })();
  const first = coroutine(function* (): Coroutine.Body<never> {
    yield* transfer(second);
  })();
  expect(thrown(() => first.next())).toBe(error);
  expect([first.state, second.state, third.state]).toEqual(["suspended", "suspended", "closed"]);
  expect(current()).toBeNull();
});

test("GL10: an error that is thrown into a coroutine which then fails to switch is not lost either", () => {
  const dead = coroutine(function* () {})();
  dead.next();
  const c = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield "suspended";
    } finally {
      try {
        yield* transfer(dead);
      } catch {}
    }
  })();
  c.next();
  expect(thrown(() => c.throw("thrown in"))).toBe("thrown in");
});

test("GL11: what a target does first may be a switch of its own, to one that has not started", () => {
  const log: string[] = [];
  const names = ["first", "second", "third", "last"];
  const makers = names.map((name, index) =>
    coroutine(function* (): Coroutine.Body<string> {
      const next = chain[index + 1];
      if (next) yield* transfer(next);
      log.push(name);
      yield name;
    }),
  );
  const chain: Coroutine<string, void>[] = makers.map((make) => make());
  expect(chain[0]!.next().value).toBe("last");
  expect(log).toEqual(["last"]);
  // Each is suspended in its switch, and goes on behind it when it is resumed.
  expect(chain.map((c) => c.next().value)).toEqual(["first", "second", "third", undefined]);
});

test("GL13: a switch to a coroutine that has ended is an error for the one that switches, which goes on", () => {
  const ended = coroutine(function* () {})();
  ended.next();
  const neverStarted = coroutine(function* () {
    yield "not reached";
  })();
  neverStarted.close();
  const c = coroutine(function* (): Coroutine.Body {
    for (const target of [ended, neverStarted]) {
      try {
        yield* transfer(target);
      } catch (error) {
        yield error;
      }
    }
  })();
  for (let i = 0; i < 2; i++) expect(c.next().value).toMatchObject({ name: "CoroutineError", code: "CLOSED" });
  expect(c.next().done).toBe(true);
});

test("GL14: only a coroutine that stands for itself can be switched to, and there is no parent to be set", () => {
  const inner = coroutine(function* () {
    yield "inner 1";
    yield "inner 2";
  })();
  const outer = coroutine(function* () {
    yield* inner;
  })();
  outer.next();
  const c = coroutine(function* (): Coroutine.Body {
    for (const target of [{}, undefined, coroutine, (function* () {})(), inner]) {
      try {
        yield* transfer(target as Coroutine);
      } catch (error) {
        yield error;
      }
    }
  })();
  for (let i = 0; i < 5; i++) expect(c.next().value).toMatchObject({ name: "CoroutineError", code: "FOREIGN" });
  expect(c.next().done).toBe(true);
  // It was not disturbed.
  expect(outer.next().value).toBe("inner 2");
  expect("parent" in c).toBe(false);
});

test("GL16: a switch back to the coroutine that waits for this one is refused, and both go on", () => {
  const a: Coroutine = coroutine(function* (): Coroutine.Body {
    yield b.next().value;
    yield "a went on";
  })();
  const b = coroutine(function* (): Coroutine.Body {
    try {
      yield* transfer(a);
    } catch (error) {
      yield error;
    }
    yield "b went on";
  })();
  expect(a.next().value).toMatchObject({ code: "ALREADY_RUNNING" });
  expect([a.next().value, b.next().value]).toEqual(["a went on", "b went on"]);
});

test("GL16: among three it is refused as well, also after a switch, and nobody's state is harmed", () => {
  const refused: unknown[] = [];
  const a: Coroutine = coroutine(function* (): Coroutine.Body {
    yield b.next().value;
    yield "a went on";
  })();
  // Its hand is `a`; the one in its place has the same hand.
  const b: Coroutine = coroutine(function* (): Coroutine.Body {
    yield* transfer(c);
    yield "b went on";
  })();
  const c: Coroutine = coroutine(function* (): Coroutine.Body {
    refused.push(a.state, b.state, c.state);
    for (const reenter of [() => a.next(), () => c.next()]) refused.push(thrown(reenter));
    try {
      yield* transfer(a);
    } catch (error) {
      refused.push(error);
    }
    yield "c to a";
    yield "c went on";
  })();
  expect(a.next().value).toBe("c to a");
  const error = expect.objectContaining({ code: "ALREADY_RUNNING" });
  expect(refused).toEqual(["normal", "suspended", "running", error, error, error]);
  expect([a, b, c].map(({ state }) => state)).toEqual(["suspended", "suspended", "suspended"]);
  expect([c.next().value, b.next().value, a.next().value]).toEqual(["c went on", "b went on", "a went on"]);
});

test("GL16: a switch to oneself gives the value back", () => {
  const c: Coroutine = coroutine(function* (): Coroutine.Body {
    yield yield* transfer(c, "mine");
  })();
  expect(c.next()).toEqual({ value: "mine", done: false });
});
