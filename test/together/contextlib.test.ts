// What CPython's tests pin about context managers, task groups, timeouts and asynchronous generators, as far as they
// meet cancellation. IDs are rows of the conformance table.
import {
  coroutine,
  type Coroutine,
  CoroutineError,
  defer,
  runSync,
  scope,
  shield,
  sleep,
  spawn,
  StopIteration,
  timeout,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

/** One yield between setup and teardown. */
const resource = coroutine(function* (log: string[], name: string): Coroutine.Body<string> {
  log.push(`open ${name}`);
  try {
    yield name;
  } finally {
    log.push(`close ${name}`);
  }
});

test.each(["plain", "early return", "error"])("BX01: one yield splits setup and teardown; the block ends %s", (how) => {
  const log: string[] = [];
  const block = () => {
    using a = resource(log, "a");
    using b = resource(log, "b");
    log.push(`in ${a.send(undefined)} and ${b.send(undefined)}`);
    if (how === "early return") return;
    if (how === "error") throw new Error("of the block");
    log.push("end of the block");
  };
  const ended = () => {
    try {
      block();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(ended()).toBe(how === "error" ? "of the block" : "");
  const end = how === "plain" ? ["end of the block"] : [];
  expect(log).toEqual(["open a", "open b", "in a and b", ...end, "close b", "close a"]);
});

test.each(["at its end", "when it is cancelled"])(
  "BX01: in a task too, with a teardown that waits: the scope closes it %s, last in first out",
  async (when) => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const open = (name: string): string => {
      log.push(`open ${name}`);
      defer(function* () {
        yield* sleep(10);
        log.push(`close ${name} at ${clock.now()}`);
      });
      return name;
    };
    await runVirtually(
      function* () {
        const task = spawn(function* () {
          log.push(`in ${open("a")} and ${open("b")}`);
          yield* sleep(5);
        });
        yield* sleep(1);
        if (when === "when it is cancelled") void task.cancel();
      },
      { clock },
    );
    const end = when === "at its end" ? 5 : 1;
    expect(log).toEqual(["open a", "open b", "in a and b", `close b at ${end + 10}`, `close a at ${end + 20}`]);
  },
);

test("BX02: a resource that does not yield says so where it is opened; one that yields in its teardown where it is closed", () => {
  const none = coroutine(function* (): Coroutine.Body<string> {});
  expect(() => {
    using c = none();
    c.send(undefined);
  }).toThrow(StopIteration);
  const twice = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield "first";
    } finally {
      yield "second";
    }
  });
  const block = () => {
    using c = twice();
    c.send(undefined);
  };
  expect(block).toThrow(CoroutineError);
  expect(block).toThrow("yielded while it was being closed");
});

test("BX02: after a throw a resource may yield, that is a value like any other; the end of the block closes it", () => {
  const log: unknown[] = [];
  const retries = coroutine(function* (): Coroutine.Body<string> {
    try {
      yield "first";
    } catch (error) {
      yield `after ${String(error)}`;
    } finally {
      log.push("closed");
    }
    log.push("never");
  });
  {
    using c = retries();
    c.send(undefined);
    log.push(c.throw("a throw").value);
  }
  expect(log).toEqual(["after a throw", "closed"]);
});

test("BX04: an error passes scope, timeout, shield, defer and a join as itself, and its stack names the bodies", async () => {
  let thrown: unknown;
  const innermost = coroutine(function* innermost(): Coroutine.Body {
    yield* yieldNow();
    thrown = new RangeError("of the body");
    throw thrown;
  });
  const middle = coroutine(function* middle(): Coroutine.Body {
    defer(() => {});
    yield* timeout(100, () => shield(innermost));
  });
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      const task = spawn.supervised(middle);
      try {
        yield* task;
      } catch (error) {
        expect(error).toBe(thrown);
        throw error;
      }
    });
  });
  expect(failure).toBe(thrown);
  const { message, cause, stack = "" } = failure as Error;
  expect([message, cause]).toEqual(["of the body", undefined]);
  expect(stack.indexOf("innermost")).toBeGreaterThan(0);
  expect(stack.indexOf("at middle")).toBeGreaterThan(stack.indexOf("innermost"));
});

test("BX11: a coroutine that is resumed, thrown into or closed while it runs refuses it, and both go on", () => {
  const log: unknown[] = [];
  const reentrant = coroutine(function* (): Coroutine.Body<string> {
    for (const act of [() => me.next(), () => me.throw(new Error("no")), () => me.close()]) {
      try {
        act();
      } catch (error) {
        log.push((error as CoroutineError).code);
      }
    }
    yield "goes on";
  });
  const me = reentrant();
  expect(me.next()).toEqual({ value: "goes on", done: false });
  expect(log).toEqual(["ALREADY_RUNNING", "ALREADY_RUNNING", "ALREADY_RUNNING"]);
});

test("BX11: a task serves the sends of several in the order in which they came, one at a time", () => {
  runSync(function* () {
    const echo = spawn.background(function* (): Coroutine.Body<string, void, string> {
      for (let heard = ""; ;) {
        yield* yieldNow();
        heard = yield heard.toUpperCase();
      }
    });
    const answers = ["a", "b", "c"].map((word) => spawn(() => echo.send(word)));
    const got: string[] = [];
    for (const answer of answers) got.push(yield* answer);
    expect(got).toEqual(["A", "B", "C"]);
  });
});
