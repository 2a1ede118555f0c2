// The signal of a step is made when it is asked for: also then it says what has happened.

import { race, sleep } from "corun";
import { durable, inProcess, step, type StepContext } from "corun/durable";
import { VirtualClock } from "corun/testing";
import { expect, it } from "vitest";

it("is aborted where nobody waits for the step any more, also if it is asked for only then", async () => {
  const contexts: StepContext[] = [];
  const racer = durable("racer", function* (): Generator<string, void, void> {
    for (let said = "nothing"; ; said = "slept") {
      yield said;
      yield* race([
        step("asks late", (context) => new Promise<void>(() => contexts.push(context))),
        step("asks early", (context) => new Promise<void>(() => contexts.push(context) && context.signal)),
        sleep(1),
      ]);
    }
  });
  const engine = inProcess({ clock: new VirtualClock() });
  expect(await engine.open(racer, "r").send()).toBe("slept");
  expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(contexts[0]!.signal).toBe(contexts[0]!.signal);
  await engine.close();
});

it("is not aborted when the step has ended by itself", async () => {
  let seen: AbortSignal | undefined;
  const worker = durable("worker-with-signal", function* (): Generator<string, void, void> {
    for (let said = "nothing"; ;) {
      yield said;
      said = yield* step("work", ({ signal }) => ((seen = signal), "done"));
    }
  });
  const engine = inProcess();
  expect(await engine.open(worker, "w").send()).toBe("done");
  expect(seen!.aborted).toBe(false);
  await engine.close();
});
