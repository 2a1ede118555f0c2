// Node's own streams and emitters, in and out.
import { EventEmitter } from "node:events";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Channel, CancelledError, run, scope, spawn, until } from "corun";
import { afterAll, describe, expect, test } from "vitest";
import { from } from "../../src/interop/channel-from.ts";
import { on } from "../../src/interop/on.ts";
import { once } from "../../src/interop/once.ts";
import { pipeTo } from "../../src/interop/pipe-to.ts";
import { toReadableStream } from "../../src/interop/to-readable-stream.ts";
import { toWritableStream } from "../../src/interop/to-writable-stream.ts";

const folder = mkdtempSync(path.join(tmpdir(), "corun-interop-"));
const file = path.join(folder, "numbers.txt");
const text = Array.from({ length: 50_000 }, (_, n) => `${n}\n`).join("");
writeFileSync(file, text);
afterAll(() => rmSync(folder, { recursive: true }));

const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

function* drain<T>(channel: Channel<T>) {
  const got: T[] = [];
  for (;;) {
    const { value, done } = yield* channel.next();
    if (done) return got;
    got.push(value);
  }
}

describe("a Readable as a source", () => {
  test("is read to its end", async () => {
    const chunks = await run(function* () {
      return yield* drain(from<string>(createReadStream(file, { encoding: "utf8" })));
    });
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join("")).toBe(text);
  });

  test("the lines of a file", async () => {
    const lines = await run(function* () {
      const channel = from<string>(createInterface({ input: createReadStream(file) }));
      return [yield* channel.receive(), yield* channel.receive()];
    });
    expect(lines).toEqual(["0", "1"]);
  });

  test("is destroyed at the end of the scope, which waits until it is closed", async () => {
    const stream = createReadStream(file);
    await run(function* () {
      yield* scope(function* () {
        yield* from(stream).receive();
      });
      expect([stream.destroyed, stream.closed]).toEqual([true, true]);
    });
  });

  test("is destroyed though it gives nothing, and though it was asked for nothing", async () => {
    const silent = new Readable({ read() {} });
    const unread = new Readable({ read() {} });
    await run(function* () {
      yield* scope(function* () {
        from(silent);
        yield* until(turn());
        from(unread);
      });
      expect([silent.closed, unread.closed]).toEqual([true, true]);
    });
  });

  test("is destroyed when the channel is closed", async () => {
    const silent = new Readable({ read() {} });
    await run(function* () {
      const channel = from(silent);
      yield* until(turn());
      channel.close();
      yield* until(turn());
      expect(silent.closed).toBe(true);
    });
  });

  test("one that says nothing when it is closed does not keep the scope", async () => {
    const silent = new Readable({ read() {}, emitClose: false });
    await run(function* () {
      from(silent);
      yield* until(turn());
    });
    expect(silent.destroyed).toBe(true);
  });

  test("its failure closes the channel with it", async () => {
    const end = run(function* () {
      yield* drain(from(createReadStream(path.join(folder, "not-there"))));
    });
    await expect(end).rejects.toThrow("ENOENT");
  });

  test("a failure of its destroying fails the scope", async () => {
    const stubborn = new Readable({
      read() {},
      destroy(_, done) {
        setTimeout(() => done(new RangeError("stubborn")), 2);
      },
    });
    const end = run(function* () {
      from(stubborn);
      yield* until(turn());
    });
    await expect(end).rejects.toThrow(new RangeError("stubborn"));
  });
});

describe("a channel as a Readable", () => {
  const numbers = function* (channel: Channel<string>) {
    for (const n of ["1", "2", "3"]) yield* channel.send(n);
    channel.close();
  };

  test.each([
    ["Readable.from(channel)", (channel: Channel<string>) => Readable.from(channel)],
    [
      "Readable.fromWeb(toReadableStream(channel))",
      (channel: Channel<string>) => Readable.fromWeb(toReadableStream(channel) as never),
    ],
  ])("%s", async (_, toReadable) => {
    const got = await run(function* () {
      const channel = new Channel<string>();
      spawn(numbers, channel);
      return yield* until(toReadable(channel).toArray());
    });
    expect(got.map(String)).toEqual(["1", "2", "3"]);
  });

  test("one that is destroyed while it waits, with an error or without, takes nothing from the channel any more", async () => {
    for (const error of [undefined, new RangeError("boom")]) {
      const channel = new Channel<string>(1);
      const readable = Readable.from(channel);
      readable.on("data", () => {});
      readable.on("error", () => {});
      await turn();
      readable.destroy(error);
      await turn();
      expect([readable.closed, channel.statistics().receivers]).toEqual([true, 0]);
      expect([channel.trySend("v"), channel.tryReceive()]).toEqual([true, { value: "v", done: false }]);
    }
  });

  test("a sender is held back by who reads the stream", async () => {
    let sent = 0;
    await run(function* () {
      const channel = new Channel<string>();
      spawn.background(function* () {
        for (;;) {
          yield* channel.send("x".repeat(1000));
          sent++;
        }
      });
      const readable = Readable.from(channel, { objectMode: false, highWaterMark: 5000 });
      readable.read(0);
      yield* until(turn(20));
      expect(sent).toBeGreaterThan(1);
      expect(sent).toBeLessThan(20);
      readable.destroy();
    });
  });
});

describe("pipeTo a Writable", () => {
  test("waits for drain, writes all, and ends it", async () => {
    const written: number[] = [];
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 2,
      write(n: number, _, done) {
        setTimeout(() => {
          written.push(n);
          done();
        });
      },
    });
    let sent = 0;
    await run(function* () {
      const channel = new Channel<number>();
      spawn(pipeTo(channel, slow));
      for (let n = 0; n < 10; n++) {
        yield* channel.send(n);
        sent++;
        expect(sent - written.length).toBeLessThanOrEqual(4);
      }
      channel.close();
    });
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(slow.writableFinished).toBe(true);
  });

  test("copies a file", async () => {
    const copy = path.join(folder, "copy.txt");
    await run(function* () {
      yield* pipeTo(from<Buffer>(createReadStream(file)), createWriteStream(copy));
    });
    expect(readFileSync(copy, "utf8")).toBe(text);
  });

  test("a failure of the stream comes out: of a write, of opening it, of its end before the channel's", async () => {
    const failing = new Writable({ write: (_chunk, _encoding, done) => done(new RangeError("full")) });
    const closing = new PassThrough();
    const streams: [Writable, string][] = [
      [failing, "full"],
      [createWriteStream(path.join(folder, "not-there", "x")), "ENOENT"],
      [closing, "the stream was closed before all was written"],
    ];
    setTimeout(() => closing.destroy(), 5);
    await Promise.all(
      streams.map(async ([stream, failure]) => {
        const end = run(function* () {
          const channel = new Channel<string>(1);
          yield* channel.send("x");
          yield* pipeTo(channel, stream);
        });
        await expect(end).rejects.toThrow(failure);
        expect(stream.listenerCount("error")).toBe(0);
      }),
    );
  });

  test("a cancellation destroys it, and waits until it is closed", async () => {
    const stream = createWriteStream(path.join(folder, "cut.txt"));
    await run(function* () {
      const channel = new Channel<string>();
      const task = spawn(pipeTo(channel, stream));
      yield* channel.send("x");
      yield* task.cancel();
      expect([stream.destroyed, stream.closed]).toEqual([true, true]);
      expect([stream.listenerCount("error"), stream.listenerCount("drain")]).toEqual([0, 0]);
    });
  });

  test("also while it waits for drain", async () => {
    const stuck = new Writable({ highWaterMark: 1, write() {} });
    await run(function* () {
      const channel = new Channel<string>(1);
      const task = spawn(pipeTo(channel, stuck));
      yield* channel.send("xx");
      yield* until(turn());
      yield* channel.send("waits in the channel");
      yield* task.cancel();
      expect(channel.length).toBe(1);
    });
    expect(stuck.closed).toBe(true);
  });

  test("a failure of the channel destroys it with that", async () => {
    const stream = new PassThrough();
    const end = run(function* () {
      const channel = new Channel<string>();
      channel.close(new RangeError("boom"));
      yield* pipeTo(channel, stream);
    });
    await expect(end).rejects.toThrow(new RangeError("boom"));
    expect(stream.errored).toEqual(new RangeError("boom"));
  });

  test("with end: false it stays open, and all is written when it ends", async () => {
    const written: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        setTimeout(() => {
          written.push(String(chunk));
          done();
        });
      },
    });
    await run(function* () {
      const channel = new Channel<string>(2);
      channel.trySend("a");
      channel.trySend("b");
      channel.close();
      yield* pipeTo(channel, stream, { end: false });
      expect(written).toEqual(["a", "b"]);
      const task = spawn(pipeTo(new Channel<string>(), stream, { end: false }));
      yield* until(turn());
      yield* task.cancel();
    });
    expect([stream.destroyed, stream.writableEnded]).toEqual([false, false]);
  });

  test("an echo over a socket, both ways", async () => {
    const echo = function* (socket: Socket) {
      yield* pipeTo(from<Buffer>(socket), socket);
    };
    const answer = await run(function* () {
      const server = createServer({ allowHalfOpen: true });
      const connections = on<[Socket]>(server, "connection");
      server.listen(0);
      yield* once(server, "listening");
      spawn.background(function* () {
        for (;;) spawn(echo, (yield* connections.receive())[0]);
      });
      const client = connect((server.address() as AddressInfo).port);
      client.end("hello");
      const chunks = yield* drain(from<Buffer>(client));
      server.close();
      return Buffer.concat(chunks).toString();
    });
    expect(answer).toBe("hello");
  });

  test("a stream of Node piped into a channel", async () => {
    const got = await run(function* () {
      const channel = new Channel<Buffer>();
      const piping = pipeline(createReadStream(file), Writable.fromWeb(toWritableStream(channel) as never));
      const chunks = yield* drain(channel);
      yield* until(piping);
      return Buffer.concat(chunks).toString();
    });
    expect(got).toBe(text);
  });
});

describe("pipeTo a Writable that fails", () => {
  /** Writes `values`, and ends. */
  const pipeAll = (values: unknown[], stream: Writable, options?: { end?: boolean }) =>
    run(function* () {
      const channel = new Channel<unknown>(values.length);
      for (const value of values) channel.trySend(value);
      channel.close();
      yield* pipeTo(channel, stream, options);
    });

  /** The errors that would have ended the process, while `body` runs. */
  async function uncaughtIn(body: () => Promise<unknown>): Promise<unknown[]> {
    const uncaught: unknown[] = [];
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => uncaught.push(error));
    try {
      await body();
      await turn(20);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of before) process.on("uncaughtException", listener);
    }
    return uncaught;
  }

  test.skipIf(!existsSync("/dev/full"))("a disk that is full is told", async () => {
    await expect(pipeAll(["hello"], createWriteStream("/dev/full"))).rejects.toThrow("ENOSPC");
  });

  test("a file that can't be opened is told, though the channel has ended before", async () => {
    const nowhere = path.join(folder, "not-there", "x");
    await expect(pipeAll(["hello"], createWriteStream(nowhere))).rejects.toThrow("ENOENT");
    await expect(pipeAll([], createWriteStream(nowhere))).rejects.toThrow("ENOENT");
    const uncaught = await uncaughtIn(async () => {
      await expect(pipeAll(["hello"], createWriteStream(nowhere), { end: false })).rejects.toThrow("ENOENT");
    });
    expect(uncaught).toEqual([]);
  });

  const boom = new RangeError("boom");
  const later = (done: (error?: Error | null) => void, error: Error | null) => void setTimeout(done, 2, error);
  test.each<[string, () => Writable]>([
    [
      "the last write",
      () => new Writable({ write: (chunk, _, done) => later(done, String(chunk) === "b" ? boom : null) }),
    ],
    ["a write that fails at once", () => new Writable({ write: (_chunk, _encoding, done) => done(boom) })],
    [
      "what it does at its end",
      () => new Writable({ write: (_, __, done) => done(), final: (done) => later(done, boom) }),
    ],
    ["its closing", () => new Writable({ write: (_, __, done) => done(), destroy: (_, done) => later(done, boom) })],
    [
      "the last write, where it does not tell that it is closed",
      () => new Writable({ emitClose: false, write: (_, __, done) => later(done, boom) }),
    ],
  ])("%s: that comes out", async (_, make) => {
    const stream = make();
    const uncaught = await uncaughtIn(async () => {
      await expect(pipeAll(["a", "b"], stream)).rejects.toBe(boom);
    });
    expect(uncaught).toEqual([]);
    expect(stream.listenerCount("error")).toBe(0);
  });

  test("one that is destroyed while it ends was closed too early", async () => {
    const slow = new Writable({ write: (_chunk, _encoding, done) => later(done, null) });
    setTimeout(() => slow.destroy());
    await expect(pipeAll(["a", "b"], slow)).rejects.toThrow("the stream was closed before all was written");
  });

  test("one that was destroyed before takes nothing: the first value fails, with what it was destroyed with", async () => {
    for (const [error, text] of [
      [undefined, "the stream was closed before all was written"],
      [boom, "boom"],
    ] as const) {
      const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
      stream.on("error", () => {});
      stream.destroy(error);
      await turn();
      const channel = new Channel<string>(5);
      for (const value of ["a", "b", "c"]) channel.trySend(value);
      await expect(run(() => pipeTo(channel, stream))).rejects.toThrow(text);
      expect(channel.length).toBeGreaterThan(0);
    }
  });

  test("a value that it does not take fails, and nothing after it is written", async () => {
    for (const options of [{}, { end: false }]) {
      const written: string[] = [];
      const bytes = new Writable({
        write(chunk, _, done) {
          written.push(String(chunk));
          done();
        },
      });
      await expect(pipeAll(["a", 5, "b"], bytes, options)).rejects.toThrow(/chunk.*number/);
      expect(written).toEqual(["a"]);
      expect(bytes.destroyed).toBe(options.end !== false);
      await turn(); // until "a" is stored
      expect(bytes.listenerCount("error")).toBe(0);
    }
    await expect(pipeAll([null], new PassThrough({ objectMode: true }))).rejects.toThrow("May not write null");
  });

  test("with end: false, a write that fails does not end the process", async () => {
    for (const autoDestroy of [true, false]) {
      const stream = new Writable({ autoDestroy, write: (_, __, done) => later(done, boom) });
      const uncaught = await uncaughtIn(async () => {
        await expect(pipeAll(["a"], stream, { end: false })).rejects.toBe(boom);
      });
      expect(uncaught).toEqual([]);
      expect(stream.listenerCount("error")).toBe(0);
    }
  });

  test("nor does one that fails after the task was cancelled", async () => {
    const stream = new Writable({ write: (_, __, done) => later(done, boom) });
    const uncaught = await uncaughtIn(() =>
      run(function* () {
        const channel = new Channel<string>();
        const task = spawn(pipeTo(channel, stream, { end: false }));
        yield* channel.send("x");
        yield* task.cancel();
      }),
    );
    expect(uncaught).toEqual([]);
    expect(stream.listenerCount("error")).toBe(0);
  });

  test("nor does a cancellation, where the stream does not tell that it is closed", async () => {
    const stream = new Writable({ emitClose: false, write: (_, __, done) => later(done, null) });
    const uncaught = await uncaughtIn(() =>
      run(function* () {
        const channel = new Channel<string>();
        const task = spawn(pipeTo(channel, stream));
        yield* channel.send("x");
        yield* until(turn());
        yield* task.cancel();
      }),
    );
    expect(uncaught).toEqual([]);
    expect(stream.errored).toBeInstanceOf(CancelledError);
    expect(stream.listenerCount("error")).toBe(0);
  });
});

describe("an EventEmitter", () => {
  test("its events are arrays, typed as the emitter says or as you say", async () => {
    const emitter = new EventEmitter();
    const got = await run(function* () {
      const data = on<[chunk: string, size: number]>(emitter, "data");
      emitter.emit("data", "a", 1);
      setTimeout(() => emitter.emit("end"), 5);
      yield* once(emitter, "end");
      const [chunk, size] = yield* data.receive();
      return [chunk.length, size];
    });
    expect(got).toEqual([1, 1]);
    expect(emitter.eventNames()).toEqual([]);
  });

  test("an error nobody listens to ends the process as ever; with on it goes to the receiver", async () => {
    const emitter = new EventEmitter();
    expect(() => emitter.emit("error", new RangeError("boom"))).toThrow("boom");
    const end = run(function* () {
      const data = on(emitter, "data");
      emitter.emit("error", new RangeError("boom"));
      yield* data.receive();
    });
    await expect(end).rejects.toThrow(new RangeError("boom"));
  });

  test("a run that is cancelled while it waits for an event takes its listener along", async () => {
    const emitter = new EventEmitter();
    const end = run.with({ signal: AbortSignal.timeout(10) })(() => once(emitter, "never"));
    await expect(end).rejects.toThrow(CancelledError);
    expect(emitter.eventNames()).toEqual([]);
  });
});
