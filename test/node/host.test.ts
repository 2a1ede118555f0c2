// The scheduler beside the rest of the host: it lets timers, input and output, and other runs go on.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Channel, run, sleep, spawn, yieldNow } from "corun";
import { describe, expect, test, vi } from "vitest";

const here = fileURLToPath(import.meta.url);

/** What the host does while `busy` runs, and for how long that was, in milliseconds. */
async function meanwhile(busy: () => Promise<unknown>) {
  const seen = { intervals: 0, immediates: 0, reads: 0, ms: 0 };
  let isOver = false;
  const interval = setInterval(() => seen.intervals++, 1);
  const immediate = (): void => {
    seen.immediates++;
    if (!isOver) setImmediate(immediate);
  };
  setImmediate(immediate);
  const read = async (): Promise<void> => {
    await readFile(here);
    if (isOver) return;
    seen.reads++;
    await read();
  };
  const reading = read();

  const start = performance.now();
  await busy();
  seen.ms = performance.now() - start;
  isOver = true;
  const result = { ...seen };
  clearInterval(interval);
  await reading;
  return result;
}

/**
 * What has gone on too rarely. The host has its turn about every 10 ms, however long it all takes; a fifth of that is
 * asked for, and of reads one, as each takes several turns and a thread of its own.
 */
function starved({ ms, intervals, immediates, reads }: Awaited<ReturnType<typeof meanwhile>>): string[] {
  const least = { intervals: Math.max(2, ms / 50), immediates: Math.max(2, ms / 50), reads: 1 };
  return Object.entries({ intervals, immediates, reads }).flatMap(([what, count]) =>
    count < least[what as keyof typeof least] ? [`${count} ${what} in ${ms} ms`] : [],
  );
}

const SWITCHES = 1_000_000;

function* switching(times: number) {
  for (let n = 0; n < times; n++) yield* yieldNow();
}

function* manySwitching(tasks: number) {
  for (let n = 0; n < tasks; n++) spawn(switching, SWITCHES / tasks);
}

function* buffering(channel: Channel<number>, times: number) {
  let sum = 0;
  for (let n = 0; n < times; n++) {
    yield* channel.send(1); // there is room, and then there is a value: neither waits
    sum += yield* channel.receive();
  }
  return sum;
}

describe("timers, files and immediates keep going", () => {
  test.each([
    ["a million switches of one task", () => run(switching, SWITCHES)],
    ["a million switches of a thousand tasks", () => run(manySwitching, 1000)],
    ["a million operations on a channel that never wait", () => run(buffering, new Channel<number>(1), SWITCHES / 2)],
  ])("during %s", async (_, busy) => {
    expect(starved(await meanwhile(busy))).toEqual([]);
  });

  test("during operations that never wait, for the tasks of the same run, too", async () => {
    let ticks = 0;
    await run(function* () {
      spawn.background(function* () {
        for (;;) {
          yield* sleep(1);
          ticks++;
        }
      });
      yield* buffering(new Channel<number>(1), SWITCHES / 2);
    });
    expect(ticks).toBeGreaterThanOrEqual(2);
  });
});

test("two runs side by side both go on", async () => {
  const counts = [0, 0];
  /** How far both had come when one was done. */
  const ends: number[][] = [];
  function* counting(mine: number) {
    for (let n = 0; n < SWITCHES / 2; n++) {
      counts[mine]!++;
      yield* yieldNow();
    }
    ends.push([...counts]);
  }
  await Promise.all([run(counting, 0), run(counting, 1)]);
  expect(ends).toHaveLength(2);
  const [first] = ends;
  expect(Math.max(...first!)).toBe(SWITCHES / 2);
  expect(Math.min(...first!)).toBeGreaterThan(SWITCHES / 20);
});

test("a run that is started from a callback while another one computes goes on beside it", async () => {
  let isOver = false;
  let seen: boolean | undefined;
  setTimeout(() => {
    void run(function* () {
      yield* sleep(1);
      seen = isOver;
    });
  }, 1);
  await run(switching, SWITCHES);
  isOver = true;
  expect(seen).toBe(false);
});

test("a timer that was under way when corun was loaded, and has ended, does not hide one that still calls in", async () => {
  vi.resetModules();
  const old = setTimeout(() => {}, 60_000);
  const { run, scope, sleep } = await import("corun");
  clearTimeout(old);
  const server = function* () {
    yield* scope(function* (requests) {
      setTimeout(() => requests.cancel("closing time"), 100);
      yield* sleep(Number.POSITIVE_INFINITY);
    });
  };
  await expect(run(server)).rejects.toMatchObject({ reason: "closing time" });
});
