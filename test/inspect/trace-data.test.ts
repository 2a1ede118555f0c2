// A trace as data: slices that never overlap, arrows that lead from one to the next, Chrome's format, growing.
import fc from "fast-check";
import { Channel, type Coroutine, coroutine, run, sleep, spawn, timeout, yieldNow } from "corun";
import { type ChromeEvent, trace, type TraceData } from "corun/inspect";
import { expect, test } from "vitest";
import { TraceReader } from "../../src/inspect/trace-reader.ts";
import { dataOf } from "../../src/inspect/trace-data.ts";
import { bigSample, smallSample } from "./trace-sample.ts";

/** What does not hold of a trace that has to. */
function faults({ lanes, steps, slices, arrows, marks, labels, values, sites }: TraceData): string[] {
  const found: string[] = [];
  const check = (holds: boolean, fault: string) => void (holds || found.push(fault));
  const isLane = (lane: number) => lane >= 0 && lane < lanes.length;
  let last = Number.NEGATIVE_INFINITY;
  for (const slice of slices) {
    const [lane, from, to, site] = slice;
    check(isLane(lane) && site < sites.length, `unknown in slice ${slice.join()}`);
    check(from >= last && to >= from, `slice ${slice.join()} overlaps the one before`);
    last = to;
  }
  for (const arrow of arrows) {
    const [sender, sentAt, receiver, takenAt, , value, label] = arrow;
    check(isLane(sender) && isLane(receiver), `unknown lane in arrow ${arrow.join()}`);
    check(takenAt >= sentAt, `arrow ${arrow.join()} runs backwards`);
    check(value < values.length && label < labels.length, `unknown text in arrow ${arrow.join()}`);
  }
  for (const mark of marks) check(isLane(mark[0]) && mark[3] < labels.length, `unknown in mark ${mark.join()}`);
  let before = 0;
  for (const step of steps) {
    const [at, , lane, other, site, value, label] = step;
    check(at >= before, `step ${step.join()} is before the last`);
    check(lane < lanes.length && other < lanes.length && site < sites.length, `unknown in step ${step.join()}`);
    check(value < values.length && label < labels.length, `unknown text in step ${step.join()}`);
    before = at;
  }
  for (const { id, parent, name } of lanes) check(parent < lanes.length && parent !== id && name !== "", `lane ${id}`);
  return found;
}

const counting = coroutine(function* counting(): Coroutine.Body<number> {
  for (let n = 0; n < 3; n++) yield n;
});

/** A program that does this, with a coroutine by hand, timers, cancellations and failures in it. */
function* program(acts: readonly number[]): Generator<unknown, void, unknown> {
  const channel = new Channel<number>(1);
  spawn.background(function* reader() {
    for (;;) yield* channel.receive();
  });
  for (const act of acts) {
    if (act === 0) yield* yieldNow();
    else if (act === 1) yield* channel.send(act);
    else if (act === 2) spawn(() => sleep(1));
    else if (act === 3) for (const n of counting()) yield* channel.send(n);
    else if (act === 4) spawn(() => sleep(1000)).cancel("enough");
    else if (act === 5) yield* spawn(program, [0, 1]);
    else if (act === 6)
      spawn.supervised(function* fails() {
        throw new Error("broken");
      });
    else yield* timeout(1, () => sleep(1000));
  }
}

test.each([true, false])(
  "of any program, slices do not overlap and arrows lead forward (with time: %o)",
  async (time) => {
    const acts = fc.array(fc.nat(7), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(acts, fc.constantFrom(16, 4096), async (each, events) => {
        const tracing = trace({ time, events });
        await run(program, each).catch(() => {});
        tracing.stop();
        expect(faults(tracing.toJSON())).toEqual([]);
      }),
      { numRuns: 60 },
    );
  },
);

test("what is read bit by bit is in the end what is read at once", async () => {
  const tracing = trace({ time: false });
  const reader = new TraceReader(tracing);
  const grown = dataOf(tracing, reader);
  await run(function* main() {
    for (let i = 0; i < 5; i++) {
      yield* program([0, 1, 2, 3, 4, 5]);
      const { end, dropped, lanes, steps, labels, values } = reader.read();
      Object.assign(grown, { end, dropped });
      for (const lane of lanes) grown.lanes[lane.id] = lane;
      grown.steps.push(...steps);
      grown.labels.push(...labels);
      grown.values.push(...values);
    }
    tracing.stop();
  });
  const { lanes, steps, labels, values, end } = tracing.toJSON();
  expect(grown).toMatchObject({ steps, labels, values, end });
  expect(grown.lanes).toEqual(lanes);
});

test("the samples are traces as they have to be", () => {
  expect(faults(smallSample())).toEqual([]);
  const big = bigSample(2000);
  expect(faults(big)).toEqual([]);
  expect(big.steps.length).toBeGreaterThanOrEqual(2000);
});

test("in Chrome's format each lane is a thread, its slices do not overlap, and each arrow ends in a slice", async () => {
  const tracing = trace();
  await run(program, [0, 1, 2, 3, 5, 1, 0]);
  tracing.stop();
  const { lanes, arrows } = tracing.toJSON();
  const { traceEvents } = tracing.toChrome();
  const of = (ph: ChromeEvent["ph"]) => traceEvents.filter((event) => event.ph === ph);
  const names = of("M").filter(({ name }) => name === "thread_name");
  expect(names.map(({ args }) => args!["name"])).toEqual(
    lanes.map(({ kind, name }) => (kind === "coroutine" ? `${name} (by hand)` : name)),
  );
  const slices = of("X");
  for (const { dur } of slices) expect(dur).toBeGreaterThanOrEqual(0);
  const overlaps = slices.filter(({ ts }, i) => i > 0 && ts! < slices[i - 1]!.ts! + slices[i - 1]!.dur! - 0.01);
  expect(overlaps).toEqual([]);
  const ends = of("f");
  expect(ends.length).toBe(arrows.length);
  expect(of("s").map(({ id }) => id)).toEqual(ends.map(({ id }) => id));
  const taken = ends.filter(({ tid, ts }) =>
    slices.some((x) => x.tid === tid && x.ts! <= ts! && ts! <= x.ts! + x.dur!),
  );
  // Those of the code outside have no slice to leave.
  const left = of("s").filter(({ id }) => arrows[id!]![0] >= 0 && lanes[arrows[id!]![0]]!.kind !== "program");
  expect(left.length).toBeGreaterThan(5);
  const outside = left.filter(
    ({ tid, ts }) => !slices.some((x) => x.tid === tid && x.ts! <= ts! && ts! <= x.ts! + x.dur!),
  );
  expect(outside).toEqual([]);
  // Those to a task that has not run since have nowhere to go.
  expect(taken.length).toBeGreaterThan(ends.length / 2);
  expect(JSON.parse(JSON.stringify(tracing.toChrome())).traceEvents.length).toBe(traceEvents.length);
});
