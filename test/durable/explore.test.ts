// The engine in process under a virtual clock, and under every schedule.

import { type Coroutine, run, sleep, spawn } from "corun";
import { durable, inProcess, now, step } from "corun/durable";
import { explore, VirtualClock } from "corun/testing";
import { expect, it } from "vitest";
import { caught } from "./caught.ts";

const reminder = durable("reminder", function* (): Coroutine.Body<number, void, number> {
  for (let woke = 0; ; woke = now()) yield* sleep(yield woke);
});

type Order = { put: number } | "get";
const cell = durable("cell", function* (): Coroutine.Body<number, void, Order> {
  for (let value = 0; ;) {
    const order = yield value;
    if (order !== "get") value = yield* step("write", () => order.put);
  }
});

it("sleeps by the clock that it is given", async () => {
  const clock = new VirtualClock();
  const engine = inProcess({ clock });
  const days = 24 * 3_600_000;
  const r = engine.open(reminder, "r");
  expect(await r.send(30 * days)).toBe(30 * days);
  await r.post(days, { after: 10 * days });
  await expect.poll(async () => (await r.inspect()).turns).toBe(2);
  expect(await r.send(0)).toBe(41 * days);
});

it("gives up waiting for an answer by that clock", async () => {
  const clock = new VirtualClock();
  const engine = inProcess({ clock });
  const error = await caught(engine.open(reminder, "r").send(10_000, { timeout: 100 }));
  expect(error).toMatchObject({ name: "TimeoutError" });
  expect(clock.now()).toBe(100);
});

it("answers tasks, which wait with yield*, and tells them failures", async () => {
  const engine = inProcess();
  const seen = await run(function* () {
    const c = engine.open(cell, "a");
    const put = yield* c.send({ put: 5 });
    try {
      yield* c.send(new Date() as never);
    } catch (error) {
      return [put, (error as Error).name];
    }
    return [];
  });
  expect(seen).toEqual([5, "NotSerializableError"]);
});

it("finds the interleaving in which a program around durable coroutines goes wrong", async () => {
  const add = function* (c: { send(order: Order): Generator<never, number> }) {
    const value = yield* c.send("get");
    yield* c.send({ put: value + 1 });
  };
  const program = function* () {
    const c = inProcess().open(cell, "a") as never as { send(order: Order): Generator<never, number> };
    const both = [spawn(add, c), spawn(add, c)];
    for (const task of both) yield* task;
    const sum = yield* c.send("get");
    if (sum !== 2) throw new Error(`one of two was lost: ${sum}`);
  };
  const error = await caught(explore(program, { runs: 200, seed: 1 }));
  expect(error).toMatchObject({ name: "ExploreError", cause: { message: "one of two was lost: 1" } });
});
