// Runs the programs of the documents, and compiles them.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { placeOf, type Program, sourceOf } from "./blocks.ts";
import { instrument, Promises, supervise } from "./check.ts";

export const root = path.resolve(import.meta.dirname, "../../..");

/** The public names, each with whether it is a type alone. */
const names = new Map<string, boolean>();
for (const [, list = ""] of readFileSync(path.join(root, "src/index.ts"), "utf8").matchAll(/export \{([^}]+)\}/g)) {
  for (const entry of list.split(",")) {
    const [, type, name] = /^\s*(type )?(\w+)/.exec(entry) ?? [];
    if (name) names.set(name, type !== undefined);
  }
}

/** For an example in a comment: the import of the public names that it uses. */
function importsOf(program: Program): string {
  const code = sourceOf(program);
  if (!program.name.startsWith("src/") || code.includes('from "corun"')) return "";
  const used = [...names].filter(([name]) => new RegExp(`\\b${name}\\b`).test(code));
  return `import { ${used.map(([name, type]) => (type ? `type ${name}` : name)).join(", ")} } from "corun"; `;
}

const folder = mkdtempSync(path.join(tmpdir(), "corun-docs-"));
let count = 0;

/** To be called when all is done. */
export function sweep(): void {
  rmSync(folder, { recursive: true });
}

/** What the program promises and does not keep. */
export async function run(program: Program): Promise<string[]> {
  const promises = new Promises();
  const file = path.join(folder, `run-${count++}.ts`);
  writeFileSync(file, instrument(program, importsOf(program), promises));
  try {
    await supervise(promises, () => import(/* @vite-ignore */ file));
  } catch (error) {
    return [`${program.name}: ${String(error)}`, ...promises.broken(program)];
  }
  return promises.broken(program);
}

/** What the `$ npx corun run …` of a `sh` block prints, run from the source. */
export function output(command: string): string {
  const args = command.replace(/^\$ npx corun run /, "").replace(/\s+#.*$/, "");
  const { stdout, stderr } = spawnSync("sh", ["-c", `"$NODE" --import tsx ${args}`], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath },
  });
  return stdout + stderr;
}

/** What the compiler says against the programs, at the lines of their documents. */
export function compile(programs: readonly Program[]): string[] {
  const here = path.join(folder, `compile-${count++}`);
  mkdirSync(here);
  programs.forEach((program, i) => {
    writeFileSync(path.join(here, `${i}.ts`), sourceOf(program, importsOf(program)));
  });
  writeFileSync(path.join(here, "package.json"), '{"type": "module"}');
  const config = {
    extends: path.join(root, "tsconfig.json"),
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      typeRoots: [path.join(root, "node_modules/@types")],
      paths: { corun: [path.join(root, "src/index.ts")], "corun/*": [path.join(root, "src/*/index.ts")] },
    },
    include: ["*.ts"],
  };
  writeFileSync(path.join(here, "tsconfig.json"), JSON.stringify(config));
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = path.join(path.dirname(compiler), "bin/tsc");
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, "--pretty", "false", "-p", here], {
    cwd: here,
    encoding: "utf8",
  });
  const said = stdout.split("\n").flatMap((line) => {
    const [, i, at, text] = /^(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    return i === undefined ? (line.trim() ? [line] : []) : [`${placeOf(programs[Number(i)]!, Number(at))}: ${text}`];
  });
  return status === 0 ? [] : [...said, ...(stderr ? [stderr] : [])];
}
