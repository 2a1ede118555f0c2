// One drawing of the timeline: what there is, how large, and where things are.
//
// May import: columns, model, palette, rows, span.

import type { Axis } from "./columns.ts";
import type { Model } from "./model.ts";
import type { Palette } from "./palette.ts";
import type { Rows } from "./rows.ts";
import type { Span } from "./span.ts";

export const RULER = 26;
const LEAST_ROW = 32;
const MOST_ROW = 84;

/** The height of a row: few share what there is. */
export function rowHeight(count: number, height: number): number {
  return Math.round(Math.max(LEAST_ROW, Math.min(MOST_ROW, (height - RULER) / Math.max(1, count))));
}

export class Frame {
  readonly context: CanvasRenderingContext2D;
  readonly model: Model;
  readonly rows: Rows;
  readonly palette: Palette;
  readonly axis: Axis;
  readonly span: Span;
  readonly step: number;
  /** The chosen lane. */
  readonly lane: number;
  readonly width: number;
  readonly height: number;
  /** Of the column of names. */
  readonly names: number;
  readonly scrollTop: number;
  /** The height of a row, and that of a slice. */
  readonly row: number;
  readonly bar: number;
  /** Pixels for one on the axis. */
  readonly scale: number;

  constructor(parts: Omit<Frame, "bar" | "scale" | "x" | "place" | "y" | "isOff">) {
    this.context = parts.context;
    this.model = parts.model;
    this.rows = parts.rows;
    this.palette = parts.palette;
    this.axis = parts.axis;
    this.span = parts.span;
    this.step = parts.step;
    this.lane = parts.lane;
    this.width = parts.width;
    this.height = parts.height;
    this.names = parts.names;
    this.scrollTop = parts.scrollTop;
    this.row = parts.row;
    this.bar = Math.min(24, Math.round(parts.row / 2));
    this.scale = (parts.width - parts.names) / (parts.span.to - parts.span.from);
  }

  /** Where a place on the axis is. */
  x(place: number): number {
    return this.names + (place - this.span.from) * this.scale;
  }

  /** The other way. */
  place(x: number): number {
    return this.span.from + (x - this.names) / this.scale;
  }

  /** The middle of a row. */
  y(row: number): number {
    return RULER + row * this.row + this.row / 2 - this.scrollTop;
  }

  isOff(y: number): boolean {
    return y < RULER - this.row || y > this.height + this.row;
  }
}
