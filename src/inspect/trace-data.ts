// All that a tracer has written down, as data (trace-format.ts).
//
// May import: trace-draw, trace-format, trace-reader.

import { draw } from "./trace-draw.ts";
import type { TraceData } from "./trace-format.ts";
import { type Source, TraceReader } from "./trace-reader.ts";

/** @param reader a fresh one: what it reads later is to be added to this */
export function dataOf(source: Source, reader: TraceReader = new TraceReader(source)): TraceData {
  const read = reader.read();
  const { lanes, steps, end } = read;
  const program = lanes.findIndex(({ kind }) => kind === "program");
  return {
    version: 1,
    title: source.title,
    start: source.startedOn,
    unit: source.hasTime ? "us" : "events",
    ...read,
    ...draw(steps, program, end),
  };
}
