// `npm run bench -- SUITE [options]`: runs a suite and prints its table. See bench/lib/suite.ts for how it measures.

import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { byHand } from "./by-hand.ts";
import { durable } from "./durable.ts";
import { exploring } from "./explore.ts";
import { growth } from "./growth.ts";
import { installRivals } from "./lib/install.ts";
import type { Suite } from "./lib/plan.ts";
import { asMarkdown, asText } from "./lib/print.ts";
import * as durablePrint from "./lib/print-durable.ts";
import { growthAsMarkdown, growthAsText } from "./lib/print-growth.ts";
import * as sidesPrint from "./lib/print-sides.ts";
import * as togetherPrint from "./lib/print-together.ts";
import type { Report, Text } from "./lib/report.ts";
import { runSuite } from "./lib/suite.ts";
import { growthAsSvg } from "./lib/svg.ts";
import { together } from "./together.ts";
import { tracing } from "./trace.ts";

interface Printer {
  text(report: Report): string;
  markdown(report: Report, titles: ReadonlyMap<string, Text>): string;
}

const byHandPrinter: Printer = { text: asText, markdown: (report, titles) => asMarkdown(report, "en", titles) };
const togetherPrinter: Printer = {
  text: togetherPrint.asText,
  markdown: (report, titles) => togetherPrint.asMarkdown(report, "en", titles),
};
const durablePrinter: Printer = { text: durablePrint.asText, markdown: durablePrint.asMarkdown };
const growthPrinter: Printer = { text: growthAsText, markdown: growthAsMarkdown };

const tracePrinter: Printer = {
  text: sidesPrint.asText,
  markdown: (report) => sidesPrint.asMarkdown(report, sidesPrint.costOf),
};
const explorePrinter: Printer = {
  text: sidesPrint.asText,
  markdown: (report) => sidesPrint.asMarkdown(report, sidesPrint.rateOf),
};

const suites: ReadonlyMap<string, readonly [Suite, Printer]> = new Map([
  [byHand.name, [byHand, byHandPrinter]],
  [together.name, [together, togetherPrinter]],
  [growth.name, [growth, growthPrinter]],
  [durable.name, [durable, durablePrinter]],
  [tracing.name, [tracing, tracePrinter]],
  [exploring.name, [exploring, explorePrinter]],
]);

const USAGE = `npm run bench -- SUITE [options]     SUITE: ${[...suites.keys()].join(", ")}
  --quick            fewer rounds and shorter ones: to look, not to quote
  --cpu              the processor's time in place of the clock's: for a busy machine; cannot be saved
  --rounds N         how often each program is run afresh
  --only ROW[,ROW]   only these rows; a wrong one lists all
  --json             the report as JSON
  --markdown         the table of the README
  --save             also into bench/results/SUITE.json, for scripts/readme-table.ts`;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [suite, printer] = suites.get(positionals[0] ?? "") ?? [];
  const rounds = Number(values.rounds ?? suite?.rounds[values.quick ? "quick" : "full"]);
  const only = values.only?.split(",");
  const unknown = only?.find((id) => !suite?.rows.some((row) => row.id === id));
  const isPartial = values.save && (values.cpu || only !== undefined);
  if (
    values.help ||
    suite === undefined ||
    printer === undefined ||
    !(rounds >= 1) ||
    unknown !== undefined ||
    isPartial
  ) {
    if (isPartial) console.error("--save is for all rows, by the clock: it goes neither with --only nor with --cpu");
    if (unknown !== undefined && suite !== undefined) {
      console.error(`no row ${unknown}; there are: ${suite.rows.map(({ id }) => id).join(", ")}`);
    }
    console.error(USAGE);
    return values.help ? 0 : 2;
  }

  const needsRivals = suite.rows.some(({ sides, groups = [] }) => [...sides, ...groups].some((of) => "package" in of));
  if (needsRivals) installRivals();
  const shown = process.stderr.isTTY;
  const progress = (text: string): void => void (shown && process.stderr.write(`\r\u001b[K${text}`));
  const report = runSuite(suite, { quick: values.quick, cpu: values.cpu, rounds, only, progress });
  progress("");

  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (values.save) save(suite, report, json);
  if (values.json) process.stdout.write(json);
  else if (values.markdown)
    console.log(printer.markdown(report, new Map(suite.rows.map((row) => [row.id, row.title]))));
  else console.log(printer.text(report));
  return 0;
}

function save(suite: Suite, report: Report, json: string): void {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${suite.name}.json`, folder), json);
  if (suite === growth) writeFileSync(new URL("../docs/growth.svg", import.meta.url), growthAsSvg(report));
}

process.exitCode = main();
