import { run, runSync, spawn, until } from "corun";
import { expect, test } from "vitest";
import { Event } from "../../src/sync/event.ts";
import { rest } from "./rest.ts";

test("set lets all go on that wait, in order, and those that come later do not wait", { tags: "default-order" }, () => {
  const event = new Event();
  const order: string[] = [];
  function* waiter(name: string) {
    yield* event.wait();
    order.push(name);
  }
  runSync(function* () {
    for (const name of ["a", "b", "c"]) spawn(waiter, name);
    yield* rest();
    expect(event.statistics()).toEqual({ isSet: false, waiting: 3 });
    event.set();
    event.set();
    expect(event.isSet).toBe(true);
    yield* event.wait();
    order.push("main");
    spawn(waiter, "later");
  });
  expect(order).toEqual(["main", "a", "b", "c", "later"]);
});

test("clear has tasks that come later wait, and does not hold those that were let go", () => {
  const event = new Event();
  runSync(function* () {
    const early = spawn(() => waitFor(event));
    yield* rest();
    event.set();
    event.clear();
    const late = spawn(() => waitFor(event));
    yield* rest();
    expect([early.state, late.state]).toEqual(["done", "waiting"]);
    late.cancel();
    expect(event.statistics()).toEqual({ isSet: false, waiting: 0 });
  });
});

function* waitFor(event: Event): Generator<never, void, unknown> {
  yield* event.wait();
}

test("a waiter that is cancelled, before or after the event is set, does not go on", () => {
  const event = new Event();
  runSync(function* () {
    const tasks = Array.from({ length: 4 }, () => spawn(() => waitFor(event)));
    yield* rest();
    tasks[1]!.cancel();
    event.set();
    tasks[2]!.cancel();
    yield* rest();
    expect(tasks.map((task) => task.state)).toEqual(["done", "cancelled", "cancelled", "done"]);
  });
});

test("an event can be set by a callback of the host", async () => {
  const event = new Event();
  await run.with({ deadlock: "warn" })(function* () {
    setTimeout(() => event.set(), 0);
    const waiter = spawn(() => waitFor(event));
    yield* waiter;
    expect(event.isSet).toBe(true);
  });
});

test("an event can't be waited for by two runs at once", async () => {
  const event = new Event();
  const setsIt = function* () {
    event.set();
  };
  await run(function* () {
    spawn(() => waitFor(event));
    yield* rest();
    for (const other of [() => waitFor(event), setsIt])
      yield* until(() => expect(run(other)).rejects.toThrow(/this event is in use by tasks of another run/));
    event.set();
  });
  await run(() => waitFor(event));
});

test("a task that waits for an event that nobody sets is in the report of the deadlock", { tags: "slow" }, async () => {
  await expect(run(() => waitFor(new Event()))).rejects.toThrow(/event that is not set/);
});
