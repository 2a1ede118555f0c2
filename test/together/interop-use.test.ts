// `use`: resources that are disposed of at the end of a scope.
import { defer, run, runSync, scope, sleep, spawn, yieldNow } from "corun";
import { expect, test, vi } from "vitest";
import { use } from "../../src/interop/use.ts";
import { rest } from "./rest.ts";

const resource = (log: string[], name: string) => ({
  name,
  [Symbol.dispose]() {
    log.push(name);
  },
});

test("gives the resource back, and disposes of it at the end of the innermost scope", () => {
  const log: string[] = [];
  runSync(function* () {
    yield* scope(function* () {
      const file = use(resource(log, "file"));
      expect(file.name).toBe("file");
      yield* yieldNow();
      log.push("body");
    });
    log.push("after");
  });
  expect(log).toEqual(["body", "file", "after"]);
});

test("with defer: last in, first out, after the tasks of the scope", () => {
  const log: string[] = [];
  runSync(function* () {
    use(resource(log, "first"));
    defer(() => log.push("second"));
    use(resource(log, "third"));
    spawn(function* () {
      yield* yieldNow();
      log.push("task");
    });
  });
  expect(log).toEqual(["task", "third", "second", "first"]);
});

test("asyncDispose is waited for, and goes before dispose", async () => {
  const log: string[] = [];
  await run(function* () {
    use(resource(log, "outer"));
    use({
      ...resource(log, "not this"),
      async [Symbol.asyncDispose]() {
        log.push("closing");
        await new Promise((resolve) => setTimeout(resolve, 2));
        log.push("closed");
      },
    });
  });
  expect(log).toEqual(["closing", "closed", "outer"]);
});

test("when the scope fails or is cancelled too", async () => {
  const log: string[] = [];
  await run(function* () {
    const task = spawn(function* () {
      use(resource(log, "cancelled"));
      yield* sleep(Number.POSITIVE_INFINITY);
    });
    yield* rest();
    yield* task.cancel();
    try {
      yield* scope(function* () {
        use(resource(log, "failed"));
        throw new RangeError("boom");
      });
    } catch (error) {
      log.push(String(error));
    }
  });
  expect(log).toEqual(["cancelled", "failed", "RangeError: boom"]);
});

test("a failure of disposing is one of the scope; the others are disposed of all the same", async () => {
  const log: string[] = [];
  const end = run(function* () {
    use(resource(log, "first"));
    use({ [Symbol.asyncDispose]: () => Promise.reject(new RangeError("boom")) });
  });
  await expect(end).rejects.toThrow(new RangeError("boom"));
  expect(log).toEqual(["first"]);
});

test("the method is the one of the moment of the call", () => {
  const log: string[] = [];
  runSync(function* () {
    const file = use(resource(log, "file"));
    file[Symbol.dispose] = () => void log.push("another");
  });
  expect(log).toEqual(["file"]);
});

test("null and undefined are given back", () => {
  expect(
    runSync(function* () {
      return [use(null), use(undefined)];
    }),
  ).toEqual([null, undefined]);
});

test("what can't be disposed of is a TypeError with the value seen", () => {
  const make = (value: unknown) => () =>
    runSync(function* () {
      use(value as Disposable);
    });
  expect(make({})).toThrow(TypeError);
  expect(make({})).toThrow("use(…) needs Symbol.asyncDispose or Symbol.dispose, but got [object Object]");
  expect(make(5)).toThrow("but got 5");
});

test("outside every task it is refused", () => {
  expect(() => use(resource([], "file"))).toThrow("use(…) belongs to a running task");
});

test("where the host has no such symbols, those that compilers take are used", () => {
  const log: string[] = [];
  const names = Object.getOwnPropertyNames(Symbol).filter((name) => !/dispose$/i.test(name));
  const known = names.map((name) => [name, Symbol[name as keyof typeof Symbol]]);
  vi.stubGlobal("Symbol", Object.fromEntries(known));
  try {
    runSync(function* () {
      use({ [Symbol.for("Symbol.dispose")]: () => log.push("closed") } as unknown as Disposable);
      use({ [Symbol.for("Symbol.asyncDispose")]: () => log.push("awaited") } as unknown as AsyncDisposable);
    });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(log).toEqual(["awaited", "closed"]);
});
