// Previews of values: short, and made without running a line of the program's.
import { expect, test } from "vitest";
import { preview } from "../../src/inspect/preview.ts";

/** Whether the host tells proxies from other objects; where not, objects are not looked into. */
const looksInside =
  typeof (globalThis as { process?: { getBuiltinModule?: unknown } }).process?.getBuiltinModule === "function";

class Order {
  readonly id = 17;
  readonly lines = [1, 2];
}

test.each([
  [1, "1"],
  [-0.5, "-0.5"],
  [12n, "12n"],
  [10n ** 100n, "a large bigint"],
  ["a\n", '"a\\n"'],
  [undefined, "undefined"],
  [null, "null"],
  [true, "true"],
  [Symbol("s"), "Symbol(s)"],
])("%o is %s", (value, text) => {
  expect(preview(value)).toBe(text);
});

test.runIf(looksInside).each([
  [[1, "b", { c: 1 }], '[1, "b", {…}]'],
  [[1, 2, 3, 4, 5], "[1, 2, 3, … 5]"],
  [Object.assign(Array.from({ length: 1 }), { 1: 1, length: 3 }), "[undefined, 1, empty]"],
  [{}, "{}"],
  [{ a: 1, b: [1, 2], c: null, d: 4 }, "{ a: 1, b: [2], c: null, … }"],
  [new Order(), "Order { id: 17, lines: [2] }"],
  [Object.create(null), "{}"],
  [new RangeError("too far"), "RangeError: too far"],
  [new Map([[1, 2]]), "Map(1)"],
  [new Set([1, 2]), "Set(2)"],
  [new Uint8Array(7), "Uint8Array of 7 bytes"],
  [function name() {}, "function name"],
  [() => 1, "function"],
])("%o is %s", (value, text) => {
  expect(preview(value)).toBe(text);
});

test("no getter, trap, toString, toJSON or Symbol.toStringTag runs", () => {
  const ran: string[] = [];
  const run = (what: string) => () => ran.push(what);
  const traps = new Proxy({}, { get: (_, trap) => (run(String(trap))(), undefined) });
  const proxy = new Proxy(function () {}, traps);
  const tricky = Object.defineProperties(
    { toString: run("toString"), toJSON: run("toJSON"), proxy },
    {
      [Symbol.toStringTag]: { get: run("tag") },
      getter: { get: run("getter"), enumerable: true },
      name: { get: run("name") },
    },
  );
  class Odd {
    readonly kind = 1;
  }
  Object.defineProperty(Odd, "name", { get: run("class") });
  const child = Object.create(proxy) as object;
  for (const value of [
    tricky,
    proxy,
    [proxy, tricky],
    new Odd(),
    child,
    Object.create(new Proxy({}, traps)),
    new Proxy([], traps),
  ])
    expect(preview(value).length).toBeGreaterThan(0);
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  expect(preview(revoked.proxy).length).toBeGreaterThan(0);
  expect(ran).toEqual([]);
});

test("a preview is short, whatever it is of", () => {
  const long = "x".repeat(10_000);
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${long}${i}`, long]));
  const values = [
    long,
    Symbol(long),
    wide,
    [wide, long],
    new Error(long),
    Object.defineProperty(() => {}, "name", { value: long }),
  ];
  for (const value of values) expect(preview(value).length).toBeLessThanOrEqual(80);
});
