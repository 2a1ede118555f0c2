// `npm run bench -- SUITE [options]`: runs a suite and prints its table. See bench/lib/suite.ts for how it measures.

import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { byHand } from "./by-hand.ts";
import { asMarkdown, asText } from "./lib/print.ts";
import { runSuite, type Suite } from "./lib/suite.ts";

const suites: ReadonlyMap<string, Suite> = new Map([[byHand.name, byHand]]);

const USAGE = `npm run bench -- SUITE [options]     SUITE: ${[...suites.keys()].join(", ")}
  --quick            fewer rounds and shorter ones: to look, not to quote
  --rounds N         how often each program is run afresh (9; 3 if quick)
  --only ROW[,ROW]   only these rows; a wrong one lists all
  --json             the report as JSON
  --markdown         the table of the README
  --save             also into bench/results/SUITE.json, for scripts/readme-table.ts`;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const suite = suites.get(positionals[0] ?? "");
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 9));
  const only = values.only?.split(",");
  const unknown = only?.find((id) => !suite?.rows.some((row) => row.id === id));
  if (values.help || suite === undefined || !(rounds >= 1) || unknown !== undefined) {
    if (unknown !== undefined && suite !== undefined) {
      console.error(`no row ${unknown}; there are: ${suite.rows.map(({ id }) => id).join(", ")}`);
    }
    console.error(USAGE);
    return values.help ? 0 : 2;
  }

  const shown = process.stderr.isTTY;
  const progress = (text: string): void => void (shown && process.stderr.write(`\r\u001b[K${text}`));
  const report = runSuite(suite, { quick: values.quick, rounds, only, progress });
  progress("");

  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (values.save) {
    const folder = new URL("results/", import.meta.url);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${suite.name}.json`, folder), json);
  }
  if (values.json) process.stdout.write(json);
  else if (values.markdown)
    console.log(asMarkdown(report, "en", new Map(suite.rows.map((row) => [row.id, row.title]))));
  else console.log(asText(report));
  return 0;
}

process.exitCode = main();
