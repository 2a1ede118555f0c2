// What a trace is, as data: for the page, for files, for tools. `trace().toJSON()` gives it.
//
// One lane for each task, for each coroutine that was resumed by hand, and for the code outside them.
// At any moment one lane runs, so no two slices overlap. The steps are all that happened, in order;
// slices, arrows and marks are the same, drawn: what a timeline needs, so that it has nothing to find out.
//
//   moments   counted from `start`, in microseconds, or in events where no time was taken (`unit`)
//   indices   into `lanes`, `sites`, `labels`, `values` and `steps`; -1 stands for none
//
// Imports nothing.

/** What happens. The number that stands in a tuple is the index here. */
export const KINDS = [
  // A task `other` was started by `lane` (-1: by code outside).
  "spawn",
  // `lane` runs from now on.
  "run",
  // `lane` stops, to wait: `label` says for what. Without one it only let others go first.
  "wait",
  // `lane` (-1: a timer, a promise or other code outside) ended the wait of `other`, which gets `value`.
  "wake",
  // What `lane` waited for was done at once, with `value`; it goes on.
  "pass",
  // `lane`, by hand, resumes `other` with `value`; `label` is the method: send, next, throw, return, close.
  "resume",
  // `lane` yields `value`: by hand to `other`, a task to whoever sends to it (-1: nobody knows yet).
  "yield",
  // `lane`, by hand, switches to `other`, which gets `value`.
  "transfer",
  // `lane` (-1: code outside) has a cancellation enter `other`.
  "cancel",
  // `lane` has ended; `label` is its state, `value` what it returned or threw; by hand, `other` gets that.
  "end",
  // The host has its turn: no task is ready, or those that are wait for it.
  "idle",
] as const;

export type TraceKind = (typeof KINDS)[number];

/** `program`: the code outside all coroutines. */
export type LaneKind = "program" | "task" | "coroutine";

/** `suspended` and `closed` are a coroutine's words, the others a task's; the program is `running`. */
export type LaneState =
  | "created"
  | "ready"
  | "running"
  | "waiting"
  | "suspended"
  | "done"
  | "failed"
  | "cancelled"
  | "closed";

export interface TraceLane {
  /** Its index in `lanes`. */
  id: number;
  kind: LaneKind;
  name: string;
  /** The lane that started it. */
  parent: number;
  /** The site of its `spawn`; of a coroutine: where it was resumed first. */
  spawnedAt: number;
  /** When it was started, or first seen. */
  start: number;
  /** When it ended; `null`: it had not, when the trace was taken. */
  end: number | null;
  state: LaneState;
  /** What it waits for, if it does. */
  waitsFor: string | null;
  /** The lanes that must act before it can go on, as far as one can tell: the first of them, some more than are shown. */
  needs: number[];
}

/** A place in a source file. */
export interface TraceSite {
  /** A path, or an address; key of `sources`. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** Of the function that it is in; empty where it has none. */
  name: string;
}

/** `lane` ran from `from` to `to`; `site`: where it stopped then. In order of `from`. */
export type TraceSlice = [lane: number, from: number, to: number, site: number];

/** `sender` did at `sentAt` what had `receiver` run at `takenAt`; `kind`: spawn, wake, resume, yield, transfer, cancel, end. */
export type TraceArrow = [
  sender: number,
  sentAt: number,
  receiver: number,
  takenAt: number,
  kind: number,
  value: number,
  label: number,
];

/** A moment in one lane: `kind` is wait, pass, yield or end; or spawn, wake or cancel, done by code outside. */
export type TraceMark = [lane: number, at: number, kind: number, label: number];

/**
 * What happened, of a kind of {@link KINDS}: `other` is the second lane that it concerns, `site` where `lane` stands:
 * where sites are taken, also for a bare `yield` if the host can tell (`[[GeneratorLocation]]`), as the page marks that line.
 */
export type TraceStep = [
  at: number,
  kind: number,
  lane: number,
  other: number,
  site: number,
  value: number,
  label: number,
];

export interface TraceData {
  version: 1;
  title: string;
  /** When the trace began: milliseconds since 1970. */
  start: number;
  unit: "us" | "events";
  /** The moment when the trace was taken. */
  end: number;
  lanes: TraceLane[];
  steps: TraceStep[];
  slices: TraceSlice[];
  arrows: TraceArrow[];
  marks: TraceMark[];
  labels: string[];
  /** Short previews. */
  values: string[];
  sites: TraceSite[];
  /** The text of the files that sites are in, where it was found. */
  sources: Record<string, string>;
  /** How many events are lost, as only so many are kept: the first ones. */
  dropped: number;
}

/** What is new since the last message; `lanes`: those that are new or have changed; lists are to be appended. The page draws it. */
export type TraceMore = Pick<
  TraceData,
  "end" | "lanes" | "steps" | "labels" | "values" | "sites" | "sources" | "dropped"
>;

/**
 * The server-sent events of a live page, by their names; the data of each is JSON. `trace` comes first, and again after
 * the connection was lost. After `end` the page closes the connection.
 */
export interface LiveEvents {
  trace: TraceData;
  more: TraceMore;
  /** What `dump()` gives as JSON: replaces the last. */
  dump: unknown;
  end: { exitCode: number | null };
}
