// What is iterable and can't be waited for: a collection that a cleanup happens to give, or that is taken for a body.
import { all, defer, run, scope, spawn, timeout, type Waitable } from "corun";
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
  const list: unknown = [1, 2];
  const use = (start: (body: () => Generator<never, void, unknown>) => Waitable<unknown>, given: unknown) => () =>
    run(function* () {
      yield* start(given as () => Generator<never, void, unknown>);
    });

  test.each<[string, () => Promise<void>]>([
    ["spawn of an array", use((body) => spawn(body), list)],
    [
      "spawn of a function that gives one",
      use(
        (body) => spawn(body),
        () => list,
      ),
    ],
    ["all of arrays", use((body) => all([body]), list)],
    ["timeout of a map", use((body) => timeout(5, body), new Map([[1, 2]]))],
    ["scope of a set", use((body) => scope(body), new Set([1]))],
  ])("%s", async (_, main) => {
    await expect(main()).rejects.toThrow(/^(spawn|all|timeout|scope) needs a body/);
  });
});
