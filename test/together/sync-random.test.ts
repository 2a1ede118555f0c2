import { run, spawn, type Task, yieldNow } from "corun";
import { expect, test } from "vitest";
import { Condition } from "../../src/sync/condition.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { rest } from "./rest.ts";

/** Whole numbers below `limit`, the same for the same seed. */
function chance(seed: number): (limit: number) => number {
  let state = seed + 1;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Starts 30 tasks of `body`, and cancels two thirds of them at any moments. */
function* disturb(body: (id: number) => Generator<never, void, unknown>, random: (limit: number) => number) {
  const tasks: Task[] = [];
  for (let id = 0; id < 30; id++) {
    tasks.push(spawn(() => body(id)));
    if (random(2) === 0) yield* yieldNow();
    if (random(3) > 0) tasks[random(tasks.length)]!.cancel();
  }
  for (let i = 0; i < 15; i++) {
    yield* yieldNow();
    tasks[random(tasks.length)]!.cancel();
  }
}

test(
  "whatever is cancelled at whatever moment, no lock and no permit is lost, or had twice",
  { tags: "slow" },
  async () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = chance(seed);
      const mutex = new Mutex();
      const semaphore = new Semaphore(4);
      let holders = 0;
      let out = 0;
      let most = 0;
      function* body(id: number): Generator<never, void, unknown> {
        const k = 1 + (id % 4);
        yield* semaphore.acquire(k);
        try {
          out += k;
          most = Math.max(most, out);
          const guard = yield* mutex.lock();
          try {
            most = Math.max(most, 4 * ++holders);
            yield* yieldNow();
          } finally {
            holders--;
            guard[Symbol.dispose]();
          }
        } finally {
          out -= k;
          semaphore.release(k);
        }
      }
      await run(() => disturb(body, random));
      expect(most, `seed ${seed}`).toBe(4);
      expect(mutex.statistics(), `seed ${seed}`).toEqual({ isLocked: false, holder: undefined, waiting: 0 });
      expect(semaphore.statistics(), `seed ${seed}`).toEqual({ permits: 4, available: 4, waiting: 0 });
    }
  },
);

test("whatever is cancelled at whatever moment, no notification is lost", { tags: "slow" }, async () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = chance(seed);
    const mutex = new Mutex();
    const filled = new Condition(mutex);
    const buffer: number[] = [];
    let idle = 0;
    /** With an item there and nobody under way to it, a waiter has missed its notification. */
    let missed = 0;
    function* consumer(): Generator<never, void, unknown> {
      const guard = yield* mutex.lock();
      try {
        while (buffer.length === 0) {
          idle++;
          try {
            yield* filled.wait();
          } finally {
            idle--;
            expect(mutex.isLocked).toBe(true);
          }
        }
        buffer.pop();
      } finally {
        guard[Symbol.dispose]();
      }
    }
    function* put() {
      const guard = yield* mutex.lock();
      buffer.push(1);
      filled.notify();
      guard[Symbol.dispose]();
    }
    await run(function* () {
      const consumers = spawn(() => disturb(consumer, random));
      for (let i = 0; i < 8; i++) {
        yield* put();
        for (let turn = random(4); turn > 0; turn--) yield* yieldNow();
      }
      // Let all that were notified come to an end.
      yield* rest();
      if (buffer.length > 0 && idle > 0) missed++;
      consumers.cancel();
    });
    expect(missed, `seed ${seed}`).toBe(0);
    expect(mutex.statistics(), `seed ${seed}`).toEqual({ isLocked: false, holder: undefined, waiting: 0 });
    expect(filled.statistics(), `seed ${seed}`).toEqual({ waiting: 0 });
  }
});
