// What is iterable and can't be waited for: a collection that a cleanup happens to give, or that is taken for a body.
import { all, defer, run, runSync, scope, spawn, timeout } from "corun";
import { describe, expect, test } from "vitest";

describe("a cleanup may give a collection, which is no wait", () => {
  test.each<[string, () => unknown]>([
    ["an array", () => [1, 2].splice(0)],
    ["a map", () => new Map().set("key", 1)],
    ["a set", () => new Set().add(1)],
    ["a typed array", () => new Uint8Array(2).fill(1)],
  ])("%s", async (_, cleanup) => {
    const steps: string[] = [];
    await run(function* () {
      const task = spawn(function* () {
        defer(() => steps.push("first deferred"));
        defer(cleanup);
      });
      yield* task;
      yield* scope(function* () {
        defer(cleanup);
      });
    });
    expect(steps).toEqual(["first deferred"]);
  });
});

describe("a collection is nothing to run: a TypeError at the call", () => {
  const list = [1, 2] as never;
  test.each<[string, () => Generator<never, unknown, unknown>]>([
    ["spawn of an array", function* () { yield* spawn(list); }],
    ["spawn of a function that gives one", function* () { yield* spawn((() => list) as never); }],
    ["all of arrays", function* () { yield* all([list]); }],
    ["timeout of a map", function* () { yield* timeout(5, new Map([[1, 2]]) as never); }],
    ["scope of a set", function* () { yield* scope(new Set([1]) as never); }],
  ])("%s", (_, main) => {
    expect(() => runSync(main)).toThrow(/^(spawn|all|timeout|scope) needs a body/);
  });
});
