// Draws the arrows from lane to lane, with what is handed over. Where there are more than can be told apart, one for
// each pixel stands for all of them.
//
// May import: frame, palette, sentences, span; trace-format.

import { KINDS } from "../trace-format.ts";
import { type Frame, RULER } from "./frame.ts";
import { MONO } from "./palette.ts";
import { valueOf } from "./sentences.ts";
import { lowerBound } from "./span.ts";

/** With more arrows in sight they are thinned out. */
const MANY = 600;
/** With more they have no labels: nobody could read them. */
const MANY_LABELS = 120;
/** Heads need room. */
const HEAD_ROOM = 5;
const DASHES: Partial<Record<(typeof KINDS)[number], number[]>> = { spawn: [5, 3], cancel: [1.5, 3], end: [1.5, 3] };
const NONE: number[] = [];

interface Line {
  index: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Of one arrow; null: it is not in sight. */
function lineOf(frame: Frame, index: number): Line | null {
  const { arrows } = frame.model;
  const sender = frame.rows.rowOf[arrows.sender[index]!];
  const receiver = frame.rows.rowOf[arrows.receiver[index]!];
  if (sender === undefined || receiver === undefined || sender === receiver) return null;
  const from = frame.y(sender);
  const to = frame.y(receiver);
  if (frame.isOff(from) && frame.isOff(to) && from < RULER === to < RULER) return null;
  const down = to > from ? 1 : -1;
  return {
    index,
    x1: frame.x(arrows.sent.on(frame.axis)[index]!),
    y1: from + (down * frame.bar) / 2,
    x2: frame.x(arrows.taken.on(frame.axis)[index]!),
    y2: to - down * (frame.bar / 2 + 1),
  };
}

/** The arrow that is the step, or -1. */
function arrowOfStep(frame: Frame): number {
  const { step, model } = frame;
  const { arrows, steps } = model;
  if (step < 0) return -1;
  for (let i = lowerBound(arrows.sent.order, step); arrows.sent.order[i] === step; i++) {
    const fits = arrows.sender[i] === steps.lane[step] && arrows.receiver[i] === steps.other[step];
    if (fits && arrows.kind[i] === steps.kind[step]) return i;
  }
  return -1;
}

export function drawArrows(frame: Frame): void {
  const { model, axis, span, palette } = frame;
  const sent = model.arrows.sent.on(axis);
  const first = lowerBound(model.arrows.reach.on(axis), span.from);
  const last = lowerBound(sent, span.to, first);
  const now = arrowOfStep(frame);
  const lines: Line[] = [];
  const thinned = last - first > MANY;
  for (let i = first; i < last;) {
    const line = i === now ? null : lineOf(frame, i);
    if (line !== null) lines.push(line);
    i = thinned ? Math.max(i + 1, lowerBound(sent, frame.place(frame.x(sent[i]!) + 1), i + 1)) : i + 1;
  }
  const hasHeads = !thinned && (frame.width - frame.names) / Math.max(1, lines.length) > HEAD_ROOM;
  strokeLines(frame, lines, palette.arrow, thinned ? 0.4 : 1);
  if (hasHeads) fillHeads(frame, lines, palette.arrow);
  const taken: Box[] = [];
  const strong = now < 0 ? null : lineOf(frame, now);
  if (strong !== null) {
    strokeLines(frame, [strong], palette.now, 2);
    fillHeads(frame, [strong], palette.now);
    drawValue(frame, strong, taken, true);
  }
  if (!thinned && lines.length <= MANY_LABELS) for (const line of lines) drawValue(frame, line, taken, false);
}

function strokeLines(frame: Frame, lines: Line[], colour: string, width: number): void {
  const { context, model } = frame;
  const byDash = new Map<number[], Line[]>();
  for (const line of lines) {
    const dash = DASHES[KINDS[model.arrows.kind[line.index]!]!] ?? NONE;
    const group = byDash.get(dash);
    if (group === undefined) byDash.set(dash, [line]);
    else group.push(line);
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  for (const [dash, group] of byDash) {
    context.setLineDash(dash);
    context.beginPath();
    for (const { x1, y1, x2, y2 } of group) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }
  context.setLineDash(NONE);
}

function fillHeads({ context }: Frame, lines: Line[], colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const { x1, y1, x2, y2 } of lines) {
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    context.moveTo(x2, y2);
    context.lineTo(x2 - 7 * cos + 3.5 * sin, y2 - 7 * sin - 3.5 * cos);
    context.lineTo(x2 - 7 * cos - 3.5 * sin, y2 - 7 * sin + 3.5 * cos);
    context.closePath();
  }
  context.fill();
}

interface Box {
  x: number;
  y: number;
  width: number;
}

const HEIGHT = 18;
/** Longer values are cut off. */
const LONGEST = 14;
const widths = new Map<string, number>();

function textWidth(context: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    widths.set(text, (width = context.measureText(text).width));
  }
  return width;
}

/** The value on its arrow, where nothing else is written yet. */
function drawValue(frame: Frame, line: Line, taken: Box[], isNow: boolean): void {
  const { context, palette, model } = frame;
  const value = valueOf(model, model.arrows.value[line.index]!);
  if (value === "") return;
  const text = value.length <= LONGEST ? value : `${value.slice(0, LONGEST - 1)}…`;
  context.font = `${isNow ? "bold " : ""}12px ${MONO}`;
  const width = textWidth(context, text) + (isNow ? 12 : 8);
  const x = (line.x1 + line.x2) / 2 - width / 2;
  const y = (line.y1 + line.y2) / 2 - HEIGHT / 2;
  if (x + width < frame.names || x > frame.width) return;
  const overlaps = taken.some(
    (box) => x < box.x + box.width + 2 && box.x < x + width + 2 && Math.abs(box.y - y) < HEIGHT + 1,
  );
  if (overlaps) return;
  taken.push({ x, y, width });
  context.beginPath();
  context.roundRect(x, y, width, HEIGHT, 4);
  context.fillStyle = isNow ? palette.now : palette.bg;
  context.fill();
  if (!isNow) {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.stroke();
  }
  context.fillStyle = isNow ? palette["on-now"] : palette.text;
  context.textAlign = "center";
  context.fillText(text, x + width / 2, y + HEIGHT / 2 + 0.5);
  context.textAlign = "left";
}
