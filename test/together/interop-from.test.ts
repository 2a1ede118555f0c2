// `Channel.from`: every kind of source, backpressure, and what becomes of the source at the end.
import {
  Channel,
  ClosedError,
  coroutine,
  createContext,
  OverflowError,
  run,
  runSync,
  scope,
  sleep,
  spawn,
  type Task,
  until,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test, vi } from "vitest";
import { from } from "../../src/interop/channel-from.ts";
import { runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

function* drain<T>(channel: Channel<T>) {
  const got: T[] = [];
  for (;;) {
    const { value, done } = yield* channel.next();
    if (done) return got;
    got.push(value);
  }
}

/** The body of a run that reads `source` to its end. */
function drainFrom<T>(...args: Parameters<typeof from<T>>) {
  return function* () {
    return yield* drain(from<T>(...args));
  };
}

/** What `body` throws. */
function* thrownBy(body: () => Generator<never, unknown, unknown>) {
  try {
    yield* body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** An endless async generator that logs what is asked of it, with cleanup that takes a turn of the host. */
async function* numbers(log: unknown[] = []): AsyncGenerator<number> {
  try {
    for (let n = 1; ; n++) {
      log.push(n);
      yield n;
    }
  } finally {
    log.push("closing");
    await new Promise((resolve) => setTimeout(resolve));
    log.push("closed");
  }
}

function streamOf<T>(values: T[], cancelled: (reason: unknown) => unknown = () => {}): ReadableStream<T> {
  const left = values.slice();
  return new ReadableStream<T>(
    {
      pull(controller) {
        if (left.length > 0) controller.enqueue(left.shift()!);
        else controller.close();
      },
      cancel: (reason) => void cancelled(reason),
    },
    { highWaterMark: 0 },
  );
}

describe("every kind of source gives its values and then the end", () => {
  async function* asynchronous() {
    yield 1;
    await Promise.resolve();
    yield 2;
  }
  const waiting = function* () {
    yield 1;
    yield* sleep(10);
    yield 2;
  };
  const plain = function* () {
    yield 1;
    yield 2;
  };
  const sources: Record<string, () => Parameters<typeof from<number>>[0]> = {
    "an array": () => [1, 2],
    "a set": () => new Set([1, 2]),
    "an array iterator": () => [1, 2].values(),
    "an async generator": asynchronous,
    "a ReadableStream": () => streamOf([1, 2]),
    "a body": () => waiting as never,
    "a generator that yields only": plain,
    "a generator that waits": () => waiting() as never,
    "a coroutine function": () => coroutine(waiting) as never,
    "a coroutine": () => coroutine(waiting)() as never,
    "a function that gives a source": () => () => [1, 2],
    "a function that gives a promise of a source": () => () => Promise.resolve(asynchronous()),
  };
  test.each(Object.keys(sources))("%s", async (kind) => {
    const got = await runVirtually(function* () {
      return yield* drain(from(sources[kind]!()));
    });
    expect(got).toEqual([1, 2]);
  });

  test("a string gives its characters", () => {
    expect(runSync(drainFrom("añ"))).toEqual(["a", "ñ"]);
  });

  test("a coroutine that was started by hand goes on where it is", () => {
    const started = coroutine(function* () {
      yield 1;
      yield 2;
      yield 3;
    })();
    started.next();
    expect(runSync(drainFrom(started))).toEqual([2, 3]);
  });

  test("what a body yields in a coroutine that it delegates to comes too", () => {
    const inner = coroutine(function* () {
      yield 1;
      yield* yieldNow();
      yield 2;
    });
    const outer = function* () {
      yield 0;
      yield* inner();
      yield 3;
    };
    expect(runSync(drainFrom(outer))).toEqual([0, 1, 2, 3]);
  });

  test("another channel, which is left open and usable", () => {
    const got = runSync(function* () {
      const source = new Channel<number>(3);
      const both = yield* scope(function* () {
        const channel = from(source);
        yield* source.send(1);
        yield* source.send(2);
        return [yield* channel.receive(), yield* channel.receive()];
      });
      yield* source.send(3);
      return [...both, source.isClosed, yield* source.receive()];
    });
    expect(got).toEqual([1, 2, false, 3]);
  });

  test("a ReadableStream that is not async iterable", async () => {
    const stream = streamOf([1, 2]);
    Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined });
    expect(await run(drainFrom(stream))).toEqual([1, 2]);
  });
});

describe("what is no source is a TypeError with the value seen", () => {
  test.each<[unknown, string]>([
    [5, "but got 5"],
    [null, "but got null"],
    [{ a: 1 }, "but got [object Object]"],
    [Promise.resolve([1]), "yield* until(promise)"],
    [sleep(5), "but got sleep(5)"],
  ])("%s", (value, text) => {
    const make = () => runSync(drainFrom(value as number[]));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(text);
  });

  test("a task", () => {
    expect(() =>
      runSync(function* () {
        from(spawn(() => sleep(0)) as unknown as number[]);
      }),
    ).toThrow(/<task .* ready>/);
  });

  test("what a function gives reaches the receiver", async () => {
    const make = run(drainFrom((() => 5) as unknown as number[]));
    await expect(make).rejects.toThrow("but got 5");
  });

  test("outside every task it says where it belongs, and touches nothing", () => {
    const source = streamOf([1]);
    expect(() => from(source)).toThrow("Channel.from(…) belongs to a running task");
    expect(source.locked).toBe(false);
  });
});

describe("backpressure", () => {
  test.each([0, 1, 3])("with capacity %s, so many values and one in hand are read ahead", async (capacity) => {
    const log: unknown[] = [];
    await run(function* () {
      const channel = from(numbers(log), { capacity });
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      expect(log).toHaveLength(capacity + 1);
      yield* channel.receive();
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      expect(log).toHaveLength(capacity + 2);
    });
  });

  test("a body does not run ahead of its channel", () => {
    const made: number[] = [];
    runSync(function* () {
      const channel = from(function* () {
        for (let n = 1; ; n++) {
          made.push(n);
          yield n;
        }
      });
      yield* rest();
      expect(made).toEqual([1]);
      yield* channel.receive();
      yield* rest();
      expect(made).toEqual([1, 2]);
    });
  });

  test("overflow dropOldest keeps the latest, and hands on what it drops", () => {
    const dropped: number[] = [];
    const got = runSync(function* () {
      const channel = from([1, 2, 3, 4], {
        capacity: 2,
        overflow: "dropOldest",
        onUndelivered: (value) => dropped.push(value),
      });
      yield* rest();
      return yield* drain(channel);
    });
    expect([got, dropped]).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  test("overflow error gives what fits, then an OverflowError, and lets go of the source", async () => {
    const log: unknown[] = [];
    const left: number[] = [];
    await run(function* () {
      const channel = from(numbers(log), { capacity: 1, overflow: "error", onUndelivered: (n) => left.push(n) });
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      expect(yield* channel.receive()).toBe(1);
      expect(yield* thrownBy(() => drain(channel))).toBeInstanceOf(OverflowError);
    });
    expect([log, left]).toEqual([[1, 2, "closing", "closed"], [2]]);
  });
});

describe("a failure of the source closes the channel with it", () => {
  test.each<[string, () => Parameters<typeof from<number>>[0]]>([
    [
      "an async generator",
      async function* () {
        yield 1;
        throw new RangeError("boom");
      },
    ],
    [
      "a generator",
      function* () {
        yield 1;
        throw new RangeError("boom");
      },
    ],
    [
      "an iterator",
      () => ({
        [Symbol.iterator]: () => {
          let n = 0;
          return {
            next() {
              if (n > 0) throw new RangeError("boom");
              return { value: ++n, done: false };
            },
            return() {
              throw new Error("a source that has failed is not closed");
            },
          };
        },
      }),
    ],
    [
      "a ReadableStream",
      () => {
        let n = 0;
        return new ReadableStream<number>({
          pull(controller) {
            if (n++ === 0) controller.enqueue(1);
            else controller.error(new RangeError("boom"));
          },
        });
      },
    ],
  ])("%s", async (_, source) => {
    await run(function* () {
      const channel = from(source());
      expect(yield* channel.receive()).toBe(1);
      expect(yield* thrownBy(() => drain(channel))).toEqual(new RangeError("boom"));
    });
  });

  test("of a function that gives the source", async () => {
    const failing = run(drainFrom(() => Promise.reject<number[]>(new RangeError("boom"))));
    await expect(failing).rejects.toThrow(new RangeError("boom"));
  });

  test("another channel that was closed with an error", () => {
    expect(() =>
      runSync(function* () {
        const source = new Channel<number>();
        const channel = from(source);
        source.close(new RangeError("boom"));
        yield* drain(channel);
      }),
    ).toThrow(new RangeError("boom"));
  });

  test("also one with undefined", async () => {
    const source = () => Promise.reject<number[]>(undefined);
    await expect(run(drainFrom(source, { name: "lines" }))).rejects.toThrow(
      "lines: what feeds it failed with undefined",
    );
  });
});

describe("the source is let go, and that is waited for", () => {
  test("at the end of the scope", async () => {
    const log: unknown[] = [];
    await run(function* () {
      yield* scope(function* () {
        log.push(`got ${yield* from(numbers(log)).receive()}`);
      });
      log.push("scope ended");
    });
    expect(log.filter((entry) => typeof entry === "string")).toEqual(["got 1", "closing", "closed", "scope ended"]);
  });

  test("when the scope is cancelled, while it waits to send", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const task = spawn(function* () {
        from(numbers(log));
        yield* sleep(Number.POSITIVE_INFINITY);
      });
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      yield* task.cancel();
      log.push("cancelled");
    });
    expect(log).toEqual([1, "closing", "closed", "cancelled"]);
  });

  test("when its scope ends before the source was asked for anything", async () => {
    const log: unknown[] = [];
    await run(function* () {
      yield* scope(function* () {
        from(streamOf([1], () => log.push("cancelled")));
      });
      log.push("scope ended");
    });
    expect(log).toEqual(["cancelled", "scope ended"]);
  });

  test("when the channel is closed, at once; what is in hand and was not taken is undelivered", async () => {
    const log: unknown[] = [];
    const left: number[] = [];
    await run(function* () {
      const channel = from(numbers(log), { capacity: 1, onUndelivered: (value) => left.push(value) });
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      channel.close();
      yield* until(new Promise((resolve) => setTimeout(resolve, 10)));
      log.push("scope goes on");
      expect(yield* drain(channel)).toEqual([1]);
    });
    expect(log).toEqual([1, 2, "closing", "closed", "scope goes on"]);
    expect(left).toEqual([2]);
  });

  test("a value that was taken is not undelivered, though its sender has not run since", () => {
    const left: number[] = [];
    runSync(function* () {
      const channel = from([1, 2, 3], { onUndelivered: (value) => left.push(value) });
      yield* rest();
      expect(channel.tryReceive()).toEqual({ value: 1, done: false });
      channel.close();
    });
    expect(left).toEqual([]);
  });

  test("a ReadableStream that never gives anything is cancelled while it is read", async () => {
    const cancelled = vi.fn<() => void>();
    const stream = new ReadableStream<number>({ cancel: cancelled });
    await run(function* () {
      const channel = from(stream);
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      channel.close();
    });
    expect(cancelled).toHaveBeenCalledOnce();
    expect(stream.locked).toBe(false);
  });

  test("also where it is being let go already when the scope ends", async () => {
    const log: unknown[] = [];
    await run(function* () {
      yield* scope(function* () {
        const channel = from(numbers(log), { capacity: 1, overflow: "error" });
        yield* channel.receive();
        while (!log.includes("closing")) yield* until(Promise.resolve());
      });
      log.push("scope ended");
    });
    expect(log.slice(-3)).toEqual(["closing", "closed", "scope ended"]);
  });

  test("a channel whose source has ended leaves nothing behind in its scope", () => {
    runSync(function* () {
      yield* scope(function* (inner) {
        for (let i = 0; i < 10; i++) yield* drain(from([1, 2]));
        yield* yieldNow();
        expect(inner.cleanups).toHaveLength(0);
      });
    });
  });

  test("the signal that a function is given is aborted, so that what waits can end", async () => {
    const log: string[] = [];
    async function* stuck(signal: AbortSignal): AsyncGenerator<number> {
      try {
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        });
      } finally {
        log.push("ended");
      }
    }
    await run(function* () {
      from((signal) => stuck(signal));
      yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
    });
    expect(log).toEqual(["ended"]);
  });

  test("the return of an iterable is called", () => {
    const closed = vi.fn<() => IteratorResult<number>>(() => ({ value: undefined, done: true }));
    const source = {
      [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), return: closed }),
    };
    runSync(function* () {
      yield* from(source).receive();
    });
    expect(closed).toHaveBeenCalledOnce();
  });

  test("the cleanup of a body is run, also where it waits", async () => {
    const clock = new VirtualClock();
    const log: unknown[] = [];
    await runVirtually(
      function* () {
        yield* scope(function* () {
          const channel = from(function* () {
            try {
              for (;;) {
                yield* sleep(10);
                yield clock.now();
              }
            } finally {
              yield* sleep(100);
              log.push(`cleaned at ${clock.now()}`);
            }
          });
          yield* channel.receive();
          yield* channel.receive();
        });
        log.push("scope ended");
      },
      { clock },
    );
    expect(log).toEqual(["cleaned at 120", "scope ended"]);
  });

  test("a coroutine that was started by hand and is not asked is closed", () => {
    const log: string[] = [];
    const started = coroutine(function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push("closed");
      }
    })();
    started.next();
    runSync(function* () {
      from(started);
    });
    expect([log, started.state]).toEqual([["closed"], "closed"]);
  });

  test("one that has ended is not called again", async () => {
    const returned = vi.fn<() => Promise<IteratorResult<never>>>();
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ value: undefined, done: true as const }),
        return: returned,
      }),
    };
    await run(drainFrom<never>(source));
    expect(returned).not.toHaveBeenCalled();
  });

  test("an error of its cleanup fails the scope", async () => {
    async function* bad() {
      try {
        yield 1;
        yield 2;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new RangeError("cleanup");
      }
    }
    await expect(
      run(function* () {
        yield* from(bad()).receive();
        yield* until(new Promise((resolve) => setTimeout(resolve, 5)));
      }),
    ).rejects.toThrow(new RangeError("cleanup"));
  });
});

describe("in a program", () => {
  test("tasks of the scope read on when its body has ended", async () => {
    const got: number[] = [];
    await run(function* () {
      const channel = from(
        (async function* () {
          for (let n = 0; n < 10; n++) yield n;
        })(),
      );
      for (let i = 0; i < 3; i++) {
        spawn(function* () {
          got.push(...(yield* drain(channel)));
        });
      }
    });
    expect(got.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("it belongs to the innermost scope; who reads on after that learns that it was cut", () => {
    runSync(function* () {
      const channel = yield* scope(function* () {
        const made = from(() => [1, 2, 3], { name: "lines" });
        yield* made.receive();
        return made;
      });
      const error = yield* thrownBy(() => drain(channel));
      expect(error).toBeInstanceOf(ClosedError);
      expect(String(error)).toContain("lines has ended before its source");
    });
  });

  test("in cleanup after a cancellation it works, and belongs to the task", () => {
    const got: number[] = [];
    runSync(function* () {
      const task = spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          got.push(...(yield* drain(from([1, 2]))));
        }
      });
      yield* rest();
      yield* task.cancel();
    });
    expect(got).toEqual([1, 2]);
  });

  test("a task whose waits are all done at once lets the host have its turn", { tags: "slow" }, async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const end = performance.now() + 100;
    await run(function* () {
      const channel = new Channel<number>(1, { overflow: "dropOldest" });
      while (performance.now() < end) yield* channel.send(1);
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  test("a body sees the contexts of the place where the channel was made", () => {
    const user = createContext("nobody");
    const got = runSync(() =>
      user.with("Ada", function* () {
        return yield* drain(
          from(function* () {
            yield user.get();
          }),
        );
      }),
    );
    expect(got).toEqual(["Ada"]);
  });

  test("a task that waits for a slow source is not deadlocked", async () => {
    async function* slow() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield 1;
    }
    expect(await run(drainFrom(slow()))).toEqual([1]);
  });

  test("a source that waits for its own reader is a deadlock, and said to be one", { tags: "slow" }, async () => {
    const end = run(function* () {
      const never = new Channel<number>();
      yield* from(never).receive();
    });
    await expect(end).rejects.toThrow("no task can go on");
  });

  test("a failure elsewhere in the scope lets go of the source too", async () => {
    const log: unknown[] = [];
    const end = run(function* () {
      const task: Task = spawn(function* () {
        yield* from(numbers(log)).receive();
        throw new RangeError("boom");
      });
      yield* task;
    });
    await expect(end).rejects.toThrow(new RangeError("boom"));
    expect(log.slice(-2)).toEqual(["closing", "closed"]);
  });
});

test.each<[string, () => unknown]>([
  ["an iterator", () => ({ [Symbol.iterator]: () => ({ next: () => 5 }) })],
  ["an async iterator", () => ({ [Symbol.asyncIterator]: () => ({ next: async () => 5 }) })],
])("%s whose next gives no object is refused, as by a loop, and not asked again", async (_, make) => {
  const end = run(function* () {
    yield* from(make() as Iterable<number>).receive();
  });
  await expect(end).rejects.toThrow(new TypeError("an iterator gives {value, done}, but got 5"));
});

test("what sends events is no source, and is told how it is listened to", async () => {
  for (const target of [new EventTarget(), { on() {}, off() {} }]) {
    const end = run(function* () {
      from(target as never);
      yield* yieldNow();
    });
    await expect(end).rejects.toThrow(/needs an iterable, .* but got .*: for its events, on\(target, event\)$/);
  }
});
