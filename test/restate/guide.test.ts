// The recipes of docs/guide/from-one-machine-to-many.md, as they are written there: servers are started by its commands,
// and its programs run. Only machines are others: addresses of this one that nobody uses.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { restate } from "corun/durable/restate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { blocksOf } from "../node/docs/blocks.ts";
import { inTools } from "./processes.ts";
import { binary, freePorts, isUp, pause } from "./server.ts";

const file = "docs/guide/from-one-machine-to-many.md";
const markdown = readFileSync(file, "utf8");
const blocks = blocksOf(file, markdown);
const commands = blocks.filter(({ lang }) => lang === "sh").map(({ code }) => code);
const servers = commands.filter((code) => code.includes("npx restate-server"));

let folder: string;
let running: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "corun-guide-"));
  running = [];
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A server by its command, with these addresses, and its data in the folder of the test. */
function serve(command: string, addresses: (text: string) => string): void {
  const own = addresses(command).replace("npx restate-server", `exec ${binary}`);
  running.push(spawn("sh", ["-c", own], { cwd: folder, stdio: "ignore" }));
}

async function up(host: string): Promise<void> {
  await expect.poll(() => isUp(`http://${host}:8080/restate/health`), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => isUp(`http://${host}:9070/health`), { timeout: 60_000 }).toBe(true);
}

/** The programs of the guide, as files; gives how to start one. */
function programs(change: (text: string) => string): (name: string) => ChildProcess {
  for (const { lang, info, code } of blocks) {
    if (lang === "typescript" && info[0] !== undefined) writeFileSync(path.join(folder, info[0]), change(code));
  }
  writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
  return (name) => {
    const args = ["--import", inTools("resolve.mjs"), path.join(folder, name)];
    const child = spawn(inTools("node_modules/node22/bin/node"), args, { stdio: ["ignore", "pipe", "inherit"] });
    running.push(child);
    return child;
  };
}

async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout!.on("data", (data) => (text += data));
  await once(child, "close");
  return text;
}

test("one node: what the guide sends has the answers that the guide shows, and goes on after kill -9", async () => {
  const host = "127.0.77.1";
  const [port] = await freePorts(1);
  const addresses = (text: string) => text.replaceAll("127.0.0.1", host);
  serve(servers[0]!, addresses);
  await up(host);
  const start = programs((text) => addresses(text).replace("port: 9080", `port: ${port}`));
  const service = start("service.ts");
  const engine = restate(`http://${host}:8080`, { admin: `http://${host}:9070` });
  await expect
    .poll(
      async () =>
        (
          await engine
            .open("orders", "nobody")
            .inspect()
            .catch(() => null)
        )?.state,
      { timeout: 60_000 },
    )
    .toBe("new");
  const shown = blocks[blocks.findIndex(({ info }) => info[0] === "send.ts") + 1]!;
  expect((await output(start("send.ts"))).trim()).toBe(shown.code);

  const [, url, body] = /curl (\S+) --json '(.*)'/.exec(commands.find((code) => code.startsWith("curl"))!)!;
  const response = await fetch(addresses(url!), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: body!,
  });
  expect(await response.json()).toMatchObject({ outcome: { how: "yielded", value: '{"orders":3,"total":72}' } });

  const answer = engine.open("orders", "ada").send(8);
  await pause(50);
  service.kill("SIGKILL");
  running[0]!.kill("SIGKILL");
  await once(running[0]!, "exit");
  serve(servers[0]!, addresses);
  start("service.ts");
  expect(await answer).toEqual({ orders: 4, total: 80 });
  await engine.close();
});

test("three nodes: one may be lost", async () => {
  const addresses = (text: string) => text.replaceAll("10.0.0.", "127.0.78.");
  const other = (n: number) =>
    servers[1]!
      .replace("--node-name n1", `--node-name n${n}`)
      .replace("--bind-ip 10.0.0.1", `--bind-ip 10.0.0.${n}`)
      .replace("--advertised-address http://10.0.0.1:", `--advertised-address http://10.0.0.${n}:`)
      .replace("--auto-provision true", "--auto-provision false");
  for (const command of [servers[1]!, other(2), other(3)]) serve(command, addresses);
  for (const n of [1, 2, 3]) await up(`127.0.78.${n}`);
  const [port] = await freePorts(1);
  const ingresses = [1, 2, 3].map((n) => `http://127.0.78.${n}:8080`);
  const start = programs((text) =>
    text
      .replace('"http://127.0.0.1:8080"', JSON.stringify(ingresses))
      .replace("http://127.0.0.1:9070", "http://127.0.78.3:9070")
      .replace("port: 9080", `port: ${port}`),
  );
  start("service.ts");
  const engine = restate(ingresses);
  await expect
    .poll(
      async () =>
        (
          await engine
            .open("orders", "nobody")
            .inspect()
            .catch(() => null)
        )?.state,
      { timeout: 60_000 },
    )
    .toBe("new");
  const c = engine.open("orders", "ada");
  expect(await c.send(1)).toEqual({ orders: 1, total: 1 });
  running[0]!.kill("SIGKILL");
  expect(await c.send(1)).toEqual({ orders: 2, total: 2 });
  await engine.close();
});
