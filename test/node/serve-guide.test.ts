// The guide to `corun serve` is what happens: its program is served, its commands are run, and its client runs.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test, vi } from "vitest";
import { command, environment, folder, root } from "./command.ts";
import { type Block, blocksOf } from "./docs/blocks.ts";

// Many processes are started, one after the other, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000 });

const guide = "docs/guide/serve.md";
const blocks = blocksOf(guide, readFileSync(join(root, guide), "utf8"));
const program = blocks.find(({ lang }) => lang === "ts")!;
const client = blocks.find(({ lang }) => lang === "typescript")!;

/** What stands in the guide after `block`. */
const shownAfter = (block: Block): string => blocks[blocks.indexOf(block) + 1]!.code;
/** Days and times are those of the one who wrote it. */
const timeless = (text: string): string =>
  text
    .replace(/^\d{4}-\d\d-\d\d$/gm, "DAY")
    .replace(/^\d\d:\d\d:\d\d/gm, "TIME")
    .trimEnd();

async function serve(cwd: string, port: string): Promise<{ child: ChildProcess; port: string }> {
  const child = spawn(process.execPath, [command, "serve", "shop.ts", "--port", port], { cwd, env: environment });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = await new Promise<string>((resolve, reject) => {
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      const found = /"url":"([^"]+)"/.exec(err);
      if (found) resolve(found[1]!);
    });
    child.on("close", () => reject(new Error(err)));
  });
  return { child, port: new URL(url).port };
}

/** Runs the `$ …` lines of a block, as they stand, but for the port. */
function run(block: Block, cwd: string, port: string): string {
  const lines = block.code
    .split("\n")
    .map((line) => line.replace(/^\$ /, "").replace("npx corun", `"$NODE" "${command}"`));
  const script = lines.join("\n").replaceAll(":8787", `:${port}`);
  const env = { ...environment, NODE: process.execPath, CORUN_URL: `http://127.0.0.1:${port}`, TZ: "UTC" };
  const { stdout, stderr } = spawnSync("sh", ["-c", script], { cwd, env, encoding: "utf8" });
  // curl ends no line; the guide shows each answer on its own.
  return timeless((stdout + stderr).replaceAll("}{", "}\n{").replaceAll(/\n+/g, "\n"));
}

test.skipIf(spawnSync("curl", ["--version"]).status !== 0)(
  "served, sent to, killed, sent to again, shown",
  async () => {
    const cwd = folder({ "shop.ts": program.code });
    const shown = blocks.filter(
      ({ lang, code }, i) => lang === "sh" && blocks[i + 1]?.lang === "text" && code.startsWith("$ "),
    );
    expect(shown).toHaveLength(3);
    const [first, second, third] = shown as [Block, Block, Block];
    let { child, port } = await serve(cwd, "0");
    expect(run(first, cwd, port)).toBe(shownAfter(first));
    child.kill("SIGKILL");
    await new Promise((resolve) => void child.on("close", resolve));
    ({ child, port } = await serve(cwd, port));
    expect(run(second, cwd, port)).toBe(shownAfter(second));
    expect(run(third, cwd, port)).toBe(timeless(shownAfter(third)));

    writeFileSync(join(cwd, "client.mts"), client.code.replace(":8787", `:${port}`));
    const { stdout, stderr } = spawnSync(process.execPath, [command, "run", "client.mts"], {
      cwd,
      env: environment,
      encoding: "utf8",
    });
    expect(stdout + stderr).toBe(`${shownAfter(client)}\n`);
  },
);
