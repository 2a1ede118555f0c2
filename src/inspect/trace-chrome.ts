// A trace as Chrome's trace events, which ui.perfetto.dev and chrome://tracing show.
//
// One thread for each lane, with slices that do not overlap, as those viewers want it; arrows are flows that end in the
// slice that they lead to (`bp: "e"`).
//
// May import: trace-format.

import { KINDS, type TraceArrow, type TraceData, type TraceSlice } from "./trace-format.ts";

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
/** How far before its end an arrow leaves a slice, if that is so long: at the very end it would be outside. */
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
  const slicesOf = grouped(slices);
  for (const [number, arrow] of arrows.entries()) {
    const [sender, sentAt] = arrow;
    const left = leftAt(slicesOf.get(sender) ?? [], sentAt);
    traceEvents.push(...flow(data, arrow, number, left));
  }
  for (const [lane, ts, kind, label] of marks) {
    const name = label < 0 ? KINDS[kind]! : `${KINDS[kind]!} ${labels[label]!}`;
    traceEvents.push({ ph: "i", pid: PID, tid: lane + 1, name, cat: "mark", ts, s: "t" });
  }
  return { displayTimeUnit: "ms", traceEvents, otherData: { title, start, dropped } };
}

/** By lane. */
function grouped(slices: readonly TraceSlice[]): Map<number, TraceSlice[]> {
  const found = new Map<number, TraceSlice[]>();
  for (const slice of slices) {
    const [lane] = slice;
    if (!found.has(lane)) found.set(lane, []);
    found.get(lane)!.push(slice);
  }
  return found;
}

/** Where an arrow that is sent at `sentAt` leaves one of `slices`, which are in order. */
function leftAt(slices: readonly TraceSlice[], sentAt: number): number {
  let low = 0;
  for (let high = slices.length; low < high;) {
    const middle = (low + high) >> 1;
    if (slices[middle]![2] < sentAt) low = middle + 1;
    else high = middle;
  }
  const [, from] = slices[low] ?? [0, sentAt];
  return from > sentAt ? sentAt : Math.max(from, rounded(sentAt - INSIDE));
}

function flow(data: TraceData, arrow: TraceArrow, id: number, ts: number): ChromeEvent[] {
  const [sender, , receiver, takenAt, kind, value, label] = arrow;
  const name = [KINDS[kind], data.labels[label], data.values[value]].filter((part) => part !== undefined).join(" ");
  const common = { pid: PID, name, cat: "flow", id };
  return [
    { ph: "s", ...common, tid: sender + 1, ts },
    { ph: "f", bp: "e", ...common, tid: receiver + 1, ts: takenAt },
  ];
}

function placeOf({ sites }: TraceData, site: number): string {
  const { file, line, column } = sites[site]!;
  return `${file}:${line}:${column}`;
}

const rounded = (us: number): number => Math.round(us * 100) / 100;
