// What becomes of values that nobody receives, and of what a producer has to clean up, as the tests of
// kotlinx.coroutines have it. IDs are rows of the conformance table.
import { Channel, ClosedError, defer, Event, runSync, scope, SchedulerError, spawn, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

/** A channel that drops, and what is received of 1 to 5. */
interface Case {
  name: string;
  overflow: "dropOldest" | "dropNewest";
  capacity: number;
  received: number[];
}

test.each<Case>([
  { name: "the newest only", overflow: "dropOldest", capacity: 1, received: [5] },
  { name: "the last three", overflow: "dropOldest", capacity: 3, received: [3, 4, 5] },
  { name: "the first three", overflow: "dropNewest", capacity: 3, received: [1, 2, 3] },
])("KT17: of a channel that keeps $name, each other value is reported once, by send and by trySend", (each) => {
  for (const how of ["send", "trySend"] as const) {
    const lost: number[] = [];
    runSync(function* () {
      const { capacity, overflow, received } = each;
      const channel = new Channel<number>(capacity, { overflow, onUndelivered: (value) => lost.push(value) });
      for (const n of [1, 2, 3, 4, 5]) {
        if (how === "send") yield* channel.send(n);
        else expect(channel.trySend(n)).toBe(true);
      }
      channel.close();
      for (const n of received) expect(yield* channel.receive()).toBe(n);
    });
    expect(lost).toEqual([1, 2, 3, 4, 5].filter((n) => !each.received.includes(n)));
  }
});

test("KT17: a value that is refused, as the channel is closed or has no room, stays with its sender: it is not reported", () => {
  const reported: number[] = [];
  const channel = new Channel<number>(1, { overflow: "error", onUndelivered: (value) => reported.push(value) });
  channel.trySend(1);
  expect(() => channel.trySend(2)).toThrow(expect.objectContaining({ name: "OverflowError", value: 2 }));
  channel.close();
  expect(() => channel.trySend(3)).toThrow(ClosedError);
  expect(() => runSync(() => channel.send(4))).toThrow(ClosedError);
  const waiting = new Channel<number>(0, { onUndelivered: (value) => reported.push(value) });
  expect(waiting.trySend(5)).toBe(false);
  expect(reported).toEqual([]);
});

// Row KT16, open; its ID is not written out, as a test that is expected to fail proves no row. A sender that is
// cancelled can't tell whether its value was taken in the same moment, so only the channel can say who has to care
// for it.
test.each([0, 2])(
  "KT16: with capacity %s a waiting send that is cancelled gives its value to onUndelivered, once",
  (capacity) => {
    const lost: number[] = [];
    runSync(function* () {
      const channel = new Channel<number>(capacity, { onUndelivered: (value) => lost.push(value) });
      for (let n = 0; n < capacity; n++) yield* channel.send(n);
      const sender = spawn(() => channel.send(9));
      yield* rest();
      yield* sender.cancel();
      sender.cancel();
      for (let n = 0; n < capacity; n++) yield* channel.receive();
    });
    expect(lost).toEqual([9]);
  },
);

test("onUndelivered may send to the channel that it is of: the capacity holds", () => {
  const channel: Channel<number> = new Channel(1, {
    overflow: "dropOldest",
    onUndelivered: (value) => {
      if (value === 1) channel.trySend(11);
    },
  });
  channel.trySend(1);
  channel.trySend(2);
  expect(channel.length).toBe(1);
});

test("an onUndelivered that throws does not lose the value that is sent", () => {
  const channel = new Channel<number>(1, {
    overflow: "dropOldest",
    onUndelivered: (value) => {
      throw new Error(`lost ${value}`);
    },
  });
  channel.trySend(1);
  expect(() => channel.trySend(2)).toThrow("lost 1");
  expect(channel.tryReceive()).toEqual({ value: 2, done: false });
});

/** A source of events that calls back, as the host's are. */
class Source {
  readonly listeners: Set<(n: number) => void> = new Set();
  emit(n: number): void {
    for (const listener of this.listeners) listener(n);
  }
}

test.each(["the consumer's end", "its own end", "the end of the scope around"])(
  "KT19: a producer of callbacks lives until %s, then its cleanup runs, once",
  (end) => {
    const source = new Source();
    const log: string[] = [];
    runSync(function* () {
      const [channel, isOver] = [new Channel<number>(10), new Event()];
      yield* scope(function* () {
        const listener = (n: number) => void channel.trySend(n);
        const producer = spawn.background(function* () {
          source.listeners.add(listener);
          defer(() => {
            source.listeners.delete(listener);
            channel.close();
            log.push("cleaned up");
          });
          if (end === "its own end") yield* isOver.wait();
          else yield* new Channel<never>().receive();
        });
        yield* rest();
        source.emit(1);
        expect(yield* channel.receive()).toBe(1);
        log.push("received");
        if (end === "the consumer's end") yield* producer.cancel();
        if (end === "its own end") {
          isOver.set();
          yield* producer;
        }
      });
      log.push("over");
      source.emit(2);
      expect(channel.tryReceive()).toEqual({ value: undefined, done: true });
    });
    expect(log).toEqual(["received", "cleaned up", "over"]);
    expect(source.listeners.size).toBe(0);
  },
);

test("KT19: cleanup that is bound to no producer is an error at once", () => {
  expect(() => defer(() => {})).toThrow(SchedulerError);
});

test("KT20: the failure of a producer reaches the receiver after all values that it sent before", () => {
  const wrong = new Error("wrong");
  const seen = runSync(function* () {
    const channel = new Channel<number>(Number.POSITIVE_INFINITY);
    spawn(function* () {
      try {
        for (let n = 0; n < 5; n++) yield* channel.send(n);
        throw wrong;
      } catch (error) {
        channel.close(error);
      }
    });
    yield* rest();
    expect(channel.isClosed).toBe(true);
    const got: unknown[] = [];
    try {
      for (;;) got.push(yield* channel.receive());
    } catch (error) {
      got.push(error);
    }
    return got;
  });
  expect(seen).toEqual([0, 1, 2, 3, 4, wrong]);
  expect(seen[5]).toBe(wrong);
});

test("KT20: a receiver that waits when its producer fails is given that failure", () => {
  const wrong = new Error("wrong");
  runSync(function* () {
    const channel = new Channel<number>();
    const receiver = spawn.supervised(() => channel.receive());
    yield* yieldNow();
    channel.close(wrong);
    try {
      yield* receiver;
      expect.unreachable();
    } catch (error) {
      expect(error).toBe(wrong);
    }
  });
});
