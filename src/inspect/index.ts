// Seeing into programs that run: the public surface of `corun/inspect`.

export { trace, type Trace, type TraceEvent, type TraceOptions } from "./trace.ts";
export type { ChromeEvent, ChromeTrace } from "./trace-chrome.ts";
export type {
  LaneKind,
  LaneState,
  TraceArrow,
  TraceData,
  TraceKind,
  TraceLane,
  TraceMark,
  TraceSite,
  TraceSlice,
  TraceStep,
} from "./trace-format.ts";
export { page, type PageOptions } from "./page.ts";
export { dump, type Dump, type DumpedRun, type DumpedScope, type DumpedTask, type DumpOptions } from "./dump.ts";
export type { FrameLocals } from "./locals.ts";
export type { TaskReport } from "../scheduler/report.ts";
export { type Dropped, leaks, type Leaks, watchLeaks } from "./leaks.ts";
