// Python's generator objects: their names, their states, what they delegate to, and their stacks.

import type { Coroutine } from "corun";
import { coroutine, CoroutineError, current, StopIteration } from "corun";
import { expect, test } from "vitest";
import { thrown } from "./thrown.ts";

/** Yields 1, and returns what it is sent. */
const echo = coroutine(function* echo(): Coroutine.Body<number, unknown> {
  return yield 1;
});

test("PG01: an error that comes in place of a resume is raised in the innermost body, and what that returns surfaces", () => {
  const log: string[] = [];
  const inner = coroutine(function* inner(): Coroutine.Body<void, string> {
    try {
      yield;
      return "resumed";
    } catch (error) {
      log.push(`inner caught ${String(error)}`);
      return "interrupted";
    }
  });
  const outer = coroutine(function* outer(): Coroutine.Body<void, string> {
    try {
      return yield* inner();
    } catch {
      log.push("outer caught it");
      return "too far out";
    }
  });
  const c = outer();
  c.next();
  expect(c.throw("the interrupt")).toEqual({ value: "interrupted", done: true });
  expect(log).toEqual(["inner caught the interrupt"]);
});

test("PG04: expressions and methods make coroutines as declarations do", () => {
  function* declared(): Coroutine.Body<number, unknown> {
    return yield 1;
  }
  const holder = {
    *method(this: void): Coroutine.Body<number, unknown> {
      return yield 1;
    },
  };
  const expression = coroutine(function* (): Coroutine.Body<number, unknown> {
    return yield 1;
  });
  for (const make of [coroutine(declared), coroutine(holder.method), expression]) {
    const c = make();
    expect(c.next()).toEqual({ value: 1, done: false });
    expect(c.next("sent")).toEqual({ value: "sent", done: true });
  }
});

test("PG05: the same through one and two levels of delegation", () => {
  const once = coroutine(function* (): Coroutine.Body<number, unknown> {
    return yield* echo();
  });
  const twice = coroutine(function* (): Coroutine.Body<number, unknown> {
    return yield* once();
  });
  for (const make of [once, twice]) {
    const c = make();
    expect(c.next()).toEqual({ value: 1, done: false });
    const end = thrown(() => c.send("sent"));
    expect(end).toBeInstanceOf(StopIteration);
    expect((end as StopIteration).value).toBe("sent");
  }
});

test("PG06: a coroutine has the name of its function, or a qualified one that it is given", () => {
  const lines = coroutine(function* () {}, { name: "Reader.lines" });
  const declared = coroutine(function* declared() {});
  const method = coroutine({ *method(this: void) {} }.method);
  expect([echo().name, declared().name, method().name, lines().name]).toEqual([
    "echo",
    "declared",
    "method",
    "Reader.lines",
  ]);
});

test("PG07: one coroutine can be renamed, and no other is", () => {
  const [first, second] = [echo(), echo()];
  first.name = "first";
  expect([first.name, second.name, echo().name]).toEqual(["first", "echo", "echo"]);
  expect(String(first)).toBe("<coroutine first created>");
});

test("PG08: that a name is a string, and stays, is for the compiler to check", () => {
  const c = echo();
  // @ts-expect-error a name is a string
  c.name = 42;
  expect(String(c)).toBe("<coroutine 42 created>");
  // @ts-expect-error it can't be deleted
  delete c.name;
  expect(c.next()).toEqual({ value: 1, done: false });
});

test("PG09: renaming a function changes no coroutine made before, and those of a later `coroutine(…)`", () => {
  function* body() {}
  const make = coroutine(body);
  const before = make();
  Object.defineProperty(body, "name", { value: "renamed" });
  expect([before.name, make().name]).toEqual(["body", "body"]);
  expect(coroutine(body)().name).toBe("renamed");
});

test("PG10: one that has no name shows a placeholder", () => {
  const c = coroutine(function* () {})();
  expect(c.name).toBe("<anonymous>");
  expect(String(c)).toBe("<coroutine <anonymous> created>");
});

/** One of each: fresh, suspended, suspended in another one, and closed. */
function oneOfEach(): Coroutine[] {
  const delegating = coroutine(function* () {
    yield* echo();
  });
  const all = [echo(), echo(), delegating(), echo()];
  for (const c of all.slice(1)) c.next();
  all[3]!.close();
  expect(all.map((c) => c.state)).toEqual(["created", "suspended", "suspended", "closed"]);
  return all;
}

test("PG11: a coroutine can't be cloned, whatever its state", () => {
  for (const c of oneOfEach()) {
    expect(thrown(() => structuredClone(c))).toMatchObject({ name: "DataCloneError" });
  }
});

test("PG12: nor can it be serialised, on any way", () => {
  const { port1, port2 } = new MessageChannel();
  for (const c of oneOfEach()) {
    expect(thrown(() => port1.postMessage({ deep: [c] }))).toMatchObject({ name: "DataCloneError" });
    expect(() => JSON.stringify(c)).toThrow(TypeError);
  }
  port1.close();
  port2.close();
});

test("PG13 PD46: a value sent to a fresh coroutine is a TypeError, and it stays fresh", () => {
  const c = echo();
  for (const resume of [() => c.send(0), () => c.next(0)]) {
    expect(resume).toThrow(TypeError);
    expect(resume).toThrow("can't send 0 to <coroutine echo created>");
    expect(c.state).toBe("created");
  }
  expect(c.send(undefined)).toBe(1);
  expect(c.next(0)).toEqual({ value: 0, done: true });
});

test("PG15 PG16 PG17: one that has not started has no resumer and no delegate, wherever it was made", () => {
  const fresh = echo();
  expect([fresh.state, fresh.delegate, current()]).toEqual(["created", null, null]);

  const maker = coroutine(function* maker(): Coroutine.Body<Coroutine> {
    const made = echo();
    expect(current()).toBe(c);
    yield made;
  });
  const c = maker();
  const made = c.send(undefined);
  expect([made.state, made.delegate, c.delegate, current()]).toEqual(["created", null, null, null]);
});

test("PG18: an error out of a coroutine that is looped over can be caught around a loop that returns", () => {
  const failing = coroutine(function* () {
    yield;
    throw new RangeError("from the body");
  });
  function loop(leave: boolean): unknown {
    try {
      for (const _ of failing()) if (leave) return "left";
    } catch (error) {
      return error;
    }
    return "ended";
  }
  expect(loop(true)).toBe("left");
  expect(loop(false)).toEqual(new RangeError("from the body"));
});

/** The lines of `error.stack` on which one of `names` stands, as those names. */
function namesIn(error: unknown, names: string[]): string[] {
  const lines = (error as Error).stack!.split("\n").slice(1);
  return lines.flatMap((line) => names.filter((name) => line.includes(name)).slice(0, 1));
}

const stackLeaf = coroutine(function* stackLeaf(): Coroutine.Body<string, void, string> {
  try {
    const heard = yield "ready";
    throw new Error(`sent ${heard}`);
  } catch (error) {
    throw error instanceof Error ? error : new Error(`thrown ${String(error)}`, { cause: error });
  }
});
const stackDelegator = coroutine(function* stackDelegator(): Coroutine.Body<string, void, string> {
  yield* stackLeaf();
});

// The hand resumes the leaf directly, so the line of the delegator is no frame of the host.
test.for([
  ["PG44: resumed by send", (c: Coroutine<string, void, string>) => c.send("this"), "sent this"],
  ["PG45: resumed by throw", (c: Coroutine<string, void, string>) => c.throw("that"), "thrown that"],
] as const)("%s, an error shows the leaf, the one that delegates to it, then who resumed", ([, resume, message]) => {
  const c = stackDelegator();
  c.next();
  function theResumer(): void {
    resume(c);
  }
  const error = thrown(theResumer);
  expect(error).toMatchObject({ message });
  const names = namesIn(error, ["stackLeaf", "stackDelegator", "theResumer"]);
  expect(names.filter((name, i) => name !== names[i - 1])).toEqual(["stackLeaf", "stackDelegator", "theResumer"]);
});

test("PG44: so does an error that a coroutine has which the leaf resumes by hand; its lines stay in front", () => {
  const failing = coroutine(function* stackFailing(): Coroutine.Body<number> {
    throw new Error("from another stack");
  });
  const leaf = coroutine(function* stackLeaf(): Coroutine.Body<number> {
    yield failing().send(undefined);
  });
  const delegator = coroutine(function* stackDelegator(): Coroutine.Body<number> {
    yield* leaf();
  });
  const names = namesIn(
    thrown(() => delegator().next()),
    ["stackFailing", "stackLeaf", "stackDelegator"],
  );
  expect(names.filter((name, i) => name !== names[i - 1])).toEqual(["stackFailing", "stackLeaf", "stackDelegator"]);
});

test("PG46: the state goes from created over running and suspended to closed", () => {
  const seen: string[] = [];
  const body = coroutine(function* () {
    seen.push(c.state);
    yield;
    seen.push(c.state);
  });
  const c: Coroutine = body();
  seen.push(c.state);
  c.next();
  seen.push(c.state);
  c.next();
  seen.push(c.state);
  expect(seen).toEqual(["created", "running", "suspended", "running", "closed"]);

  const failing = coroutine(function* () {
    throw new CoroutineError("CLOSED", "on purpose");
  })();
  expect(() => failing.next()).toThrow("on purpose");
  expect(failing.state).toBe("closed");
});

test("PG47: the delegate shows while suspended in it; there is none while running, at an own yield, or at the end", () => {
  const seen: [string, unknown][] = [];
  const look = (): unknown => seen.push([outer.state, outer.delegate]);
  const a = coroutine(function* a() {
    look();
    yield;
    look();
  });
  const inner = a();
  const b = coroutine(function* b() {
    look();
    yield* inner;
    look();
    yield;
    look();
  });
  const outer: Coroutine = b();

  look();
  outer.next();
  look();
  outer.next();
  look();
  outer.next();
  look();
  expect(seen).toEqual([
    ["created", null],
    ["running", null],
    ["normal", null], // the inner one runs
    ["suspended", inner],
    ["normal", null],
    ["running", null],
    ["suspended", null],
    ["running", null],
    ["closed", null],
  ]);
});
