// Puts the measured tables into the READMEs, from bench/results: what stands between `<!-- bench:SUITE -->` and
// `<!-- /bench:SUITE -->`. With `--check` it writes nothing, and exits with 1 if a table is out of step.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { byHand } from "../bench/by-hand.ts";
import { asMarkdown } from "../bench/lib/print.ts";
import type { Report, Text } from "../bench/lib/report.ts";

const check = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
const readmes: readonly [file: string, language: keyof Text][] = [
  ["README.md", "en"],
  ["README.zh-CN.md", "zh"],
];

for (const suite of [byHand]) {
  const results = new URL(`bench/results/${suite.name}.json`, root);
  if (!existsSync(results)) {
    complain(`bench/results/${suite.name}.json is missing: npm run bench -- ${suite.name} --save`);
    continue;
  }
  const report = JSON.parse(readFileSync(results, "utf8")) as Report;
  const titles = new Map(suite.rows.map((row) => [row.id, row.title]));
  for (const [file, language] of readmes) update(file, suite.name, asMarkdown(report, language, titles));
}

function update(file: string, suite: string, table: string): void {
  const path = new URL(file, root);
  if (!existsSync(path)) return complain(`${file} is missing`);
  const text = readFileSync(path, "utf8");
  const [open, close] = [`<!-- bench:${suite} -->`, `<!-- /bench:${suite} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 || to < 0) return complain(`${file} has no ${open} … ${close}`);
  const updated = `${text.slice(0, from + open.length)}\n${table}\n${text.slice(to)}`;
  if (updated === text) return;
  if (check)
    return complain(
      `${file} is out of step with bench/results/${suite}.json: node --import tsx scripts/readme-table.ts`,
    );
  writeFileSync(path, updated);
  console.log(`${file}: ${suite} table updated`);
}

function complain(text: string): void {
  console.error(text);
  process.exitCode = 1;
}
