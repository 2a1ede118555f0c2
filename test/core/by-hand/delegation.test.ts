// `yield*` inside a coroutine: frames that the driver owns.
import type { CoroutineError } from "corun";
import { type Coroutine, coroutine, delegate } from "corun";
import { expect, test } from "vitest";
import { codeOf, thrownBy } from "./thrown.ts";

const echo = coroutine(function* echo(times: number): Coroutine.Body<string, string, string> {
  let heard = "ready";
  for (let i = 0; i < times; i++) heard = yield heard;
  return `bye ${heard}`;
});

test("values, sends and the result go through any number of bodies", () => {
  const down: (n: number) => Coroutine<string, string, string> = coroutine(function* (
    n: number,
  ): Coroutine.Body<string, string, string> {
    return n === 0 ? yield* echo(2) : `${yield* down(n - 1)}!`;
  });
  const c = down(3);
  expect([c.next().value, c.send("a"), c.next("b")]).toEqual(["ready", "a", { value: "bye b!!!", done: true }]);
});

test("100,000 levels neither recurse nor slow a resume, and an error and a return come all the way out", () => {
  const down: (n: number, end: () => number) => Coroutine<number, number> = coroutine(function* (
    n: number,
    end: () => number,
  ): Coroutine.Body<number, number> {
    if (n > 0) return (yield* down(n - 1, end)) + 1;
    yield 0;
    return end();
  });
  const returns = down(100_000, () => 7);
  returns.next();
  expect(returns.next()).toEqual({ value: 100_007, done: true });
  const boom = new Error("boom");
  const throws = down(100_000, () => {
    throw boom;
  });
  throws.next();
  expect(thrownBy(() => throws.next())).toBe(boom);
});

test("the delegated coroutine keeps its own state, and the outer one is normal meanwhile", () => {
  const seen: string[] = [];
  const inner = coroutine(function* (): Coroutine.Body<number> {
    seen.push(outer.state, i.state);
    yield 1;
  });
  const i = inner();
  const outer: Coroutine = coroutine(function* () {
    yield* i;
    seen.push(i.state);
  })();
  outer.next();
  seen.push(outer.state, i.state);
  expect(outer.delegate).toBe(i);
  outer.next();
  expect(seen).toEqual(["normal", "running", "suspended", "suspended", "closed"]);
});

test("a started coroutine goes on where it is, with all that it delegates to itself", () => {
  const outerOf = coroutine(function* (of: Coroutine<string, string, string>): Coroutine.Body<string, string, string> {
    return yield* of;
  });
  const middle = outerOf(echo(4));
  middle.next();
  middle.send("by hand");
  const outer = outerOf(middle);
  expect(outer.next()).toEqual({ value: undefined, done: false });
  expect([outer.send("b"), outer.next("c")]).toEqual(["b", { value: "bye c", done: true }]);
});

test("a closed coroutine gives undefined", () => {
  const closed = echo(1);
  closed.close();
  const outer = coroutine(function* () {
    return [yield* closed, yield* closed];
  })();
  expect(outer.next()).toEqual({ value: [undefined, undefined], done: true });
});

test("several may delegate to one: whoever resumes takes the next value, and all the others get undefined at its end", () => {
  const numbers = coroutine(function* () {
    yield 1;
    yield 2;
    yield 3;
    return "end";
  })();
  const outer = coroutine(function* (name: string): Coroutine.Body<number, string> {
    return `${name} ${yield* numbers}`;
  });
  const [a, b] = [outer("a"), outer("b")];
  expect([a.next().value, b.next().value, numbers.next().value]).toEqual([1, 2, 3]);
  expect([b.next(), a.next()]).toEqual([
    { value: "b end", done: true },
    { value: "a undefined", done: true },
  ]);
});

test("a coroutine inside a suspended stack may be resumed and closed by hand, with what is above it", () => {
  const leaf = coroutine(function* () {
    yield 1;
    yield 2;
    yield 3;
  });
  const middle = coroutine(function* () {
    yield* leaf();
    return "middle";
  })();
  const outer = coroutine(function* (): Coroutine.Body<unknown, unknown> {
    const got = yield* middle;
    return ["outer got", got];
  })();
  expect([outer.next().value, middle.next().value, outer.next().value]).toEqual([1, 2, 3]);
  expect([middle.state, outer.state]).toEqual(["suspended", "suspended"]);
  middle.close();
  expect([middle.state, outer.state]).toEqual(["closed", "suspended"]);
  expect(outer.next()).toEqual({ value: ["outer got", undefined], done: true });
});

test("an outer coroutine refuses a resume while one inside its stack runs by hand", () => {
  const codes: unknown[] = [];
  const inner = coroutine(function* () {
    yield 1;
    codes.push(
      codeOf(() => outer.next()),
      outer.state,
      i.state,
    );
    yield 2;
  });
  const i = inner();
  const outer: Coroutine = coroutine(function* () {
    yield* i;
  })();
  outer.next();
  expect([i.next().value, codes]).toEqual([2, ["ALREADY_RUNNING", "normal", "running"]]);
  expect(outer.next().done).toBe(true);
});

test("delegating to oneself or an ancestor is ALREADY_RUNNING at the yield*, and both go on", () => {
  const codes: unknown[] = [];
  const attempt = coroutine(function* (to: () => Coroutine): Coroutine.Body {
    try {
      yield* to();
    } catch (error) {
      codes.push((error as CoroutineError).code);
    }
    yield 1;
  });
  const self: Coroutine = attempt(() => self);
  expect(self.next().value).toBe(1);
  const inner = attempt(() => outer);
  const outer: Coroutine = coroutine(function* () {
    yield* inner;
    yield 2;
  })();
  expect([outer.next().value, outer.next().value, codes]).toEqual([1, 2, ["ALREADY_RUNNING", "ALREADY_RUNNING"]]);
});

test("a plain generator may delegate to a coroutine inside a body, and outside it stands for itself", () => {
  function* helper(): Generator<string, string, string> {
    return `helped: ${yield* echo(1)}`;
  }
  const c = coroutine(function* (): Coroutine.Body<string, string, string> {
    return yield* helper();
  })();
  expect([c.next().value, c.next("x")]).toEqual(["ready", { value: "helped: bye x", done: true }]);
  const plain = helper();
  expect([plain.next().value, plain.next("x")]).toEqual(["ready", { value: "helped: bye x", done: true }]);
});

test("iterating such a helper inside a body is a loud error that says what to do; iterating the coroutine is fine", () => {
  const one = coroutine(function* () {
    yield "ready";
  });
  function* helper() {
    yield* one();
  }
  const ways: (() => unknown)[] = [
    () => [...helper()],
    () => {
      for (const _ of helper());
    },
    () => new Set(helper()),
  ];
  const c = coroutine(function* (): Coroutine.Body {
    for (const way of ways) yield codeOf(way);
    yield [...one()];
    const [first] = one();
    yield first;
    yield* helper();
  })();
  for (const _ of ways) expect(c.next().value).toBe("NOT_DELEGATED");
  expect([c.next().value, c.next().value, c.next().value]).toEqual([["ready"], "ready", "ready"]);
});

test("a single step of such a helper is loud too, at the latest when the body goes on", () => {
  const one = coroutine(function* () {
    yield 1;
  });
  function* helper() {
    yield* one();
  }
  const c = coroutine(function* (): Coroutine.Body {
    const { value } = helper().next();
    yield typeof value;
  })();
  expect(codeOf(() => c.next())).toBe("NOT_DELEGATED");
});

test("a plain iterable is delegated to as the language does; delegate() keeps an error that is thrown in", () => {
  const boom = new Error("boom");
  const log: unknown[] = [];
  const source = {
    [Symbol.iterator]: () => ({
      next: (value?: unknown) => ({ value, done: false }),
      return: () => (log.push("returned"), { value: undefined, done: true as const }),
    }),
  };
  const body = (of: Iterable<unknown>) =>
    coroutine(function* () {
      try {
        yield* of as Iterable<unknown, unknown, unknown>;
      } catch (error) {
        yield error;
      }
    })();
  const [plain, kept] = [body(source), body(delegate(source) as Iterable<unknown>)];
  plain.next();
  kept.next();
  expect(kept.next("sent").value).toBe("sent");
  expect(plain.throw(boom).value).toBeInstanceOf(TypeError);
  expect(kept.throw(boom).value).toBe(boom);
  expect(log).toEqual(["returned", "returned"]);
});

test("an error names every body that it passes through, innermost first, before the one who resumed", () => {
  const bodies: (() => Coroutine)[] = [
    coroutine(
      function* (): Coroutine.Body {
        yield 1;
        throw new Error("deep");
      },
      { name: "level0" },
    ),
  ];
  for (let n = 1; n <= 10; n++) {
    const inner = bodies[n - 1]!;
    bodies.push(
      coroutine(
        function* (): Coroutine.Body {
          yield* inner();
        },
        { name: `level${n}` },
      ),
    );
  }
  function theOneWhoResumes(c: Coroutine) {
    c.next();
  }
  const top = bodies[10]!();
  top.next();
  const { stack } = thrownBy(() => theOneWhoResumes(top)) as Error;
  const lines = stack!.split("\n");
  const at = (name: string) => lines.findIndex((line) => line.includes(name));
  const order = Array.from({ length: 10 }, (_, n) => at(`at level${n + 1} (`));
  expect(order.every((line, n) => line > 0 && line === order[0]! + n)).toBe(true);
  expect(lines[order[0]!]).toMatch(/delegation\.test\.ts.*:\d+:\d+\)$/);
  expect(at("theOneWhoResumes")).toBeGreaterThan(order[9]!);
});

test("an error that comes out of one stack into another has the bodies of both in order", () => {
  const make = (name: string, body: () => Coroutine.Body) => coroutine(body, { name });
  const inner = make("inner", function* () {
    throw new Error("deep");
  });
  const middle = make("middle", function* () {
    yield* inner();
  });
  const hand = make("hand", function* () {
    middle().next();
    yield;
  });
  const outer = make("outer", function* () {
    yield* hand();
  });
  const { stack } = thrownBy(() => outer().next()) as Error;
  expect(stack!.indexOf("at middle (")).toBeGreaterThan(0);
  expect(stack!.indexOf("at outer (")).toBeGreaterThan(stack!.indexOf("at middle ("));
});
