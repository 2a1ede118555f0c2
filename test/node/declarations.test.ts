// The package's declarations, as a consumer's compiler reads them who skips none.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, object> };
const entries = Object.keys(exports).filter((entry) => !entry.endsWith(".json"));
const lines = entries.map((entry, i) => `import * as e${i} from "corun${entry.slice(1)}";\nexport { e${i} };\n`);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "corun-declarations-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/corun"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "all.ts"), lines.join(""));
});
afterAll(() => rmSync(folder, { recursive: true }));

function compile(...options: string[]): Promise<string> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return promisify(execFile)(
    process.execPath,
    [tsc, "--noEmit", "--strict", "--exactOptionalPropertyTypes", ...options, "all.ts"],
    { cwd: folder },
  ).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

test.each([
  ["in Node's way", ["--module", "nodenext"]],
  ["for a bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
])("they compile without an error where a program has no newer library than 2022, resolved %s", async (_, how) => {
  const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
  const libraries = [
    ["--lib", "es2022,dom"],
    ["--lib", "es2022", ...types],
  ];
  for (const each of libraries) expect(await compile("--target", "es2022", ...each, ...how)).toBe("");
});
