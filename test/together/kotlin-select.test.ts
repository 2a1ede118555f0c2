// Select as the tests of kotlinx.coroutines have it. IDs are rows of the conformance table.
import { Channel, type Guard, Mutex, random, runSync, select, sleep, spawn, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";
import { counter } from "./steps.ts";

const ways = [
  { kind: "send", withDefault: false },
  { kind: "send", withDefault: true },
  { kind: "receive", withDefault: false },
  { kind: "receive", withDefault: true },
] as const;

test.each(ways)(
  "KT23: a $kind whose partner waits is chosen at once, without a switch, also with a default: $withDefault",
  { tags: "at-once" },
  ({ kind, withDefault }) => {
    const step = counter();
    runSync(function* () {
      const channel = new Channel<string>();
      step(1);
      const partner = spawn(function* () {
        step(3);
        const got = kind === "send" ? yield* channel.receive() : yield* channel.send("from the partner");
        step(6);
        return got;
      });
      step(2);
      yield* rest();
      step(4);
      const clause = kind === "send" ? channel.send("from the select") : channel.receive();
      const hit: unknown = yield* withDefault ? select({ clause }, { otherwise: null }) : select({ clause });
      step(5);
      expect(hit).toEqual({ key: "clause", value: kind === "send" ? undefined : "from the partner" });
      expect(yield* partner).toBe(kind === "send" ? "from the select" : undefined);
    });
    step.last(6);
  },
);

test.each(ways)(
  "KT23: a $kind without a partner waits for one; with a default ($withDefault) it does not wait",
  { tags: "at-once" },
  ({ kind, withDefault }) => {
    const step = counter();
    runSync(function* () {
      const channel = new Channel<string>();
      step(1);
      const partner = spawn(function* () {
        step(withDefault ? 4 : 3);
        const got = kind === "send" ? yield* channel.receive() : yield* channel.send("from the partner");
        step(withDefault ? 6 : 4);
        return got;
      });
      step(2);
      const clause = () => (kind === "send" ? channel.send("from the select") : channel.receive());
      if (withDefault) {
        expect(yield* select({ clause: clause() }, { otherwise: "default" })).toMatchObject({ value: "default" });
        step(3);
        yield* rest();
      }
      expect(yield* select({ clause: clause() })).toMatchObject({ key: "clause" });
      step(5);
      expect(yield* partner).toBe(kind === "send" ? "from the select" : undefined);
    });
    step.last(6 - (withDefault ? 0 : 1));
  },
);

test("KT25: a select that has sent, or received, is not failed by the close of its other channels before it runs", () => {
  for (const error of [undefined, new Error("closed")]) {
    runSync(function* () {
      const [a, b] = [new Channel<string>(), new Channel<string>()];
      const task = spawn(() => select({ a: a.send("sent"), b: b.receive() }));
      yield* rest();
      expect(a.tryReceive()).toEqual({ value: "sent", done: false });
      a.close(error);
      b.close(error);
      expect(yield* task).toEqual({ key: "a", value: undefined });
      expect([a.statistics().senders, b.statistics().receivers]).toEqual([0, 0]);
    });
  }
});

test(
  "KT26: what follows a select runs in its own task after the sender has gone on, and may wait itself",
  { tags: "default-order" },
  () => {
    const step = counter();
    runSync(function* () {
      const channel = new Channel<string>();
      step(1);
      spawn(function* () {
        step(3);
        const hit = yield* select({ got: channel.receive() });
        expect(hit.value).toBe("OK");
        step(6);
        yield* yieldNow();
        step(8);
      });
      step(2);
      yield* yieldNow();
      step(4);
      yield* channel.send("OK");
      step(5);
      yield* yieldNow();
      step(7);
      yield* yieldNow();
      step(9);
    });
    step.last(9);
  },
);

test("KT28: after a select with a send and a receive of one channel, in either order, the channel is as usable as before", () => {
  for (const order of ["send first", "receive first"]) {
    runSync(function* () {
      const channel = new Channel<number>();
      const both = function* () {
        const put = { put: channel.send(1) };
        const got = { got: channel.receive() };
        return yield* select(order === "send first" ? { ...put, ...got } : { ...got, ...put });
      };
      const alone = spawn(both);
      yield* rest();
      expect(alone.state).toBe("waiting"); // it does not meet itself
      yield* alone.cancel();
      expect(channel.statistics()).toMatchObject({ senders: 0, receivers: 0, isClosed: false });
      const sender = spawn(() => channel.send(2));
      expect(yield* channel.receive()).toBe(2);
      yield* sender;
    });
  }
});

test("KT29: of several sleeps in a select the shortest is chosen, at its moment", async () => {
  const clock = new VirtualClock();
  const main = function* () {
    return yield* select({ long: sleep(1000), short: sleep(100), middle: sleep(500) });
  };
  const hit = await runVirtually(main, { clock });
  expect([hit, clock.now()]).toEqual([{ key: "short", value: undefined }, 100]);
});

test.each([0, -1, -10_000])("KT29: a sleep(%s) in a select is ready at once", async (ms) => {
  const clock = new VirtualClock();
  const main = function* () {
    return yield* select({ long: sleep(1000), now: sleep(ms) });
  };
  expect(await runVirtually(main, { clock })).toMatchObject({ key: "now" });
  expect(clock.now()).toBe(0);
});

test("KT29: of two sleeps that are ready, priority takes the first as written, and a fair select takes each at times", () => {
  const counts = { first: 0, second: 0 };
  runSync(function* () {
    for (let time = 0; time < 1000; time++) {
      const prior = yield* select({ first: sleep(0), second: sleep(-1) }, { order: "priority" });
      expect(prior.key).toBe("first");
      counts[(yield* select({ first: sleep(0), second: sleep(-1) })).key]++;
    }
  });
  expect(Math.min(counts.first, counts.second)).toBeGreaterThan(400);
});

test("KT31: a loop of selects over a channel and a task that fails goes on until the failure", async () => {
  const step = counter();
  const wrong = new Error("wrong");
  const failure = await failureOf(function* () {
    step(1);
    const channel = new Channel<number>();
    const task = spawn(function* () {
      step(3);
      yield* channel.send(1);
      step(4);
      yield* channel.send(2);
      step(5);
      throw wrong;
    });
    step(2);
    try {
      for (;;) {
        const hit = yield* select({ value: channel.receive(), task });
        expect(hit.key).toBe("value");
      }
    } finally {
      step(6);
    }
  });
  expect(failure).toBe(wrong);
  step.last(6);
});

test("KT31: … and over a channel and a task that ends gives the value of the task once the channel is drained", () => {
  runSync(function* () {
    const channel = new Channel<number>();
    const task = spawn(function* () {
      for (let n = 0; n < 100; n++) yield* channel.send(n);
      return "the end";
    });
    const seen: number[] = [];
    for (;;) {
      const hit = yield* select({ value: channel.receive(), task });
      if (hit.key === "task") {
        expect(hit.value).toBe("the end");
        break;
      }
      seen.push(hit.value);
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(channel.statistics().receivers).toBe(0);
  });
});

test(
  "KT32: ten philosophers who take whichever fork is free, by select, all eat, and nobody eats beside another",
  { tags: "slow" },
  async () => {
    const SEATS = 10;
    const meals: number[] = Array.from({ length: SEATS }, () => 0);
    const eating = new Set<number>();
    const forks = Array.from({ length: SEATS }, () => new Mutex());
    function* bothForks(seat: number): Generator<never, Guard[], unknown> {
      const [left, right] = [forks[seat]!, forks[(seat + 1) % SEATS]!];
      for (;;) {
        const hit = yield* select({ left: left.lock(), right: right.lock() });
        const other = (hit.key === "left" ? right : left).tryLock();
        if (other !== undefined) return [hit.value, other];
        hit.value[Symbol.dispose]();
        yield* sleep(random()); // in step with the neighbours, some orders would have it come too late each time
      }
    }
    function* philosopher(seat: number) {
      for (;;) {
        const held = yield* bothForks(seat);
        try {
          expect(eating.has((seat + 1) % SEATS) || eating.has((seat + SEATS - 1) % SEATS)).toBe(false);
          eating.add(seat);
          yield* sleep(1);
          meals[seat]!++;
        } finally {
          eating.delete(seat);
          for (const fork of held) fork[Symbol.dispose]();
        }
        yield* sleep(1);
      }
    }
    await runVirtually(
      function* () {
        for (let seat = 0; seat < SEATS; seat++) spawn.background(philosopher, seat);
        yield* sleep(200);
      },
      { seed: 7 },
    );
    expect(Math.min(...meals)).toBeGreaterThan(0);
    const free = { isLocked: false, holder: undefined, waiting: 0 };
    expect(forks.map((fork) => fork.statistics())).toEqual(forks.map(() => free));
  },
);
