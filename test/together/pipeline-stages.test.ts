// Pipelines: what comes out of each source and each stage.
import { Readable } from "node:stream";
import { all, Channel, coroutine, type Pipeline, pipeline, run, runSync, sleep, spawn, timeout, until } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import * as fc from "fast-check";
import { runVirtually } from "./outcome.ts";

const valuesOf = <T>(made: Pipeline<T>): Promise<T[]> => run.with({ clock: new VirtualClock() })(() => made.toArray());

const counting = coroutine(function* counting(to: number): Generator<number, void, unknown> {
  for (let n = 1; n <= to; n++) {
    yield* sleep(1);
    yield n;
  }
});

async function* later(...items: number[]): AsyncGenerator<number, void, undefined> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

function plain(...items: number[]): Generator<number, void, unknown> {
  return (function* () {
    yield* items;
  })();
}

const sources: [string, () => Parameters<typeof pipeline<number>>[0]][] = [
  ["an array", () => [1, 2, 3]],
  ["a set", () => new Set([1, 2, 3])],
  ["a generator", () => plain(1, 2, 3)],
  ["an async generator", () => later(1, 2, 3)],
  ["a body that waits", () => () => counting(3)],
  [
    "a generator function",
    () =>
      function* () {
        yield 1;
        yield* sleep(5);
        yield* [2, 3];
      },
  ],
  ["a coroutine that has not started", () => counting(3)],
  ["a Node stream", () => Readable.from([1, 2, 3])],
  ["a web stream", () => ReadableStreamOf(1, 2, 3)],
  ["another pipeline", () => pipeline([1, 2, 3])],
  [
    "a body that gives an array's items and waits in its cleanup",
    () =>
      function* () {
        try {
          yield* [1, 2, 3];
        } finally {
          yield* sleep(1);
        }
      },
  ],
];

function ReadableStreamOf(...items: number[]): ReadableStream<number> {
  return new ReadableStream({
    pull(controller) {
      const item = items.shift();
      if (item === undefined) controller.close();
      else controller.enqueue(item);
    },
  });
}

test.each(sources)("begins with %s", async (_, source) => {
  expect(await valuesOf(pipeline(source()))).toEqual([1, 2, 3]);
});

test("begins with a channel, and ends when that is closed and drained", async () => {
  const got = await runVirtually(function* () {
    const channel = new Channel<number>(2);
    spawn(function* () {
      for (const n of [1, 2, 3, 4]) yield* channel.send(n);
      channel.close();
    });
    return yield* pipeline(channel).toArray();
  });
  expect(got).toEqual([1, 2, 3, 4]);
});

test("a channel that is closed with an error fails the pipeline with it", async () => {
  const boom = new Error("boom");
  const seen: number[] = [];
  const made = run(function* () {
    const channel = new Channel<number>(2);
    yield* channel.send(1);
    channel.close(boom);
    yield* pipeline(channel).forEach((n) => void seen.push(n));
  });
  await expect(made).rejects.toBe(boom);
  expect(seen).toEqual([1]);
});

test("does nothing before a terminal runs it, and runs it anew for each", async () => {
  let opened = 0;
  const made = pipeline(function* () {
    opened++;
    yield* [1, 2, 3, 4];
  })
    .drop(1)
    .scan((sum, n) => sum + n, 0)
    .take(2)
    .distinct()
    .batch(2);
  expect(opened).toBe(0);
  const op = made.toArray();
  const both = await run(function* () {
    return [yield* op, yield* op];
  });
  expect(both).toEqual([[[2, 5]], [[2, 5]]]);
  expect(opened).toBe(2);
});

const ways: [string, (n: number) => unknown][] = [
  ["a value", (n) => n * 2],
  ["a promise", (n) => Promise.resolve(n * 2)],
  ["an op", (n) => until(Promise.resolve(n * 2))],
  ["a block", (n) => timeout(50, until(Promise.resolve(n * 2)))],
  ["a task", (n) => spawn(() => until(Promise.resolve(n * 2)))],
  [
    "a body",
    function* (n) {
      yield* sleep(1);
      return n * 2;
    },
  ],
  [
    "a coroutine",
    coroutine(function* (n: number) {
      yield* sleep(1);
      return n * 2;
    }),
  ],
];

test.each(ways.flatMap(([name, fn]) => [1, 3].map((concurrency) => ({ name, fn, concurrency }))))(
  "map: $name counts for what it gives, $concurrency at once",
  async ({ fn, concurrency }) => {
    expect(await valuesOf(pipeline([1, 2, 3]).map(fn, { concurrency }))).toEqual([2, 4, 6]);
  },
);

test("map: arrays, maps, iterators and pipelines are values", async () => {
  const items = [[1], new Map([[1, 2]]), [1].values(), pipeline([1]), "text", null, undefined];
  const got = await valuesOf(pipeline([0, 1, 2, 3, 4, 5, 6]).map((i) => items[i]));
  for (const [i, item] of items.entries()) expect(got[i]).toBe(item);
});

test.each([1, 2])("filter, tap and forEach wait for what their function gives, %s at once", async (concurrency) => {
  const seen: string[] = [];
  const later = (what: string, n: number, given: unknown) =>
    coroutine(function* () {
      yield* sleep(n);
      seen.push(`${what} ${n}`);
      return given;
    })();
  await runVirtually(function* () {
    yield* pipeline([1, 2, 3, 4])
      .filter((n) => later("filter", n, n % 2 === 0), { concurrency })
      .tap((n) => later("tap", n, "ignored"))
      .forEach((n) => later("each", n, "ignored"), { concurrency });
  });
  expect(seen.filter((note) => note.startsWith("filter"))).toEqual(["filter 1", "filter 2", "filter 3", "filter 4"]);
  expect(seen.filter((note) => note.startsWith("each"))).toEqual(["each 2", "each 4"]);
  expect(seen.indexOf("tap 4")).toBeLessThan(seen.indexOf("each 4"));
});

const inners: [
  string,
  (n: number) => Iterable<string> | Promise<string[]> | Pipeline<string> | (() => Generator<string>),
][] = [
  ["an array", (n) => [`${n}a`, `${n}b`]],
  ["a promise of one", (n) => Promise.resolve([`${n}a`, `${n}b`])],
  ["a pipeline", (n) => pipeline(["a", "b"]).map((letter) => `${n}${letter}`)],
  [
    "a function that is a body",
    (n) =>
      function* () {
        yield* sleep(5 - n);
        yield* [`${n}a`, `${n}b`];
      },
  ],
];

test.each(inners.flatMap(([name, fn]) => [1, 2, 9].map((concurrency) => ({ name, fn, concurrency }))))(
  "flatMap: the items of $name, in order, $concurrency at once",
  async ({ fn, concurrency }) => {
    const got = await valuesOf(pipeline([1, 2, 3]).flatMap(fn, { concurrency }));
    expect(got).toEqual(["1a", "1b", "2a", "2b", "3a", "3b"]);
  },
);

test("flatMap: what its body yields, as it waits; without order as it comes", async () => {
  const body = function* (n: number): Generator<string, void, unknown> {
    yield* sleep(10 * n);
    yield `${n}a`;
    yield* sleep(15);
    yield `${n}b`;
  };
  const made = pipeline([1, 2]);
  expect(await valuesOf(made.flatMap(body))).toEqual(["1a", "1b", "2a", "2b"]);
  expect(await valuesOf(made.flatMap(body, { concurrency: 2, ordered: false }))).toEqual(["1a", "2a", "1b", "2b"]);
});

test("flatMap: a coroutine that it gives is a source, not a wait", async () => {
  const got = await valuesOf(pipeline([1, 2, 3]).flatMap((n) => counting(n)));
  expect(got).toEqual([1, 1, 2, 1, 2, 3]);
});

test("takeWhile, dropWhile, scan and distinct wait for what their function gives", async () => {
  const soon = <T>(value: T) => Promise.resolve(value);
  expect(await valuesOf(pipeline([1, 2, 3, 1]).takeWhile((n) => soon(n < 3)))).toEqual([1, 2]);
  expect(await valuesOf(pipeline([1, 2, 3, 1]).dropWhile((n) => soon(n < 3)))).toEqual([3, 1]);
  expect(await valuesOf(pipeline([1, 2, 3]).scan((sum, n) => soon(sum + n), 10))).toEqual([11, 13, 16]);
  expect(await valuesOf(pipeline(["a", "B", "b", "A"]).distinct((text) => soon(text.toLowerCase())))).toEqual([
    "a",
    "B",
  ]);
});

test("distinct: all are kept in mind, or only the one before", async () => {
  const items = [1, 1, 2, Number.NaN, Number.NaN, 1, undefined, undefined];
  expect(await valuesOf(pipeline(items).distinct())).toEqual([1, 2, Number.NaN, undefined]);
  expect(await valuesOf(pipeline(items).distinct(undefined, { consecutive: true }))).toEqual([
    1,
    2,
    Number.NaN,
    1,
    undefined,
  ]);
});

test("take, drop and distinct do not touch the items: promises and generators go through as they are", async () => {
  const items = [plain(1), plain(2), plain(3)];
  const got = await valuesOf(pipeline(items).drop(1).take(2).distinct());
  expect(got[0]).toBe(items[1]);
  expect([...got[1]!]).toEqual([3]);
});

test("merge gives items as they come, concat one source after the other", async () => {
  const every = (ms: number, name: string) =>
    function* () {
      for (let n = 1; n <= 3; n++) {
        yield* sleep(ms);
        yield `${name}${n}`;
      }
    };
  const made = pipeline(every(10, "a"));
  expect(await valuesOf(made.merge(every(14, "b"), ["c"]))).toEqual(["c", "a1", "b1", "a2", "b2", "a3", "b3"]);
  expect(await valuesOf(made.concat(every(1, "b"), ["c"]))).toEqual(["a1", "a2", "a3", "b1", "b2", "b3", "c"]);
  expect(await valuesOf(made.merge())).toEqual(["a1", "a2", "a3"]);
});

test("lines: ends of both kinds, empty lines, an end that is missing, characters and ends that are cut", async () => {
  const text = "eins\r\nzwei\n\n€uro\rx\r\nletzte";
  const lines = ["eins", "zwei", "", "€uro\rx", "letzte"];
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, 100]) {
    const chunks = <C extends { slice(from: number, to: number): C; length: number }>(whole: C) =>
      Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
    expect(await valuesOf(pipeline(chunks(bytes)).lines())).toEqual(lines);
    expect(await valuesOf(pipeline(Array.from(text)).lines())).toEqual(lines);
  }
  expect(await valuesOf(pipeline(["a\n"]).lines())).toEqual(["a"]);
  expect(await valuesOf(pipeline(["a\rb\r"]).lines())).toEqual(["a\rb\r"]); // a \r alone is no line end, there neither
  expect(await valuesOf(pipeline<string>([]).lines())).toEqual([]);
  expect(await valuesOf(pipeline([bytes.buffer]).lines())).toEqual(lines);
  await expect(valuesOf(pipeline([5 as never]).lines())).rejects.toThrow("lines() splits strings and bytes, but got 5");
});

test("terminals: reduce, first, last, count, drain, into", async () => {
  const three = pipeline([1, 2, 3]);
  const none = pipeline<number>([]);
  const got = await run(function* () {
    const channel = new Channel<number>(9);
    yield* three.into(channel);
    return [
      yield* three.reduce((text, n) => `${text}${n}`, ""),
      yield* none.reduce((n) => n, 7),
      yield* all([three.first(), three.last(), three.count(), three.drain()]),
      yield* all([none.first(), none.last(), none.count(), none.drain()]),
      yield* pipeline(channel).toArray(),
      channel.isClosed,
    ];
  });
  expect(got).toEqual(["123", 7, [1, 3, 3, undefined], [undefined, undefined, 0, undefined], [1, 2, 3], true]);
});

test("runs in runSync where nothing waits for the host", () => {
  const made = pipeline([1, 2, 3, 4])
    .map((n) => n + 1, { concurrency: 2 })
    .buffer(1)
    .filter((n) => n % 2 === 0);
  expect(runSync(() => made.toArray())).toEqual([2, 4]);
});

test("a string is a source of its characters, as for a loop", async () => {
  expect(await valuesOf(pipeline("a€"))).toEqual(["a", "€"]);
  expect(await valuesOf(pipeline(["ab", "c"]).flatMap((text) => text))).toEqual(["a", "b", "c"]);
});

test.each<[string, () => unknown]>([
  ["an iterator", () => ({ [Symbol.iterator]: () => ({ next: () => 5 }) })],
  ["an async iterator", () => ({ [Symbol.asyncIterator]: () => ({ next: async () => 5 }) })],
])("%s whose next gives no object is refused, as by a loop", async (_, make) => {
  const made = pipeline(make() as Iterable<number>).take(2);
  await expect(run(() => made.toArray())).rejects.toThrow(new TypeError("an iterator gives {value, done}, but got 5"));
});

test("through gives the pipeline to a function", async () => {
  const twice = (made: Pipeline<number>) => made.flatMap((n) => [n, n]);
  expect(await valuesOf(pipeline([1, 2]).through(twice))).toEqual([1, 1, 2, 2]);
});

test("for await reads it outside any task; leaving the loop closes the source", async () => {
  const seen: unknown[] = [];
  const made = pipeline(function* () {
    try {
      for (let n = 1; ; n++) yield n;
    } finally {
      yield* sleep(1);
      seen.push("closed");
    }
  });
  for await (const n of made) {
    seen.push(n);
    if (n === 3) break;
  }
  expect(seen).toEqual([1, 2, 3, "closed"]);
  const boom = new Error("boom");
  const failing = async () => {
    for await (const _ of made.map((n) => (n < 2 ? n : Promise.reject(boom)))) await new Promise(setImmediate);
  };
  await expect(failing()).rejects.toBe(boom);
});

test.each([
  [() => pipeline(5 as never), TypeError, /needs an iterable, .* but got 5$/],
  [() => pipeline(sleep(1) as never), TypeError, /needs an iterable, .* but got sleep\(1\)$/],
  [() => pipeline([]).merge(null as never), TypeError, /but got null$/],
  [() => pipeline([]).map(7 as never), TypeError, "map needs a function or a body, but got 7"],
  [() => pipeline([]).through(5 as never), TypeError, "through needs a function, but got 5"],
  [
    () => pipeline([]).map(String, { concurrency: 0 }),
    RangeError,
    /concurrency is a whole number from 1, or Infinity, but got 0$/,
  ],
  [() => pipeline([]).flatMap(() => [], { concurrency: 1.5 }), RangeError, /but got 1.5$/],
  [() => pipeline([]).forEach(String, { concurrency: "2" as never }), TypeError, /but got "2"$/],
  [() => pipeline([]).map(String, { ordered: 1 as never }), TypeError, "a stage's ordered is true or false, but got 1"],
  [() => pipeline([]).batch(0), RangeError, "a batch's size is a whole number from 1, or Infinity, but got 0"],
  [() => pipeline([]).batch(2, { within: -1 }), RangeError, /milliseconds, a number from 0, but got -1$/],
  [() => pipeline([]).take(-1), RangeError, /take's n is a whole number from 0/],
  [() => pipeline([]).drop(Number.NaN), RangeError, /but got NaN$/],
  [() => pipeline([]).debounce("1" as never), TypeError, 'debounce needs milliseconds, a number from 0, but got "1"'],
  [() => pipeline([]).throttle(Number.NaN), RangeError, /throttle/],
  [() => pipeline([]).rate(0, 10), RangeError, /rate's count/],
  [() => pipeline([]).timeout(-5), RangeError, /timeout/],
  [() => pipeline([]).buffer(-1), TypeError, /capacity/],
  [() => pipeline([]).distinct("key" as never), TypeError, /distinct needs a function/],
])("misuse is an error where it is written: %s", (misuse, type, text) => {
  expect(misuse).toThrow(type);
  expect(misuse).toThrow(text);
});

test("a row of stages gives what the methods of arrays give", async () => {
  type Row = { made: Pipeline<number>; items: number[] };
  const small = fc.nat({ max: 12 });
  const stage = fc.oneof(
    fc.tuple(small, fc.integer({ min: 1, max: 4 })).map(([n, concurrency]) => ({ made, items }: Row): Row => ({
      made: made.map((x) => (x % 2 ? x + n : Promise.resolve(x + n)), { concurrency }),
      items: items.map((x) => x + n),
    })),
    fc.tuple(small, fc.integer({ min: 1, max: 4 })).map(([n, concurrency]) => ({ made, items }: Row): Row => ({
      made: made.filter((x) => x % (n + 1) !== 1, { concurrency }),
      items: items.filter((x) => x % (n + 1) !== 1),
    })),
    fc.integer({ min: 1, max: 4 }).map((concurrency) => ({ made, items }: Row): Row => ({
      made: made.flatMap((x) => [x, x + 1].slice(x % 3), { concurrency }),
      items: items.flatMap((x) => [x, x + 1].slice(x % 3)),
    })),
    small.map((n) => ({ made, items }: Row): Row => ({ made: made.take(n), items: items.slice(0, n) })),
    small.map((n) => ({ made, items }: Row): Row => ({ made: made.drop(n), items: items.slice(n) })),
    small.map((n) => ({ made, items }: Row): Row => ({ made: made.buffer(n), items })),
    small.map((n) => ({ made, items }: Row): Row => ({
      made: made.batch(n + 1).map((batch) => batch.length),
      items: Array.from({ length: Math.ceil(items.length / (n + 1)) }, (_, i) =>
        Math.min(n + 1, items.length - i * (n + 1)),
      ),
    })),
    fc.constant(({ made, items }: Row): Row => ({ made: made.distinct(), items: [...new Set(items)] })),
  );
  const property = fc.asyncProperty(
    fc.array(small, { maxLength: 20 }),
    fc.array(stage, { maxLength: 5 }),
    async (start, stages) => {
      const row = stages.reduce<Row>((row, stage) => stage(row), { made: pipeline(start), items: start });
      expect(await run(() => row.made.toArray())).toEqual(row.items);
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test("code outside may leave a pipeline while it waits: the source is closed, and that is waited for", async () => {
  const seen: unknown[] = [];
  const iterator = pipeline(function* () {
    try {
      yield 1;
      yield* sleep(Number.POSITIVE_INFINITY);
    } finally {
      yield* sleep(1);
      seen.push("closed");
    }
  })[Symbol.asyncIterator]();
  expect(await iterator.next()).toEqual({ value: 1, done: false });
  const reading = iterator.next();
  await new Promise((resolve) => setTimeout(resolve, 2));
  await iterator.return();
  expect(seen).toEqual(["closed"]);
  expect(await reading).toEqual({ value: undefined, done: true });
});
