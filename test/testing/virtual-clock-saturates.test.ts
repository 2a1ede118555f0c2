// Moments that no number is late enough for, and limits that never come.
import { Channel, DeadlockError, run, scope, sleep, timeout } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";

test("a sleep beyond the last moment ends then, and not never", async () => {
  const clock = new VirtualClock();
  const end = run.with({ clock })(function* () {
    yield* sleep(Number.MAX_VALUE);
    yield* sleep(Number.MAX_VALUE);
    return clock.now();
  });
  expect(await end).toBe(Number.MAX_VALUE);
});

test("a deadline of Infinity is none: what waits for ever in it is a deadlock", async () => {
  const body = function* () {
    yield* scope(() => new Channel<number>().receive(), { deadline: Number.POSITIVE_INFINITY });
  };
  await expect(run(body)).rejects.toBeInstanceOf(DeadlockError);
  await expect(run(() => timeout(Number.POSITIVE_INFINITY, new Channel<number>().receive()))).rejects.toBeInstanceOf(
    DeadlockError,
  );
});
