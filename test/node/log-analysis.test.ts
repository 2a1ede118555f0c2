// examples/log-analysis.ts with files of one's own. What it prints without one is in examples.test.ts.
import { execFile } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "corun-log-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const analyse = (file: string, nodeOptions: string[] = []) =>
  promisify(execFile)(process.execPath, [...nodeOptions, "--import", "tsx", "examples/log-analysis.ts", file], {
    cwd: root,
  });

const line = (address: string, bytes: number | string) =>
  `${address} - ada [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 ${bytes} "-" "Mozilla/5.0"`;

/** The columns of what is printed. */
const table = (stdout: string) => stdout.split("\n").map((row) => row.trim().split(/ {2,}/));

test("sums by network, largest first; CRLF, no size, no line end, what is no request, characters of any kind", async () => {
  const file = join(folder, "log");
  const lines = [line("192.0.2.1", "-"), line("192.0.2.2", 4_000_000), "grüße", "", line("203.0.113.1", 5_000_000)];
  writeFileSync(file, lines.join("\r\n"));
  const { stdout, stderr } = await analyse(file);
  expect(table(stdout)).toEqual([
    ["203.0.113.0/24", "1 requests", "5.0 MB"],
    ["192.0.2.0/24", "2 requests", "4.0 MB"],
    ["not understood", "2 requests", "0.0 MB"],
    [""],
  ]);
  expect(stderr).toBe("");
});

test("a file that is missing is an error", async () => {
  await expect(analyse(join(folder, "missing"))).rejects.toThrow("ENOENT");
});

test("200 MB in constant memory", async () => {
  const file = join(folder, "big");
  const block = Buffer.from(
    `${Array.from({ length: 10_000 }, (_, i) => line(`192.0.2.${i % 200}`, 1000)).join("\n")}\n`,
  );
  const descriptor = openSync(file, "w");
  let blocks = 0;
  for (; blocks * block.length < 200e6; blocks++) writeSync(descriptor, block);
  closeSync(descriptor);
  const watch = 'process.on("exit", () => console.error(process.resourceUsage().maxRSS));';
  const { stdout, stderr } = await analyse(file, ["--import", `data:text/javascript,${encodeURIComponent(watch)}`]);
  expect(table(stdout)[0]).toEqual(["192.0.2.0/24", `${blocks * 10_000} requests`, `${blocks * 10}.0 MB`]);
  expect(Number(stderr)).toBeGreaterThan(20_000); // kilobytes; else nothing was measured
  expect(Number(stderr)).toBeLessThan(190_000);
});
