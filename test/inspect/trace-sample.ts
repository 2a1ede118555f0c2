// Traces that no program made: a small one of every kind of step, and one of as many steps as is asked for.

import { draw } from "../../src/inspect/trace-draw.ts";
import {
  KINDS,
  type LaneState,
  type TraceData,
  type TraceKind,
  type TraceLane,
  type TraceStep,
} from "../../src/inspect/trace-format.ts";

const SOURCE = `import { Channel, coroutine, run, sleep, spawn } from "corun";

const consumer = coroutine(function* consumer() {
  for (let wanted = true; ; ) {
    const n = yield wanted;
    if (n === 3) wanted = false;
  }
});

await run(function* main() {
  const numbers = new Channel(0, { name: "numbers" });
  const producer = spawn(function* producer() {
    for (let i = 0; i < 3; i++) yield* numbers.send(i);
    yield* sleep(50);
    numbers.close();
  });
  for (let next = yield* numbers.next(); !next.done; next = yield* numbers.next()) c.send(next.value);
  yield* producer;
});
`;

/** Writes a trace down, step by step. */
class Script {
  readonly lanes: TraceLane[] = [];
  readonly steps: TraceStep[] = [];
  readonly labels: string[] = [];
  readonly values: string[] = [];
  at = 0;

  lane(kind: TraceLane["kind"], name: string, parent = -1, spawnedAt = -1): number {
    const id = this.lanes.length;
    const state: LaneState = kind === "program" ? "running" : "ready";
    this.lanes.push({ id, kind, name, parent, spawnedAt, start: this.at, end: null, state, waitsFor: null, needs: [] });
    return id;
  }

  /** After so many microseconds, this happens. */
  step(
    after: number,
    kind: TraceKind,
    lane: number,
    other = -1,
    { site = -1, value, label }: { site?: number; value?: string; label?: string } = {},
  ): void {
    this.at += after;
    const number = KINDS.indexOf(kind);
    this.steps.push([this.at, number, lane, other, site, index(this.values, value), index(this.labels, label)]);
    if (kind === "end") Object.assign(this.lanes[lane]!, { end: this.at, state: label, waitsFor: null, needs: [] });
    if (kind === "wait") Object.assign(this.lanes[lane]!, { state: "waiting", waitsFor: label ?? null });
  }

  data(title: string, sites: TraceData["sites"], sources: TraceData["sources"]): TraceData {
    const { lanes, steps, labels, values, at: end } = this;
    const program = lanes.findIndex((lane) => lane.kind === "program");
    const start = Date.UTC(2026, 0, 2, 3, 4, 5);
    const drawn = draw(steps, program, end);
    return {
      version: 1,
      title,
      start,
      unit: "us",
      end,
      lanes,
      steps,
      ...drawn,
      labels,
      values,
      sites,
      sources,
      dropped: 0,
    };
  }
}

function index(list: string[], text: string | undefined): number {
  if (text === undefined) return -1;
  const found = list.indexOf(text);
  return found >= 0 ? found : list.push(text) - 1;
}

const site = (line: number, column: number, name: string) => ({ file: "sample.ts", line, column, name });

/** A producer, a main task, a consumer by hand, a worker that is cancelled and one that still waits. */
export function smallSample(): TraceData {
  const script = new Script();
  const sites = [
    site(12, 20, "main"),
    site(13, 40, "producer"),
    site(17, 29, "main"),
    site(17, 84, "main"),
    site(5, 15, "consumer"),
    site(14, 12, "producer"),
    site(18, 10, "main"),
  ];
  const program = script.lane("program", "program");
  const consumer = script.lane("coroutine", "consumer", program);
  script.step(5, "resume", program, consumer, { label: "next" });
  script.step(4, "yield", consumer, program, { site: 4, value: "true" });
  const main = script.lane("task", "main");
  script.step(3, "spawn", -1, main);
  script.step(10, "run", main);
  const producer = script.lane("task", "producer", main, 0);
  script.step(6, "spawn", main, producer, { site: 0 });
  script.step(5, "wait", main, -1, { site: 2, label: "receive from numbers" });
  for (let i = 0; i < 3; i++) {
    script.step(1, "run", producer);
    if (i > 0) script.step(2, "pass", producer, -1, { site: 1, label: "send to numbers" });
    script.step(3, "wake", producer, main, { site: 1, value: String(i), label: "receive from numbers" });
    script.step(
      2,
      "wait",
      producer,
      -1,
      i < 2 ? { site: 1, label: "send to numbers" } : { site: 5, label: "sleep(50)" },
    );
    script.step(1, "run", main);
    script.step(2, "resume", main, consumer, { site: 3, value: String(i), label: "send" });
    script.step(3, "yield", consumer, main, { site: 4, value: i < 3 ? "true" : "false" });
    if (i < 2) script.step(1, "wake", main, producer, { site: 2, label: "send to numbers" });
    script.step(2, "wait", main, -1, { site: 2, label: "receive from numbers" });
  }
  script.step(2, "idle", -1);
  const slow = script.lane("task", "slow </script><b>", main);
  script.step(50_000, "wake", -1, producer, { label: "sleep(50)" });
  script.step(1, "run", producer);
  script.step(2, "wake", producer, main, { value: "{ value: undefined, done: true }", label: "receive from numbers" });
  script.step(3, "end", producer, -1, { value: "undefined", label: "done" });
  script.step(1, "run", main);
  script.step(1, "spawn", main, slow, { site: 6 });
  script.step(4, "cancel", main, slow, { site: 6 });
  script.step(1, "end", slow, -1, { label: "cancelled" });
  script.step(4, "end", consumer, main, { label: "closed" });
  script.step(2, "wait", main, -1, { site: 6, label: "task other\u2028" });
  script.step(1, "idle", -1);
  return script.data("sample.ts", sites, { "sample.ts": SOURCE });
}

/** Some tasks that pass a token around a ring, in so many steps. */
export function bigSample(count = 100_000, tasks = 50): TraceData {
  const script = new Script();
  const sites = [site(13, 29, "producer"), site(17, 29, "main")];
  const main = script.lane("task", "main");
  script.step(1, "spawn", -1, main);
  script.step(1, "run", main);
  const ring = Array.from({ length: tasks }, (_, i) => {
    const lane = script.lane("task", `node ${i}`, main, 0);
    script.step(1, "spawn", main, lane, { site: 0 });
    return lane;
  });
  script.step(1, "wait", main, -1, { site: 1, label: "children" });
  for (let turn = 0; script.steps.length < count; turn++) {
    const lane = ring[turn % tasks]!;
    script.step(1, "run", lane);
    script.step(1 + (turn % 7), "wake", lane, ring[(turn + 1) % tasks], {
      value: String(turn % 100),
      label: "receive from ring",
    });
    script.step(1, "wait", lane, -1, { site: 0, label: "receive from ring" });
    if (turn % 1000 === 999) {
      script.step(1, "idle", -1);
      script.at += 10_000;
    }
  }
  return script.data("ring", sites, { "sample.ts": SOURCE });
}
