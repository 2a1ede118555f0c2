// Select: exactly one clause happens, and the others leave no trace.
import { Channel, type ClosedError, run, runSync, select, sleep, spawn } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

test("GO26 KT23: a clause that is ready is taken rather than otherwise; GO25: otherwise never waits", () => {
  runSync(function* () {
    const [a, b] = [new Channel<number>(1), new Channel<string>(1)];
    expect(yield* select({ a: a.receive(), b: b.receive() }, { otherwise: "nothing" })).toEqual({
      key: "otherwise",
      value: "nothing",
    });
    b.trySend("x");
    expect(yield* select({ a: a.receive(), b: b.receive() }, { otherwise: 1 })).toEqual({ key: "b", value: "x" });
    expect(yield* select({ put: a.send(5) }, { otherwise: 1 })).toEqual({ key: "put", value: undefined });
    expect(a.tryReceive()).toEqual({ value: 5, done: false });
  });
});

test(
  "GO17 GO29 GO32: a hundred thousand selects leave nothing behind on an idle channel, also with it twice",
  { tags: "large" },
  () => {
    runSync(function* () {
      const [idle, busy] = [new Channel<number>(), new Channel<number>()];
      spawn.background(function* () {
        for (let i = 0; ; i++) yield* busy.send(i);
      });
      for (let i = 0; i < 100_000; i++) {
        const hit = yield* select({
          one: idle.receive(),
          two: idle.receive(),
          put: idle.send(1),
          busy: busy.receive(),
        });
        if (hit.key !== "busy" || hit.value !== i) throw new Error(`at ${i}: ${hit.key}`);
      }
      expect(idle.statistics()).toMatchObject({ senders: 0, receivers: 0 });
      spawn(() => idle.send(7));
      expect(yield* idle.receive()).toBe(7);
    });
  },
);

test(
  "GO19: a clause that is null is never chosen; GO23: with none left it waits for ever, which counts for deadlock",
  { tags: "slow" },
  async () => {
    const channel = new Channel<number>(1);
    channel.trySend(1);
    expect(runSync(() => select({ off: null, on: channel.receive() }))).toEqual({ key: "on", value: 1 });
    await expect(run(() => select({ off: null }))).rejects.toThrow("no task can go on");
  },
);

test("GO22: a send on a closed channel throws, also in a select; a receive from one decides it", () => {
  const closed = new Channel<number>();
  closed.close();
  const idle = new Channel<number>();
  expect(() => runSync(() => select({ put: closed.send(1) }))).toThrow("closed");
  expect(runSync(() => select({ next: closed.next(), idle: idle.receive() }))).toEqual({
    key: "next",
    value: { value: undefined, done: true },
  });
});

test(
  "GO14 KT22: with two clauses that are always ready, both are taken about as often; the seed repeats it exactly",
  { tags: "slow" },
  async () => {
    const picks = (seed: number) =>
      run.with({ seed })(function* () {
        const [a, b, idle] = [new Channel<number>(1), new Channel<number>(1), new Channel<number>()];
        let picked = "";
        for (let i = 0; i < 10_000; i++) {
          a.trySend(1);
          b.trySend(1);
          picked += (yield* select({ a: a.receive(), idle: idle.receive(), b: b.receive(), put: idle.send(1) })).key;
        }
        return picked;
      });
    const picked = await picks(1);
    const fromA = picked.replaceAll("b", "").length;
    expect(Math.abs(fromA / 10_000 - 0.5)).toBeLessThan(4.89 / (2 * Math.sqrt(10_000)));
    expect((await picks(1)) === picked).toBe(true);
    expect((await picks(2)) === picked).toBe(false);
  },
);

test("priority takes the first that is ready, as written", () => {
  runSync(function* () {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    for (let i = 0; i < 100; i++) {
      a.trySend(1);
      b.trySend(1);
      expect((yield* select({ a: a.receive(), b: b.receive() }, { order: "priority" })).key).toBe("a");
    }
  });
});

test("KT28: a send and a receive of one channel in one select never pair; another task pairs with either", () => {
  runSync(function* () {
    const channel = new Channel<string>();
    const both = () => select({ put: channel.send("put"), got: channel.receive() });
    const task = spawn(() => both());
    yield* rest();
    expect(task.state).toBe("waiting");
    expect(yield* channel.receive()).toBe("put");
    expect(yield* task).toEqual({ key: "put", value: undefined });
    const [x, y] = [spawn(() => both()), spawn(() => both())];
    const keys = [yield* x, yield* y].map((hit) => hit.key).sort();
    expect(keys).toEqual(["got", "put"]);
  });
});

test("KT25: after a clause has won, closing another channel of the same select does not matter", () => {
  runSync(function* () {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const task = spawn(() => select({ a: a.receive(), b: b.receive() }));
    yield* rest();
    a.trySend(1);
    b.close();
    expect(yield* task).toEqual({ key: "a", value: 1 });
  });
});

test("a select over a sleep, a task and a channel; a value won by a select that is cancelled before it runs goes back", async () => {
  const result = await run(function* () {
    const channel = new Channel<number>(1);
    const slow = spawn.background(() => sleep(1_000_000));
    const first = yield* select({ channel: channel.receive(), slow, timer: sleep(1) });
    const task = spawn(() => select({ channel: channel.receive(), slow }));
    yield* rest();
    expect(channel.trySend(9)).toBe(true);
    yield* task.cancel();
    return [first.key, channel.tryReceive(), slow.state];
  });
  expect(result).toEqual(["timer", { value: 9, done: false }, "waiting"]);
});

test("a clause that is no op is a clear error", () => {
  const attempt = () => runSync(() => select({ bad: [1, 2] as never }));
  expect(attempt).toThrow('"bad" is [object Array]');
  expect(attempt as () => ClosedError).toThrow(TypeError);
});
