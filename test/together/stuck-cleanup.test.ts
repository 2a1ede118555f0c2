// Cleanup that can't go on: the end of one wait may be what another one waits for.
import { DeadlockError, run, runSync, scope, Semaphore, sleep, spawn } from "corun";
import { expect, test } from "vitest";

/** The cleanups wait for permits that nobody gives back; the first wants more than the others, who stand behind it. */
function* stuck(steps: string[]): Generator<never, void, unknown> {
  const permits = new Semaphore(3);
  yield* permits.acquire(2);
  const wanting = function* (k: number) {
    try {
      yield* sleep(Number.POSITIVE_INFINITY);
    } finally {
      steps.push(`wants ${k}`);
      yield* permits.acquire(k);
      steps.push(`has ${k}`);
    }
  };
  yield* scope(function* () {
    spawn(wanting, 3);
    spawn(wanting, 1);
    spawn(wanting, 1);
  });
}

test("run ends with the DeadlockError", { tags: "default-order" }, async () => {
  const steps: string[] = [];
  const error = await run(stuck, steps).catch((failure: unknown) => failure);
  const errors = error instanceof AggregateError ? error.errors : [error];
  expect(errors.every((each) => each instanceof DeadlockError)).toBe(true);
  expect(steps.slice(0, 3)).toEqual(["wants 3", "wants 1", "wants 1"]);
});

test("runSync too", () => {
  let error: unknown;
  try {
    runSync(stuck, []);
  } catch (thrown) {
    error = thrown;
  }
  expect(String(error)).toContain("no task can go on");
});
