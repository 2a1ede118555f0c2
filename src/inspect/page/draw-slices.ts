// Draws the slices and marks of one lane: only what is in sight, and what is thinner than a pixel as one.
//
// May import: frame, palette, shapes, span; trace-format.

import { KINDS } from "../trace-format.ts";
import type { Frame } from "./frame.ts";
import { MONO } from "./palette.ts";
import { drawShape, type Shape, shapeOfState } from "./shapes.ts";
import { lowerBound } from "./span.ts";

/** A slice narrower than this is drawn together with its neighbours. */
const THIN = 1.5;
/** The least room beside a mark, in pixels. */
const MARK_ROOM = 12;
/** A slice of this width has room for the number of the line where it stopped. */
const LABEL_ROOM = 38;

/** Bars in one path, filled at once. Those that touch become one. */
class Bars {
  readonly #frame: Frame;
  readonly #top: number;
  #from = 0;
  #to = Number.NEGATIVE_INFINITY;

  constructor(frame: Frame, y: number) {
    this.#frame = frame;
    this.#top = y - frame.bar / 2;
    frame.context.beginPath();
  }

  add(from: number, to: number): void {
    if (from - this.#to < 0.75) {
      this.#to = Math.max(this.#to, to);
      return;
    }
    this.#put();
    this.#from = from;
    this.#to = to;
  }

  #put(): void {
    const { context, names, width, bar } = this.#frame;
    const from = Math.max(this.#from, names - 4);
    const to = Math.min(this.#to, width + 4);
    if (to <= from) return;
    if (to - from > 6) context.roundRect(from, this.#top, to - from, bar, 3);
    else context.rect(from, this.#top, to - from, bar);
  }

  fill(colour: string): void {
    this.#put();
    this.#frame.context.fillStyle = colour;
    this.#frame.context.fill();
  }
}

export function drawSlices(frame: Frame, lane: number, y: number): void {
  const { model, axis, span, palette } = frame;
  const slices = model.slices[lane]!;
  const starts = slices.from.on(axis);
  const ends = slices.to.on(axis);
  const now = model.runningAt(frame.step) === lane ? lowerBound(slices.to.order, frame.step + 0.5) : -1;
  const wide: number[] = [];
  const bars = new Bars(frame, y);
  for (let i = lowerBound(ends, span.from); i < starts.length && starts[i]! <= span.to;) {
    const from = frame.x(starts[i]!);
    const to = frame.x(ends[i]!);
    if (to - from >= THIN) {
      if (i === now || to - from > LABEL_ROOM) wide.push(i);
      // A hair's breadth stays free between two that follow one another.
      bars.add(from, to - 1);
      i++;
    } else {
      bars.add(from, from + THIN);
      i = Math.max(i + 1, lowerBound(starts, frame.place(from + 1), i + 1));
    }
  }
  bars.fill(palette.slice);
  if (now >= 0) drawNow(frame, frame.x(starts[now]!), frame.x(ends[now]!), y);
  for (const i of wide) drawLine(frame, i === now, slices.site[i]!, frame.x(starts[i]!), frame.x(ends[i]!), y);
}

/** The slice that runs at the step: filled, and framed, so that it stands out without its colour, too. */
function drawNow(frame: Frame, from: number, to: number, y: number): void {
  const { context, palette, names, width, bar } = frame;
  const left = Math.max(from, names - 8);
  const right = Math.min(Math.max(to - 1, from + 4), width + 8);
  if (right <= left) return;
  context.beginPath();
  context.roundRect(left, y - bar / 2 - 2, right - left, bar + 4, 4);
  context.fillStyle = palette.now;
  context.fill();
}

/** The number of the line where a slice stopped. */
function drawLine(frame: Frame, isNow: boolean, site: number, from: number, to: number, y: number): void {
  const { context, palette, names, width } = frame;
  const line = frame.model.sites[site]?.line;
  const left = Math.max(from, names);
  const right = Math.min(to, width);
  if (line === undefined || right - left < LABEL_ROOM) return;
  context.font = `11px ${MONO}`;
  context.textAlign = "right";
  context.fillStyle = isNow ? palette["on-now"] : palette["on-slice"];
  context.fillText(`:${line}`, right - 6, y + 0.5);
  context.textAlign = "left";
}

function shapeOfMark(kind: number, state: string): Shape | null {
  switch (KINDS[kind]) {
    case "wait":
      return "wait";
    case "yield":
      return "yield";
    case "pass":
      return "pass";
    case "end":
      return shapeOfState(state);
    case "spawn":
    case "wake":
      return "wake";
    case "cancel":
      return "cancelled";
    default:
      return null;
  }
}

export function drawMarks(frame: Frame, lane: number, y: number): void {
  const { model, axis, span, palette, context } = frame;
  const marks = model.marks[lane]!;
  const { state } = model.lanes[lane]!;
  const at = marks.at.on(axis);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = lowerBound(at, span.from); i < at.length && at[i]! <= span.to;) {
    const x = frame.x(at[i]!);
    const next = i + 1 < at.length ? frame.x(at[i + 1]!) : Number.POSITIVE_INFINITY;
    const shape = shapeOfMark(marks.kind[i]!, state);
    const isEnd = KINDS[marks.kind[i]!] === "end";
    // Where many are close to one another, none is drawn: the slices say enough.
    if (shape !== null && (isEnd || (x - last > MARK_ROOM && next - x > MARK_ROOM)))
      // What needs no wait stands in the slice.
      if (shape === "pass") drawShape(context, shape, x, y, palette["on-slice"]);
      else drawShape(context, shape, x, y, palette.muted, palette.bg);
    last = x;
    i = next - x > 1 ? i + 1 : Math.max(i + 1, lowerBound(at, frame.place(x + 1), i + 1));
  }
}
