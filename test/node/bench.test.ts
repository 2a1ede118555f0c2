// The benchmark's own machinery: one cheap row goes through it and comes out as JSON.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { asMarkdown } from "../../bench/lib/print.ts";
import { type Report, sideOf } from "../../bench/lib/report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the benchmark prints one JSON document, that becomes a table in both languages", () => {
  const args = ["--import", "tsx", "bench/main.ts", "by-hand", "--quick", "--rounds", "1", "--only", "bytes", "--json"];
  const report = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" })) as Report;

  expect(report.rows.map((row) => row.id)).toEqual(["bytes"]);
  const [row] = report.rows;
  expect(sideOf(row!, "native")?.figure?.median).toBeGreaterThan(50);
  expect(sideOf(row!, "corun")?.ratio?.median).toBeGreaterThan(1);

  const titles = new Map([["bytes", { en: "memory", zh: "内存" }]]);
  expect(asMarkdown(report, "en", titles)).toMatch(/\| memory \| [\d,]+ bytes \| [\d,]+ bytes \| \d\.\d\d× \|/);
  expect(asMarkdown(report, "zh", titles)).toMatch(/\| 内存 \| [\d,]+ 字节 \| [\d,]+ 字节 \| \d\.\d\d× \|/);
});
