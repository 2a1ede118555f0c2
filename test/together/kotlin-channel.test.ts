// Channels as the tests of kotlinx.coroutines have them. IDs are rows of the conformance table.
import { Channel, ClosedError, Event, runSync, spawn, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";
import { counter } from "./steps.ts";

const conflated = () => new Channel<number>(1, { overflow: "dropOldest" });

test("KT01: a sender and a receiver of a rendezvous channel take turns exactly so", { tags: "default-order" }, () => {
  const step = counter();
  runSync(function* () {
    const channel = new Channel<number>();
    step(1);
    const sender = spawn(function* () {
      step(4);
      yield* channel.send(1); // waits: it is the first to come
      step(7);
      yield* channel.send(2); // does not wait: the receiver is there
      step(8);
    });
    step(2);
    const receiver = spawn(function* () {
      step(5);
      expect(yield* channel.receive()).toBe(1); // does not wait: the sender is there
      step(6);
      expect(yield* channel.receive()).toBe(2); // waits
      step(9);
    });
    step(3);
    yield* sender;
    yield* receiver;
    step(10);
  });
  step.last(10);
});

test(
  "KT01: trySend on a rendezvous channel fails without a waiting receiver, and tryReceive without a waiting sender",
  { tags: "default-order" },
  () => {
    const step = counter();
    runSync(function* () {
      const channel = new Channel<number>();
      expect(channel.trySend(1)).toBe(false);
      step(1);
      spawn(function* () {
        step(3);
        expect(channel.tryReceive()).toBeUndefined();
        expect(yield* channel.receive()).toBe(2); // waits
        step(6);
        expect(channel.tryReceive()).toBeUndefined();
        yield* yieldNow();
        step(8);
        expect(channel.tryReceive()).toEqual({ value: 3, done: false });
        step(9);
      });
      step(2);
      yield* yieldNow();
      step(4);
      expect(channel.trySend(2)).toBe(true);
      expect(channel.trySend(-2)).toBe(false); // that receiver has its value
      step(5);
      yield* yieldNow();
      step(7);
      yield* channel.send(3);
      step(10);
    });
    step.last(10);
  },
);

test("KT04: trySend on a full channel gives false, which is no error, and the channel is not closed", () => {
  for (const capacity of [0, 1, 2, 10]) {
    const channel = new Channel<number>(capacity);
    for (let n = 0; n < capacity; n++) expect(channel.trySend(n)).toBe(true);
    for (let time = 0; time < 3; time++) expect(channel.trySend(-1)).toBe(false);
    expect([channel.isClosed, channel.length]).toEqual([false, capacity]);
    const roomAgain = channel.tryReceive() !== undefined;
    expect([roomAgain, roomAgain && channel.trySend(capacity)]).toEqual([capacity > 0, capacity > 0]);
    channel.close();
    expect(() => channel.trySend(-1)).toThrow(ClosedError); // unlike a full one
  }
});

test("KT11: who ends a channel early cancels its senders and drains it: the waiting sends leave nothing", () => {
  runSync(function* () {
    const [channel, allWait] = [new Channel<number>(4), new Event()];
    const senders = spawn(function* () {
      for (let n = 1; n <= 7; n++) {
        spawn(() => channel.send(n));
        yield* rest();
      }
      allWait.set();
    });
    yield* allWait.wait();
    expect(channel.statistics()).toMatchObject({ length: 4, senders: 3 });
    yield* senders.cancel();
    expect(channel.statistics()).toMatchObject({ length: 4, senders: 0 });
    channel.close();
    const drained: number[] = [];
    for (let next = channel.tryReceive(); next?.done === false; next = channel.tryReceive()) drained.push(next.value);
    expect(drained).toEqual([1, 2, 3, 4]);
    expect(channel.statistics()).toMatchObject({ length: 0, senders: 0, isClosed: true });
  });
});

test("KT13: a channel that keeps only the newest value gives that, by trySend and by send, and after close", () => {
  runSync(function* () {
    const channel = conflated();
    expect(channel.tryReceive()).toBeUndefined();
    for (const n of [1, 2]) expect(channel.trySend(n)).toBe(true);
    expect(channel.tryReceive()).toEqual({ value: 2, done: false });
    expect(channel.tryReceive()).toBeUndefined();
    for (const n of [3, 4]) yield* channel.send(n);
    expect(yield* channel.receive()).toBe(4);
    for (const n of [5, 6]) yield* channel.send(n);
    channel.close();
    expect(yield* channel.next()).toEqual({ value: 6, done: false });
    expect(yield* channel.next()).toEqual({ value: undefined, done: true });
  });
});

test(
  "KT13: … and gives a value to a waiting receiver directly: what is sent behind it does not replace it",
  { tags: "at-once" },
  () => {
    const step = counter();
    runSync(function* () {
      const channel = conflated();
      step(1);
      spawn(function* () {
        step(4);
        expect(yield* channel.receive()).toBe(2);
        step(5);
        expect(yield* channel.receive()).toBe(3); // waits
        step(8);
        expect(yield* channel.receive()).toBe(6);
        step(9);
      });
      step(2);
      yield* channel.send(1);
      yield* channel.send(2);
      step(3);
      yield* rest();
      step(6);
      yield* channel.send(3); // to the waiting receiver
      for (const n of [4, 5, 6]) yield* channel.send(n);
      step(7);
      yield* rest();
      step(10);
    });
    step.last(10);
  },
);

test.each(["dropOldest", "dropNewest"] as const)(
  "KT14: with capacity 0 and %s a send waits for nobody, and is lost unless a receiver waits",
  (overflow) => {
    const lost: number[] = [];
    runSync(function* () {
      const channel = new Channel<number>(0, { overflow, onUndelivered: (value) => lost.push(value) });
      yield* channel.send(1);
      expect(channel.trySend(2)).toBe(true);
      const receiver = spawn(() => channel.receive());
      yield* rest();
      yield* channel.send(3);
      yield* channel.send(4);
      expect(yield* receiver).toBe(3);
      expect(channel.length).toBe(0);
    });
    expect(lost).toEqual([1, 2, 4]);
  },
);
