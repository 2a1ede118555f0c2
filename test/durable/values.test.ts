// Which values can be kept: what JSON would change without a word is an error that says where it is.

import { durable, inProcess, NotSerializableError } from "corun/durable";
import { expect, it } from "vitest";
import { caught } from "./caught.ts";

const echo = durable("echo", function* (): Generator<unknown, void, unknown> {
  for (let last: unknown; ;) last = yield last;
});

class List extends Array<number> {}

it.each<[value: unknown, said: string]>([
  [Number.NaN, "$ is NaN; JSON has finite numbers only"],
  [[{ [Symbol("s")]: 1 }], "$[0] is an object with the key Symbol(s); JSON has texts as keys only"],
  [{ a: Object.assign([], { [Symbol.iterator]: null }) }, "$.a is an object with the key Symbol(Symbol.iterator)"],
  [{ a: Object.assign([1, 2], { total: 3 }) }, "$.a.total is a property of an array; JSON has its elements only"],
  [Object.assign([[]], { "7 a": undefined }), '$["7 a"] is a property of an array; JSON has its elements only'],
  [[Object.assign([1], { toJSON: () => "other" })], "$[0] is an array with toJSON; send a plain array"],
  [{ toJSON: () => "other" }, "$ is an object with toJSON; send a plain object"],
  [[List.of(1, 2)], "$[0] is a List; send a plain array"],
  [/a/.exec("a"), "$.index is a property of an array; JSON has its elements only"],
  [[, 1], "$[0] is undefined; an array can't have it in JSON: use null"], // oxlint-disable-line no-sparse-arrays
])("what JSON would change can't be kept: %j: %s", async (value, said) => {
  const engine = inProcess();
  const error = await caught(engine.open(echo, "a").send(value));
  expect(error).toBeInstanceOf(NotSerializableError);
  expect((error as Error).message).toContain(`what is sent to echo/a can't be kept in a journal: ${said}`);
  expect((error as NotSerializableError).path).toBe(said.split(" is ")[0]);
  expect(await engine.list()).toEqual([]);
  await engine.close();
});

it("the sign of -0 is lost, which equals 0", async () => {
  const engine = inProcess();
  expect(await engine.open(echo, "a").send([Math.round(-0.4)])).toEqual([0]);
  await engine.close();
});

it("arrays of another realm, and objects without a prototype, are plain", async () => {
  const { runInNewContext } = await import("node:vm");
  const foreign: unknown = runInNewContext("({ list: [[1], { a: 2 }] })");
  const engine = inProcess();
  expect(await engine.open(echo, "a").send(foreign)).toEqual({ list: [[1], { a: 2 }] });
  expect(await engine.open(echo, "a").send(Object.assign(Object.create(null) as object, { a: 0 }))).toEqual({ a: 0 });
  await engine.close();
});
