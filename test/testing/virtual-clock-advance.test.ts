// A clock that only the test moves. IDs are rows of the conformance table.
import { Channel, DeadlockError, now, run, runSync, SchedulerError, sleep, spawn, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";

const real = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A manual clock, a run that writes when each of its tasks wakes, and what it has written. */
function sleepers(...naps: number[]) {
  const clock = new VirtualClock({ auto: false });
  const log: string[] = [];
  const done = run.with({ clock })(function* main() {
    for (const ms of naps)
      spawn(function* () {
        yield* sleep(ms);
        log.push(`${ms} at ${now()}`);
      });
  });
  return { clock, log, done };
}

describe("KT46: advance", () => {
  test("wakes who waits for a moment on the way, at that moment, and for the last one", async () => {
    const { clock, log, done } = sleepers(30, 10, 20, 31);
    await clock.advance(30);
    expect(log).toEqual(["10 at 10", "20 at 20", "30 at 30"]);
    expect(clock.now()).toBe(30);
    await clock.advance(1);
    await done;
    expect(log.at(-1)).toBe("31 at 31");
  });

  test("with `before`, not who waits for the last moment: runCurrent wakes those, and no time passes", async () => {
    const { clock, log, done } = sleepers(9, 10, 10, 11);
    await clock.advance(10, { before: true });
    expect([clock.now(), log]).toEqual([10, ["9 at 9"]]);
    await clock.advance(0, { before: true });
    expect(log).toEqual(["9 at 9"]);
    await clock.runCurrent();
    expect([clock.now(), log]).toEqual([10, ["9 at 9", "10 at 10", "10 at 10"]]);
    await clock.runCurrent();
    expect(log.length).toBe(3);
    await clock.advanceUntilIdle();
    await done;
    expect([clock.now(), log.at(-1)]).toEqual([11, "11 at 11"]);
  });

  test("of the same moment, who asked first wakes first, in one run and in several", async () => {
    const clock = new VirtualClock({ auto: false });
    const log: string[] = [];
    const nap = function* (name: string, ...naps: number[]) {
      for (const ms of naps) yield* sleep(ms);
      log.push(name);
    };
    const all = [
      run.with({ clock })(function* () {
        spawn(nap, "a", 10);
        spawn(nap, "b", 5, 5);
        spawn(nap, "c", 10);
      }),
      run.with({ clock })(nap, "d", 5, 5),
      run.with({ clock })(nap, "e", 10),
    ];
    await clock.advance(10);
    await Promise.all(all);
    expect(log.filter((name) => "abc".includes(name))).toEqual(["a", "c", "b"]);
    expect(log.filter((name) => "de".includes(name))).toEqual(["e", "d"]);
  });

  test("what begins to wait on the way is woken on the way", async () => {
    const clock = new VirtualClock({ auto: false });
    const log: number[] = [];
    const done = run.with({ clock })(function* () {
      for (let i = 0; i < 5; i++) {
        yield* sleep(10);
        log.push(now());
        // So it is only ready after some turns of the host.
        yield* until(Promise.resolve(1).then((x) => x));
        for (let turn = 0; turn < 100; turn++) yield* yieldNow();
      }
    });
    await clock.advance(35);
    expect([clock.now(), log]).toEqual([35, [10, 20, 30]]);
    await clock.advance(15);
    expect(log).toEqual([10, 20, 30, 40, 50]);
    await done;
  });

  test("enormous times are as much as the largest number", async () => {
    const { clock, log, done } = sleepers(Number.MAX_VALUE, Number.MAX_VALUE / 2, 1, -1);
    await clock.advance(Number.MAX_VALUE / 2);
    expect(log).toEqual(["-1 at 0", "1 at 1", `${Number.MAX_VALUE / 2} at ${Number.MAX_VALUE / 2}`]);
    await clock.advance(Number.MAX_VALUE);
    await clock.advance(Number.MAX_VALUE);
    await done;
    expect(clock.now()).toBe(Number.MAX_VALUE);
    expect(log.at(-1)).toBe(`${Number.MAX_VALUE} at ${Number.MAX_VALUE}`);
  });

  test("two are made one after the other, also without waiting for the first", async () => {
    const { clock, log, done } = sleepers(5, 15, 25);
    const first = clock.advance(10).then(() => log.push(`then ${clock.now()}`));
    await Promise.all([first, clock.advance(10)]);
    expect(log).toEqual(["5 at 5", "then 10", "15 at 15"]);
    await clock.advanceUntilIdle();
    await done;
  });

  test("a task may do it", async () => {
    const clock = new VirtualClock({ auto: false });
    const log: string[] = [];
    await run.with({ clock })(function* () {
      const other = spawn(function* () {
        yield* sleep(10);
        log.push(`woken at ${now()}`);
      });
      yield* until(clock.advance(9));
      log.push(`advanced to ${now()}`);
      yield* until(clock.advance(1));
      yield* other;
    });
    expect(log).toEqual(["advanced to 9", "woken at 10"]);
  });

  test("a clock whose time passes by itself may be moved, too: past what nobody waits for", async () => {
    const clock = new VirtualClock();
    const channel = new Channel<string>();
    const done = run.with({ clock, deadlock: "warn" })(() => channel.receive());
    await clock.advance(1000);
    expect(clock.now()).toBe(1000);
    channel.trySend("now");
    await done;
  });
});

test("advanceUntilIdle goes to the end, but not for ever", async () => {
  const { clock, log, done } = sleepers(10, 3_600_000);
  await clock.advanceUntilIdle();
  await done;
  expect([clock.now(), log.length]).toEqual([3_600_000, 2]);

  const controller = new AbortController();
  const { signal } = controller;
  const endless = run.with({ clock, signal })(function* () {
    for (;;) yield* sleep(1);
  });
  await expect(clock.advanceUntilIdle()).rejects.toThrow("use advance(ms) where a task sleeps for ever");
  controller.abort();
  await expect(endless).rejects.toThrow("cancelled");
}, 60_000);

describe("nobody who could move it is left", () => {
  test("the run fails, and says who waits for how long, and what to do", async () => {
    const { done } = sleepers(10, 20);
    await expect(done).rejects.toThrow(DeadlockError);
    await expect(done).rejects.toThrow(/waits for sleep\(10\).* waits for sleep\(20\)/);
    await expect(done).rejects.toThrow("the virtual clock stands at 0");
    await expect(done).rejects.toThrow("call advance(10), or leave out { auto: false }");
  });

  test("its cleanup runs; where that waits for the clock, time passes", async () => {
    const clock = new VirtualClock({ auto: false });
    const log: unknown[] = [];
    const done = run.with({ clock })(function* () {
      try {
        yield* sleep(10);
      } finally {
        yield* sleep(5);
        log.push(now());
        yield* sleep(5);
        log.push(now());
      }
    });
    await expect(done).rejects.toThrow("call advance(10)");
    expect(log).toEqual([5, 10]);
  });

  test("all runs that wait for the clock fail, and the others do not", async () => {
    const clock = new VirtualClock({ auto: false });
    const channel = new Channel<number>();
    const waiting = run.with({ clock, deadlock: "warn" })(function* () {
      now();
      return yield* channel.receive();
    });
    const ended = await Promise.allSettled([10, 20].map((ms) => run.with({ clock })(() => sleep(ms))));
    expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    channel.trySend(7);
    expect(await waiting).toBe(7);
  });

  test("after a move, too", async () => {
    const { clock, done } = sleepers(10, 20);
    await clock.advance(15);
    await expect(done).rejects.toThrow("the virtual clock stands at 15, and nothing is under way");
    await expect(done).rejects.toThrow("call advance(5)");
  });

  test("something is under way: nothing fails", async () => {
    const { clock, log, done } = sleepers(10);
    await real(200);
    expect(log).toEqual([]);
    await clock.advance(10);
    await done;
  });

  test("a run without a host tells so at once", () => {
    const clock = new VirtualClock({ auto: false });
    const main = function* main() {
      yield* sleep(10);
    };
    expect(() => runSync.with({ clock })(main)).toThrow(SchedulerError);
    expect(() => runSync.with({ clock })(main)).toThrow("main waits for sleep(10)");
  });
});

describe("hold", () => {
  test("no time passes until all who hold it have released it", async () => {
    const clock = new VirtualClock();
    const [one, two] = [clock.hold(), clock.hold()];
    const done = run.with({ clock })(() => sleep(10));
    const moved = clock.advance(5);
    await real(20);
    one();
    one();
    await real(20);
    expect(clock.now()).toBe(0);
    two();
    await moved;
    expect(clock.now()).toBeGreaterThanOrEqual(5);
    await done;
    expect(clock.now()).toBe(10);
    {
      using _ = clock.hold();
    }
    await run.with({ clock })(() => sleep(10));
    expect(clock.now()).toBe(20);
  });

  test("nobody is left to release it: the run fails, and so does a move", async () => {
    const clock = new VirtualClock();
    clock.hold();
    await expect(run.with({ clock })(() => sleep(10))).rejects.toThrow(
      "the virtual clock is held at 0, and nothing is under way",
    );
    await expect(clock.advance(10)).rejects.toThrow("call what hold() gave");
  });
});
