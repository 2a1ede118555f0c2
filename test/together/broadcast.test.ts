// Broadcast: one order for all, the pace of the slowest that waits, and what becomes of those that do not.
import { Broadcast, Channel, ClosedError, OverflowError, run, select, sleep, spawn, type Subscription } from "corun";
import { describe, expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

function* drain<T>(subscription: Subscription<T>, into: T[], pause = 0): Generator<never, void, unknown> {
  for (let next = yield* subscription.next(); !next.done; next = yield* subscription.next()) {
    into.push(next.value);
    if (pause > 0) yield* sleep(pause);
  }
}

function* sendAll(broadcast: Broadcast<number>, count: number): Generator<never, void, unknown> {
  for (let i = 0; i < count; i++) yield* broadcast.send(i);
  broadcast.close();
}

describe("a broadcast", () => {
  test.each([0, 1, 2, 10])("gives every value to every subscriber, in one order (capacity %i)", async (capacity) => {
    const seen: number[][] = [[], [], []];
    await runVirtually(function* () {
      const broadcast = new Broadcast<number>();
      for (const [i, into] of seen.entries()) spawn(drain, broadcast.subscribe({ capacity }), into, i);
      const one = spawn(function* () {
        for (let i = 0; i < 10; i++) yield* broadcast.send(i);
      });
      const two = spawn(function* () {
        for (let i = 10; i < 20; i++) yield* broadcast.send(i);
      });
      yield* one;
      yield* two;
      broadcast.close();
    });
    expect(seen[0]!.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test("a subscriber that waits sets the pace; one that drops does not", async () => {
    const [slow, lossy]: [number[], number[]] = [[], []];
    let sentBy = 0;
    await runVirtually(function* () {
      const broadcast = new Broadcast<number>();
      spawn(drain, broadcast.subscribe({ capacity: 1 }), slow, 10);
      spawn(drain, broadcast.subscribe({ capacity: 2, overflow: "dropOldest" }), lossy, 1000);
      yield* rest();
      yield* spawn(sendAll, broadcast, 6);
      yield* rest();
      sentBy = slow.length;
    });
    expect(slow).toEqual([0, 1, 2, 3, 4, 5]);
    expect(sentBy).toBe(5);
    expect(lossy).toEqual([0, 4, 5]);
  });

  test("one task may receive from two subscriptions in turn, also without buffers", async () => {
    const seen: number[] = [];
    await runVirtually(function* () {
      const broadcast = new Broadcast<number>();
      const [a, b] = [broadcast.subscribe(), broadcast.subscribe()];
      spawn(sendAll, broadcast, 3);
      for (let i = 0; i < 3; i++) seen.push(yield* b.receive(), yield* a.receive());
    });
    expect(seen).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test("overflow error closes the slow subscription with an OverflowError, and the sender goes on", async () => {
    const seen: number[] = [];
    const failure = await failureOf(function* () {
      const broadcast = new Broadcast<number>();
      const subscription = broadcast.subscribe({ capacity: 2, overflow: "error" });
      for (let i = 0; i < 5; i++) yield* broadcast.send(i);
      yield* drain(subscription, seen);
    });
    expect(seen).toEqual([0, 1]);
    expect(failure).toBeInstanceOf(OverflowError);
  });

  test("a subscription that is closed holds up nobody, also a send that waits for it", async () => {
    const broadcast = new Broadcast<number>();
    await runVirtually(function* () {
      const subscription = broadcast.subscribe();
      const send = spawn(() => broadcast.send(1));
      yield* rest();
      expect(send.state).toBe("waiting");
      subscription.close();
      yield* send;
      expect(yield* subscription.next()).toEqual({ value: undefined, done: true });
    });
    expect(broadcast.statistics()).toEqual({ subscribers: 0, isClosed: false });
  });

  test("a subscription ends with the scope that it was made in", async () => {
    const broadcast = new Broadcast<number>();
    await runVirtually(function* () {
      yield* spawn(function* () {
        broadcast.subscribe();
      });
      expect(broadcast.statistics().subscribers).toBe(0);
      yield* broadcast.send(1);
    });
  });

  test("a cancelled send does not come to those that had not taken it", async () => {
    const [quick, late]: [number[], number[]] = [[], []];
    await runVirtually(function* () {
      const broadcast = new Broadcast<number>();
      const [a, b] = [broadcast.subscribe({ capacity: 8 }), broadcast.subscribe()];
      const send = spawn(() => broadcast.send(1));
      yield* rest();
      yield* send.cancel();
      spawn(() => broadcast.send(2));
      spawn(drain, a, quick);
      late.push(yield* b.receive());
      broadcast.close();
    });
    expect(quick).toEqual([1, 2]);
    expect(late).toEqual([2]);
  });

  test("trySend hands over to all or to none, also from outside", async () => {
    const broadcast = new Broadcast<number>();
    const [a, b] = [broadcast.subscribe({ capacity: 2 }), broadcast.subscribe({ capacity: 1 })];
    expect([broadcast.trySend(1), broadcast.trySend(2)]).toEqual([true, false]);
    expect([a.tryReceive(), a.tryReceive(), b.tryReceive()]).toEqual([
      { value: 1, done: false },
      undefined,
      { value: 1, done: false },
    ]);
  });

  test("a closed one refuses sends, and those who subscribe then see its end", async () => {
    const broadcast = new Broadcast<number>();
    broadcast.close(new RangeError("over"));
    broadcast.close();
    expect(() => broadcast.trySend(1)).toThrow(ClosedError);
    await expect(run(() => broadcast.send(1))).rejects.toThrow(ClosedError);
    await expect(run(() => broadcast.subscribe().next())).rejects.toThrow("over");
  });

  test("with no subscriber a value goes to nobody, and nobody waits", async () => {
    await expect(run(() => new Broadcast<number>().send(1))).resolves.toBeUndefined();
  });

  test("a select can receive from a subscription, and can't send to a broadcast", async () => {
    const hit = await run(function* () {
      const broadcast = new Broadcast<number>();
      const subscription = broadcast.subscribe();
      spawn(() => broadcast.send(7));
      return yield* select({ other: new Channel<number>().receive(), news: subscription.receive() });
    });
    expect(hit).toEqual({ key: "news", value: 7 });
    await expect(run(() => select({ send: new Broadcast<number>().send(1) }))).rejects.toThrow(/spawn the send/);
  });

  test("code outside that leaves a subscription while it waits closes it at once", async () => {
    const broadcast = new Broadcast<number>();
    const iterator = broadcast.subscribe()[Symbol.asyncIterator]();
    const reading = iterator.next();
    const leaving = iterator.return();
    expect(broadcast.statistics().subscribers).toBe(0);
    expect((await leaving).done).toBe(true);
    expect((await reading).done).toBe(true);
  });

  test("code outside reads a subscription with for await, and an early exit closes it", async () => {
    const broadcast = new Broadcast<number>();
    const subscription = broadcast.subscribe();
    const seen: number[] = [];
    const reads = (async () => {
      for await (const value of subscription) if (seen.push(value) === 2) break;
    })();
    await run(function* () {
      for (let i = 0; i < 5; i++) yield* broadcast.send(i);
    });
    await reads;
    expect(seen).toEqual([0, 1]);
  });
});
