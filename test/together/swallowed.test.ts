// A cancellation that the language swallows in a plain helper is told with its line, and entered again.
import { coroutine, type Coroutine, defer, sleep, spawn, type Task } from "corun";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

let told: string[] = [];
beforeEach(() => {
  told = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => void told.push(text));
});
afterEach(() => vi.restoreAllMocks());

/** Starts `body`, cancels it when it waits, and gives what it logged. */
async function cancelled(make: (log: string[]) => () => Generator<unknown, void, unknown>): Promise<string[]> {
  const log: string[] = [];
  await runVirtually(function* () {
    const task: Task<unknown, void> = spawn(make(log));
    yield* rest();
    yield* task.cancel();
    log.push(task.state);
  });
  return log;
}

function* waitsInCleanup(log: string[]): Generator<never, void, unknown> {
  try {
    yield* sleep(1000);
  } finally {
    yield* sleep(1);
    log.push("cleanup 1");
    yield* sleep(1);
    log.push("cleanup 2");
  }
}

test(
  "a body that catches the error it is ended with, and begins anew, is left behind: the cancel comes to its end",
  { tags: "once" },
  async () => {
    let tries = 0;
    const log = await cancelled(
      (own) =>
        function* retry() {
          try {
            for (;;) {
              tries++;
              try {
                yield* waitsInCleanup(own);
              } catch {
                own.push("caught");
              }
            }
          } finally {
            own.push("not reached");
          }
        },
    );
    expect(log).toEqual(["cleanup 1", "cleanup 2", "cleanup 1", "cleanup 2", "caught", "cancelled"]);
    expect(tries).toBe(3);
    expect(told).toHaveLength(1);
  },
);

test(
  "a plain helper whose cleanup waits: its cleanup runs whole, and the body is ended where it waits next",
  { tags: "once" },
  async () => {
    const log = await cancelled(
      (own) =>
        function* body() {
          try {
            yield* waitsInCleanup(own);
            yield* sleep(1000);
            own.push("went on");
          } finally {
            yield* sleep(1);
            own.push("finally");
          }
        },
    );
    expect(log).toEqual(["cleanup 1", "cleanup 2", "finally", "cancelled"]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^corun: a cancellation was lost in body, .*swallowed\.test\.ts.*:\d+:\d+/);
    expect(told[0]).toMatch(/whose cleanup waits, at waitsInCleanup.*swallowed\.test\.ts.*:\d+:\d+/);
  },
);

test("a server loop over such a helper ends", async () => {
  let turns = 0;
  const log = await cancelled(
    (own) =>
      function* server() {
        for (; turns < 10; turns++) yield* waitsInCleanup(own);
      },
  );
  expect(turns).toBe(1);
  expect(log.slice(0, 2)).toEqual(["cleanup 1", "cleanup 2"]);
  expect(log.at(-1)).toBe("cancelled");
});

test("a helper in a helper is seen through", { tags: "once" }, async () => {
  const outer = function* (log: string[]): Generator<never, void, unknown> {
    yield* waitsInCleanup(log);
  };
  const log = await cancelled(
    (own) =>
      function* nested() {
        yield* outer(own);
        yield* sleep(1000);
        own.push("went on");
      },
  );
  expect(log).toEqual(["cleanup 1", "cleanup 2", "cancelled"]);
  expect(told[0]).toMatch(/lost in nested/);
});

const clean = function* (): Generator<never, void, unknown> {
  yield* sleep(1);
};
const asCoroutine = coroutine(function* asCoroutine(log: string[]): Coroutine.Body {
  yield* waitsInCleanup(log);
});

test.each<[string, (log: string[]) => Generator<unknown, void, unknown>]>([
  [
    "helpers that are called in a finally",
    function* (log) {
      try {
        yield* sleep(1000);
      } finally {
        yield* clean();
        yield* clean();
        log.push("cleaned");
      }
    },
  ],
  [
    "a helper whose cleanup does not wait",
    function* (log) {
      yield* (function* () {
        try {
          yield* sleep(1000);
        } finally {
          log.push("cleaned");
        }
      })();
    },
  ],
  [
    "a body that waits in its own finally, more than once",
    function* (log) {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep(1);
        yield* sleep(1);
        log.push("cleaned");
      }
    },
  ],
  [
    "defer",
    function* (log) {
      defer(function* () {
        yield* sleep(1);
        log.push("cleaned");
      });
      yield* sleep(1000);
    },
  ],
  [
    "a finally that returns",
    // oxlint-disable-next-line require-yield -- it delegates
    function* (log) {
      try {
        yield* sleep(1000);
      } finally {
        log.push("cleaned");
        // oxlint-disable-next-line no-unsafe-finally
        return;
      }
    },
  ],
])("nothing is told of %s", async (_, body) => {
  const log = await cancelled((own) => () => body(own));
  expect(log).toEqual(["cleaned", "cancelled"]);
  expect(told).toEqual([]);
});

test(
  "a coroutine around the helper has a frame of its own, but the helper in it is told",
  { tags: "once" },
  async () => {
    const log = await cancelled(
      (own) =>
        function* caller() {
          yield* asCoroutine(own);
          own.push("went on");
        },
    );
    expect(log).toEqual(["cleanup 1", "cleanup 2", "cancelled"]);
    expect(told[0]).toMatch(/lost in asCoroutine/);
  },
);
