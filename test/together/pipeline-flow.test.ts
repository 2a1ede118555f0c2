// Pipelines: how much is pulled ahead, how many are in work, and how all of it ends.
import { Readable } from "node:stream";
import {
  CancelledError,
  Channel,
  DeadlockError,
  type Pipeline,
  pipeline,
  run,
  scope,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  type Waitable,
} from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

function* waitFor<T>(op: Waitable<T>): Generator<never, T, unknown> {
  return yield* op;
}

/** An endless source that counts, and tells when it is closed. Its cleanup takes a millisecond. */
function endless(log: string[] = []) {
  const state = { pulled: 0 };
  const source = pipeline(function* () {
    try {
      for (;;) yield ++state.pulled;
    } finally {
      yield* sleep(1);
      log.push("closed");
    }
  });
  return { source, state };
}

/** How far ahead of the handled item the source is, when all that can run has run. */
function* aheadOf(stages: (source: Pipeline<number>) => Pipeline<unknown>) {
  const { source, state } = endless();
  const ahead: number[] = [];
  let handled = 0;
  yield* stages(source)
    .take(5)
    .forEach(function* () {
      handled++;
      yield* sleep(1000);
      ahead.push(state.pulled - handled);
    });
  return ahead.slice(1, 4);
}

const idle = function* (): Generator<never, void, unknown> {
  yield* sleep(Number.POSITIVE_INFINITY);
};

const same = (n: number) => n;
const slow = function* (n: number) {
  yield* sleep(1);
  return n;
};

test.each<[string, number, (source: Pipeline<number>) => Pipeline<unknown>]>([
  ["no stage", 0, (source) => source],
  [
    "stages that do not wait",
    0,
    (source) =>
      source
        .map(same)
        .filter(() => true)
        .scan((_, n) => n, 0)
        .distinct(),
  ],
  [
    "stages that wait",
    0,
    (source) =>
      source
        .map(slow)
        .filter(slow)
        .tap(slow)
        .flatMap((n) => [n]),
  ],
  ["2 at once", 2, (source) => source.map(slow, { concurrency: 2 })],
  ["7 at once, without order", 7, (source) => source.map(slow, { concurrency: 7, ordered: false })],
  ["3 at once that do not wait", 3, (source) => source.filter(() => true, { concurrency: 3 })],
  ["3 sources at once", 3, (source) => source.flatMap((n) => [n], { concurrency: 3 })],
  ["2 at once, then 3", 5, (source) => source.map(slow, { concurrency: 2 }).map(slow, { concurrency: 3 })],
  ["a buffer of 0", 1, (source) => source.buffer(0)],
  ["a buffer of 4", 5, (source) => source.buffer(4)],
  [
    "debounce",
    1,
    (source) =>
      source
        .map(function* (n) {
          yield* sleep(20);
          return n;
        })
        .debounce(10),
  ],
  ["timeout", 1, (source) => source.timeout(10)],
  ["merge, of each source", 1, (source) => source.merge(idle)],
])("%s: %i items are pulled ahead", async (_, count, stages) => {
  expect(await runVirtually(() => aheadOf(stages))).toEqual([count, count, count]);
});

test("open: as many as its capacity and one are pulled before anybody receives", async () => {
  const seen = await runVirtually(function* () {
    const counts: number[] = [];
    for (const capacity of [0, 3]) {
      const { source, state } = endless();
      yield* scope(function* () {
        const channel = source.open({ capacity });
        yield* sleep(100);
        counts.push(state.pulled);
        yield* channel.receive();
        yield* sleep(100);
        counts.push(state.pulled);
      });
    }
    return counts;
  });
  expect(seen).toEqual([1, 2, 4, 5]);
});

test("into: the channel's buffer and one are pulled ahead", async () => {
  const { source, state } = endless();
  await runVirtually(function* () {
    const task = spawn(() => source.into(new Channel(3)));
    yield* sleep(100);
    expect(state.pulled).toBe(4);
    task.cancel();
  });
});

test.each([true, false])("concurrency: so many at once and never more; ordered: %s", async (ordered) => {
  const counts = { now: 0, most: 0 };
  const made = pipeline([5, 1, 4, 1, 4, 9, 2, 6]).map(
    function* (n) {
      counts.most = Math.max(counts.most, ++counts.now);
      yield* sleep(n);
      counts.now--;
      return n;
    },
    { concurrency: 3, ordered },
  );
  const got = await runVirtually(() => waitFor(made.toArray()));
  expect(counts).toEqual({ now: 0, most: 3 });
  // Out at 1, 2, 4, 5, 6, 7, 12, 13: each of three hands takes the next item when its last one is out.
  expect(got).toEqual(ordered ? [5, 1, 4, 1, 4, 9, 2, 6] : [1, 1, 4, 5, 4, 2, 6, 9]);
});

test("ordered: while the first result is awaited, no more than so many items are pulled", async () => {
  const { source, state } = endless();
  const pulledMeanwhile = await runVirtually(function* () {
    const task = spawn(() => source.map((n) => sleep(n === 1 ? 1000 : 1), { concurrency: 4 }).first());
    yield* sleep(900);
    const { pulled } = state;
    yield* task;
    return pulled;
  });
  expect(pulledMeanwhile).toBe(4);
});

test("stages take turns; a buffer between them has them overlap", async () => {
  const ms = async (stages: (made: Pipeline<number>) => Pipeline<number>) => {
    const clock = new VirtualClock();
    await run.with({ clock })(() => stages(pipeline([10, 10, 10]).tap(sleep)).forEach(sleep));
    return clock.now();
  };
  expect(await ms((made) => made)).toBe(60);
  expect(await ms((made) => made.buffer(1))).toBe(40);
});

const everyStage: [string, (source: Pipeline<number>) => Pipeline<unknown>][] = [
  ["no stage", (source) => source],
  ["map", (source) => source.map(slow)],
  ["map, 3 at once", (source) => source.map(slow, { concurrency: 3 })],
  ["filter, 3 at once, without order", (source) => source.filter(slow, { concurrency: 3, ordered: false })],
  ["flatMap", (source) => source.flatMap((n) => [n, n])],
  ["flatMap, 3 at once", (source) => source.flatMap((n) => [n, n], { concurrency: 3 })],
  ["flatMap of one endless source", (source) => pipeline([1]).flatMap(() => source)],
  ["merge", (source) => source.merge(idle)],
  ["concat", (source) => source.concat([1])],
  ["buffer", (source) => source.buffer(2)],
  ["batch", (source) => source.batch(2)],
  ["batch within", (source) => source.batch(2, { within: 5 })],
  ["throttle", (source) => source.tap(() => sleep(1)).throttle(3)],
  ["timeout", (source) => source.timeout(50)],
  ["rate", (source) => source.rate(2, 5)],
  ["a take before", (source) => source.take(1e6)],
];

describe.each(everyStage)("%s", (_, stages) => {
  test("when take has enough, the source is closed before the terminal ends", async () => {
    const log: string[] = [];
    await runVirtually(function* () {
      const got = yield* stages(endless(log).source).take(2).toArray();
      log.push(`got ${got.length}`);
    });
    expect(log).toEqual(["closed", "got 2"]);
  });

  test("a failure behind it closes the source, and comes out as itself", async () => {
    const log: string[] = [];
    const boom = new Error("boom");
    const failure = await failureOf(function* () {
      try {
        yield* stages(endless(log).source).forEach(() => {
          throw boom;
        });
      } finally {
        log.push("ended");
      }
    });
    expect(failure).toBe(boom);
    expect(log).toEqual(["closed", "ended"]);
  });

  test("a failure of the source comes out as itself", async () => {
    const boom = new Error("boom");
    const source = pipeline(function* () {
      yield 1;
      yield* sleep(1);
      throw boom;
    });
    expect(await failureOf(() => waitFor(stages(source).drain()))).toBe(boom);
  });

  test("a cancellation closes the source before the task ends", async () => {
    const log: string[] = [];
    await runVirtually(function* () {
      const task = spawn(() => stages(endless(log).source).forEach(() => sleep(1)));
      yield* sleep(100);
      yield* task.cancel();
      log.push(task.state);
    });
    expect(log).toEqual(["closed", "cancelled"]);
  });
});

test.each([1, 4])(
  "cancelled in the middle of an item: the finally of its body runs; %s at once",
  async (concurrency) => {
    const log: string[] = [];
    await runVirtually(function* () {
      const task = spawn(() =>
        endless(log)
          .source.map(
            function* (n) {
              try {
                yield* sleep(1000);
                log.push("not reached");
              } finally {
                yield* sleep(1);
                log.push(`item ${n}`);
              }
            },
            { concurrency },
          )
          .drain(),
      );
      yield* sleep(50);
      yield* task.cancel();
      log.push("ended");
    });
    const items = Array.from({ length: concurrency }, (_, i) => `item ${i + 1}`);
    expect(log.pop()).toBe("ended");
    // The source's cleanup goes on beside those of the items.
    expect(log.toSorted()).toEqual(["closed", ...items]);
  },
);

test.each([true, false])(
  "a failure of one item cancels the others, and nothing more is pulled; ordered: %s",
  { tags: "default-order" },
  async (ordered) => {
    const log: string[] = [];
    const { source, state } = endless(log);
    const boom = new Error("boom");
    const made = source.map(
      function* (n) {
        try {
          yield* sleep(n === 3 ? 5 : 100);
          throw boom;
        } finally {
          log.push(`end of ${n}`);
        }
      },
      { concurrency: 3, ordered },
    );
    expect(await failureOf(() => waitFor(made.drain()))).toBe(boom);
    expect(state.pulled).toBe(3);
    expect(log).toEqual(["end of 3", "end of 1", "end of 2", "closed"]);
  },
);

test("an iterable is closed once, and not at all when it has ended or failed", async () => {
  const closedAfter = async (end: "none" | "done" | "error") => {
    let closed = 0;
    let n = 0;
    const iterable: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next() {
          if (++n > 3 && end === "error") throw new Error("source");
          return n > 3 && end === "done" ? { value: undefined, done: true } : { value: n, done: false };
        },
        return() {
          closed++;
          return { value: undefined, done: true };
        },
      }),
    };
    await run(() => pipeline(iterable).buffer(1).take(5).drain()).catch(() => {});
    return closed;
  };
  expect([await closedAfter("none"), await closedAfter("done"), await closedAfter("error")]).toEqual([1, 0, 0]);
});

test("an async generator is closed, and its cleanup awaited; one that failed is not", async () => {
  const log: string[] = [];
  async function* numbers(fails: boolean) {
    try {
      for (let n = 1; ; n++) {
        if (fails && n === 2) throw new Error("source");
        yield n;
      }
    } finally {
      await Promise.resolve();
      log.push("closed");
    }
  }
  await run(() => pipeline(numbers(false)).first());
  log.push("first has ended");
  await expect(run(() => pipeline(numbers(true)).drain())).rejects.toThrow("source");
  expect(log).toEqual(["closed", "first has ended", "closed"]);
});

test("a Node stream and a web stream that give nothing are let go by a cancellation", async () => {
  const node = new Readable({ read() {} });
  let reason: unknown = "open";
  const web = new ReadableStream<number>({
    cancel() {
      reason = "cancelled";
    },
  });
  for (const source of [node, web]) {
    const failure = run(() => timeout(5, pipeline<unknown>(source).drain()));
    await expect(failure).rejects.toBeInstanceOf(TimeoutError);
  }
  expect(node.destroyed).toBe(true);
  expect(reason).toBe("cancelled");
});

test("a stream that take has enough of is let go, once", async () => {
  const seen: string[] = [];
  const web = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(1),
    cancel: () => void seen.push("cancelled"),
  });
  const node = Readable.from([1, 2, 3]).on("close", () => seen.push("closed"));
  expect(await run(() => pipeline(web).merge<number>(node).take(6).toArray())).toHaveLength(6);
  expect(
    await run(() =>
      pipeline(Readable.from([1, 2]))
        .take(1)
        .toArray(),
    ),
  ).toEqual([1]);
  expect(seen.toSorted()).toEqual(["cancelled", "closed"]);
  const other = new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) });
  expect(await run(() => pipeline(other).take(1).toArray())).toEqual([1]);
});

test("a channel that it begins with is left open, and loses nothing but what was taken", async () => {
  await runVirtually(function* () {
    const channel = new Channel<number>(5);
    for (const n of [1, 2, 3, 4, 5]) yield* channel.send(n);
    expect(yield* pipeline(channel).map(slow).take(2).toArray()).toEqual([1, 2]);
    const task = spawn(() => pipeline(channel).forEach(() => sleep(50)));
    yield* sleep(10);
    yield* task.cancel();
    expect([yield* channel.receive(), channel.length, channel.isClosed]).toEqual([4, 1, false]);
  });
});

test.each<[string, (source: Pipeline<number>) => Pipeline<unknown>]>([
  ["no stage", (source) => source],
  ["a buffer", (source) => source.buffer(1)],
  ["several at once", (source) => source.map(slow, { concurrency: 2 })],
  ["time", (source) => source.timeout(50)],
])(
  "a source inside flatMap that take has enough of is closed before the next is opened; with %s",
  async (_, stages) => {
    const log: string[] = [];
    const inner = (n: number) =>
      stages(
        pipeline(function* () {
          log.push(`open ${n}`);
          try {
            for (;;) yield n;
          } finally {
            yield* sleep(1);
            log.push(`close ${n}`);
          }
        }),
      ).take(2);
    const made = pipeline([1, 2]).flatMap(inner);
    expect(await runVirtually(() => waitFor(made.toArray()))).toEqual([1, 1, 2, 2]);
    expect(log).toEqual(["open 1", "close 1", "open 2", "close 2"]);
  },
);

test.each([1, 2])("an iterable inside flatMap is closed when take has enough; %s at once", async (concurrency) => {
  let closed = 0;
  function* numbers() {
    try {
      for (let n = 1; ; n++) yield n;
    } finally {
      closed++;
    }
  }
  const made = pipeline([1]).flatMap(() => numbers(), { concurrency });
  expect(await run(() => made.take(3).toArray())).toEqual([1, 2, 3]);
  expect(closed).toBe(1);
});

test("an error in the cleanup of the source comes out; with a failure, both", async () => {
  const cleanup = new Error("cleanup");
  const boom = new Error("boom");
  const numbers = function* () {
    try {
      for (let n = 1; ; n++) yield n;
    } finally {
      throw cleanup;
    }
  };
  expect(await failureOf(() => waitFor(pipeline(numbers()).take(1).drain()))).toBe(cleanup);
  const both = await failureOf(() => waitFor(pipeline(numbers()).forEach(() => Promise.reject(boom))));
  expect((both as AggregateError).errors).toEqual([boom, cleanup]);
});

test("into: closes the channel with the failure, or when it is cancelled with a CancelledError", async () => {
  const boom = new Error("boom");
  const failing = pipeline([1]).concat(function* () {
    yield* sleep(1);
    throw boom;
  });
  const ends = await runVirtually(function* () {
    const seen: unknown[] = [];
    for (const made of [failing, endless().source]) {
      const channel = new Channel<number>(9);
      const task = spawn.supervised(() => made.into(channel));
      yield* sleep(50);
      yield* task.cancel();
      try {
        for (;;) yield* channel.receive();
      } catch (error) {
        seen.push(error);
      }
      if (made === failing) {
        try {
          yield* task;
        } catch (error) {
          seen.push(error);
        }
      }
    }
    return seen;
  });
  expect(ends).toEqual([boom, boom, expect.any(CancelledError)]);
});

test("open: the task that feeds ends with the scope; who still receives from outside it is told", async () => {
  const log: string[] = [];
  const failure = await runVirtually(function* () {
    const outside = yield* scope(function* () {
      const channel = endless(log).source.open();
      log.push(`got ${yield* channel.receive()}`);
      return channel;
    });
    log.push("scope has ended");
    try {
      for (;;) yield* outside.receive();
    } catch (error) {
      return error;
    }
  });
  expect(log).toEqual(["got 1", "closed", "scope has ended"]);
  expect(failure).toBeInstanceOf(CancelledError);
});

test("open: a failure is one of the scope, as itself", async () => {
  const boom = new Error("boom");
  const failure = await failureOf(function* () {
    yield* scope(function* () {
      const channel = pipeline([1, 2])
        .tap((n) => (n === 2 ? Promise.reject(boom) : undefined))
        .open();
      for (;;) yield* channel.receive();
    });
  });
  expect(failure).toBe(boom);
});

test("a long row of items that are there at once lets others and the host run, and can be cancelled", async () => {
  const never = pipeline(
    (function* () {
      for (let n = 0; ; n++) yield n;
    })(),
  ).filter(() => false);
  await expect(run(() => timeout(20, never.drain()))).rejects.toBeInstanceOf(TimeoutError);
});

test("a pipeline that nothing can ever feed is a deadlock, not a hang", { tags: "slow" }, async () => {
  await expect(run(() => pipeline(new Channel<number>()).map(slow, { concurrency: 2 }).drain())).rejects.toBeInstanceOf(
    DeadlockError,
  );
});
