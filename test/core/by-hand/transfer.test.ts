// The symmetric switch.
import { type Coroutine, coroutine, current, transfer } from "corun";
import { expect, test } from "vitest";
import { codeOf, thrownBy } from "./thrown.ts";

type Any = Coroutine;
const make = (name: string, body: () => Generator) => coroutine(body, { name })();

test("what transfer reaches takes the place of the current one; its yields and its end go to the hand that resumed", () => {
  const log: unknown[] = [];
  const a: Any = make("a", function* () {
    log.push(yield* transfer(b));
    log.push(yield* transfer(b, "to b"));
    return "a ends";
  });
  const b: Any = make("b", function* () {
    log.push(yield* transfer(a, "to a"));
    log.push(a.state, b.state);
    log.push(yield "b yields");
    return "b ends";
  });
  expect(a.next()).toEqual({ value: "b yields", done: false });
  expect([a.state, b.state]).toEqual(["suspended", "suspended"]);
  expect(b.next("hand to b")).toEqual({ value: "b ends", done: true });
  expect(a.next("hand to a")).toEqual({ value: "a ends", done: true });
  expect(log).toEqual(["to a", "to b", "suspended", "running", "hand to b", "hand to a"]);
});

test("a failure of the target goes to the hand that resumed, and the one that switched stays suspended", () => {
  const a: Any = make("a", function* () {
    try {
      yield* transfer(fails);
    } catch {
      yield "must not be caught here";
    }
  });
  const fails = make("fails", function* () {
    throw new Error("boom");
  });
  expect(() => a.next()).toThrow("boom");
  expect([a.state, fails.state]).toEqual(["suspended", "closed"]);
  expect(a.next()).toEqual({ value: undefined, done: true });
});

test("the whole stack switches: a transfer inside a delegation comes back there", () => {
  const inner = coroutine(function* () {
    return `inner got ${String(yield* transfer(other))}`;
  });
  const main: Any = make("main", function* () {
    return yield* inner();
  });
  const other: Any = make("other", function* () {
    yield* transfer(main, "back");
  });
  expect(main.next()).toEqual({ value: "inner got back", done: true });
});

test("to oneself it gives the value back", () => {
  const self: Any = make("self", function* () {
    return [yield* transfer(self, 3), current() === self];
  });
  expect(self.next().value).toEqual([3, true]);
  expect(current()).toBeNull();
});

test("a value to a fresh target is a TypeError; a closed, foreign or busy target a CoroutineError; all at the transfer", () => {
  const closed = make("closed", function* () {});
  closed.next();
  const fresh = make("fresh", function* () {
    yield "fresh ran";
  });
  const inside = make("inside", function* () {
    yield 1;
  });
  const holder = make("holder", function* () {
    yield* inside;
  });
  holder.next();
  const attempts: (() => { [Symbol.iterator](): Iterator<never, unknown, unknown> })[] = [
    () => transfer(closed),
    () => transfer(inside),
    () => transfer(5 as never),
    () => transfer(outer),
    () => transfer(fresh, 1),
  ];
  const tries = coroutine(function* (): Coroutine.Body<never, unknown[]> {
    const errors: unknown[] = [];
    for (const attempt of attempts) {
      try {
        yield* attempt();
      } catch (error) {
        errors.push((error as { code?: string }).code ?? (error as Error).constructor.name);
      }
    }
    errors.push(fresh.state);
    return errors;
  });
  const outer: Any = make("outer", function* () {
    return yield* tries();
  });
  expect(outer.next().value).toEqual(["CLOSED", "FOREIGN", "FOREIGN", "ALREADY_RUNNING", "TypeError", "created"]);
  expect(codeOf(() => [...(transfer(fresh) as Iterable<unknown>)])).toBe("NOT_DELEGATED");
});

test("a coroutine that switched away can be thrown into and closed", () => {
  const log: unknown[] = [];
  const away = () => {
    const c: Any = make("away", function* () {
      try {
        yield* transfer(
          make("other", function* () {
            yield 1;
          }),
        );
      } catch (error) {
        log.push(error);
      } finally {
        log.push("finally");
      }
    });
    c.next();
    return c;
  };
  away().throw("thrown in");
  away().close();
  expect(log).toEqual(["thrown in", "finally", "finally"]);
});

test("switching away while being closed is CLOSE_IGNORED", () => {
  const other = make("other", function* () {
    yield 1;
  });
  const c = make("c", function* () {
    try {
      yield 1;
    } finally {
      yield* transfer(other);
    }
  });
  c.next();
  expect(codeOf(() => c.close())).toBe("CLOSE_IGNORED");
  expect([c.state, other.state]).toEqual(["closed", "created"]);
});

test("one transfer may be used again, also while another coroutine is suspended in it", () => {
  const hub: Any = make("hub", function* () {
    for (let n = 0; ; n++) yield n;
  });
  const toHub = transfer(hub);
  const user = () =>
    make("user", function* () {
      return [yield* toHub, yield* toHub];
    });
  const [a, b] = [user(), user()];
  expect([a.next().value, b.next().value, a.next("x").value, b.next("y").value]).toEqual([0, 1, 2, 3]);
  expect([a.next("z").value, b.next("w").value]).toEqual([
    ["x", "z"],
    ["y", "w"],
  ]);
});

test("a million switches do not recurse", () => {
  const ring: Any[] = [0, 1].map((n) =>
    make(`ring${n}`, function* () {
      for (let token = n; ;) {
        if (token >= 1_000_000) return token;
        token = yield* transfer(ring[1 - n]!, ring[1 - n]!.state === "created" ? undefined : token + 1);
        token ??= 1;
      }
    }),
  );
  expect(ring[0]!.next().value).toBeGreaterThanOrEqual(1_000_000);
  expect(thrownBy(() => ring[0]!.throw(new Error("over")))).toBeInstanceOf(Error);
});
