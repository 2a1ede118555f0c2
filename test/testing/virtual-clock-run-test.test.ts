// runTest: a run for a test. IDs are rows of the conformance table.
import { Channel, Mutex, now, random, sleep, spawn, TimeoutError, until, yieldNow } from "corun";
import { runTest, VirtualClock } from "corun/testing";
import { expect, test } from "vitest";

async function failureOf(running: Promise<unknown>): Promise<Error> {
  try {
    await running;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

const forever = () => until(new Promise<never>(() => {}));

test("it gives what the body gives, in no time, and the same each time", async () => {
  const roll = function* () {
    yield* sleep(3_600_000);
    return [now(), random(), random()];
  };
  const first = await runTest(roll);
  expect(first[0]).toBe(3_600_000);
  expect(await runTest(roll)).toEqual(first);
  expect(await runTest(roll, { seed: 8 })).not.toEqual(first);
});

test("the options of a run are its own", async () => {
  const clock = new VirtualClock({ auto: false });
  const done = runTest(() => sleep(10), { clock });
  await clock.advance(10);
  await done;
  const spawned: string[] = [];
  await runTest(
    function* main() {
      spawn(function* child() {});
    },
    { observer: { taskSpawned: (task) => spawned.push(task.name) } },
  );
  expect(spawned).toEqual(["main", "child"]);
  const reason = new Error("no more");
  const failure = await failureOf(runTest(forever, { signal: AbortSignal.abort(reason) }));
  expect(failure).toMatchObject({ name: "CancelledError", reason });
});

test("a failure of the body is its failure, a deadlock too, at once", async () => {
  const wrong = new Error("wrong");
  await expect(
    runTest(function* () {
      yield* sleep(1);
      throw wrong;
    }),
  ).rejects.toBe(wrong);
  const before = performance.now();
  await expect(runTest(() => new Channel().receive(), { timeout: 60_000 })).rejects.toThrow("no task can go on");
  expect(performance.now() - before).toBeLessThan(30_000);
});

test("KT47: when the time is over it names the tasks that are still active, and what each waits for", async () => {
  const log: string[] = [];
  const failure = await failureOf(
    runTest(
      function* main() {
        const mutex = new Mutex();
        const orders = new Channel<number>();
        spawn(function* finished() {});
        yield* mutex.lock();
        spawn(function* reader() {
          yield* orders.receive();
        });
        spawn(function* writer() {
          yield* mutex.lock();
        });
        spawn(function* busy() {
          for (;;) yield* yieldNow();
        });
        try {
          yield* forever();
        } finally {
          yield* sleep(1000);
          log.push(`cleaned up at ${now()}`);
        }
      },
      { timeout: 100 },
    ),
  );
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(failure.message).toContain("the test has not ended within 100 real milliseconds");
  expect(failure.message).toMatch(/^ {2}main#1 waits for /m);
  expect(failure.message).toMatch(/^ {2}reader#3 waits for receive/m);
  expect(failure.message).toMatch(/^ {2}writer#4 waits for /m);
  expect(failure.message).toMatch(/^ {2}busy#5 is ready$/m);
  expect(failure.message).not.toContain("finished");
  expect(log).toEqual(["cleaned up at 1000"]);
});

test("KT47: cleanup that does not end is told, and what fails in it is the cause", async () => {
  const wrong = new Error("wrong");
  const failing = runTest(
    function* main() {
      try {
        yield* forever();
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw wrong;
      }
    },
    { timeout: 20 },
  );
  expect(await failureOf(failing)).toMatchObject({ name: "TimeoutError", cause: wrong });
  const stuck = runTest(
    function* main() {
      try {
        yield* forever();
      } finally {
        yield* forever();
      }
    },
    { timeout: 20 },
  );
  expect(await failureOf(stuck)).toMatchObject({
    name: "TimeoutError",
    message: expect.stringMatching(/main#1 waits for .*cleanup has not ended 1000 ms later$/s) as string,
  });
});

test.each([0, -1, Number.NaN, "1" as never])("a timeout of %s is refused", async (timeout) => {
  await expect(runTest(forever, { timeout })).rejects.toThrow(TypeError);
});

test.each([null, 5, "x"])("options of a test that are no object are told: %j", async (options) => {
  const told = `runTest: the options are an object, { timeout: 1000 }, but got ${JSON.stringify(options)}`;
  await expect(runTest(function* () {}, options as never)).rejects.toThrow(new TypeError(told));
});
