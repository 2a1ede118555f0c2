// What ends leaves nothing behind, though the run in which it was goes on, as that of a server does: no memory, no
// timers, no handles of the host. The programs run in a process of their own, whose collector can be called.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Report } from "./fixtures/measure.ts";

const flags = ["--expose-gc", "--import", "tsx", "test/node/fixtures/leaks.ts"];
const root = fileURLToPath(new URL("../..", import.meta.url));
const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root, timeout: 300_000 });

/** What does leave something behind, for now. */
const KNOWN: string[] = [];

for (const [name, report] of Object.entries(JSON.parse(stdout) as Record<string, Report>)) {
  test(`nothing is left of ${name}`, { fails: KNOWN.includes(name) }, () => {
    expect.soft(report.grown, "bytes more on the heap").toBeLessThan(400_000);
    expect.soft(report.watched, "objects that were watched").toBeGreaterThan(10);
    expect.soft(report.held, "of them not collected").toBe(0);
    expect.soft(report.handles, "what keeps the process alive").toEqual([]);
  });
}
