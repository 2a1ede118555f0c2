// Puts the measured tables into the READMEs and the guide, from bench/results: what stands between
// `<!-- bench:SUITE -->` and `<!-- /bench:SUITE -->`; and makes docs/benchmarks.md and docs/growth.svg. With `--check` it
// writes nothing, and exits with 1 if one of them is out of step.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { byHand } from "../bench/by-hand.ts";
import { benchmarksPage } from "../bench/lib/document.ts";
import type { Suite } from "../bench/lib/plan.ts";
import { asMarkdown } from "../bench/lib/print.ts";
import { asMarkdown as durableAsMarkdown } from "../bench/lib/print-durable.ts";
import { asMarkdown as togetherAsMarkdown } from "../bench/lib/print-together.ts";
import type { Report, Text } from "../bench/lib/report.ts";
import { growthAsSvg } from "../bench/lib/svg.ts";
import { together } from "../bench/together.ts";

const check = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
const readmes: readonly [file: string, language: keyof Text][] = [
  ["README.md", "en"],
  ["README.zh-CN.md", "zh"],
];

/** `optional`: a README without its marks, or no results yet, is as it should be. */
const tables: readonly { suite: Suite; print: typeof asMarkdown; optional: boolean }[] = [
  { suite: byHand, print: asMarkdown, optional: false },
  { suite: together, print: togetherAsMarkdown, optional: true },
];

for (const { suite, print, optional } of tables) {
  const report = reportOf(suite.name);
  if (report === undefined) {
    if (!optional) complain(`bench/results/${suite.name}.json is missing: npm run bench -- ${suite.name} --save`);
    continue;
  }
  const titles = new Map(suite.rows.map((row) => [row.id, row.title]));
  for (const [file, language] of readmes) updateTable(file, suite.name, print(report, language, titles), optional);
}

const lasting = reportOf("durable");
if (lasting !== undefined) updateTable("docs/guide/durable-compared.md", "durable", durableAsMarkdown(lasting), false);

const [measured, grown] = [reportOf("together"), reportOf("growth")];
if (measured !== undefined) {
  const reports = { together: measured, growth: grown, trace: reportOf("trace"), explore: reportOf("explore") };
  update("docs/benchmarks.md", benchmarksPage(reports));
}
if (grown !== undefined) update("docs/growth.svg", growthAsSvg(grown));

function reportOf(suite: string): Report | undefined {
  const results = new URL(`bench/results/${suite}.json`, root);
  return existsSync(results) ? (JSON.parse(readFileSync(results, "utf8")) as Report) : undefined;
}

function updateTable(file: string, suite: string, table: string, optional: boolean): void {
  const path = new URL(file, root);
  if (!existsSync(path)) return complain(`${file} is missing`);
  const text = readFileSync(path, "utf8");
  const [open, close] = [`<!-- bench:${suite} -->`, `<!-- /bench:${suite} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 && optional) return;
  if (from < 0 || to < 0) return complain(`${file} has no ${open} … ${close}`);
  update(file, `${text.slice(0, from + open.length)}\n${table}\n${text.slice(to)}`);
}

function update(file: string, updated: string): void {
  const path = new URL(file, root);
  if (existsSync(path) && readFileSync(path, "utf8") === updated) return;
  if (check) return complain(`${file} is out of step with bench/results: node --import tsx scripts/readme-table.ts`);
  writeFileSync(path, updated);
  console.log(`${file} updated`);
}

function complain(text: string): void {
  console.error(text);
  process.exitCode = 1;
}
