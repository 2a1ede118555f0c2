// A task that is started in a scope between the end of its last task and its own: the scope waits for it.
import { Event, run, type Scope, scope, sleep, spawn } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";

const late = (log: string[]) =>
  function* () {
    try {
      yield* sleep(50);
      log.push("late");
    } finally {
      log.push("cleanup");
    }
  };

test("by another task, in the turn in which the last one ends", { tags: "default-order" }, async () => {
  const log: string[] = [];
  await run.with({ clock: new VirtualClock() })(function* () {
    const ready = new Event();
    let handed: Scope | undefined;
    spawn(function* () {
      yield* ready.wait();
      handed!.spawn(late(log));
    });
    yield* scope(function* (own) {
      handed = own;
      spawn(function* () {
        yield* sleep(1);
        ready.set();
      });
    });
    log.push("the scope is over");
  });
  expect(log).toEqual(["late", "cleanup", "the scope is over"]);
});

test("its failure is one of the scope", { tags: "default-order" }, async () => {
  const caught = await run.with({ clock: new VirtualClock() })(function* () {
    const ready = new Event();
    let handed: Scope | undefined;
    spawn(function* () {
      yield* ready.wait();
      handed!.spawn(function* () {
        yield* sleep(1);
        throw new Error("late");
      });
    });
    try {
      yield* scope(function* (own) {
        handed = own;
        spawn(function* () {
          yield* sleep(1);
          ready.set();
        });
      });
      return "nothing";
    } catch (error) {
      return String(error);
    } finally {
      yield* sleep(10);
    }
  });
  expect(caught).toBe("Error: late");
});
