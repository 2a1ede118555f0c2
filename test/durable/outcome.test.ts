// Errors in a journal: what is kept of them, and what they are again.

import { TimeoutError } from "corun";
import { NotSerializableError } from "corun/durable";
import { describe, expect, it } from "vitest";
import { errorLine, errorText, reasonText, revive } from "../../src/durable/outcome.ts";
import { encode } from "../../src/durable/text.ts";

/** As a journal keeps it. */
const kept = (error: unknown): Error =>
  revive(JSON.parse(JSON.stringify(errorText(error))) as ReturnType<typeof errorText>);

describe("an error", () => {
  it("is of its class again, with its name, message and code, and its cause, which is not listed", () => {
    const cause = new TimeoutError("too late");
    const error = kept(Object.assign(new RangeError("no", { cause }), { code: "E_NO", extra: 1 }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: "RangeError", message: "no", code: "E_NO" });
    expect(error.cause).toBeInstanceOf(TimeoutError);
    expect(Object.keys(error)).toEqual(["code"]);
    expect("extra" in error).toBe(false);
  });

  it("of a class of its own has its name", () => {
    class Custom extends AggregateError {
      override readonly name = "Custom";
    }
    const error = kept(new Custom([new TypeError("a")], "b")) as AggregateError;
    expect(String(error)).toBe("Custom: b");
    expect(error.errors[0]).toBeInstanceOf(TypeError);
  });

  it("has no cause if it had none, also none that is undefined", () => {
    expect("cause" in kept(new Error("x"))).toBe(false);
    expect("cause" in kept(new Error("x", { cause: undefined }))).toBe(false);
  });

  it("that is its own cause, or one of its own errors, is kept some levels deep", () => {
    const circular: Error = new Error("round");
    circular.cause = circular;
    let depth = 0;
    for (let at: unknown = kept(circular); at instanceof Error; at = at.cause) depth++;
    expect(depth).toBe(9);
    const several = new AggregateError([], "more");
    several.errors.push(several);
    expect(JSON.stringify(errorText(several)).length).toBeLessThan(1000);
  });
});

describe("what is thrown and can hardly be read", () => {
  const throwing = (): never => {
    throw new Error("not to be read");
  };
  it.each<[what: string, thrown: unknown, line: string]>([
    ["null", null, "Error: null"],
    ["a symbol", Symbol("s"), "Error: Symbol(s)"],
    ["a bigint", 5n, "Error: 5"],
    ["a function", throwing, "Error: [object Function]"],
    ["a circle", ((a: unknown[]) => (a.push(a), a))([]), "Error: something was thrown that can't be read"],
    ["an object without a prototype", Object.create(null), "Error: [object Object]"],
    ["one whose toJSON gives nothing", { toJSON: () => undefined }, "Error: [object Object]"],
    [
      "a getter that throws",
      {
        get message() {
          return throwing();
        },
      },
      "Error: something was thrown that can't be read",
    ],
    [
      "a proxy that throws",
      new Proxy({}, { get: throwing, getPrototypeOf: throwing }),
      "Error: something was thrown that can't be read",
    ],
    ["an error without a name", Object.assign(new Error("m"), { name: "" }), "Error: m"],
    ["an error whose name is none", Object.assign(new Error("m"), { name: 5 }), "Error: m"],
    ["an error whose message is none", Object.assign(new Error("m"), { message: { a: 1 } }), 'Error: {"a":1}'],
    ["an error without a message", new TypeError(), "TypeError"],
    ["a code that JSON has not", Object.assign(new Error("m"), { code: Number.NaN }), "Error: m"],
  ])("%s", (_, thrown, line) => {
    expect(errorLine(thrown)).toBe(line);
    expect(String(kept(thrown))).toBe(line);
    expect(kept(thrown)).toBeInstanceOf(Error);
    expect(() => reasonText(thrown)).not.toThrow();
  });
});

describe("where a value can't be kept", () => {
  it.each<[value: unknown, path: string]>([
    [new Date(), "$"],
    [{ a: [1, { b: new Map() }] }, "$.a[1].b"],
    [{ "a b": { $x: 1n } }, '$["a b"].$x'],
    [{ 'q"\\ is [': [[Symbol("s")]] }, '$["q\\"\\\\ is ["][0][0]'],
    [{ 变量: Number.NaN }, "$.变量"],
    [{ "": undefined, x: [undefined] }, "$.x[0]"],
  ])("%o: the path is that of the error, also when it comes out of a journal", (value, path) => {
    let error: unknown;
    try {
      encode(value, "what is sent to a/$.b is x");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NotSerializableError);
    expect(error).toMatchObject({ path });
    expect(kept(error)).toBeInstanceOf(NotSerializableError);
    expect(kept(error)).toMatchObject({ path, message: (error as Error).message });
  });
});
