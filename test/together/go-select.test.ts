// Select as Go's runtime tests have it. IDs are rows of the conformance table.
import { Channel, DeadlockError, run, runSync, select, spawn, until, yieldNow } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

const idle = () => new Channel<number>().receive();

test(
  "GO10: a select acts at one instant: while one of two channels is always ready, otherwise is never chosen",
  { tags: "slow" },
  () => {
    let missed = 0;
    runSync(function* () {
      for (let round = 0; round < 10_000; round++) {
        const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
        a.trySend(1);
        const task = spawn(function* () {
          const hit = yield* select({ a: a.receive(), b: b.receive() }, { otherwise: null });
          if (hit.key === "otherwise") missed++;
        });
        if (round % 2 === 0) yield* yieldNow(); // before it runs, or after
        b.trySend(1);
        yield* select({ a: a.receive() }, { otherwise: null });
        yield* task;
      }
    });
    expect(missed).toBe(0);
  },
);

test("GO11: the same with close as what makes a channel ready", { tags: "slow" }, () => {
  let missed = 0;
  runSync(function* () {
    for (let round = 0; round < 10_000; round++) {
      const [a, b] = [new Channel<number>(1), new Channel<number>()];
      a.trySend(1);
      const task = spawn(function* () {
        const hit = yield* select({ a: a.next(), b: b.next() }, { otherwise: null });
        if (hit.key === "otherwise") missed++;
      });
      if (round % 2 === 0) yield* yieldNow();
      b.close();
      yield* select({ a: a.receive() }, { otherwise: null });
      yield* task;
    }
  });
  expect(missed).toBe(0);
});

test(
  "GO13: single senders and receivers beside a select that sends to four channels and one that receives",
  { tags: "slow", timeout: 30_000 },
  () => {
    const N = 10_000;
    const received = [0, 0, 0, 0];
    runSync(function* () {
      const channels = [0, 0, 2, 3].map((capacity) => new Channel<number>(capacity));
      for (const [i, channel] of channels.entries()) {
        spawn(function* () {
          for (let n = 0; n < N; n++) yield* channel.send(n);
        });
        spawn(function* () {
          for (let n = 0; n < N; n++) {
            yield* channel.receive();
            received[i]!++;
          }
        });
      }
      const clauses = <T>(left: number[], op: (channel: Channel<number>) => T) =>
        Object.fromEntries(channels.map((channel, i) => [i, left[i]! > 0 ? op(channel) : null]));
      spawn(function* () {
        const left = [N, N, N, N];
        for (let n = 0; n < 4 * N; n++) {
          const hit = yield* select(clauses(left, (channel) => channel.send(n)));
          left[Number(hit.key)]!--;
        }
        expect(left).toEqual([0, 0, 0, 0]);
      });
      spawn(function* () {
        const left = [N, N, N, N];
        for (let n = 0; n < 4 * N; n++) {
          const hit = yield* select(clauses(left, (channel) => channel.receive()));
          left[Number(hit.key)]!--;
          received[Number(hit.key)]!++;
        }
        expect(left).toEqual([0, 0, 0, 0]);
      });
      yield* yieldNow();
      return channels;
    });
    expect(received).toEqual([2 * N, 2 * N, 2 * N, 2 * N]);
  },
);

test("GO17: a select that lists a channel twice and is woken by another one leaves none of its two places", () => {
  runSync(function* () {
    const [twice, other] = [new Channel<number>(), new Channel<number>()];
    const task = spawn(() => select({ one: twice.receive(), two: twice.receive(), other: other.receive() }));
    yield* rest();
    expect(twice.statistics().receivers).toBe(2);
    yield* other.send(0);
    expect((yield* task).key).toBe("other");
    expect(twice.statistics().receivers).toBe(0);
    // A later waiter is woken, and nothing is lost to those that are gone.
    const later = spawn(() => twice.receive());
    yield* rest();
    expect(twice.trySend(1)).toBe(true);
    expect(yield* later).toBe(1);
    expect(twice.trySend(2)).toBe(false);
  });
});

test("GO17: … and one that is woken by that channel takes one value of it, not two", () => {
  runSync(function* () {
    const twice = new Channel<number>();
    const task = spawn(() => select({ one: twice.receive(), two: twice.receive() }));
    yield* rest();
    expect([twice.trySend(1), twice.trySend(2)]).toEqual([true, false]);
    expect((yield* task).value).toBe(1);
  });
});

test(
  "GO19: a clause that is null, as Go's nil channel, is never chosen, whether alone or beside others",
  { tags: "slow" },
  async () => {
    const off = null as Channel<number> | null;
    const ready = new Channel<number>(1);
    runSync(function* () {
      for (let time = 0; time < 100; time++) {
        ready.trySend(time);
        const hit = yield* select({ receive: off?.receive(), send: off?.send(1), ready: ready.receive() });
        expect(hit).toEqual({ key: "ready", value: time });
      }
    });
    for (const clause of [off?.receive(), off?.send(1), null]) {
      await expect(run(() => select({ clause }))).rejects.toBeInstanceOf(DeadlockError);
    }
  },
);

test("GO23: an empty select waits for ever, and its task can be cancelled", { tags: "slow" }, async () => {
  await expect(run(() => select({}))).rejects.toBeInstanceOf(DeadlockError);
  runSync(function* () {
    const task = spawn(() => select({}));
    yield* rest();
    expect(task.state).toBe("waiting");
    yield* task.cancel();
    expect(task.state).toBe("cancelled");
  });
});

test(
  "GO25: a select with otherwise never waits: with no clause, with null, with clauses that are not ready",
  { tags: "at-once" },
  () => {
    runSync(function* () {
      const other = spawn(() => yieldNow());
      const full = new Channel<number>(1);
      full.trySend(1);
      const none = { key: "otherwise", value: "none" };
      expect(yield* select({}, { otherwise: "none" })).toEqual(none);
      expect(yield* select({ off: null }, { otherwise: "none" })).toEqual(none);
      expect(yield* select({ a: idle(), b: new Channel().send(1) }, { otherwise: "none" })).toEqual(none);
      expect(yield* select({ off: null, full: full.send(2) }, { otherwise: "none" })).toEqual(none);
      expect(yield* select({ self: other }, { otherwise: "none" })).toEqual(none);
      expect(other.state).toBe("ready"); // nobody else has run
    });
  },
);

test("GO26: a send to a waiting receiver, or with room, and a receive with a value or an end are taken at once", () => {
  runSync(function* () {
    const [room, filled, closed] = [new Channel<number>(1), new Channel<number>(1), new Channel<number>()];
    const [sought, offered] = [new Channel<number>(), new Channel<number>()];
    filled.trySend(1);
    closed.close();
    const receiver = spawn(() => sought.receive());
    const sender = spawn(() => offered.send(7));
    yield* rest();
    const clauses = [room.send(1), filled.receive(), closed.next(), sought.send(5), offered.receive()];
    for (const clause of clauses) {
      expect((yield* select({ idle: idle(), clause }, { otherwise: null })).key).toBe("clause");
    }
    yield* rest();
    expect([yield* receiver, sender.state]).toEqual([5, "done"]);
  });
});

test("GO28: what a clause computes when it is waited for is computed for no clause of a select that is ready at once", () => {
  const evaluated: string[] = [];
  const target = (name: string) => {
    evaluated.push(name);
    return {} as { value?: unknown };
  };
  const lazy = (name: string) =>
    until(() => {
      evaluated.push(`asked ${name}`);
      return new Promise<number>(() => {});
    });
  runSync(function* () {
    const ready = new Channel<number>(1);
    ready.trySend(1);
    const hit = yield* select({ first: lazy("first"), ready: ready.receive(), last: lazy("last") });
    // The target of a receive is named in the branch of the winner.
    if (hit.key === "ready") target("ready").value = hit.value;
    else target(hit.key).value = hit.value;
  });
  expect(evaluated).toEqual(["ready"]);
});

test("GO29: a select that loses as the last, the first or in the middle of a line leaves the line in order", () => {
  for (const place of [0, 1, 2]) {
    for (const kind of ["receive", "send"] as const) {
      runSync(function* () {
        const [line, other] = [new Channel<number>(), new Channel<number>()];
        const op = (n: number) => (kind === "send" ? line.send(n) : line.receive());
        const loser = () => select({ line: op(-1), other: other.receive() });
        const done: number[] = [];
        const waiter = function* (n: number) {
          yield* op(n);
          done.push(n);
        };
        const tasks = [0, 1].map((n) => () => spawn(waiter, n));
        tasks.splice(place, 0, () => spawn(loser) as never);
        for (const start of tasks) {
          start();
          yield* rest();
        }
        yield* other.send(0); // the loser leaves
        for (const n of [2, 3]) {
          spawn(waiter, n);
          yield* rest();
        }
        for (let n = 0; n < 4; n++) {
          const got = kind === "send" ? line.tryReceive()?.value : (line.trySend(n), n);
          expect(got).toBe(n);
          yield* rest();
        }
        expect(done).toEqual([0, 1, 2, 3]);
        expect(line.statistics()).toMatchObject({ senders: 0, receivers: 0 });
      });
    }
  }
});
