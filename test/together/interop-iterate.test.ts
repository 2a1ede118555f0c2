// `iterate`, and channels under `for await`: a run and the code outside it, each at the pace of the other.
import { CancelledError, Channel, coroutine, run, scope, sleep, spawn, until } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { iterate } from "../../src/interop/iterate.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("iterate", () => {
  const count = function* (log: unknown[] = []) {
    try {
      for (let n = 1; ; n++) {
        log.push(n);
        yield n;
        yield* sleep(1);
      }
    } finally {
      log.push("closing");
      yield* sleep(1);
      log.push("closed");
    }
  };

  test("gives what a body yields, though it waits, and what it returns at the end", async () => {
    const body = function* (to: number) {
      for (let n = 1; n <= to; n++) {
        yield* sleep(1);
        yield n;
      }
      return "end";
    };
    const got: number[] = [];
    for await (const n of iterate(body, 3)) got.push(n);
    expect(got).toEqual([1, 2, 3]);
    const iteration = iterate(body, 0);
    expect(await iteration.next()).toEqual({ value: "end", done: true });
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
  });

  test("what is sent is what a yield gives", async () => {
    const sum = function* (): Coroutine<number, number> {
      for (let total = 0; ;) total += yield total;
    };
    type Coroutine<Y, S> = Generator<Y, void, S>;
    const iteration = iterate(sum);
    expect(await iteration.next()).toEqual({ value: 0, done: false });
    expect(await iteration.next(5)).toEqual({ value: 5, done: false });
    expect(await iteration.next(2)).toEqual({ value: 7, done: false });
    await iteration.return();
  });

  test("a value to one that has not begun is a TypeError, and it stays fresh", async () => {
    const log: unknown[] = [];
    const iteration = iterate(count, log) as AsyncGenerator<number, void, unknown>;
    await expect(iteration.next(5)).rejects.toThrow("can't send 5 to an iteration that has not begun");
    expect(log).toEqual([]);
    expect(await iteration.next()).toEqual({ value: 1, done: false });
    await iteration.return();
  });

  test("nothing runs before the first next, and the body does not run ahead", async () => {
    const log: unknown[] = [];
    const iteration = iterate(count, log);
    await turn();
    expect(log).toEqual([]);
    await iteration.next();
    await turn();
    expect(log).toEqual([1]);
    await iteration.next();
    expect(log).toEqual([1, 2]);
    await iteration.return();
  });

  test("leaving the loop cancels the body, and waits for its cleanup", async () => {
    const log: unknown[] = [];
    for await (const n of iterate(count, log)) if (n === 2) break;
    expect(log).toEqual([1, 2, "closing", "closed"]);
  });

  test("so does an error in the loop, which comes out as itself", async () => {
    const log: unknown[] = [];
    const loop = (async () => {
      for await (const n of iterate(count, log)) throw new RangeError(`at ${n}`);
    })();
    await expect(loop).rejects.toThrow(new RangeError("at 1"));
    expect(log).toEqual([1, "closing", "closed"]);
  });

  test("return does not queue behind a next that waits: that gives the end", async () => {
    const log: string[] = [];
    const iteration = iterate(function* () {
      try {
        yield* until(new Promise(() => {}));
        yield 1;
      } finally {
        log.push("closed");
      }
    });
    const pending = iteration.next();
    await turn();
    expect(await iteration.return()).toEqual({ value: undefined, done: true });
    expect(await pending).toEqual({ value: undefined, done: true });
    expect(log).toEqual(["closed"]);
  });

  test("return before the first next runs nothing", async () => {
    const log: unknown[] = [];
    const iteration = iterate(count, log);
    expect(await iteration.return()).toEqual({ value: undefined, done: true });
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
    expect(log).toEqual([]);
  });

  test("throw cancels, waits for the cleanup, and rejects with its error", async () => {
    const log: unknown[] = [];
    const iteration = iterate(count, log);
    await iteration.next();
    await expect(iteration.throw(new RangeError("boom"))).rejects.toThrow(new RangeError("boom"));
    expect(log).toEqual([1, "closing", "closed"]);
  });

  test("await using closes it", async () => {
    const log: unknown[] = [];
    {
      await using iteration = iterate(count, log);
      await iteration.next();
    }
    expect(log).toEqual([1, "closing", "closed"]);
  });

  test("a failure of the body comes out of next, once; then it has ended", async () => {
    const iteration = iterate(function* () {
      yield 1;
      yield* sleep(1);
      throw new RangeError("boom");
    });
    await iteration.next();
    await expect(iteration.next()).rejects.toThrow(new RangeError("boom"));
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
    expect(await iteration.return()).toEqual({ value: undefined, done: true });
  });

  test("a failure of a task that the body has started comes out of the next next", async () => {
    const iteration = iterate(function* () {
      spawn(function* () {
        yield* sleep(1);
        throw new RangeError("boom");
      });
      yield 1;
      yield 2;
    });
    await iteration.next();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(iteration.next()).rejects.toThrow(new RangeError("boom"));
  });

  test("an error in the cleanup comes out of return", async () => {
    const iteration = iterate(function* () {
      try {
        yield 1;
      } finally {
        yield* sleep(1);
        // oxlint-disable-next-line no-unsafe-finally
        throw new RangeError("cleanup");
      }
    });
    await iteration.next();
    await expect(iteration.return()).rejects.toThrow(new RangeError("cleanup"));
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
  });

  test("several next are answered in order, and after the end with the end", async () => {
    const iteration = iterate(function* () {
      yield 1;
      yield* sleep(1);
      yield 2;
      return "end";
    });
    const results = await Promise.all([iteration.next(), iteration.next(), iteration.next(), iteration.next()]);
    expect(results).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      { value: "end", done: true },
      { value: undefined, done: true },
    ]);
  });

  test("tasks that the body has started are over when the last result comes", async () => {
    const log: string[] = [];
    const iteration = iterate(function* () {
      spawn(function* () {
        yield* sleep(5);
        log.push("child");
      });
      yield 1;
    });
    await iteration.next();
    expect((await iteration.next()).done).toBe(true);
    expect(log).toEqual(["child"]);
  });

  test("a coroutine function, a coroutine, and what they delegate to", async () => {
    const inner = coroutine(function* () {
      yield 1;
      yield* sleep(1);
      yield 2;
    });
    const outer = coroutine(function* () {
      yield* inner();
      yield 3;
    });
    const got: number[] = [];
    for await (const n of iterate(outer)) got.push(n);
    for await (const n of iterate(outer())) got.push(n);
    expect(got).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test("what is no body is a TypeError", async () => {
    await expect(iterate(5 as unknown as () => Generator).next()).rejects.toThrow("iterate needs a body");
  });

  test("it takes the options of run: its clock, and a signal that cancels it", async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const log: unknown[] = [];
    const iteration = iterate.with({ clock, signal: controller.signal })(function* () {
      try {
        yield* sleep(1000);
        yield clock.now();
        yield* sleep(Number.POSITIVE_INFINITY);
      } finally {
        log.push("closed");
      }
    });
    expect(await iteration.next()).toEqual({ value: 1000, done: false });
    controller.abort("enough");
    await turn();
    expect(log).toEqual(["closed"]);
    const end = iteration.next();
    await expect(end).rejects.toThrow(CancelledError);
    await expect(end).rejects.toMatchObject({ reason: "enough" });
    expect(await iteration.next()).toEqual({ value: undefined, done: true });
  });

  test("one that nobody asks is not deadlocked", async () => {
    const iteration = iterate(function* () {
      yield 1;
      yield 2;
    });
    await iteration.next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await iteration.next()).toEqual({ value: 2, done: false });
    await iteration.return();
  });

  test("a body that waits for what can't come is", { tags: "slow" }, async () => {
    const iteration = iterate(function* stuck() {
      yield 1;
      yield yield* new Channel<number>().receive();
    });
    await iteration.next();
    await expect(iteration.next()).rejects.toThrow("iterate waits for send to task stuck; stuck waits for receive");
  });
});

describe("for await over a channel, outside", () => {
  test("a sender does not run ahead of the reader", async () => {
    const log: string[] = [];
    const numbers = new Channel<number>();
    const running = run.with({ deadlock: "warn" })(function* () {
      for (let n = 1; n <= 3; n++) {
        yield* numbers.send(n);
        log.push(`sent ${n}`);
      }
      numbers.close();
    });
    const iterator = numbers[Symbol.asyncIterator]();
    await turn();
    expect(log).toEqual([]);
    expect(await iterator.next()).toEqual({ value: 1, done: false });
    await turn();
    expect(log).toEqual(["sent 1"]);
    expect((await iterator.next()).value).toBe(2);
    expect((await iterator.next()).value).toBe(3);
    expect((await iterator.next()).done).toBe(true);
    await running;
  });

  test("leaving the loop leaves the channel open: a task may read on", async () => {
    const numbers = new Channel<number>(3);
    for (const n of [1, 2, 3]) numbers.trySend(n);
    for await (const n of numbers) if (n === 2) break;
    expect(await run(() => numbers.receive())).toBe(3);
    expect(numbers.isClosed).toBe(false);
  });

  test("a cancellation inside ends the loop outside with what the channel was closed with", async () => {
    const numbers = new Channel<number>();
    const got: number[] = [];
    const reading = (async () => {
      for await (const n of numbers) got.push(n);
    })();
    await run(function* () {
      yield* scope(function* (inner) {
        try {
          yield* numbers.send(1);
          inner.cancel();
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          numbers.close(new RangeError("cancelled"));
        }
      });
    }).catch(() => {});
    await expect(reading).rejects.toThrow(new RangeError("cancelled"));
    expect(got).toEqual([1]);
  });

  test(
    "when the reader leaves, a sender that nobody can serve any more is found to be deadlocked",
    { tags: "slow" },
    async () => {
      const numbers = new Channel<number>();
      const end = run(function* () {
        for (let n = 1; ; n++) yield* numbers.send(n);
      });
      for await (const n of numbers) if (n === 2) break;
      await expect(end).rejects.toThrow("no task can go on");
    },
  );

  test("who leaves while it waits is in line no more: a value that comes then is for others", async () => {
    const ways = ["return", "throw"] as const;
    for (const way of ways) {
      const numbers = new Channel<number>(1);
      const iterator = numbers[Symbol.asyncIterator]();
      const reads = [iterator.next(), iterator.next()];
      await turn();
      const leaving = iterator[way]("left").catch((error: unknown) => error);
      expect(numbers.statistics().receivers).toBe(0);
      expect(await leaving).toEqual(way === "throw" ? "left" : { value: "left", done: true });
      expect(await Promise.all(reads)).toEqual([
        { value: undefined, done: true },
        { value: undefined, done: true },
      ]);
      expect(await iterator.next()).toEqual({ value: undefined, done: true });
      expect([numbers.trySend(1), numbers.tryReceive()]).toEqual([true, { value: 1, done: false }]);
    }
  });

  test("a value that it has got already is not lost when it leaves, and no other is taken", async () => {
    const numbers = new Channel<number>(2);
    const iterator = numbers[Symbol.asyncIterator]();
    const reads = [iterator.next(), iterator.next()];
    await turn();
    numbers.trySend(1);
    numbers.trySend(2);
    await iterator.return();
    expect(await Promise.all(reads)).toEqual([
      { value: 1, done: false },
      { value: undefined, done: true },
    ]);
    expect(numbers.tryReceive()).toEqual({ value: 2, done: false });
  });

  test("requests that wait at the same time are answered in order; a failure is for the first, then it is over", async () => {
    const numbers = new Channel<number>();
    const iterator = numbers[Symbol.asyncIterator]();
    const reads = Promise.allSettled([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    await run(function* () {
      yield* numbers.send(1);
      yield* numbers.send(2);
      numbers.close(new RangeError("boom"));
    });
    expect(await reads).toEqual([
      { status: "fulfilled", value: { value: 1, done: false } },
      { status: "fulfilled", value: { value: 2, done: false } },
      { status: "rejected", reason: new RangeError("boom") },
      { status: "fulfilled", value: { value: undefined, done: true } },
    ]);
  });

  test("when who waits has left, tasks that are deadlocked are found", { tags: "slow" }, async () => {
    const numbers = new Channel<number>();
    const iterator = numbers[Symbol.asyncIterator]();
    const reads = [iterator.next(), iterator.next()];
    const end = run(function* () {
      yield* numbers.send(1);
      yield* new Channel<number>().receive();
    });
    await reads[0];
    setTimeout(() => void iterator.return(), 5);
    await expect(end).rejects.toThrow("no task can go on");
    expect((await reads[1])?.done).toBe(true);
  });

  test("a task waits for code outside that reads its channel", async () => {
    const got: number[] = [];
    await run(function* () {
      const numbers = new Channel<number>();
      const reading = (async () => {
        for await (const n of numbers) got.push(n);
      })();
      for (const n of [1, 2]) yield* numbers.send(n);
      numbers.close();
      yield* until(reading);
    });
    expect(got).toEqual([1, 2]);
  });
});
