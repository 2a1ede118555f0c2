// Callbacks of the host, which belong to no task: they wake tasks, start them and cancel them.

import { EventEmitter } from "node:events";
import {
  CancelledError,
  Channel,
  Event,
  run,
  type Scope,
  scope,
  sleep,
  spawn,
  type Task,
  until,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";

describe("callbacks of the host", () => {
  test("wake a task that receives, by trySend", async () => {
    const emitter = new EventEmitter();
    const numbers = new Channel<number>(8);
    emitter.on("number", (n: number) => numbers.trySend(n));
    emitter.on("end", () => numbers.close());
    setTimeout(() => {
      emitter.emit("number", 1);
      emitter.emit("number", 2);
    }, 5);
    setTimeout(() => {
      emitter.emit("number", 3);
      emitter.emit("end");
    }, 10);
    const sum = await run(function* () {
      let total = 0;
      for (let got = yield* numbers.next(); !got.done; got = yield* numbers.next()) total += got.value;
      return total;
    });
    expect(sum).toBe(6);
  });

  test("make room for a task that sends, by tryReceive, and set events", async () => {
    const channel = new Channel<string>(1);
    const isSet = new Event();
    const taken: unknown[] = [];
    setTimeout(() => {
      taken.push(channel.tryReceive(), channel.tryReceive(), channel.tryReceive());
      isSet.set();
    }, 5);
    await run(function* () {
      yield* channel.send("a");
      yield* channel.send("b");
      yield* isSet.wait();
    });
    expect(taken).toEqual([{ value: "a", done: false }, { value: "b", done: false }, undefined]);
  });

  test("wake a task from within its own run's turn, too", async () => {
    const emitter = new EventEmitter();
    const numbers = new Channel<number>(8);
    emitter.on("number", (n: number) => numbers.trySend(n));
    const got = await run(function* () {
      const receiver = spawn(() => numbers.receive());
      yield* yieldNow();
      emitter.emit("number", 7); // calls back at once
      return yield* receiver;
    });
    expect(got).toBe(7);
  });

  test("thousands of callbacks between two turns lose nothing", async () => {
    const numbers = new Channel<number>(Number.POSITIVE_INFINITY);
    setTimeout(() => {
      for (let n = 0; n < 10_000; n++) numbers.trySend(n);
      numbers.close();
    }, 1);
    const count = await run(function* () {
      let received = 0;
      for (let got = yield* numbers.next(); !got.done; got = yield* numbers.next()) {
        expect(got.value).toBe(received++);
      }
      return received;
    });
    expect(count).toBe(10_000);
  });

  test("may be all that a run waits for", async () => {
    const numbers = new Channel<number>(1);
    setTimeout(() => numbers.trySend(1), 50);
    expect(await run(() => numbers.receive())).toBe(1);
  });
});

describe("a scope that was handed out", () => {
  test("starts tasks from callbacks; it ends when they have", async () => {
    const seen: number[] = [];
    function* work(n: number) {
      yield* sleep(1);
      seen.push(n);
    }
    await run(() =>
      scope(function* (own) {
        setTimeout(() => {
          for (let n = 0; n < 3; n++) own.spawn(work, n);
        }, 1);
        yield* sleep(20);
      }),
    );
    expect(seen).toEqual([0, 1, 2]);
  });

  test("gives a task that can be joined, in the scope and outside of it", async () => {
    function* answer(n: number) {
      yield* sleep(1);
      return n;
    }
    const sum = await run(() =>
      scope(function* (own) {
        const tasks = new Channel<Task<never, number>>(1);
        setTimeout(() => tasks.trySend(own.spawn(answer, 42)), 1);
        const task = yield* tasks.receive();
        return (yield* task) + (yield* task);
      }),
    );
    expect(sum).toBe(84);
  });

  test("is cancelled from a callback, with a reason, after its cleanup", async () => {
    const seen: string[] = [];
    const ending = run(() =>
      scope(function* (own) {
        setTimeout(() => own.cancel("enough"), 5);
        try {
          yield* until(new Promise(() => {}));
        } finally {
          yield* sleep(1);
          seen.push("cleaned up");
        }
      }),
    );
    const error: unknown = await ending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).reason).toBe("enough");
    expect(seen).toEqual(["cleaned up"]);
  });

  test("fails with a task that was started from a callback", async () => {
    const failure = new RangeError("from outside");
    function* failing() {
      yield* yieldNow();
      throw failure;
    }
    const ending = run(() =>
      scope(function* (own) {
        setTimeout(() => own.spawn(failing), 1);
        yield* until(new Promise(() => {}));
      }),
    );
    await expect(ending).rejects.toBe(failure);
  });

  test("starts nothing when it is cancelled, and refuses when it has ended", async () => {
    let own: Scope | undefined;
    let started = 0;
    const states: string[] = [];
    function* work() {
      started++;
      yield* yieldNow();
    }
    const ending = run(() =>
      scope(function* (given) {
        own = given;
        try {
          own.cancel();
          yield* sleep(1000);
        } finally {
          states.push(own.spawn(work).state);
        }
      }),
    );
    await expect(ending).rejects.toThrow(CancelledError);
    expect(states).toEqual(["cancelled"]);
    expect(() => own!.spawn(work)).toThrow(/has ended/);
    expect(started).toBe(0);
  });
});
