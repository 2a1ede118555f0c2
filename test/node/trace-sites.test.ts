// The lines of a trace: where tasks wait, start others and resume by hand.
import { Channel, coroutine, type Coroutine, run, runSync, sleep, spawn, yieldNow } from "corun";
import { trace, type Trace } from "corun/inspect";
import { expect, test } from "vitest";
import { instantClock } from "../inspect/instant-clock.ts";

/** The line that this is called in. */
function line(): number {
  const lines = new Error().stack!.split("\n").filter((each) => /:\d+:\d+\)?$/.test(each));
  return Number(/:(\d+):\d+\)?$/.exec(lines[1]!)![1]);
}

const linesOf = (tracing: Trace): [string, number | null][] =>
  tracing
    .events()
    .filter(({ kind }) => kind !== "run" && kind !== "idle")
    .map(({ kind, lane, place }) => [
      `${kind} ${lane?.name ?? "-"}`,
      place === null ? null : Number(/:(\d+):\d+$/.exec(place)![1]),
    ]);

test("each wait has its line, also one that is done at once, and one in a helper that is delegated to", () => {
  const at: Record<string, number> = {};
  const plain = function* () {
    at["plain"] = line() + 1;
    yield* sleep(1);
  };
  const wrapped = coroutine(function* wrapped() {
    at["wrapped"] = line() + 1;
    yield* sleep(1);
  });
  using tracing = trace({ sites: true, time: false });
  at["run"] = line() + 1;
  runSync.with({ clock: instantClock() })(function* main() {
    at["yieldNow"] = line() + 1;
    yield* yieldNow();
    yield* plain();
    yield* wrapped();
    const channel = new Channel<number>(1);
    at["send"] = line() + 1;
    yield* channel.send(1);
    at["spawn"] = line() + 1;
    const child = spawn(function* child() {});
    at["join"] = line() + 1;
    yield* child;
  });
  expect(linesOf(tracing)).toEqual([
    ["spawn -", at["run"]],
    ["wait main", at["yieldNow"]],
    ["wait main", at["plain"]],
    ["wake -", null],
    ["wait main", at["wrapped"]],
    ["wake -", null],
    ["pass main", at["send"]],
    ["spawn main", at["spawn"]],
    ["wait main", at["join"]],
    ["end child", null],
    ["wake child", null],
    ["end main", null],
  ]);
});

test("a resume by hand has the line of the call", () => {
  const echo = coroutine(function* echo(): Coroutine.Body<string, void, string> {
    for (let heard = ""; ;) heard = yield heard;
  });
  using tracing = trace({ sites: true, time: false });
  const c = echo();
  const next = line() + 1;
  c.next();
  const send = line() + 1;
  c.send("hello");
  expect(linesOf(tracing).filter(([what]) => what.startsWith("resume"))).toEqual([
    ["resume program", next],
    ["resume program", send],
  ]);
});

test("places are of the program's files, none of this library's, with their text", async () => {
  using tracing = trace({ sites: true });
  await run(function* main() {
    spawn(function* child() {
      yield* sleep(1);
    });
    yield* sleep(1);
  });
  const { sites, sources } = tracing.toJSON();
  expect(sites.length).toBeGreaterThanOrEqual(4);
  for (const { file } of sites) expect(file).toMatch(/test\/node\/trace-sites\.test\.ts$/);
  const { line: number, column } = sites.find(({ name }) => name === "child")!;
  const texts = Object.values(sources).map((text) => text.split("\n")[number - 1]!.slice(column - 1));
  expect(texts).toEqual(["sleep(1);"]);
});

test("finding the lines takes no time of the trace", async () => {
  using tracing = trace({ sites: true });
  const before = performance.now();
  await run(function* main() {
    for (let i = 0; i < 200; i++) yield* yieldNow();
  });
  const spent = performance.now() - before;
  tracing.stop();
  expect(tracing.toJSON().end / 1000).toBeLessThan(spent);
});
