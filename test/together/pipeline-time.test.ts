// Pipelines: the stages in which time passes, on virtual time.
import { type Pipeline, pipeline, run, sleep, TimeoutError } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";

/** A source whose items come at the moments that they are. */
function at(clock: VirtualClock, ...moments: number[]): Pipeline<number> {
  return pipeline(function* () {
    for (const moment of moments) {
      yield* sleep(moment - clock.now());
      yield moment;
    }
  });
}

/** What comes out, each with its moment. */
async function timed<T>(stages: (source: Pipeline<number>) => Pipeline<T>, ...moments: number[]) {
  const clock = new VirtualClock();
  const out: [number, T][] = [];
  await run.with({ clock })(() => stages(at(clock, ...moments)).forEach((item) => void out.push([clock.now(), item])));
  return out;
}

test("debounce: an item when it has been quiet for so long; the last one at the end, at once", async () => {
  expect(await timed((made) => made.debounce(10), 0, 5, 9, 30, 50, 55)).toEqual([
    [19, 9],
    [40, 30],
    [55, 55],
  ]);
  expect(await timed((made) => made.debounce(10))).toEqual([]);
});

test("throttle: an item at once, and none for so long after it", async () => {
  expect(await timed((made) => made.throttle(10), 1, 2, 8, 12, 14, 30, 31)).toEqual([
    [1, 1],
    [12, 12],
    [30, 30],
  ]);
});

test("batch within: full, or so long after its first item, or at the end", async () => {
  expect(await timed((made) => made.batch(3, { within: 10 }), 0, 1, 2, 5, 14, 40, 60, 61)).toEqual([
    [2, [0, 1, 2]],
    [15, [5, 14]],
    [50, [40]],
    [61, [60, 61]],
  ]);
});

test("rate: all items, so many in any such time", async () => {
  const out = await timed((made) => made.rate(2, 100), 0, 90, 100, 110, 120, 500, 501, 502);
  expect(out.map(([moment]) => moment)).toEqual([0, 90, 100, 190, 200, 500, 501, 600]);
});

test("timeout: counts from when an item is asked for, anew for each", async () => {
  expect(await timed((made) => made.timeout(20), 10, 25, 44)).toEqual([
    [10, 10],
    [25, 25],
    [44, 44],
  ]);
  const seen: number[] = [];
  const late = timed((made) => made.timeout(20).tap((n) => void seen.push(n)), 10, 31);
  await expect(late).rejects.toThrow(new TimeoutError("the pipeline gave no item within 20 ms"));
  expect(seen).toEqual([10]);
});

test("timeout: the time that the consumer takes does not count", async () => {
  const out = await timed((made) => made.timeout(20).tap(() => sleep(100)), 0, 10, 20);
  expect(out.map(([moment]) => moment)).toEqual([100, 200, 300]);
});

test("buffer with an overflow: a slow consumer sees the newest items, and the source never waits", async () => {
  const stages = (made: Pipeline<number>) => made.buffer(2, { overflow: "dropOldest" }).tap(() => sleep(100));
  expect(await timed(stages, 0, 1, 2, 3, 4, 5)).toEqual([
    [100, 0],
    [200, 4],
    [300, 5],
  ]);
});

test("concurrent waits overlap: ten waits of 100 ms by five hands take 200 ms", async () => {
  const moments = Array.from({ length: 10 }, () => 0);
  const out = await timed((made) => made.map(() => sleep(100), { concurrency: 5 }), ...moments);
  expect(out.at(-1)![0]).toBe(200);
});
