// `npm run conformance`: runs the suite, collates the row IDs in the titles of its tests with the rows
// of test/conformance/, and prints a table by part. Fails when a row of a finished part is missing,
// or when a test that carries a row fails. `--write` also writes docs/conformance.md.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Row {
  id: string;
  part: string;
  source: string;
  behaviour: string;
}

const PARTS: Record<string, string> = {
  P1: "CPython test_generators.py, unit tests",
  P2: "CPython test_generators.py, doctests",
  P3: "CPython test_yield_from.py",
  P5: "CPython test_generator_stop.py",
  L1: "Lua coroutine.lua",
  L2: "Lua coroutine.lua, the parts that use its test library",
  X1: "greenlet test_greenlet.py",
  G1: "Go test/chan, runtime, synctest",
  T1: "Trio",
  K1: "kotlinx.coroutines",
  X2: "CPython contextlib, TaskGroup, timeouts, asyncgen",
};
/** The parts whose every row must pass or differ on purpose. */
const FINISHED = ["P1", "P2", "P3", "P5", "L1", "L2", "X1", "G1", "T1", "K1", "X2"];

const folder = new URL("../test/conformance/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

const rows = read("rows.json") as Row[];
const differs = new Map<string, string>();
for (const name of readdirSync(folder).filter((file) => file.startsWith("differs"))) {
  for (const [id, reason] of Object.entries(read(name) as Record<string, string>)) differs.set(id, reason);
}

/** A row's ID. */
const ROW = /\b[A-Z]{2}\d{2}\b/;

/** The titles of the tests that carry a row, and whether they passed. */
function runSuite(): { title: string; passed: boolean }[] {
  const out = mkdtempSync(join(tmpdir(), "conformance-"));
  const report = join(out, "report.json");
  const args = [
    "vitest",
    "run",
    "--project",
    "core",
    "--project",
    "together",
    "--project",
    "node",
    "--typecheck.enabled=false",
    "--testNamePattern",
    ROW.source,
  ];
  spawnSync("npx", [...args, "--reporter=json", `--outputFile=${report}`], { stdio: ["ignore", "ignore", "inherit"] });
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
    testResults: { assertionResults: { fullName: string; status: string }[] }[];
  };
  rmSync(out, { recursive: true });
  return testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status !== "skipped" && test.status !== "pending")
      .map((test) => ({ title: test.fullName, passed: test.status === "passed" })),
  );
}

const proved = new Set<string>();
const failed = new Set<string>();
for (const { title, passed } of runSuite()) {
  for (const id of title.match(new RegExp(ROW, "g")) ?? []) (passed ? proved : failed).add(id);
}

const known = new Set(rows.map((row) => row.id));
const unknown = [...proved, ...differs.keys()].filter((id) => !known.has(id));
const status = (row: Row) =>
  failed.has(row.id) ? "failing" : differs.has(row.id) ? "differs" : proved.has(row.id) ? "passes" : "missing";

let problems = unknown.length;
console.log("part  rows  passing  differing  missing  failing");
for (const [part, title] of Object.entries(PARTS)) {
  const of = rows.filter((row) => row.part === part);
  const count = (what: string) => of.filter((row) => status(row) === what).length;
  const cells = [of.length, count("passes"), count("differs"), count("missing"), count("failing")];
  const widths = [4, 7, 9, 7, 7];
  const later = FINISHED.includes(part) ? "" : " (with the scheduler)";
  console.log(`${part}    ${cells.map((n, i) => String(n).padStart(widths[i]!)).join("  ")}  ${title}${later}`);
  if (FINISHED.includes(part)) problems += count("missing");
  problems += count("failing");
}
console.log("\nDiffering on purpose:");
for (const row of rows.filter((each) => status(each) === "differs")) console.log(`  ${row.id}  ${differs.get(row.id)}`);
const listed = rows.filter(
  (row) => status(row) === "failing" || (status(row) === "missing" && FINISHED.includes(row.part)),
);
for (const row of listed) console.log(`  ${status(row)}: ${row.id}  ${row.behaviour}`);
for (const id of unknown) console.log(`  unknown row: ${id}`);

if (process.argv.includes("--write")) {
  const table = (part: string) => [
    `\n## ${part}. ${PARTS[part]}\n`,
    "| row | behaviour | Corun |",
    "|---|---|---|",
    ...rows
      .filter((row) => row.part === part)
      .map(
        (row) =>
          `| ${row.id} | ${row.behaviour} | ${differs.has(row.id) ? `differs: ${differs.get(row.id)}` : status(row)} |`,
      ),
  ];
  const head = [
    "# Conformance",
    "",
    "The behaviours that the test suites of CPython, Lua and greenlet pin, in our words, and what Corun does.",
    "A row passes when a test whose title carries its ID passes. Written by `npm run conformance -- --write`.",
  ];
  writeFileSync(
    new URL("../docs/conformance.md", import.meta.url),
    `${[...head, ...FINISHED.flatMap(table)].join("\n")}\n`,
  );
}
console.log(problems === 0 ? "\nconformance: in order" : `\nconformance: ${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;
