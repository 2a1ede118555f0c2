// Web streams: channels read and written by the rest of the world, and tasks that write streams.
import {
  Broadcast,
  CancelledError,
  Channel,
  ClosedError,
  pipeline,
  run,
  scope,
  sleep,
  spawn,
  until,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { from } from "../../src/interop/channel-from.ts";
import { pipeTo } from "../../src/interop/pipe-to.ts";
import { toReadableStream } from "../../src/interop/to-readable-stream.ts";
import { toWritableStream } from "../../src/interop/to-writable-stream.ts";
import { rest } from "./rest.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

function* drain<T>(channel: Channel<T>) {
  const got: T[] = [];
  for (;;) {
    const { value, done } = yield* channel.next();
    if (done) return got;
    got.push(value);
  }
}

/** A sink that takes each chunk only when it is told to, and logs what it is asked. */
function slowSink() {
  const log: string[] = [];
  let takeOne: (() => void) | null = null;
  const stream = new WritableStream<number>({
    write(chunk) {
      log.push(`write ${chunk}`);
      return new Promise<void>((resolve) => (takeOne = resolve));
    },
    close: () => void log.push("close"),
    async abort(reason) {
      log.push(`abort ${String(reason)}`);
      await turn();
      log.push("aborted");
    },
  });
  return { stream, log, take: () => takeOne?.() };
}

async function readAll<T>(stream: ReadableStream<T>): Promise<T[]> {
  const got: T[] = [];
  const reader = stream.getReader();
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { value, done } = await reader.read();
    if (done) return got;
    got.push(value);
  }
}

describe("toReadableStream", () => {
  test("gives what the channel gives, and ends with it", async () => {
    const got = await run(function* () {
      const numbers = new Channel<number>();
      const reading = readAll(toReadableStream(numbers));
      for (const n of [1, 2, 3]) yield* numbers.send(n);
      numbers.close();
      return yield* until(reading);
    });
    expect(got).toEqual([1, 2, 3]);
  });

  test("a value is taken only when one is read; with a strategy, so many ahead", async () => {
    const log: string[] = [];
    await run(function* () {
      const numbers = new Channel<number>();
      spawn.background(function* () {
        for (let n = 1; ; n++) {
          yield* numbers.send(n);
          log.push(`sent ${n}`);
        }
      });
      const reader = toReadableStream(numbers).getReader();
      yield* until(turn());
      expect(log).toEqual([]);
      yield* until(reader.read());
      yield* until(turn());
      expect(log).toEqual(["sent 1"]);

      const more = new Channel<number>(10);
      for (let n = 0; n < 10; n++) more.trySend(n);
      const ahead = toReadableStream(more, { highWaterMark: 3 });
      yield* until(turn());
      expect(more.length).toBe(7);
      yield* until(ahead.cancel());
    });
  });

  test("fails with what the channel was closed with", async () => {
    const numbers = new Channel<number>(1);
    numbers.trySend(1);
    numbers.close(new RangeError("boom"));
    await expect(readAll(toReadableStream(numbers))).rejects.toThrow(new RangeError("boom"));
  });

  test("cancelling it closes the channel: what is in it, and who waits to send, is undelivered; later sends throw", async () => {
    const lost: number[] = [];
    const log: unknown[] = [];
    await run(function* () {
      const numbers = new Channel<number>(1, { onUndelivered: (n) => lost.push(n) });
      const sender = spawn(function* () {
        try {
          for (let n = 1; ; n++) yield* numbers.send(n);
        } catch (error) {
          log.push(error);
        }
      });
      const stream = toReadableStream(numbers);
      yield* rest();
      yield* until(stream.cancel("enough"));
      yield* sender;
    });
    expect(lost).toEqual([1, 2]);
    expect(log[0]).toBeInstanceOf(ClosedError);
  });

  test("takes whatever receives: a subscription, which is closed when the stream is cancelled, an opened pipeline", async () => {
    const broadcast = new Broadcast<number>();
    await run(function* () {
      const reader = toReadableStream(broadcast.subscribe({ capacity: 1 })).getReader();
      yield* broadcast.send(1);
      expect(yield* until(reader.read())).toEqual({ value: 1, done: false });
      yield* until(reader.cancel());
      expect(broadcast.statistics().subscribers).toBe(0);
      expect(yield* until(readAll(toReadableStream(pipeline([1, 2]).open())))).toEqual([1, 2]);
    });
  });

  test("what is no channel is refused with the value seen", () => {
    const text = "toReadableStream(…) needs a channel or a subscription, but got 5";
    expect(() => toReadableStream(5 as never)).toThrow(new TypeError(text));
  });

  test("cancelling it while it is read ends the read", async () => {
    const numbers = new Channel<number>();
    const reader = toReadableStream(numbers).getReader();
    const reading = reader.read();
    await reader.cancel();
    expect(await reading).toEqual({ value: undefined, done: true });
    expect([numbers.isClosed, numbers.statistics().receivers]).toEqual([true, 0]);
  });

  test("until it has ended, a task that waits to send is not deadlocked, also before anybody reads", async () => {
    const got = await run(function* () {
      const numbers = new Channel<number>();
      const stream = toReadableStream(numbers);
      const reading = new Promise<number[]>((resolve) => setTimeout(() => resolve(readAll(stream)), 20));
      yield* numbers.send(1);
      numbers.close();
      return yield* until(reading);
    });
    expect(got).toEqual([1]);
  });

  test("when it was cancelled, tasks that are deadlocked are found", { tags: "slow" }, async () => {
    const end = run(function* () {
      const stream = toReadableStream(new Channel<number>());
      setTimeout(() => void stream.cancel(), 5);
      yield* new Channel<number>().receive();
    });
    await expect(end).rejects.toThrow("no task can go on");
  });

  test("into a channel again: errors and ends pass through both", async () => {
    await run(function* () {
      const numbers = new Channel<number>(3);
      const copy = from(toReadableStream(numbers));
      for (const n of [1, 2]) yield* numbers.send(n);
      expect([yield* copy.receive(), yield* copy.receive()]).toEqual([1, 2]);
      copy.close();
      yield* until(turn());
      expect(numbers.isClosed).toBe(true);
    });
  });
});

describe("toWritableStream", () => {
  test("a write ends when the channel has taken its value; close closes the channel", async () => {
    const log: string[] = [];
    await run(function* () {
      const numbers = new Channel<number>();
      const writer = toWritableStream(numbers).getWriter();
      void writer.write(1).then(() => log.push("written"));
      yield* until(turn());
      expect(log).toEqual([]);
      expect(yield* numbers.receive()).toBe(1);
      yield* until(turn());
      expect(log).toEqual(["written"]);
      void writer.close();
      expect(yield* drain(numbers)).toEqual([]);
    });
  });

  test("a stream is piped into it", async () => {
    const got = await run(function* () {
      const numbers = new Channel<number>();
      const source = new ReadableStream<number>({
        start(controller) {
          for (const n of [1, 2, 3]) controller.enqueue(n);
          controller.close();
        },
      });
      const piping = source.pipeTo(toWritableStream(numbers));
      const all = yield* drain(numbers);
      yield* until(piping);
      return all;
    });
    expect(got).toEqual([1, 2, 3]);
  });

  test("abort closes the channel with the reason, or an error of its own; a write that waits is given up", async () => {
    await run(function* () {
      for (const reason of [new RangeError("boom"), undefined]) {
        const numbers = new Channel<number>();
        const writer = toWritableStream(numbers).getWriter();
        const writing = writer.write(1);
        writing.catch(() => {});
        yield* until(turn());
        yield* until(writer.abort(reason));
        let caught: unknown;
        try {
          yield* numbers.receive();
        } catch (error) {
          caught = error;
        }
        if (reason === undefined) expect(caught).toBeInstanceOf(ClosedError);
        else expect(caught).toBe(reason);
      }
    });
  });

  test("when the channel is closed by a task, the next write fails", async () => {
    await run(function* () {
      const numbers = new Channel<number>();
      const writer = toWritableStream(numbers).getWriter();
      writer.closed.catch(() => {});
      numbers.close();
      const failure = yield* until(writer.write(1).catch((error: unknown) => error));
      expect(failure).toBeInstanceOf(ClosedError);
    });
  });

  test("when its scope has ended, a write that waits fails, and so do later ones", async () => {
    const numbers = new Channel<number>();
    const failures: unknown[] = [];
    const note = (error: unknown) => void failures.push(error);
    await run(function* () {
      const [waiting, idle] = yield* scope(function* () {
        const one = toWritableStream(numbers).getWriter();
        const two = toWritableStream(numbers).getWriter();
        one.closed.catch(() => {});
        two.closed.catch(() => {});
        const writing = one.write(1).catch(note);
        yield* until(turn());
        return [writing, two] as const;
      });
      yield* until(waiting);
      yield* until(idle.write(2).catch(note));
    });
    expect(failures).toHaveLength(2);
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ClosedError);
      expect(String(failure)).toContain("the scope that the stream belongs to has ended");
    }
  });

  test("a write whose value was received is told so, though its scope ends in the same step", async () => {
    const numbers = new Channel<number>();
    const told = await run(function* () {
      const writing = yield* scope(function* () {
        const writer = toWritableStream(numbers).getWriter();
        writer.closed.catch(() => {});
        const written = writer.write(1).then(
          () => "taken",
          (error: unknown) => error,
        );
        yield* until(turn());
        expect(numbers.tryReceive()).toEqual({ value: 1, done: false });
        return [written];
      });
      return yield* until(writing[0]!);
    });
    expect(told).toBe("taken");
  });

  test("a task that waits for what is written is not deadlocked", async () => {
    const got = await run(function* () {
      const numbers = new Channel<number>();
      const writer = toWritableStream(numbers).getWriter();
      setTimeout(() => void writer.write(1), 20);
      return yield* numbers.receive();
    });
    expect(got).toBe(1);
  });

  test("outside every task it is refused", () => {
    expect(() => toWritableStream(new Channel())).toThrow("toWritableStream(…) belongs to a running task");
  });
});

describe("pipeTo", () => {
  test("writes all, takes a value only when the stream has room, and closes it at the end", async () => {
    const { stream, log, take } = slowSink();
    await run(function* () {
      const numbers = new Channel<number>();
      const piping = spawn(pipeTo(numbers, stream));
      yield* numbers.send(1);
      yield* until(turn());
      expect(numbers.trySend(2)).toBe(false);
      expect(log).toEqual(["write 1"]);
      take();
      yield* numbers.send(2);
      numbers.close();
      yield* until(turn());
      take();
      yield* piping;
    });
    expect(log).toEqual(["write 1", "write 2", "close"]);
    expect(stream.locked).toBe(false);
  });

  test("a failure of the channel aborts the stream, and comes out", async () => {
    const { stream, log } = slowSink();
    const end = run(function* () {
      const numbers = new Channel<number>();
      numbers.close(new RangeError("boom"));
      yield* pipeTo(numbers, stream);
    });
    await expect(end).rejects.toThrow(new RangeError("boom"));
    expect(log).toEqual(["abort RangeError: boom", "aborted"]);
    expect(stream.locked).toBe(false);
  });

  test("the stream is aborted with the reason of the cancellation, of the task or of a scope around it", async () => {
    const reasons: unknown[] = [];
    const sink = () =>
      new WritableStream<number>({ abort: (error: CancelledError) => void reasons.push(error.reason) });
    const end = run(function* () {
      const task = spawn(pipeTo(new Channel<number>(), sink()));
      yield* until(turn());
      yield* task.cancel("stop now");
      yield* scope(function* (block) {
        spawn(pipeTo(new Channel<number>(), sink()));
        yield* until(turn());
        block.cancel("all stop");
      });
    });
    await expect(end).rejects.toThrow(CancelledError);
    expect(reasons).toEqual(["stop now", "all stop"]);
  });

  test("a cancellation aborts the stream, and waits for that; nothing is taken any more", async () => {
    const { stream, log } = slowSink();
    const numbers = new Channel<number>(2);
    await run(function* () {
      const task = spawn(pipeTo(numbers, stream));
      yield* until(turn());
      yield* task.cancel();
      log.push("cancelled");
      numbers.trySend(1);
      yield* yieldNow();
    });
    expect(log).toEqual(["abort CancelledError: pipeTo was cancelled", "aborted", "cancelled"]);
    expect(numbers.length).toBe(1);
  });

  test("a failure of the stream comes out, also while it waits for the channel", async () => {
    let controller: WritableStreamDefaultController | undefined;
    const stream = new WritableStream<number>({ start: (given) => void (controller = given) });
    const end = run(function* () {
      setTimeout(() => controller!.error(new RangeError("full")), 5);
      yield* pipeTo(new Channel<number>(), stream);
    });
    await expect(end).rejects.toThrow(new RangeError("full"));
  });

  test("a failing write comes out, not as an unhandled rejection", async () => {
    const stream = new WritableStream<number>({ write: () => Promise.reject(new RangeError("full")) });
    const end = run(function* () {
      const numbers = new Channel<number>(1);
      yield* numbers.send(1);
      yield* pipeTo(numbers, stream);
    });
    await expect(end).rejects.toThrow(new RangeError("full"));
  });

  test("with end: false the stream stays open, for the next channel too", async () => {
    const written: number[] = [];
    const stream = new WritableStream<number>({
      async write(n) {
        await turn();
        written.push(n);
      },
      close: () => void written.push(-1),
      abort: () => void written.push(-2),
    });
    await run(function* () {
      for (const n of [1, 2]) {
        const numbers = new Channel<number>(1);
        numbers.trySend(n);
        numbers.close();
        yield* pipeTo(numbers, stream, { end: false });
        expect(written).toEqual(n === 1 ? [1] : [1, 2]);
      }
      const task = spawn(pipeTo(new Channel<number>(), stream, { end: false }));
      yield* until(turn());
      yield* task.cancel();
    });
    expect(written).toEqual([1, 2]);
    expect(stream.locked).toBe(false);
  });

  test("what is no stream, and one that is locked, is refused at once", () => {
    const numbers = new Channel<number>();
    expect(() => pipeTo(numbers, {} as WritableStream<number>)).toThrow(
      "pipeTo(…) needs a WritableStream or a Writable of Node, but got [object Object]",
    );
    const stream = new WritableStream<number>();
    stream.getWriter();
    expect(() => pipeTo(numbers, stream)).toThrow(TypeError);
  });

  test("one that is never waited for locks nothing", () => {
    const stream = new WritableStream<number>();
    pipeTo(new Channel<number>(), stream);
    expect(stream.locked).toBe(false);
  });

  test("from a source to a sink, the source is let go when the sink fails", async () => {
    const log: string[] = [];
    async function* numbers() {
      try {
        for (let n = 1; ; n++) yield n;
      } finally {
        log.push("closed");
      }
    }
    const stream = new WritableStream<number>({
      write(n) {
        if (n === 3) throw new RangeError("full");
      },
    });
    const end = run(function* () {
      yield* pipeTo(from(numbers()), stream);
    });
    await expect(end).rejects.toThrow(new RangeError("full"));
    expect(log).toEqual(["closed"]);
  });

  test("a cancelled run ends with the reason though the stream was aborted", async () => {
    const controller = new AbortController();
    const { stream, log } = slowSink();
    const end = run.with({ signal: controller.signal })(function* () {
      spawn(pipeTo(new Channel<number>(), stream));
      yield* sleep(Number.POSITIVE_INFINITY);
    });
    setTimeout(() => controller.abort("enough"), 5);
    await expect(end).rejects.toThrow(CancelledError);
    expect(log.at(-1)).toBe("aborted");
  });
});
