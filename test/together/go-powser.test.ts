// Power series over demand channels, as Go's powser1 has them: each series is a task that makes its next
// coefficient when it is asked for it. Heavy on tasks and select. IDs are rows of the conformance table.
import { Channel, Mutex, runSync, select, spawn, type Waitable } from "corun";
import { expect, test } from "vitest";

/** A rational number in lowest terms, its denominator positive. */
interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

function rational(num: bigint, den = 1n): Rational {
  let [a, b] = [num < 0n ? -num : num, den < 0n ? -den : den];
  while (b > 0n) [a, b] = [b, a % b];
  const divisor = (a === 0n ? 1n : a) * (den < 0n ? -1n : 1n);
  return { num: num / divisor, den: den / divisor };
}
const plus = (a: Rational, b: Rational) => rational(a.num * b.den + b.num * a.den, a.den * b.den);
const times = (a: Rational, b: Rational) => rational(a.num * b.num, a.den * b.den);
const written = ({ num, den }: Rational) => (den === 1n ? `${num}` : `${num}/${den}`);
const ZERO = rational(0n);

/** A demand channel: a request first, then the coefficient; closed data is a series that is zero from here on. */
interface Series {
  readonly request: Channel<void>;
  readonly data: Channel<Rational>;
}

type Wait<R> = Generator<never, R, unknown>;

const newSeries = (): Series => ({ request: new Channel(), data: new Channel() });

/** The next coefficient; `null` at the end. */
function* get(from: Series): Wait<Rational | null> {
  yield* from.request.send();
  const next = yield* from.data.next();
  return next.done ? null : next.value;
}

function* put(to: Series, value: Rational): Wait<void> {
  yield* to.request.receive();
  yield* to.data.send(value);
}

function* end(to: Series): Wait<void> {
  yield* to.request.receive();
  to.data.close();
}

/** The next coefficients of two series, asked for at once, in whatever order they come. */
function* getBoth(f: Series, g: Series): Wait<[Rational | null, Rational | null]> {
  const sides = [f, g] as const;
  const stages = ["ask", "ask"];
  const got: [Rational | null, Rational | null] = [null, null];
  for (let left = 4; left > 0; left--) {
    const clauses: Record<string, Waitable<unknown> | null> = {};
    for (const [i, { request, data }] of sides.entries()) {
      clauses[`ask${i}`] = stages[i] === "ask" ? request.send() : null;
      clauses[`get${i}`] = stages[i] === "get" ? data.next() : null;
    }
    const hit = yield* select(clauses);
    const side = hit.key.endsWith("0") ? 0 : 1;
    if (hit.key.startsWith("ask")) {
      stages[side] = "get";
    } else {
      stages[side] = "done";
      const next = hit.value as IteratorResult<Rational, undefined>;
      got[side] = next.done ? null : next.value;
    }
  }
  return got;
}

/** Starts a task that makes a series. */
function series(body: (out: Series) => Wait<void>): Series {
  const out = newSeries();
  spawn.background(() => body(out));
  return out;
}

/** Makes two series of one: each is read at its own pace; what one has not asked for yet is kept for it. */
function split(from: Series): [Series, Series] {
  const kept: (Rational | null)[][] = [[], []];
  const source = new Mutex();
  // A side that is behind is served even while the other one waits for more: a series may feed itself.
  const side = (own: (Rational | null)[]) =>
    series(function* (out) {
      for (;;) {
        yield* out.request.receive();
        if (own.length === 0) {
          const guard = yield* source.lock();
          if (own.length === 0) {
            const value = yield* get(from);
            for (const each of kept) each.push(value);
          }
          guard[Symbol.dispose]();
        }
        const value = own.shift()!;
        if (value === null) return out.data.close();
        yield* out.data.send(value);
      }
    });
  return [side(kept[0]!), side(kept[1]!)];
}

function* pass(from: Series, to: Series): Wait<void> {
  for (;;) {
    yield* to.request.receive();
    const value = yield* get(from);
    if (value === null) return to.data.close();
    yield* to.data.send(value);
  }
}

const polynomial = (...coefficients: bigint[]) =>
  series(function* (out) {
    for (const c of coefficients) yield* put(out, rational(c));
    yield* end(out);
  });

const repeat = (value: Rational) =>
  series(function* (out) {
    for (;;) yield* put(out, value);
  });

const add = (f: Series, g: Series) =>
  series(function* (out) {
    for (;;) {
      yield* out.request.receive();
      const [a, b] = yield* getBoth(f, g);
      if (a === null && b === null) return out.data.close();
      yield* out.data.send(plus(a ?? ZERO, b ?? ZERO));
      if (a === null || b === null) return yield* pass(a === null ? g : f, out);
    }
  });

const cmul = (c: Rational, f: Series) =>
  series(function* (out) {
    for (;;) {
      yield* out.request.receive();
      const a = yield* get(f);
      if (a === null) return out.data.close();
      yield* out.data.send(times(c, a));
    }
  });

/** x times f. */
const shift = (first: Rational, f: Series) =>
  series(function* (out) {
    yield* put(out, first);
    yield* pass(f, out);
  });

/** (a + x·F)(b + x·G) = ab + x·(a·G + b·F + x·F·G) */
const mul = (f: Series, g: Series): Series =>
  series(function* (out) {
    yield* out.request.receive();
    const [a, b] = yield* getBoth(f, g);
    if (a === null || b === null) {
      out.data.close();
      return;
    }
    yield* out.data.send(times(a, b));
    const [f1, f2] = split(f);
    const [g1, g2] = split(g);
    yield* pass(add(add(cmul(b, f1), cmul(a, g1)), shift(ZERO, mul(f2, g2))), out);
  });

const diff = (f: Series) =>
  series(function* (out) {
    yield* out.request.receive();
    if ((yield* get(f)) === null) return out.data.close();
    for (let n = 1n; ; n++) {
      const a = yield* get(f);
      if (a === null) return out.data.close();
      yield* out.data.send(times(rational(n), a));
      yield* out.request.receive();
    }
  });

const integ = (constant: Rational, f: Series) =>
  series(function* (out) {
    yield* put(out, constant);
    for (let n = 1n; ; n++) {
      yield* out.request.receive();
      const a = yield* get(f);
      if (a === null) return out.data.close();
      yield* out.data.send(times(rational(1n, n), a));
    }
  });

/** X = e^f where f(0) = 0, from X' = X·f'. It is fed its own coefficients. */
function exp(f: Series): Series {
  const [result, back]: [Series, Series] = split(
    series(function* (out) {
      yield* pass(integ(rational(1n), mul(back, diff(f))), out);
    }),
  );
  return result;
}

/** 1 - x² + x⁴ - … */
const alternateSquare = () =>
  series(function* (out) {
    for (let sign = 1n; ; sign = -sign) {
      yield* put(out, rational(sign));
      yield* put(out, ZERO);
    }
  });

/** The first `n` coefficients, or all of fewer. */
function first(n: number, make: () => Series): string {
  return runSync(function* () {
    const made = make();
    const found: string[] = [];
    for (let value: Rational | null; found.length < n && (value = yield* get(made)) !== null;) {
      found.push(written(value));
    }
    return found.join(" ");
  });
}

const ones = () => repeat(rational(1n));

test.each<[string, number, string, () => Series]>([
  ["a sum of two endless series", 6, "2 2 2 2 2 2", () => add(ones(), ones())],
  ["a sum whose left side ends", 6, "2 3 4 1 1 1", () => add(polynomial(1n, 2n, 3n), ones())],
  ["a sum of two that end", 9, "5 7 3", () => add(polynomial(1n, 2n, 3n), polynomial(4n, 5n))],
  ["a multiple", 6, "-1 -1 -1 -1 -1 -1", () => cmul(rational(-1n), ones())],
  ["a product", 10, "1 2 3 4 5 6 7 8 9 10", () => mul(ones(), ones())],
  ["a product with one that ends", 6, "1 3 6 6 6 6", () => mul(polynomial(1n, 2n, 3n), ones())],
  ["a derivative", 10, "1 2 3 4 5 6 7 8 9 10", () => diff(ones())],
  ["a derivative of one that ends", 9, "2 6", () => diff(polynomial(1n, 2n, 3n))],
  ["an integral", 7, "0 1 1/2 1/3 1/4 1/5 1/6", () => integ(ZERO, ones())],
  [
    "e to the power of x + x² + …",
    10,
    "1 1 3/2 13/6 73/24 167/40 4051/720 37633/5040 43817/4480 4596553/362880",
    () => exp(shift(ZERO, ones())),
  ],
  ["the arc tangent", 10, "0 1 0 -1/3 0 1/5 0 -1/7 0 1/9", () => integ(ZERO, alternateSquare())],
])("GO41: power series over demand channels: %s", (_, n, expected, make) => {
  expect(first(n, make)).toBe(expected);
});
