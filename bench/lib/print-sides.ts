// A report of a suite whose rows are one program done in several ways: the suites `trace` and `explore`.

import { figure, machineLine, plain, table, two, verdict } from "./print.ts";
import type { Report, Row, Side } from "./report.ts";

export function asText(report: Report): string {
  const lines = [["", "one", "a second", "ratio", "spread", "budget"]];
  for (const row of report.rows) {
    lines.push([plain(row.title), "", "", "", "", ""], ...row.sides.map((side) => lineOf(row, side)));
  }
  return [
    table(lines, [0, 5]),
    "",
    `${machineLine(report, "en")}${report.quick ? "; --quick: not for quoting" : ""}`,
    "Each figure is the median over the rounds of a fresh process's median; a ratio, of the rounds' ratios.",
  ].join("\n");
}

function lineOf(row: Row, { side, figure: measured, ratio, none }: Side): string[] {
  if (measured === undefined) return [`  ${side}`, none ?? "", "", "", "", ""];
  const budget = row.budget.filter(({ of }) => of === side).map(verdict);
  return [
    `  ${side}`,
    `${figure(measured.median)} ${row.unit}`,
    rate(measured.median),
    ratio === undefined ? "" : `${two(ratio.median)}x`,
    ratio === undefined ? "" : `${two(ratio.min)}-${two(ratio.max)}`,
    budget.join("; "),
  ];
}

/** The ways as columns. `show` says what stands in a cell. */
export function asMarkdown(report: Report, show: (side: Side) => string): string {
  const sides = report.rows[0]?.sides.map(({ side }) => side) ?? [];
  const lines = [`| | ${sides.join(" | ")} |`, `|---|${"--:|".repeat(sides.length)}`];
  for (const row of report.rows) lines.push(`| ${row.title} | ${row.sides.map(show).join(" | ")} |`);
  return lines.join("\n");
}

/** Nanoseconds, and how many times as many as with nobody watching. */
export function costOf({ figure: measured, ratio, none }: Side): string {
  if (measured === undefined) return none ?? "";
  return ratio === undefined ? figure(measured.median) : `${figure(measured.median)} (${two(ratio.median)}×)`;
}

/** How many a second. */
export function rateOf({ figure: measured, none }: Side): string {
  return measured === undefined ? (none ?? "") : rate(measured.median);
}

function rate(nanoseconds: number): string {
  return Math.round(1e9 / nanoseconds).toLocaleString("en-US");
}
