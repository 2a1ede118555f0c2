// What Trio's tests pin about generators that run in a task, beside their consumer. Here that is a task which yields,
// and `task.send`. IDs are rows of the conformance table.
import {
  CancelledError,
  coroutine,
  type Coroutine,
  defer,
  runSync,
  scope,
  sleep,
  spawn,
  StopIteration,
  type Task,
  timeout,
  TimeoutError,
  yieldNow,
} from "corun";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

type Source<T> = Task<T | undefined, void, void>;

/** Yields 0, 1, 2 …, waits between them, and logs what it does. The first, empty, yield is the start. */
function* counts(log: string[], to: number, name = ""): Coroutine.Body<number | undefined, void, void> {
  try {
    yield undefined;
    for (let n = 0; n < to; n++) {
      yield* yieldNow();
      log.push(`${name}yields ${n}`);
      yield n;
    }
  } finally {
    yield* yieldNow();
    log.push(`${name}finally`);
  }
}

/** Hands each value of `source` to `use`, until it ends. */
function* each<T>(source: Source<T>, use: (value: T) => unknown): Generator<never, void, unknown> {
  for (;;) {
    let value: T | undefined;
    try {
      value = yield* source.send();
    } catch (error) {
      if (error instanceof StopIteration) return;
      throw error;
    }
    if (use(value as T) === "stop") return;
  }
}

test("TR40: a generator in a task is exhausted, its finally runs, and asking on says that it has ended", () => {
  const log: string[] = [];
  runSync(function* () {
    const source = spawn(counts, log, 3);
    yield* each(source, (n) => log.push(`got ${n}`));
    yield* each(source, (n) => log.push(`got ${n} again`));
    expect(source.state).toBe("done");
  });
  expect(log).toEqual(["yields 0", "got 0", "yields 1", "got 1", "yields 2", "got 2", "finally"]);
});

test("TR40: producer and consumer do not interleave: it runs only while one is asked for", () => {
  const log: string[] = [];
  runSync(function* () {
    const source = spawn.background(counts, log, 5);
    yield* each(source, (n) => {
      log.push(`got ${n}`);
      return n === 1 ? "stop" : "";
    });
    for (let i = 0; i < 20; i++) yield* yieldNow();
    log.push("consumer ends");
  });
  expect(log).toEqual(["yields 0", "got 0", "yields 1", "got 1", "consumer ends", "finally"]);
});

test.each([
  ["early end", "early end"],
  ["error", "of the consumer"],
  ["cancel", "CancelledError"],
  ["deadline", "TimeoutError"],
])("TR40: after an %s of the consumer the generator's finally runs, and the scope waits for it", async (how, seen) => {
  const log: string[] = [];
  const wrong = new Error("of the consumer");
  const failure = await failureOf(function* () {
    const consumer = spawn.supervised(function* () {
      yield* scope(
        function* () {
          const source = spawn.background(counts, log, 1000);
          yield* source.send();
          if (how === "early end") return;
          if (how === "error") throw wrong;
          yield* sleep(1000);
        },
        { deadline: how === "deadline" ? 5 : 500 },
      );
    });
    yield* sleep(10);
    if (how === "cancel") yield* consumer.cancel();
    expect(log).toEqual(["yields 0", "finally"]);
    yield* consumer;
    throw new Error("early end");
  });
  const { name, message } = failure as Error;
  expect(name === "Error" ? message : name).toBe(seen);
});

test("TR40: an error of the generator reaches the consumer where it asks, and its finally has run by then", () => {
  const log: unknown[] = [];
  const wrong = new Error("of the generator");
  runSync(function* () {
    const source = spawn.supervised(function* (): Coroutine.Body<number, void, void> {
      try {
        yield 0;
        yield 1;
        throw wrong;
      } finally {
        yield* yieldNow();
        log.push("finally");
      }
    });
    try {
      yield* each(source, (n) => log.push(n));
    } catch (error) {
      log.push(error);
    }
  });
  expect(log).toEqual([1, "finally", wrong]);
});

test("TR40: a deadline inside the generator is its own; one of the consumer cuts only the asking", async () => {
  const log: unknown[] = [];
  await runVirtually(function* () {
    const source = spawn.background(function* (): Coroutine.Body<string, void, void> {
      yield "start";
      for (;;) {
        try {
          yield* timeout(5, sleep(100));
        } catch {
          yield "its own deadline";
        }
        yield* sleep(30);
        yield "in the end";
      }
    });
    log.push(yield* source.send());
    try {
      yield* timeout(10, source.send());
    } catch (error) {
      log.push(error instanceof TimeoutError);
    }
    yield* sleep(50);
    log.push(yield* source.send(), source.state);
  });
  expect(log).toEqual(["its own deadline", true, "its own deadline", "waiting"]);
});

test("TR40: a deadline that is open around the generator's yield does not reach into the consumer", async () => {
  const log: unknown[] = [];
  const caught = await runVirtually(function* () {
    const source = spawn.supervised(function* (): Coroutine.Body<number, void, void> {
      yield* scope(
        function* (): Coroutine.Body<number, void, void> {
          try {
            yield 0;
            yield 1;
          } finally {
            log.push("finally");
          }
        },
        { deadline: 5 },
      );
    });
    yield* source.send();
    yield* sleep(100); // longer than the deadline, and not cut by it
    log.push("consumer");
    try {
      return yield* source.send();
    } catch (error) {
      return error;
    }
  });
  expect(log).toEqual(["finally", "consumer"]);
  expect(caught).toBeInstanceOf(TimeoutError);
});

test("TR40: loops over several generators nest, and cancelling closes each once, also if it is done twice", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const consumer = spawn(function* () {
      const outer = spawn.background(counts, log, 3, "outer ");
      yield* each(outer, (n) => log.push(`got ${n}`) && "stop");
      const inner = spawn.background(counts, log, 3, "inner ");
      yield* each(inner, () => "stop");
      yield* each(outer, (n) => log.push(`got ${n}`) && "stop");
      yield* sleep(1000);
    });
    yield* sleep(5);
    void consumer.cancel();
    yield* yieldNow();
    void consumer.cancel();
    yield* consumer.cancel();
  });
  expect(log.slice(0, 5)).toEqual(["outer yields 0", "got 0", "inner yields 0", "outer yields 1", "got 1"]);
  expect(log.slice(5).toSorted()).toEqual(["inner finally", "outer finally"]);
});

test.each(["before", "between"])(
  "TR40: closed %s its values, the generator ends, and who asks then is told",
  (when) => {
    const log: string[] = [];
    runSync(function* () {
      const source = spawn(counts, log, 3);
      if (when === "between") expect(yield* source.send()).toBe(0);
      yield* source.cancel("closed");
      try {
        yield* source.send();
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(CancelledError);
        expect((error as CancelledError).reason).toBe("closed");
      }
    });
    expect(log).toEqual(when === "between" ? ["yields 0", "finally"] : []);
  },
);

test("TR40: closed while somebody waits for its next value, the one who waits is told", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const source = spawn(function* (): Coroutine.Body<number, void, void> {
      yield 0;
      yield* sleep(1000);
      yield 1;
    });
    const consumer = spawn.supervised(() => source.send());
    yield* sleep(5);
    yield* source.cancel();
    try {
      yield* consumer;
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  expect(log).toEqual(["CancelledError"]);
});

test("TR46: generators that are unfinished at the end are closed, the one that uses another first", async () => {
  const log: string[] = [];
  const source = coroutine(function* (): Coroutine.Body<string> {
    try {
      for (;;) yield "from the source";
    } finally {
      log.push("source closed");
    }
  });
  const filter = coroutine(function* (from: Coroutine<string>): Coroutine.Body<string> {
    try {
      for (;;) yield `filtered: ${from.send(undefined)}`;
    } finally {
      log.push(`filter closes, with one more ${from.send(undefined)}`);
    }
  });
  await runVirtually(function* () {
    const opened = <T extends Coroutine>(generator: T): T => {
      defer(() => void generator.close());
      return generator;
    };
    const values = opened(filter(opened(source())));
    log.push(values.send(undefined));
    yield* sleep(1);
  });
  expect(log).toEqual(["filtered: from the source", "filter closes, with one more from the source", "source closed"]);
});

test("TR46: delegation closes innermost first, so the outer's cleanup comes last", async () => {
  const log: string[] = [];
  const level: (n: number) => Coroutine = coroutine(function* (n: number): Coroutine.Body {
    try {
      if (n > 0) yield* level(n - 1);
      else yield* sleep(1000);
    } finally {
      yield* sleep(1);
      log.push(`${n}`);
    }
  });
  await runVirtually(function* () {
    spawn.background(() => level(2));
    yield* sleep(1);
  });
  expect(log).toEqual(["0", "1", "2"]);
});
