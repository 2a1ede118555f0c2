// `explore` in the test runners of Node, Bun and Deno: the built package, as a program that has installed it finds it.
// (In Vitest it runs in all of test/testing.)

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { environment, folder, root } from "./command.ts";

const program = `
import { all, sleep } from "corun";
import { explore } from "corun/testing";

function* transfers(t, guard) {
  let balance = 0;
  const deposit = function* () {
    const before = balance;
    if (!guard) yield* sleep(1);
    balance = before + 1;
  };
  yield* all([deposit, deposit]);
  t.check(balance === 2, "a deposit was lost");
}

test("holds", async () => {
  const result = await explore((t) => transfers(t, true));
  if (!result.complete) throw new Error(String(result));
});
test("fails", () => explore((t) => transfers(t, false), { seed: 1 }));
`;

const bin = join(root, "tools/runtimes/node_modules/.bin");
const runners = [
  {
    name: "node --test",
    command: process.execPath,
    args: ["--test", "a.test.mjs"],
    head: 'import test from "node:test";',
  },
  { name: "bun test", command: join(bin, "bun"), args: ["test"], head: 'import { test } from "bun:test";' },
  {
    name: "deno test",
    command: join(bin, "deno"),
    args: ["test", "--no-check", "--no-remote", "--allow-read", "a.test.mjs"],
    head: "const test = Deno.test;",
  },
];

// Those of tools/runtimes that are installed.
const installed = runners.filter(({ command }) => existsSync(command));

test.each(installed)("$name reports the failure, its schedule, and what holds", ({ command, args, head }) => {
  const cwd = folder({ "a.test.mjs": head + program, "package.json": '{ "type": "module" }' });
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(root, join(cwd, "node_modules/corun"));
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: environment,
    timeout: 55_000,
  });
  const told = stdout + stderr;
  expect(told).toContain("CheckError: a deposit was lost");
  expect(told).toContain('replay: "s1:');
  expect(told).toMatch(/\b1 fail|fail(?:ed)? 1|1 failed/);
  expect(told).toMatch(/\b1 pass|pass(?:ed)? 1|1 passed/);
  expect(status).not.toBe(0);
});
