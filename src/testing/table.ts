// The table of a run: a column a task, a row a switch. Where there are too many tasks for columns, a line a switch.
//
// May import: columns, texts; types.

import { fit, wrap } from "./columns.ts";
import type { Row } from "./recorder.ts";
import { counted } from "./texts.ts";

/** Wider than this it is not read any more. */
const MAX_WIDTH = 132;
const MIN_COLUMN = 18;
const MAX_COLUMN = 36;
/** Of a longer run, the beginning and the end are shown. */
const MAX_ROWS = 50;
const FIRST_ROWS = 10;

/** @param names of the tasks, by path, in the order of their columns */
export function table(rows: readonly Row[], names: ReadonlyMap<string, string>): string {
  const used = new Set(rows.map(({ path }) => path));
  const columns = [...names.keys()].filter((path) => used.has(path));
  const width = Math.min(MAX_COLUMN, Math.trunc(MAX_WIDTH / Math.max(1, columns.length)) - 3);
  const lineOf = width < MIN_COLUMN ? listed : (row: Row) => inColumns(row, columns, width);
  const title = (path: string) => `${path}: ${names.get(path) ?? ""}`;
  const lines: string[] = [];
  if (width >= MIN_COLUMN) {
    lines.push(columns.map((path) => fit(title(path), width)).join(" | "));
    lines.push(columns.map(() => "-".repeat(width)).join("-|-"));
  }
  const left = rows.length - MAX_ROWS;
  rows.forEach((row, index) => {
    if (left > 0 && index === FIRST_ROWS) lines.push(`… ${counted(left, "switch", "switches")} …`);
    if (left <= 0 || index < FIRST_ROWS || index >= FIRST_ROWS + left) lines.push(...lineOf(row));
  });
  return lines.map((line) => line.trimEnd()).join("\n");

  function listed({ path, did }: Row): string[] {
    return [`${title(path)}: ${together(did).join("; ")}`];
  }
}

/** Says what is done again and again once. */
function together(did: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0, from = 0; i < did.length; i++) {
    if (did[i] === did[i + 1]) continue;
    const times = i + 1 - from;
    lines.push(times === 1 ? did[i]! : `${did[i]} (${times} times)`);
    from = i + 1;
  }
  return lines;
}

function inColumns({ path, did }: Row, columns: readonly string[], width: number): string[] {
  const cells = together(did).flatMap((text) => wrap(text, width));
  return cells.map((cell) => columns.map((each) => fit(each === path ? cell : "", width)).join(" | "));
}
