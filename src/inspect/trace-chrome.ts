// A trace as Chrome's trace events, which ui.perfetto.dev and chrome://tracing show.
//
// One thread for each lane, with slices that do not overlap, as those viewers want it; arrows are flows that end in the
// slice that they lead to (`bp: "e"`).
//
// May import: trace-format.

import { KINDS, type TraceArrow, type TraceData } from "./trace-format.ts";

/** One of Chrome's trace events; moments in microseconds. */
export interface ChromeEvent {
  ph: "M" | "X" | "s" | "f" | "i";
  pid: number;
  tid: number;
  name: string;
  cat?: string;
  ts?: number;
  dur?: number;
  id?: number;
  bp?: "e";
  s?: "t";
  args?: Record<string, string | number>;
}

export interface ChromeTrace {
  displayTimeUnit: "ms";
  traceEvents: ChromeEvent[];
  otherData: Record<string, string | number>;
}

const PID = 1;
/** How far before its end an arrow leaves a slice: at the very end it would be outside. */
const INSIDE = 0.05;

export function chromeOf(data: TraceData): ChromeTrace {
  const { lanes, slices, arrows, marks, labels, dropped, title, start } = data;
  const traceEvents: ChromeEvent[] = [{ ph: "M", pid: PID, tid: 0, name: "process_name", args: { name: title } }];
  for (const { id, kind, name } of lanes) {
    const tid = id + 1;
    const text = kind === "coroutine" ? `${name} (by hand)` : name;
    traceEvents.push({ ph: "M", pid: PID, tid, name: "thread_name", args: { name: text } });
    traceEvents.push({ ph: "M", pid: PID, tid, name: "thread_sort_index", args: { sort_index: id } });
  }
  for (const [lane, from, to, site] of slices) {
    const args = site < 0 ? {} : { args: { "stops at": placeOf(data, site) } };
    const { name } = lanes[lane]!;
    traceEvents.push({
      ph: "X",
      pid: PID,
      tid: lane + 1,
      name,
      cat: "run",
      ts: from,
      dur: rounded(to - from),
      ...args,
    });
  }
  for (const [number, arrow] of arrows.entries()) traceEvents.push(...flow(data, arrow, number));
  for (const [lane, ts, kind, label] of marks) {
    const name = label < 0 ? KINDS[kind]! : `${KINDS[kind]!} ${labels[label]!}`;
    traceEvents.push({ ph: "i", pid: PID, tid: lane + 1, name, cat: "mark", ts, s: "t" });
  }
  return { displayTimeUnit: "ms", traceEvents, otherData: { title, start, dropped } };
}

function flow(data: TraceData, arrow: TraceArrow, id: number): ChromeEvent[] {
  const [sender, sentAt, receiver, takenAt, kind, value, label] = arrow;
  const name = [KINDS[kind], data.labels[label], data.values[value]].filter((part) => part !== undefined).join(" ");
  const common = { pid: PID, name, cat: "flow", id };
  return [
    { ph: "s", ...common, tid: sender + 1, ts: Math.max(0, rounded(sentAt - INSIDE)) },
    { ph: "f", bp: "e", ...common, tid: receiver + 1, ts: takenAt },
  ];
}

function placeOf({ sites }: TraceData, site: number): string {
  const { file, line, column } = sites[site]!;
  return `${file}:${line}:${column}`;
}

const rounded = (us: number): number => Math.round(us * 100) / 100;
