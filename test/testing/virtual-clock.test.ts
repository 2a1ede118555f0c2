// The clock that a test has in its hand. IDs are rows of the conformance table.
import type hooks from "node:async_hooks";
import type fs from "node:fs/promises";
import type net from "node:net";
import { Channel, DeadlockError, now, race, run, runSync, select, sleep, spawn, timeout, until, yieldNow } from "corun";
import { VirtualClock } from "corun/testing";
import { describe, expect, test } from "vitest";

/** Sleeps, and writes what the time is then. */
function* sleeper(log: unknown[], name: string, ...naps: number[]) {
  for (const ms of naps) {
    yield* sleep(ms);
    log.push(`${name} ${now()}`);
  }
}

const real = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Of Node, Bun and Deno. */
const builtin = (name: string): unknown =>
  (globalThis as { process?: { getBuiltinModule?: (of: string) => unknown } }).process?.getBuiltinModule?.(name);
/** Whether the host tells what it has under way, files too: Deno tells only some of it, Bun and browsers nothing. */
const tells = builtin("node:fs") !== undefined && !("Bun" in globalThis) && !("Deno" in globalThis);
/** Files that are read by promises, too: Node 26 does not tell of them. */
const tellsFiles = tells && tellsReading();

function tellsReading(): boolean {
  void (builtin("node:fs/promises") as typeof fs).readFile(import.meta.filename);
  return process.getActiveResourcesInfo().some((kind) => kind.startsWith("FSReq"));
}

describe("by itself", () => {
  test("a day passes in no time, to the millisecond", async () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    const times = await run.with({ clock })(function* () {
      const seen: number[] = [];
      for (let minute = 0; minute < 1440; minute++) {
        yield* sleep(60_000);
        seen.push(now());
      }
      return seen;
    });
    expect(times).toEqual(Array.from({ length: 1440 }, (_, i) => (i + 1) * 60_000));
    expect(clock.now()).toBe(86_400_000);
  });

  test("time goes no further than to who wakes: what was withdrawn leaves no trace", async () => {
    const clock = new VirtualClock();
    await run.with({ clock })(function* () {
      yield* race([sleep(10), sleep(1000)]);
      yield* timeout(500, sleep(1));
    });
    await real(5);
    expect(clock.now()).toBe(11);
  });

  test("what is ready, and promises that settle one after the other, come first", async () => {
    const chain = async () => {
      for (let i = 0; i < 1000; i++) await Promise.resolve();
      return "all settled";
    };
    const clock = new VirtualClock();
    const ticks = new Set<number>();
    const first = await run.with({ clock })(function* () {
      spawn(function* () {
        for (let i = 0; i < 1000; i++) {
          yield* yieldNow();
          ticks.add(now());
        }
      });
      return yield* select({ late: sleep(1), chain: until(chain()) }, { order: "priority" });
    });
    expect(first).toEqual({ key: "chain", value: "all settled" });
    expect(ticks).toEqual(new Set([0]));
  });

  test.runIf(tellsFiles)("what the host has under way comes first", async () => {
    const { readFile } = builtin("node:fs/promises") as typeof fs;
    const clock = new VirtualClock();
    await run.with({ clock })(function* () {
      for (let i = 0; i < 20; i++) yield* timeout(1, until(readFile(import.meta.filename)));
    });
    expect(clock.now()).toBe(0);
  });

  test.skipIf(!builtin("node:fs"))("but not for ever: a server that nobody asks holds nothing up", async () => {
    const { createServer } = builtin("node:net") as typeof net;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const before = performance.now();
    try {
      await run.with({ clock: new VirtualClock({ patience: 20 }) })(sleeper, [], "", ...Array(500).fill(1000));
    } finally {
      server.close();
    }
    // It is waited for once, not each time.
    expect(performance.now() - before).toBeLessThan(500 * 20);
  });

  test.runIf(tells)("no time passes while tasks compute, however long that takes", async () => {
    const clock = new VirtualClock();
    const seen = await run.with({ clock })(function* () {
      const release = clock.hold();
      spawn.background(sleep(10));
      yield* until(real(1));
      release();
      for (const end = performance.now() + 100; performance.now() < end;) yield* yieldNow();
      return now();
    });
    expect(seen).toBe(0);
  });

  test("several runs go by one clock, in one order", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const tick = run.with({ clock });
    await Promise.all([
      tick(sleeper, log, "a", 10, 20, 30),
      tick(sleeper, log, "b", 20, 20),
      tick(sleeper, log, "c", 5),
    ]);
    expect(log).toEqual(["c 5", "a 10", "b 20", "a 30", "b 40", "a 60"]);
  });

  test.skipIf(!builtin("node:async_hooks"))("each run keeps what the host has for its caller", async () => {
    const { AsyncLocalStorage } = builtin("node:async_hooks") as typeof hooks;
    const caller = new AsyncLocalStorage<string>();
    const clock = new VirtualClock();
    const ask = (name: string, ms: number) =>
      caller.run(name, () =>
        run.with({ clock })(function* () {
          yield* sleep(ms);
          return caller.getStore();
        }),
      );
    expect(await Promise.all([ask("Ada", 20), ask("Bob", 10), ask("Cleo", 10)])).toEqual(["Ada", "Bob", "Cleo"]);
  });

  test("a deadlock is told as with any clock", async () => {
    const waiting = run.with({ clock: new VirtualClock() })(function* main() {
      yield* sleep(10);
      yield* new Channel().receive();
    });
    await expect(waiting).rejects.toThrow(DeadlockError);
  });

  test("a run without a host jumps", () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    runSync.with({ clock })(function* () {
      spawn(sleeper, log, "a", 10, 20, 30);
      spawn(sleeper, log, "b", 20, 20);
      yield* sleep(86_400_000);
    });
    expect(log).toEqual(["a 10", "b 20", "a 30", "b 40", "a 60"]);
    expect(clock.now()).toBe(86_400_000);
  });
});

describe("TR41: a clock", () => {
  test("starts at 0, and goes forward only", async () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    clock.jump!(10);
    clock.jump!(10);
    expect(() => clock.jump!(9)).toThrow(new RangeError("time goes only forward: it is 10, and can't jump to 9"));
    expect(() => clock.jump!(Number.NaN)).toThrow(RangeError);
    await expect(clock.advance(-1)).rejects.toThrow(new RangeError("time goes only forward, but advance got -1"));
    await expect(clock.advance(Number.NaN)).rejects.toThrow(TypeError);
    await expect(clock.advance("1" as never)).rejects.toThrow(TypeError);
    await expect(clock.advance(Number.POSITIVE_INFINITY)).rejects.toThrow("use advanceUntilIdle()");
    expect(clock.now()).toBe(10);
    await clock.advance(5);
    expect(clock.now()).toBe(15);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])("has no rate of %s", (rate) => {
    expect(() => new VirtualClock({ rate })).toThrow(RangeError);
    expect(() => new VirtualClock({ patience: rate })).toThrow(RangeError);
    const clock = new VirtualClock();
    expect(() => (clock.rate = rate)).toThrow("a clock's rate is a finite number, 0 or more");
    expect(clock.rate).toBe(0);
  });

  test.each([0.5, 2, 1000])("goes at a rate of %s of the real time", async (rate) => {
    const outside = performance.now();
    const clock = new VirtualClock({ rate });
    const inside = performance.now();
    const seen = await run.with({ clock })(function* () {
      yield* sleep(20 * rate);
      return now();
    });
    const passed = clock.now();
    expect(seen).toBeGreaterThanOrEqual(20 * rate);
    expect(passed).toBeGreaterThanOrEqual(seen);
    expect(passed).toBeLessThanOrEqual((performance.now() - outside) * rate);
    expect(clock.now()).toBeGreaterThanOrEqual((performance.now() - inside - 1) * rate - 1);
  });

  test("stands at a rate of 0; the rate may be changed, and so may the time at a rate", async () => {
    const clock = new VirtualClock({ rate: 0, auto: false });
    await real(5);
    expect(clock.now()).toBe(0);
    const sleeping = run.with({ clock })(() => sleep(1_000_000));
    clock.rate = 1_000_000;
    await sleeping;
    clock.rate = 0;
    const then = clock.now();
    expect(then).toBeGreaterThanOrEqual(1_000_000);
    await real(5);
    expect(clock.now()).toBe(then);
    clock.rate = 1;
    await clock.advance(1_000_000);
    expect(clock.now()).toBeGreaterThanOrEqual(then + 1_000_000);
  });

  test("at a rate and by itself, it jumps when all is idle", async () => {
    const clock = new VirtualClock({ rate: 1, auto: true });
    await run.with({ clock })(sleeper, [], "", 1_000_000, 1_000_000);
    expect(clock.now()).toBeGreaterThanOrEqual(2_000_000);
    runSync.with({ clock })(sleeper, [], "", 1_000_000);
    expect(clock.now()).toBeGreaterThanOrEqual(3_000_000);
  });
});

test.each<[unknown, string]>([
  [null, "VirtualClock: the options are an object, { auto: false }, but got null"],
  [5, "VirtualClock: the options are an object, { auto: false }, but got 5"],
  [{ auto: "no" }, 'a clock\'s auto is true or false, but got "no"'],
  [{ auto: null }, "a clock's auto is true or false, but got null"],
  [{ speed: 2 }, 'VirtualClock has no option "speed"; there are auto, rate, patience'],
])("what is no option of a clock is told: %j", (options, text) => {
  expect(() => new VirtualClock(options as never)).toThrow(new TypeError(text));
});
