// Draws the timeline: the ruler, a lane for each coroutine in sight, the arrows, the present step, the names.
//
// May import: draw-arrows, draw-slices, format, frame, palette, shapes, span.

import { drawArrows } from "./draw-arrows.ts";
import { drawMarks, drawSlices } from "./draw-slices.ts";
import { tickLabel } from "./format.ts";
import { type Frame, RULER } from "./frame.ts";
import { SANS } from "./palette.ts";
import { drawShape, type Shape, shapeOfState } from "./shapes.ts";
import { tickStep } from "./span.ts";

export function draw(frame: Frame): void {
  const { context, palette, width, height } = frame;
  context.textBaseline = "middle";
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, width, height);
  const first = Math.max(0, Math.floor(frame.scrollTop / frame.row));
  const last = Math.min(frame.rows.lanes.length - 1, Math.floor((frame.scrollTop + height) / frame.row));
  const running = frame.model.runningAt(frame.step);
  for (let row = first; row <= last; row++) drawBand(frame, row, running);
  context.save();
  context.beginPath();
  context.rect(frame.names, RULER, width - frame.names, height - RULER);
  context.clip();
  drawTicks(frame);
  for (let row = first; row <= last; row++) {
    const lane = frame.rows.lanes[row]!;
    drawLife(frame, lane, frame.y(row));
    drawSlices(frame, lane, frame.y(row));
  }
  drawStep(frame);
  for (let row = first; row <= last; row++) drawMarks(frame, frame.rows.lanes[row]!, frame.y(row));
  drawArrows(frame);
  context.restore();
  drawRuler(frame);
  drawNames(frame, first, last, running);
}

/** The row of the coroutine that runs, and of the chosen one. */
function drawBand(frame: Frame, row: number, running: number): void {
  const { context, palette } = frame;
  const top = frame.y(row) - frame.row / 2;
  if (frame.rows.lanes[row] === running || frame.rows.lanes[row] === frame.lane) {
    context.fillStyle = palette.band;
    context.fillRect(0, top, frame.width, frame.row);
  }
  context.fillStyle = palette.line;
  context.fillRect(0, top + frame.row - 1, frame.width, 1);
}

function drawLife(frame: Frame, lane: number, y: number): void {
  const { model, context, axis, palette } = frame;
  const life = model.lifeOf(lane, axis);
  const from = Math.max(frame.x(life.from), frame.names);
  const to = Math.min(frame.x(life.to), frame.width);
  if (to <= from) return;
  context.fillStyle = palette.arrow;
  context.fillRect(from, y - 0.5, to - from, 1);
}

/** How far apart the marks of the ruler are. */
function ticks(frame: Frame): { first: number; apart: number } {
  const apart = Math.max(tickStep((frame.axis === "order" ? 30 : 76) / frame.scale), frame.axis === "order" ? 1 : 1e-3);
  // Steps are counted from 1.
  const zero = frame.axis === "order" ? -1 : frame.model.origin;
  return { first: zero + Math.ceil((frame.span.from - zero) / apart) * apart, apart };
}

function drawTicks(frame: Frame): void {
  const { first, apart } = ticks(frame);
  frame.context.fillStyle = frame.palette.line;
  for (let at = first; at <= frame.span.to; at += apart) {
    frame.context.fillRect(Math.round(frame.x(at)), RULER, 1, frame.height);
  }
}

function drawRuler(frame: Frame): void {
  const { context, palette, axis, width, names } = frame;
  context.fillStyle = palette.panel;
  context.fillRect(0, 0, width, RULER);
  context.fillStyle = palette.line;
  context.fillRect(0, RULER - 1, width, 1);
  context.save();
  context.beginPath();
  context.rect(names, 0, width - names, RULER);
  context.clip();
  const { first, apart } = ticks(frame);
  context.font = `11px ${SANS}`;
  context.textAlign = "center";
  const here = frame.step < 0 ? Number.NaN : frame.x(frame.model.placeOfStep(frame.step, axis));
  for (let at = first; at <= frame.span.to; at += apart) {
    if (axis === "order" && (at < 0 || at >= frame.model.steps.count)) continue;
    // The sign of the present step stands there.
    if (Math.abs(frame.x(at) - here) < 18) continue;
    context.fillStyle = palette.muted;
    context.fillText(
      axis === "order" ? String(Math.round(at) + 1) : tickLabel(at - frame.model.origin, apart),
      frame.x(at),
      RULER / 2,
    );
  }
  drawStepNumber(frame, here);
  context.textAlign = "left";
  context.restore();
}

function drawStepNumber(frame: Frame, x: number): void {
  if (Number.isNaN(x)) return;
  const { context, palette, step } = frame;
  const text = String(step + 1);
  context.font = `bold 11px ${SANS}`;
  const width = context.measureText(text).width + 12;
  context.fillStyle = palette.now;
  context.beginPath();
  const left = Math.max(frame.names + 2, Math.min(x - width / 2, frame.width - width - 2));
  context.roundRect(left, 4, width, RULER - 8, 4);
  context.fill();
  context.fillStyle = palette["on-now"];
  context.fillText(text, left + width / 2, RULER / 2 + 0.5);
}

function drawStep(frame: Frame): void {
  if (frame.step < 0) return;
  const x = frame.x(frame.model.placeOfStep(frame.step, frame.axis));
  frame.context.fillStyle = frame.palette.now;
  frame.context.fillRect(Math.round(x) - 0.5, RULER, 1, frame.height);
}

/** What a lane does at the step; null: it is not there yet. */
function shapeAt(frame: Frame, lane: number, running: number): Shape | null {
  const { model, step } = frame;
  const { state } = model.lanes[lane]!;
  if (step < 0) return shapeOfState(state);
  if (lane === running) return "run";
  if (model.hasEndedAt(lane, step)) return shapeOfState(state);
  return model.livesAt(lane, step) ? "pause" : null;
}

function drawNames(frame: Frame, first: number, last: number, running: number): void {
  const { context, palette, names, height } = frame;
  context.save();
  context.beginPath();
  context.rect(0, RULER, names, height - RULER);
  context.clip();
  context.fillStyle = palette.panel;
  context.fillRect(0, RULER, names, height - RULER);
  for (let row = first; row <= last; row++) drawName(frame, row, running);
  context.restore();
  context.fillStyle = palette.line;
  context.fillRect(names - 1, 0, 1, height);
}

function drawName(frame: Frame, row: number, running: number): void {
  const { context, palette, names, rows, model } = frame;
  const lane = rows.lanes[row]!;
  const y = frame.y(row);
  drawBand(frame, row, running);
  if (lane === frame.lane) {
    context.fillStyle = palette.now;
    context.fillRect(0, y - frame.row / 2, 3, frame.row - 1);
  }
  const shape = shapeAt(frame, lane, running);
  const indent = 22 + Math.min(rows.depths[row]!, 5) * 12;
  if (shape !== null) drawShape(context, shape, indent - 10, y, lane === running ? palette.now : palette.muted);
  context.font = `${lane === running ? "600 " : ""}13px ${SANS}`;
  context.fillStyle = shape === null ? palette.muted : palette.text;
  context.fillText(fitting(context, model.nameOf(lane), names - indent - 6), indent, y + 0.5);
}

/** As much of a name as there is room for. */
function fitting(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let length = name.length;
  while (length > 1 && context.measureText(`${name.slice(0, length)}…`).width > width) length--;
  return `${name.slice(0, length)}…`;
}
