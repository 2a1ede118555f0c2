// Traces that are made up: a small one that can be known by heart, and one of any size.

import {
  KINDS,
  type TraceData,
  type TraceKind,
  type TraceLane,
  type TraceStep,
} from "../../../src/inspect/trace-format.ts";

const kind = (name: TraceKind): number => KINDS.indexOf(name);

const SOURCE = `function* consumer() {
  for (;;) yield wanted;
}
function* producer(to) {
  yield* to.send(5);
}
`;

function lane(id: number, name: string, parent: number, end: number | null): TraceLane {
  const state = end === null ? "waiting" : "done";
  return {
    id,
    kind: "task",
    name,
    parent,
    spawnedAt: 2,
    start: id,
    end,
    state,
    waitsFor: end === null ? "a send" : null,
    needs: end === null && parent >= 0 ? [parent] : [],
  };
}

/** main starts consumer and producer; producer sends 5, consumer answers with true. The steps, as sentences: */
export const SENTENCES = [
  "main is started",
  "main runs",
  "main starts consumer",
  "main starts producer",
  "main waits: the tasks of main",
  "producer runs",
  "producer sends 5 to consumer",
  "producer waits: send to task consumer",
  "consumer runs",
  "consumer hands true to producer",
  "consumer yields",
  "producer runs",
  "producer has ended",
];

export function small(): TraceData {
  const step = (
    at: number,
    name: TraceKind,
    lane: number,
    { other = -1, site = -1, value = -1, label = -1 } = {},
  ): TraceStep => [at, kind(name), lane, other, site, value, label];
  return {
    version: 1,
    title: "lesson.ts",
    start: 0,
    unit: "us",
    end: 120,
    lanes: [lane(0, "main", -1, null), lane(1, "consumer", 0, null), lane(2, "producer", 0, 110)],
    steps: [
      step(0, "spawn", -1, { other: 0 }),
      step(0, "run", 0),
      step(1, "spawn", 0, { other: 1, site: 2 }),
      step(2, "spawn", 0, { other: 2, site: 2 }),
      step(10, "wait", 0, { label: 0, site: 2 }),
      step(10, "run", 2),
      step(30, "wake", 2, { other: 1, value: 0, site: 1 }),
      step(40, "wait", 2, { label: 1, site: 1 }),
      step(40, "run", 1),
      step(60, "wake", 1, { other: 2, value: 1, site: 0 }),
      step(70, "yield", 1, { site: 0 }),
      step(80, "run", 2),
      step(110, "end", 2, { label: 2 }),
    ],
    slices: [],
    arrows: [],
    marks: [],
    labels: ["the tasks of main", "send to task consumer", "done"],
    values: ["5", "true"],
    sites: [
      { file: "lesson.ts", line: 2, column: 12, name: "consumer" },
      { file: "lesson.ts", line: 5, column: 13, name: "producer" },
      { file: "lesson.ts", line: 4, column: 1, name: "" },
    ],
    sources: { "lesson.ts": SOURCE },
    dropped: 0,
  };
}

/** So many tasks that pass a number on, until there are `count` steps. */
export function ring(count: number, tasks = 40): TraceData {
  const steps: TraceStep[] = [];
  const lanes: TraceLane[] = [];
  for (let id = 0; id < tasks; id++) lanes.push({ ...lane(id, `worker ${id}`, id === 0 ? -1 : 0, null), start: 0 });
  let at = 0;
  for (let turn = 0; steps.length + 3 <= count; turn++) {
    const who = turn % tasks;
    steps.push([(at += 3), kind("run"), who, -1, -1, -1, -1]);
    steps.push([(at += 1), kind("wake"), who, (who + 1) % tasks, 0, turn % 10, -1]);
    steps.push([(at += 2), kind("wait"), who, -1, 0, -1, 0]);
  }
  return {
    ...small(),
    title: "ring.ts",
    end: at + 1,
    lanes,
    steps,
    labels: ["receive from channel"],
    values: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  };
}
