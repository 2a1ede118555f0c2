// `on` and `once`: events of EventTargets and of emitters.
import {
  Channel,
  type Op,
  OverflowError,
  run,
  scope,
  select,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  until,
  yieldNow,
} from "corun";
import { describe, expect, expectTypeOf, test } from "vitest";
import { race } from "../../src/combinators/race.ts";
import type { EventOf } from "../../src/interop/emitters.ts";
import { on } from "../../src/interop/on.ts";
import { once } from "../../src/interop/once.ts";
import { activeTask } from "../../src/scheduler/op.ts";
import { rest } from "./rest.ts";

const message = (data: unknown) => new MessageEvent("message", { data });

/** An EventTarget that knows how many listeners it has. */
class Target extends EventTarget {
  listeners = 0;

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
}

/** What Node's EventEmitter does, as far as it matters. */
class Emitter {
  readonly listeners = new Map<string | symbol, Set<(...args: unknown[]) => void>>();

  on(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
    return this;
  }

  off(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this.listeners.get(event)?.delete(listener);
    return this;
  }

  emit(event: string | symbol, ...args: unknown[]): boolean {
    for (const listener of this.listeners.get(event) ?? []) listener(...args);
    return this.count(event) > 0;
  }

  count(event: string | symbol): number {
    return this.listeners.get(event)?.size ?? 0;
  }
}

function* caught(body: () => Generator<never, unknown, unknown>) {
  try {
    yield* body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const later = (work: () => void, ms = 5) => void setTimeout(work, ms);

describe("on", () => {
  test("gives the events of an EventTarget from now on, also those that come before the receive", async () => {
    const target = new EventTarget();
    target.dispatchEvent(message("too early"));
    const got = await run(function* () {
      const messages = on<MessageEvent<string>>(target, "message");
      target.dispatchEvent(message("a"));
      target.dispatchEvent(message("b"));
      later(() => target.dispatchEvent(message("c")));
      const events = [yield* messages.receive(), yield* messages.receive(), yield* messages.receive()];
      return events.map(({ data }) => data);
    });
    expect(got).toEqual(["a", "b", "c"]);
  });

  test("gives what an emitter emits as an array, under symbols too", async () => {
    const emitter = new Emitter();
    const key = Symbol("key");
    const got = await run(function* () {
      const named = on<[number, string]>(emitter, "data");
      const keyed = on(emitter, key);
      emitter.emit("data", 1, "one");
      emitter.emit(key);
      return [yield* named.receive(), yield* keyed.receive()];
    });
    expect(got).toEqual([[1, "one"], []]);
  });

  test("an error of an emitter closes the channel with it, after what came before", async () => {
    const emitter = new Emitter();
    await run(function* () {
      const data = on(emitter, "data");
      emitter.emit("data", 1);
      emitter.emit("error", new RangeError("boom"));
      expect([emitter.count("data"), emitter.count("error")]).toEqual([0, 0]);
      expect(yield* data.receive()).toEqual([1]);
      expect(yield* caught(() => data.receive() as never)).toEqual(new RangeError("boom"));
    });
  });

  test("the event error itself can be listened to", async () => {
    const emitter = new Emitter();
    const got = await run(function* () {
      const errors = on(emitter, "error");
      emitter.emit("error", "first");
      emitter.emit("error", "second");
      return [yield* errors.receive(), yield* errors.receive()];
    });
    expect(got).toEqual([["first"], ["second"]]);
  });

  test("removes the listener and closes the channel at the end of the innermost scope", async () => {
    const target = new Target();
    await run(function* () {
      const channel = yield* scope(function* () {
        const made = on(target, "message");
        yield* yieldNow();
        expect(target.listeners).toBe(1);
        return made;
      });
      expect([target.listeners, channel.isClosed]).toEqual([0, true]);
    });
  });

  test("also when the scope is cancelled, or fails", async () => {
    const target = new Target();
    await run(function* () {
      const goesOn = new Channel<void>(1);
      const cancelled = spawn(function* () {
        on(target, "message");
        yield* sleep(Number.POSITIVE_INFINITY);
      });
      const failed = spawn.supervised(function* () {
        on(target, "message");
        yield* goesOn.receive();
        throw new RangeError("boom");
      });
      yield* rest();
      expect(target.listeners).toBe(2);
      yield* cancelled.cancel();
      goesOn.trySend();
      yield* caught(() => failed as never);
      expect(target.listeners).toBe(0);
    });
  });

  test("also when the channel is closed: what came before can be received", async () => {
    const target = new Target();
    await run(function* () {
      const channel = on(target, "message");
      target.dispatchEvent(message(1));
      channel.close();
      expect(target.listeners).toBe(0);
      expect(activeTask()!.scope!.cleanups).toHaveLength(0);
      target.dispatchEvent(message(2));
      expect(channel.length).toBe(1);
    });
  });

  test("tasks of the scope receive on when its body has ended", async () => {
    const target = new EventTarget();
    const got: unknown[] = [];
    later(() => target.dispatchEvent(message("late")));
    await run(function* () {
      const channel = on<MessageEvent>(target, "message");
      spawn(function* () {
        got.push((yield* channel.receive()).data);
      });
    });
    expect(got).toEqual(["late"]);
  });

  test("by default nothing is lost silently: the receiver gets 1024 events, then an OverflowError", async () => {
    const target = new Target();
    const lost: number[] = [];
    await run(function* () {
      const onUndelivered = ({ data }: MessageEvent<number>) => void lost.push(data);
      const channel = on<MessageEvent<number>>(target, "message", { onUndelivered });
      for (let n = 0; n < 1024; n++) target.dispatchEvent(message(n));
      expect(channel.isClosed).toBe(false);
      target.dispatchEvent(message(1024));
      expect(target.listeners).toBe(0);
      for (let n = 0; n < 1024; n++) expect((yield* channel.receive()).data).toBe(n);
      expect(yield* caught(() => channel.receive() as never)).toBeInstanceOf(OverflowError);
    });
    expect(lost).toEqual([1024]);
  });

  test.each([
    ["dropOldest", [2, 3], [1]],
    ["dropNewest", [1, 2], [3]],
  ] as const)("with overflow %s the channel keeps %s and hands on %s", async (overflow, kept, lost) => {
    const target = new EventTarget();
    const undelivered: number[] = [];
    const got = await run(function* () {
      const channel = on<MessageEvent<number>>(target, "message", {
        capacity: 2,
        overflow,
        onUndelivered: ({ data }) => undelivered.push(data),
      });
      for (const n of [1, 2, 3]) target.dispatchEvent(message(n));
      return [(yield* channel.receive()).data, (yield* channel.receive()).data];
    });
    expect([got, undelivered]).toEqual([kept, lost]);
  });

  test("events can't wait: overflow wait is a TypeError", async () => {
    const make = run(function* () {
      on(new EventTarget(), "message", { overflow: "wait" as "error" });
      yield* yieldNow();
    });
    await expect(make).rejects.toThrow("on(message) can't have its events wait");
  });

  test("what sends no events is a TypeError with the value seen", async () => {
    const make = run(function* () {
      on({} as EventTarget, "message");
      yield* yieldNow();
    });
    await expect(make).rejects.toThrow("on(message) needs an EventTarget or an EventEmitter, but got [object Object]");
  });

  test("outside every task it is refused, and listens to nothing", () => {
    const target = new Target();
    expect(() => on(target, "message")).toThrow("on(message) belongs to a running task");
    expect(target.listeners).toBe(0);
  });

  test(
    "a task that waits for events is not deadlocked; when nobody listens any more, it is",
    { tags: "slow" },
    async () => {
      const target = new EventTarget();
      const never = new Channel<number>();
      const end = run(function* () {
        const channel = on(target, "message");
        later(() => channel.close(), 20);
        yield* caught(() => channel.receive() as never);
        yield* never.receive();
      });
      await expect(end).rejects.toThrow("no task can go on");
    },
  );

  test("when the channel is closed from outside, tasks that are deadlocked are found", { tags: "slow" }, async () => {
    const target = new EventTarget();
    const end = run(function* () {
      const channel = on(target, "message");
      later(() => channel.close());
      yield* new Channel<number>().receive();
    });
    await expect(end).rejects.toThrow("no task can go on");
  });

  test("a port that has the methods of both kinds gives events", async () => {
    const { port1, port2 } = new MessageChannel();
    const got = await run(function* () {
      const messages = on<MessageEvent<string>>(port2, "message");
      port2.start();
      port1.postMessage("hello");
      return (yield* messages.receive()).data;
    });
    port1.close();
    expect(got).toBe("hello");
  });

  test("its channel is for await code outside too", async () => {
    const target = new EventTarget();
    const got: unknown[] = [];
    await run(function* () {
      const channel = on<MessageEvent>(target, "message");
      const reading = (async () => {
        for await (const { data } of channel) got.push(data);
      })();
      for (const n of [1, 2, 3]) target.dispatchEvent(message(n));
      yield* sleep(5);
      channel.close();
      yield* until(reading);
    });
    expect(got).toEqual([1, 2, 3]);
  });
});

describe("once", () => {
  test("gives the next event, and listens no longer", async () => {
    const target = new Target();
    later(() => target.dispatchEvent(message("a")));
    const data = await run(function* () {
      return (yield* once<MessageEvent<string>>(target, "message")).data;
    });
    expect([data, target.listeners]).toEqual(["a", 0]);
  });

  test("gives what an emitter emits, and throws its error", async () => {
    const emitter = new Emitter();
    later(() => emitter.emit("ready", 1, 2));
    expect(await run(() => once(emitter, "ready"))).toEqual([1, 2]);
    later(() => emitter.emit("error", new RangeError("boom")));
    await expect(run(() => once(emitter, "ready"))).rejects.toThrow(new RangeError("boom"));
    expect([emitter.count("ready"), emitter.count("error")]).toEqual([0, 0]);
  });

  test("the event error itself can be waited for", async () => {
    const emitter = new Emitter();
    later(() => emitter.emit("error", "it"));
    expect(await run(() => once(emitter, "error"))).toEqual(["it"]);
  });

  test("listens only while it is waited for", async () => {
    const target = new Target();
    await run(function* () {
      const op = once(target, "message");
      expect(target.listeners).toBe(0);
      target.dispatchEvent(message("missed"));
      later(() => target.dispatchEvent(message("seen")));
      expect(((yield* op) as MessageEvent).data).toBe("seen");
    });
  });

  test("a task that is cancelled takes its listener along", async () => {
    const target = new Target();
    await run(function* () {
      const task = spawn(() => once(target, "message"));
      yield* rest();
      expect(target.listeners).toBe(1);
      yield* task.cancel();
      expect(target.listeners).toBe(0);
    });
  });

  test("in a select, a race and a timeout, where others win", async () => {
    const target = new Target();
    await run(function* () {
      expect(yield* select({ event: once(target, "message"), idle: sleep(2) })).toEqual({
        key: "idle",
        value: undefined,
      });
      expect(target.listeners).toBe(0);
      expect(yield* race({ event: once(target, "message"), idle: sleep(2) })).toBeUndefined();
      expect(target.listeners).toBe(0);
      expect(yield* caught(() => timeout(2, once(target, "message")) as never)).toBeInstanceOf(TimeoutError);
      expect(target.listeners).toBe(0);
    });
  });

  test("in a select it wins, and gives its event", async () => {
    const target = new Target();
    later(() => target.dispatchEvent(message("a")));
    const hit = await run(() => select({ event: once<MessageEvent>(target, "message"), idle: sleep(10_000) }));
    expect(hit.key === "event" && hit.value.data).toBe("a");
    expect(target.listeners).toBe(0);
  });

  test("a task that waits for one event is not deadlocked", async () => {
    const target = new EventTarget();
    later(() => target.dispatchEvent(message("a")), 20);
    expect(await run(() => once<MessageEvent>(target, "message"))).toHaveProperty("data", "a");
  });

  test("what sends no events is a TypeError", async () => {
    await expect(run(() => once(5 as unknown as EventTarget, "x"))).rejects.toThrow(
      "once(x) needs an EventTarget or an EventEmitter, but got 5",
    );
  });

  test("an event that comes while its task is being resumed for another reason is not kept", async () => {
    const target = new Target();
    const seen: unknown[] = [];
    await run(function* () {
      const gate = until(new Promise<string>((resolve) => later(() => resolve("gate"))));
      const hit = yield* select({ gate, event: once(target, "message") });
      target.dispatchEvent(message("nobody listens"));
      seen.push(hit.key, target.listeners);
    });
    expect(seen).toEqual(["gate", 0]);
  });
});

test("the type of an event is that of the target's on… listener; an emitter's arguments are as you say", () => {
  expectTypeOf<EventOf<HTMLElement, "keydown">>().toEqualTypeOf<KeyboardEvent>();
  expectTypeOf<EventOf<WebSocket, "message">>().toEqualTypeOf<MessageEvent>();
  expectTypeOf<EventOf<EventTarget, "anything">>().toEqualTypeOf<Event>();
  const types = () => ({
    target: on(new AbortController().signal, "abort"),
    said: on<MessageEvent<number>>(new EventTarget(), "message"),
    emitter: on(new Emitter(), "data"),
    args: on<[number]>(new Emitter(), "data"),
    one: once(new AbortController().signal, "abort"),
  });
  type Types = ReturnType<typeof types>;
  expectTypeOf<Types["target"]>().toEqualTypeOf<Channel<Event>>();
  expectTypeOf<Types["said"]>().toEqualTypeOf<Channel<MessageEvent<number>>>();
  expectTypeOf<Types["emitter"]>().toEqualTypeOf<Channel<unknown[]>>();
  expectTypeOf<Types["args"]>().toEqualTypeOf<Channel<[number]>>();
  expectTypeOf<Types["one"]>().toEqualTypeOf<Op<Event>>();
});

function* drained(channel: Channel<unknown[]>) {
  yield* channel.receive();
}

describe("what sends while it is being listened to", () => {
  /** It sends what it has sent already. */
  class ReplayingTarget extends Target {
    override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
      super.addEventListener(...args);
      this.dispatchEvent(message("now"));
    }
  }
  class ReplayingEmitter extends Emitter {
    readonly #event: string;

    constructor(event: string) {
      super();
      this.#event = event;
    }

    override on(event: string | symbol, listener: (...args: unknown[]) => void): this {
      super.on(event, listener);
      if (event === this.#event) listener(new RangeError(event));
      return this;
    }
  }

  test("once gives that, or throws that, and listens no longer", async () => {
    const target = new ReplayingTarget();
    const data = await run(function* () {
      const { data: first } = yield* once<MessageEvent<string>>(target, "message");
      const { value } = yield* select({ event: once<MessageEvent<string>>(target, "message") });
      return [first, value.data];
    });
    expect([data, target.listeners]).toEqual([["now", "now"], 0]);

    const ready = new ReplayingEmitter("ready");
    expect(await run(() => once(ready, "ready"))).toEqual([new RangeError("ready")]);
    const failing = new ReplayingEmitter("error");
    await expect(run(() => once(failing, "ready"))).rejects.toThrow(new RangeError("error"));
    for (const emitter of [ready, failing]) expect([emitter.count("ready"), emitter.count("error")]).toEqual([0, 0]);
  });

  test("on gives that; when that closes the channel, it listens no longer", { tags: "slow" }, async () => {
    const target = new ReplayingTarget();
    const data = await run(function* () {
      return (yield* on<MessageEvent<string>>(target, "message").receive()).data;
    });
    expect([data, target.listeners]).toEqual(["now", 0]);

    const failing = new ReplayingEmitter("error");
    await run(function* () {
      const channel = on(failing, "ready");
      expect([failing.count("ready"), failing.count("error")]).toEqual([0, 0]);
      expect(yield* caught(() => drained(channel))).toEqual(new RangeError("error"));
    });
    const end = run(function* () {
      on(failing, "ready");
      yield* new Channel().receive();
    });
    await expect(end).rejects.toThrow("no task can go on");
  });
});
