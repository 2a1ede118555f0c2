// A transfer in a scope of a task: what was started and deferred around it ends before the task does.
import { coroutine, defer, run, scope, sleep, spawn, transfer, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";

const target = coroutine(function* (): Generator<never, string, unknown> {
  return "of the target";
});

test("the tasks and cleanups of the outer scopes are not left behind", async () => {
  const steps: string[] = [];
  await run.with({ clock: new VirtualClock() })(function* () {
    defer(() => steps.push("deferred"));
    spawn(function* () {
      try {
        yield* sleep(50);
        steps.push("child");
      } finally {
        steps.push("cleanup of the child");
      }
    });
    yield* scope(function* () {
      yield* transfer(target() as never, undefined as never);
    });
  });
  expect(steps).toEqual(["child", "cleanup of the child", "deferred"]);
});

test("no timer is left behind, with which the host would wait", async () => {
  const timers = new Set<() => void>();
  const clock = {
    now: () => 0,
    wakeAt(_: number, wake: () => void) {
      timers.add(wake);
      return () => void timers.delete(wake);
    },
  };
  await run.with({ clock })(function* () {
    yield* scope(
      function* () {
        yield* yieldNow();
        yield* until(Promise.resolve()); // the host has its turn, and sets the timer
        yield* transfer(target() as never, undefined as never);
      },
      { deadline: 1000 },
    );
  });
  await Promise.resolve();
  expect(timers.size).toBe(0);
});
