// Coroutines that are resumed by hand, in a trace.
import { Coroutine, coroutine, run, runSync, spawn, transfer, yieldNow } from "corun";
import { trace, type Trace } from "corun/inspect";
import { expect, test } from "vitest";

/** Each event on one line. When the host has its turn hangs on its speed, so that is left out. */
const lines = (tracing: Trace): string[] =>
  tracing
    .events()
    .filter(({ kind }) => kind !== "idle")
    .map(({ kind, lane, other, label, value }) => {
      const names = [lane, other].map((each) => each?.name ?? "-").join(" ");
      return [kind, names, label, value].filter((part) => part !== null).join(" ");
    });

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  let wanted = true;
  for (;;) {
    const n = yield wanted;
    if (n === 3) wanted = false;
  }
});

const producer = coroutine(function* producer(): Coroutine.Body<number> {
  for (let n = 1; ; n++) yield n;
});

test("a producer and a consumer under a main program: each resume and each yield, with the values", () => {
  using tracing = trace({ time: false });
  const c = consumer();
  c.next();
  for (const n of producer()) if (!c.send(n)) break;
  expect(lines(tracing)).toEqual([
    "resume program consumer next",
    "yield consumer program true",
    "resume program producer next",
    "yield producer program 1",
    "resume program consumer send 1",
    "yield consumer program true",
    "resume program producer next",
    "yield producer program 2",
    "resume program consumer send 2",
    "yield consumer program true",
    "resume program producer next",
    "yield producer program 3",
    "resume program consumer send 3",
    "yield consumer program false",
    "resume program producer return",
    "end producer program closed",
  ]);
  const { lanes } = tracing.toJSON();
  expect(lanes.map(({ kind, name, state }) => [kind, name, state])).toEqual([
    ["program", "program", "running"],
    ["coroutine", "consumer", "suspended"],
    ["coroutine", "producer", "closed"],
  ]);
});

test("what was changed to see this is as it was when the last trace is stopped", () => {
  const { prototype } = Coroutine;
  const before = Object.getOwnPropertyDescriptors(prototype) as Record<string | symbol, PropertyDescriptor>;
  const changed = () =>
    Reflect.ownKeys(prototype).filter((key) => {
      const now = Object.getOwnPropertyDescriptor(prototype, key)!;
      const was = before[key]!;
      return now.value !== was.value || now.get !== was.get || now.enumerable !== was.enumerable;
    });
  const one = trace();
  const two = trace();
  const methods = ["send", "next", "throw", "return", "close", Symbol.dispose];
  expect(changed()).toEqual(methods);
  one.stop();
  expect(changed()).toEqual(methods);
  two.stop();
  expect(changed()).toEqual([]);
});

test("a failure, a throw that is caught, a result, a close and a close by `using` are told as what they are", () => {
  using tracing = trace({ time: false });
  const patient = coroutine(function* patient(): Coroutine.Body<string, string> {
    try {
      yield "ready";
    } catch {
      yield "caught";
    }
    return "done";
  });
  const p = patient();
  p.next();
  p.throw(new Error("wrong"));
  p.next();
  p.next();
  const fails = coroutine(function* fails() {
    throw new Error("broken");
  })();
  expect(() => fails.next()).toThrow("broken");
  const quits = patient();
  quits.next();
  quits.close();
  {
    using late = consumer();
    late.next();
  }
  expect(lines(tracing)).toEqual([
    "resume program patient next",
    'yield patient program "ready"',
    "resume program patient throw Error: wrong",
    'yield patient program "caught"',
    "resume program patient next",
    'end patient program closed "done"',
    "resume program fails next",
    "end fails program failed Error: broken",
    "resume program patient next",
    'yield patient program "ready"',
    "resume program patient close",
    "end patient program closed",
    "resume program consumer next",
    "yield consumer program true",
    "resume program consumer close",
    "end consumer program closed",
  ]);
});

test("delegation is no resume, nor is what is refused or comes too late", () => {
  using tracing = trace({ time: false });
  const outer = coroutine(function* outer() {
    yield* inner();
    return "end";
  });
  const inner = coroutine(function* inner() {
    yield 1;
    yield 2;
  });
  const c = outer();
  expect(() => c.next(5)).toThrow(TypeError);
  expect([...c]).toEqual([1, 2]);
  c.next();
  c.close();
  expect(lines(tracing)).toEqual([
    "resume program outer next",
    "yield outer program 1",
    "resume program outer next",
    "yield outer program 2",
    "resume program outer next",
    'end outer program closed "end"',
  ]);
});

test("delegation in a task is none either; a coroutine that a task resumes is, and the task is its caller", async () => {
  using tracing = trace({ time: false });
  const helper = coroutine(function* helper() {
    yield* yieldNow();
    return 1;
  });
  await run(function* main() {
    yield* helper();
    const c = consumer();
    c.next();
    c.send(7);
  });
  const told = lines(tracing).filter((each) => !/^(spawn|run|idle)/.test(each));
  expect(told).toEqual([
    "resume main consumer next",
    "yield consumer main true",
    "resume main consumer send 7",
    "yield consumer main true",
    "end main - done",
  ]);
});

test("who resumes from inside a coroutine is that coroutine, also in a scheduler that it runs itself", () => {
  using tracing = trace({ time: false });
  const outer = coroutine(function* outer() {
    runSync(function* inside() {
      spawn(function* child() {});
      yield* yieldNow();
    });
    const c = consumer();
    c.next();
    yield "out";
  });
  outer().next();
  expect(lines(tracing)).toEqual([
    "resume program outer next",
    "spawn outer inside",
    "run inside -",
    "spawn inside child",
    "run child -",
    "end child - done",
    "run inside -",
    "end inside - done",
    "run outer -",
    "resume outer consumer next",
    "yield consumer outer true",
    'yield outer program "out"',
  ]);
});

test("a transfer is told, and what comes back is from the one that it went to", () => {
  using tracing = trace({ time: false });
  const ping = coroutine(function* ping(): Coroutine.Body<string> {
    yield `got ${String(yield* transfer(pong(), undefined))}`;
  });
  const pong = coroutine(function* pong() {
    yield "pong";
  });
  ping().next();
  expect(lines(tracing)).toEqual(["resume program ping next", "transfer ping pong", 'yield pong program "pong"']);
});

test("a trace that begins and ends inside a coroutine tells what lies between", () => {
  let tracing: Trace | undefined;
  const c = coroutine(function* outer() {
    tracing = trace({ time: false });
    consumer().next();
    yield 1;
    consumer().next();
    tracing.stop();
    yield 2;
  })();
  c.next();
  c.next();
  expect(lines(tracing!)).toEqual([
    "resume program consumer next",
    "yield consumer program true",
    "resume program outer next",
    "resume outer consumer next",
    "yield consumer outer true",
  ]);
});
