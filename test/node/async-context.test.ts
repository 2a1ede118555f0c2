// What the host keeps for a call chain (AsyncLocalStorage, and with it OpenTelemetry): that of the caller of `run` is
// there in every resume of every task, whoever wakes it.
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { Channel, defer, Event, run, scope, sleep, spawn, type Task, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";
import { all } from "../../src/combinators/all.ts";
import { from } from "../../src/interop/channel-from.ts";
import { iterate } from "../../src/interop/iterate.ts";
import { on } from "../../src/interop/on.ts";
import { once } from "../../src/interop/once.ts";
import { toReadableStream } from "../../src/interop/to-readable-stream.ts";
import { toWritableStream } from "../../src/interop/to-writable-stream.ts";

const store = new AsyncLocalStorage<string>();
const here = () => store.getStore();
const after = (ms: number, work: () => void) => void store.run("outside", () => setTimeout(work, ms));

/** Runs `body` under the store "ours"; gives what it returns. */
const ours = <R>(body: () => Generator<never, R, unknown>) => store.run("ours", () => run(body));

describe("the store of the caller of run is there", () => {
  test("at the start, and after each kind of wait that the run ends by itself", async () => {
    const seen = await ours(function* () {
      const stores = [here()];
      yield* sleep(1);
      stores.push(here());
      yield* yieldNow();
      stores.push(here());
      yield* until(Promise.resolve());
      stores.push(here());
      const task = spawn(function* () {
        yield* sleep(1);
        return here();
      });
      stores.push(yield* task, here());
      stores.push(...(yield* all([sleepAndLook(2), sleepAndLook(1)])), here());
      return stores;
    });
    expect(new Set(seen)).toEqual(new Set(["ours"]));
  });

  test("after a promise that was settled under another store", async () => {
    const seen = await ours(function* () {
      yield* until(new Promise<void>((resolve) => after(1, resolve)));
      return here();
    });
    expect(seen).toBe("ours");
  });

  test("after a value, a close and an event that came from another store", async () => {
    const seen = await ours(function* () {
      const stores: unknown[] = [];
      const numbers = new Channel<number>();
      const started = new Event();
      const hold = until(new Promise<void>((resolve) => after(20, resolve)));
      after(1, () => numbers.trySend(1));
      after(5, () => numbers.close());
      after(10, () => started.set());
      const holder = spawn(() => hold);
      yield* numbers.receive();
      stores.push(here());
      yield* numbers.next();
      stores.push(here());
      yield* started.wait();
      stores.push(here());
      yield* sleep(1);
      stores.push(here());
      yield* holder;
      stores.push(here());
      return stores;
    });
    expect(seen).toEqual(["ours", "ours", "ours", "ours", "ours"]);
  });

  test("after an event of a target or an emitter, and after its listener was taken away from outside", async () => {
    const emitter = new EventEmitter();
    const seen = await ours(function* () {
      const stores: unknown[] = [];
      const data = on(emitter, "data");
      after(1, () => emitter.emit("data", 1));
      yield* data.receive();
      stores.push(here());
      after(1, () => emitter.emit("ready"));
      yield* once(emitter, "ready");
      stores.push(here());
      after(1, () => data.close());
      yield* data.next();
      stores.push(here());
      yield* sleep(1);
      stores.push(here());
      return stores;
    });
    expect(seen).toEqual(["ours", "ours", "ours", "ours"]);
  });

  test("with streams that are read, and whose writer is under another store", async () => {
    const seen = await ours(function* () {
      const stores: unknown[] = [];
      const lines = from<string>(Readable.from(["a", "b"]));
      yield* lines.receive();
      stores.push(here());
      const into = new Channel<number>();
      const writer = toWritableStream(into).getWriter();
      after(1, () => void writer.write(1));
      yield* into.receive();
      stores.push(here());
      return stores;
    });
    expect(seen).toEqual(["ours", "ours"]);
  });

  // Fails in the core: the loop is entered in the store of who reads (`Channel.#countOutsiders` calls `enter`).
  test("when code under another store reads a channel", async () => {
    const seen = await ours(function* () {
      const stores: unknown[] = [];
      const out = new Channel<number>();
      const reader = toReadableStream(out).getReader();
      after(1, () => void reader.read());
      yield* out.send(1);
      stores.push(here());
      after(1, () => void reader.cancel());
      yield* sleep(5);
      stores.push(here());
      return stores;
    });
    expect(seen).toEqual(["ours", "ours"]);
  });

  test("in cleanup, also after a cancellation from another store", async () => {
    const seen: unknown[] = [];
    const controller = new AbortController();
    after(2, () => controller.abort());
    const end = store.run("ours", () =>
      run.with({ signal: controller.signal })(function* () {
        defer(function* () {
          yield* sleep(1);
          seen.push(here());
        });
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          seen.push(here());
          yield* sleep(1);
          seen.push(here());
        }
      }),
    );
    await expect(end).rejects.toThrow("was cancelled");
    expect(seen).toEqual(["ours", "ours", "ours"]);
  });

  test("after a task was cancelled, or started in a handed scope, from another store", async () => {
    const seen = await ours(function* () {
      const stores: unknown[] = [];
      const task: Task = spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          stores.push(here());
        }
      });
      after(1, () => task.cancel());
      yield* sleep(5);
      yield* scope(function* (inner) {
        after(1, () => inner.spawn(sleepAndLook, 1));
        yield* sleep(5);
      });
      stores.push(here());
      return stores;
    });
    expect(seen).toEqual(["ours", "ours"]);
  });

  test("with a clock of one's own, and after a hop to the host", async () => {
    const options = { clock: new VirtualClock() };
    const seen = await store.run("ours", () =>
      run.with(options)(function* () {
        yield* sleep(1000);
        return here();
      }),
    );
    expect(seen).toBe("ours");
    const hopped = await ours(function* () {
      const end = performance.now() + 30;
      while (performance.now() < end) yield* yieldNow();
      return here();
    });
    expect(hopped).toBe("ours");
  });

  test("two runs with different stores, interleaved, each see their own", async () => {
    const ping = new Channel<number>(1);
    const seen: Record<string, Set<unknown>> = { left: new Set(), right: new Set() };
    const look = (name: string) =>
      store.run(name, () =>
        run(function* () {
          for (let i = 0; i < 20; i++) {
            yield* sleep(i % 3);
            yield* until(Promise.resolve());
            if (name === "left") ping.trySend(i);
            else ping.tryReceive();
            seen[name]!.add(here());
          }
        }),
      );
    await Promise.all([look("left"), look("right")]);
    expect(seen).toEqual({ left: new Set(["left"]), right: new Set(["right"]) });
  });

  test("for an iteration, that of who asks first", async () => {
    const seen: unknown[] = [];
    const iteration = iterate(function* () {
      for (;;) {
        yield* sleep(1);
        seen.push(here());
        yield;
      }
    });
    await store.run("first", () => iteration.next());
    await store.run("second", () => iteration.next());
    await iteration.return();
    expect(seen).toEqual(["first", "first"]);
  });
});

describe("what a body changes for itself", () => {
  test("a store that is set for a part without a wait is there in that part only", async () => {
    const seen = await ours(function* () {
      const within = store.run("inner", here);
      yield* sleep(1);
      return [within, here()];
    });
    expect(seen).toEqual(["inner", "ours"]);
  });

  // The core does not capture what is in force where a task is started: it sees the store of the run.
  test("with `ambient`, a task that is started under another store has that in all its resumes, as has what it starts", async () => {
    const seen = await store.run("ours", () =>
      run.with({ ambient: store })(function* () {
        const task = store.run("request 7", () =>
          spawn(function* () {
            const first = here();
            yield* sleep(1);
            const child = spawn(function* () {
              yield* sleep(1);
              return here();
            });
            return [first, here(), yield* child];
          }),
        );
        yield* sleep(0);
        return [...(yield* task), here()];
      }),
    );
    expect(seen).toEqual(["request 7", "request 7", "request 7", "ours"]);
  });

  test("what a promise is made under is bound by the host's own means", async () => {
    const seen = await ours(function* () {
      const bound = store.run("request 7", () => AsyncResource.bind(here));
      yield* sleep(1);
      return bound();
    });
    expect(seen).toBe("request 7");
  });
});

function* sleepAndLook(ms: number) {
  yield* sleep(ms);
  return here();
}
