// Channels as Go's runtime tests have them, each over several capacities. IDs are rows of the conformance table.
import { Channel, ClosedError, runSync, select, spawn, yieldNow } from "corun";
import { describe, expect, test } from "vitest";
import { rest } from "./rest.ts";

/** What `body` throws. */
function* thrownBy(body: () => Generator<never, unknown, unknown>) {
  try {
    yield* body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function* receiveFrom(channel: Channel<number>) {
  return yield* channel.receive();
}

function* nextOf(channel: Channel<number>) {
  return yield* channel.next();
}

describe.each([0, 1, 2, 10, 100])("with capacity %s", (capacity) => {
  test("GO01: receive and next wait on an empty channel, until a value is sent", () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      const plain = spawn(receiveFrom, channel);
      yield* rest();
      const withEnd = spawn(nextOf, channel);
      yield* rest();
      expect([plain.state, withEnd.state]).toEqual(["waiting", "waiting"]);
      yield* channel.send(1);
      yield* channel.send(2);
      expect([yield* plain, yield* withEnd]).toEqual([1, { value: 2, done: false }]);
    });
  });

  test(
    "GO02: tryReceive and a select with otherwise find nothing on an empty channel, and do not wait",
    { tags: "at-once" },
    () => {
      runSync(function* () {
        const channel = new Channel<number>(capacity);
        const other = spawn(() => yieldNow());
        expect(channel.tryReceive()).toBeUndefined();
        for (const op of [channel.receive(), channel.next()]) {
          expect((yield* select({ op }, { otherwise: "none" })).value).toBe("none");
        }
        expect(other.state).toBe("ready"); // nobody else has run
      });
    },
  );

  test("GO04: what was buffered comes out in order after close, then the end, for ever", () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      for (let n = 0; n < capacity; n++) yield* channel.send(n);
      channel.close();
      for (let n = 0; n < capacity; n++) expect(yield* channel.receive()).toBe(n);
      for (let time = 0; time < 3; time++) {
        expect(yield* channel.next()).toEqual({ value: undefined, done: true });
        expect(channel.tryReceive()).toEqual({ value: undefined, done: true });
        expect(yield* thrownBy(() => receiveFrom(channel))).toBeInstanceOf(ClosedError);
      }
    });
  });

  test("GO05: close wakes those that wait in receive and in next", () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      const plain = spawn(() => thrownBy(() => receiveFrom(channel)));
      const withEnd = spawn(nextOf, channel);
      yield* rest();
      expect([plain.state, withEnd.state]).toEqual(["waiting", "waiting"]);
      channel.close();
      expect(yield* plain).toBeInstanceOf(ClosedError);
      expect(yield* withEnd).toEqual({ value: undefined, done: true });
      expect(channel.statistics()).toMatchObject({ senders: 0, receivers: 0 });
    });
  });

  test("GO07: four senders of a thousand values and four receivers: each value arrives four times", () => {
    const counts: number[] = Array.from({ length: 1000 }, () => 0);
    let receivers = 0;
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      for (let r = 0; r < 4; r++) {
        spawn(function* () {
          for (let got = yield* channel.next(); !got.done; got = yield* channel.next()) counts[got.value]!++;
          receivers++;
        });
      }
      const senders = [1, 2, 3, 4].map(() =>
        spawn(function* () {
          for (let n = 0; n < 1000; n++) yield* channel.send(n);
        }),
      );
      for (const sender of senders) yield* sender;
      channel.close();
    });
    expect(receivers).toBe(4);
    expect(counts.every((count) => count === 4)).toBe(true);
  });

  test("GO08: length and capacity are told before and after it was filled, and while senders wait", () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      const seen = () => [channel.length, channel.capacity];
      expect(seen()).toEqual([0, capacity]);
      for (let n = 0; n < capacity; n++) yield* channel.send(n);
      expect(seen()).toEqual([capacity, capacity]);
      const sender = spawn(() => channel.send(-1));
      yield* rest();
      expect([...seen(), channel.statistics().senders]).toEqual([capacity, capacity, 1]);
      for (let n = 0; n <= capacity; n++) yield* channel.receive();
      yield* sender;
      expect(seen()).toEqual([0, capacity]);
    });
  });

  test("GO20: a send never waits while there is room, and waits when there is none", { tags: "default-order" }, () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      const log: string[] = [];
      const sender = spawn(function* () {
        for (let n = 0; n < capacity; n++) yield* channel.send(n);
        log.push("filled");
        yield* channel.send(-1);
      });
      spawn(function* () {
        log.push("other");
      });
      yield* rest();
      expect([log, sender.state]).toEqual([["filled", "other"], "waiting"]);
      for (let n = 0; n <= capacity; n++) yield* channel.receive();
    });
  });

  test("GO22: a send on a closed channel throws at the sender: in send, in trySend, and in a select", () => {
    runSync(function* () {
      const channel = new Channel<number>(capacity);
      channel.close();
      expect(() => channel.trySend(1)).toThrow(ClosedError);
      const sent = () => channel.send(1)[Symbol.iterator]() as Generator<never, void>;
      expect(yield* thrownBy(sent)).toBeInstanceOf(ClosedError);
      for (const options of [{}, { otherwise: 0 }]) {
        const selected = function* () {
          return yield* select({ idle: new Channel().receive(), put: channel.send(1) }, options);
        };
        expect(yield* thrownBy(selected)).toBeInstanceOf(ClosedError);
      }
      expect(channel.length).toBe(0);
    });
  });

  test("GO34: values come out in the order in which they were sent", () => {
    const got = runSync(function* () {
      const channel = new Channel<number>(capacity);
      spawn(function* () {
        for (let n = 0; n < 3 * capacity + 5; n++) yield* channel.send(n);
        channel.close();
      });
      const values: number[] = [];
      for (let next = yield* channel.next(); !next.done; next = yield* channel.next()) values.push(next.value);
      return values;
    });
    expect(got).toEqual(Array.from({ length: 3 * capacity + 5 }, (_, n) => n));
  });
});

test("GO35: a daisy chain of tasks that wait on one rendezvous channel each is served in order", () => {
  const order: number[] = [];
  runSync(function* () {
    // Each link waits for its left neighbour, takes a value, and lets its right neighbour go.
    const values = new Channel<number>();
    const first = new Channel<void>();
    let left = first;
    for (let n = 0; n < 100; n++) {
      const [before, after] = [left, new Channel<void>(1)];
      spawn(function* () {
        yield* before.receive();
        const value = yield* values.receive();
        if (value !== n) throw new Error(`link ${n} got ${value}`);
        order.push(value);
        yield* after.send();
      });
      left = after;
    }
    yield* first.send();
    for (let n = 0; n < 100; n++) yield* values.send(n);
    yield* left.receive();
  });
  expect(order).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("GO37: ten thousand tasks in a chain pass a value from right to left, and all end", { tags: "large" }, () => {
  const ended = runSync(function* () {
    let count = 0;
    const leftmost = new Channel<number>();
    let left = leftmost;
    for (let n = 0; n < 10_000; n++) {
      const [to, from] = [left, new Channel<number>()];
      spawn(function* () {
        yield* to.send(yield* from.receive());
        count++;
      });
      left = from;
    }
    yield* left.send(42);
    expect(yield* leftmost.receive()).toBe(42);
    yield* rest();
    return count;
  });
  expect(ended).toBe(10_000);
});

test(
  "GO16: 23 workers do 271,828 jobs; the results are closed after the last worker: count and sum are exact",
  { tags: "large", timeout: 30_000 },
  () => {
    const WORKERS = 23;
    const JOBS = 271_828;
    const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
    const [count, sum, expected] = runSync(function* () {
      const [jobs, results] = [new Channel<number>(WORKERS), new Channel<number>(WORKERS)];
      let total = 0;
      spawn(function* () {
        for (let n = 0; n < JOBS; n++) {
          const value = primes[n % primes.length]!;
          total += value;
          yield* jobs.send(value);
        }
        jobs.close();
      });
      const worker = function* () {
        for (let job = yield* jobs.next(); !job.done; job = yield* jobs.next()) {
          if (job.value === 2) yield* yieldNow(); // some take longer
          yield* results.send(job.value);
        }
      };
      const workers = Array.from({ length: WORKERS }, () => spawn(worker));
      spawn(function* () {
        for (const task of workers) yield* task;
        results.close();
      });
      let [received, added] = [0, 0];
      for (let result = yield* results.next(); !result.done; result = yield* results.next()) {
        received++;
        added += result.value;
      }
      return [received, added, total];
    });
    expect([count, sum]).toEqual([JOBS, expected]);
  },
);
