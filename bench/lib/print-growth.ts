// A report of the suite `growth`: as text for the terminal, and as the Markdown table of docs/benchmarks.md.

import { COSTS, figureAt, SIZES } from "../growth.ts";
import { figure, machineLine, table } from "./print.ts";
import type { Report } from "./report.ts";

export function growthAsText(report: Report): string {
  return [
    table([["tasks", ...SIZES.map(digits)], ...cells(report)], [0]),
    "",
    `${machineLine(report, "en")}${report.quick ? "; --quick: not for quoting" : ""}`,
    "ns of one operation, or bytes of one task. Each figure is the median over the rounds of a fresh process's median.",
  ].join("\n");
}

export function growthAsMarkdown(report: Report): string {
  const lines = [["tasks", ...SIZES.map(digits)], ["---", ...SIZES.map(() => "--:")], ...cells(report)];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function cells(report: Report): string[][] {
  return COSTS.map((cost) => [
    cost.unit === "B" ? `${cost.title.en}, bytes` : `${cost.title.en}, ns`,
    ...SIZES.map((size) => {
      const value = figureAt(report, cost, size);
      return value === undefined ? "" : figure(value);
    }),
  ]);
}

export function digits(size: number): string {
  return size.toLocaleString("en-US");
}
