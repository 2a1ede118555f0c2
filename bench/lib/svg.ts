// The drawing docs/growth.svg: a line for each cost over the number of tasks, both axes logarithmic, and below it the
// bytes of a parked task. Text stays text; the colours follow the reader's light or dark scheme.

import { COSTS, type Cost, figureAt, SIZES } from "../growth.ts";
import { figure } from "./print.ts";
import { digits } from "./print-growth.ts";
import type { Report } from "./report.ts";

const WIDTH = 800;
const LEFT = 70;
const RIGHT = 590;
const COLORS: readonly (readonly [light: string, dark: string])[] = [
  ["#0969da", "#58a6ff"],
  ["#bc4c00", "#f0883e"],
  ["#1a7f37", "#3fb950"],
  ["#8250df", "#bc8cff"],
  ["#bf3989", "#f778ba"],
  ["#57606a", "#9ea7b3"],
  ["#0969da", "#58a6ff"],
];

/** Where figures are drawn between `top` and `bottom`, in pixels from above. */
interface Panel {
  readonly top: number;
  readonly bottom: number;
  readonly marks: readonly number[];
  readonly y: (value: number) => number;
}

interface Line {
  readonly label: string;
  readonly color: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export function growthAsSvg(report: Report): string {
  const [times, memory] = [COSTS.filter(({ unit }) => unit !== "B"), COSTS.filter(({ unit }) => unit === "B")];
  const upper = logarithmic(figuresOf(report, times), 46, 330);
  const lower = fromZero(figuresOf(report, memory), 380, 460);
  const body = [
    text(LEFT - 50, 22, "What one operation costs while so many tasks are there", "title"),
    text(LEFT - 50, 38, "nanoseconds"),
    ...frame(upper),
    ...draw(upper, linesOf(report, times, upper, 0)),
    text(LEFT - 50, 372, "bytes"),
    ...frame(lower),
    ...draw(lower, linesOf(report, memory, lower, times.length)),
    ...SIZES.map((size) => text(x(size), 480, digits(size), "middle")),
    text((LEFT + RIGHT) / 2, 500, "tasks", "middle"),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 510" width="${WIDTH}" height="510" role="img">`,
    "<title>Cost of one operation of Corun by the number of tasks</title>",
    `<style>${style()}</style>`,
    `<rect class="paper" width="${WIDTH}" height="510"/>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}

function style(): string {
  const colors = (scheme: 0 | 1): string =>
    COLORS.map((pair, i) => `.l${i}{stroke:${pair[scheme]}}.t${i}{fill:${pair[scheme]}}`).join("");
  return [
    "text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-size:14px;font-weight:600;fill:#1f2328}",
    ".middle{text-anchor:middle}.end{text-anchor:end}.paper{fill:#fff}.grid{stroke:#d0d7de;stroke-width:1}",
    "polyline{fill:none;stroke-width:2;stroke-linejoin:round}circle{stroke:none}",
    colors(0),
    "@media(prefers-color-scheme:dark){text{fill:#9ea7b3}.title{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#30363d}",
    `${colors(1)}}`,
  ].join("");
}

function figuresOf(report: Report, costs: readonly Cost[]): number[] {
  return costs.flatMap((cost) =>
    SIZES.map((size) => figureAt(report, cost, size)).filter((value) => value !== undefined),
  );
}

/** By the decades that hold all of `figures`, with marks at 1, 2 and 5 of each. */
function logarithmic(figures: readonly number[], top: number, bottom: number): Panel {
  const all = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((decade) => [decade, 2 * decade, 5 * decade]);
  const low = Math.max(...all.filter((mark) => mark <= Math.min(...figures)), all[0]!);
  const high = Math.min(...all.filter((mark) => mark >= Math.max(...figures)), all.at(-1)!);
  const scale = (bottom - top) / Math.log(high / low);
  const marks = all.filter((mark) => mark >= low && mark <= high);
  return { top, bottom, marks, y: (value) => bottom - Math.log(value / low) * scale };
}

function fromZero(figures: readonly number[], top: number, bottom: number): Panel {
  const step = Math.max(...figures) > 500 ? 250 : 100;
  const high = Math.max(step, Math.ceil(Math.max(...figures) / step) * step);
  const marks = Array.from({ length: high / step + 1 }, (_, i) => i * step);
  return { top, bottom, marks, y: (value) => bottom - (value / high) * (bottom - top) };
}

function x(size: number): number {
  const [first, last] = [SIZES[0]!, SIZES.at(-1)!];
  return LEFT + (Math.log(size / first) / Math.log(last / first)) * (RIGHT - LEFT);
}

function linesOf(report: Report, costs: readonly Cost[], panel: Panel, color: number): Line[] {
  return costs.map((cost, i) => {
    const points = SIZES.flatMap((size) => {
      const value = figureAt(report, cost, size);
      return value === undefined ? [] : [[x(size), panel.y(value)] as const];
    });
    const last = SIZES.map((size) => figureAt(report, cost, size)).findLast((value) => value !== undefined);
    const unit = cost.unit === "B" ? "B" : "ns";
    return {
      label: `${cost.title.en}${last === undefined ? "" : ` ${figure(last)} ${unit}`}`,
      color: color + i,
      points,
    };
  });
}

function frame({ marks, y }: Panel): string[] {
  return marks.flatMap((mark) => [
    `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at(y(mark))}" y2="${at(y(mark))}"/>`,
    text(LEFT - 8, y(mark) + 4, digits(mark), "end"),
  ]);
}

/** The lines, each with its name where it ends; names that would overlap move apart. */
function draw({ bottom }: Panel, lines: readonly Line[]): string[] {
  const drawn = lines.filter(({ points }) => points.length > 0);
  const named = drawn.toSorted((a, b) => b.points.at(-1)![1] - a.points.at(-1)![1]);
  let free = bottom + 10;
  const names = named.map(({ label, color, points }) => {
    free = Math.min(free - 15, points.at(-1)![1] + 4);
    return text(RIGHT + 10, free, label, `t${color}`);
  });
  const shapes = drawn.flatMap(({ color, points }) => [
    `<polyline class="l${color}" points="${points.map(([px, py]) => `${at(px)},${at(py)}`).join(" ")}"/>`,
    ...points.map(([px, py]) => `<circle class="t${color}" cx="${at(px)}" cy="${at(py)}" r="3"/>`),
  ]);
  return [...shapes, ...names];
}

function text(px: number, py: number, content: string, kind?: string): string {
  return `<text${kind === undefined ? "" : ` class="${kind}"`} x="${at(px)}" y="${at(py)}">${content}</text>`;
}

function at(pixels: number): string {
  return `${Math.round(pixels * 10) / 10}`;
}
