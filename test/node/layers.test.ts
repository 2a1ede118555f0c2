import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { check } from "../../scripts/layers.ts";

test("the layers of src are in order", () => {
  expect(check(fileURLToPath(new URL("../../src", import.meta.url)))).toEqual([]);
});

function problemsOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "layers-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return check(root, { low: [], high: ["low"], "index.ts": ["low", "high"] });
}

test("the check sees an import upwards, a cycle, a host module and a long file, and lets types pass", () => {
  const problems = problemsOf({
    "index.ts": 'export { a } from "./low/a.ts";\n',
    "low/a.ts": 'import { b } from "./b.ts";\nimport { type T, c } from "../high/c.ts";\nexport const a = [b, c];\n',
    "low/b.ts":
      'import { a } from "./a.ts";\nimport type { T } from "../high/c.ts";\nimport "node:fs";\nexport const b = a;\n',
    "high/c.ts": `export const c = 1;\n${"\n".repeat(300)}`,
  });
  expect(problems).toEqual([
    "high/c.ts: 301 lines, more than 300",
    "low/a.ts: may not import from high",
    "cycle: low/a.ts -> low/b.ts -> low/a.ts",
    "low/b.ts: imports node:fs, which is reachable from the barrel",
  ]);
});
