// Real Restate servers for the tests: one node, or a cluster of several, on free ports of this machine, each with its own
// folder. They can be killed with SIGKILL and started again on what they had written.
//
// May import: node.

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tools = fileURLToPath(new URL("../../tools/restate/node_modules", import.meta.url));
/** The server's program. */
export const binary: string = path.join(
  tools,
  `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
);

/** What a recipe says to a server beside its ports: see docs/guide/from-one-machine-to-many.md. */
export interface ServerOptions {
  /** 1 by default; with more, every log and partition is kept on two of them. */
  nodes?: number;
  /** How many shards the keys are spread over. */
  partitions?: number;
  /** Those of one node, in the place of free ones. */
  ports?: { ingress: number; admin: number };
}

/** `count` ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One node: its process can come and go, its ports and its folder stay. */
class Node {
  readonly ingress: string;
  readonly admin: string;
  #child: ChildProcess | undefined;
  readonly #args: string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: string;

  constructor(folder: string, args: string[], env: NodeJS.ProcessEnv, ingress: number, admin: number) {
    this.ingress = `http://127.0.0.1:${ingress}`;
    this.admin = `http://127.0.0.1:${admin}`;
    this.#args = args;
    this.#env = env;
    this.#log = path.join(folder, "server.log");
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const child = spawn(binary, this.#args, {
      env: { ...process.env, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const out of [child.stdout, child.stderr]) out.on("data", (data) => appendFileSync(this.#log, data));
    this.#child = child;
  }

  /** Until both of its doors answer. */
  async healthy(withinMs = 60_000): Promise<void> {
    const end = Date.now() + withinMs;
    for (const url of [`${this.ingress}/restate/health`, `${this.admin}/health`]) {
      while (!(await isUp(url))) {
        if (this.#child?.exitCode !== null) throw new Error(`the server has ended: see ${this.#log}`);
        if (Date.now() > end) throw new Error(`${url} does not answer: see ${this.#log}`);
        await pause(30);
      }
    }
  }

  /** Ends the process with `signal` and waits until it is gone; one that takes too long is killed. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await gone;
    clearTimeout(timer);
  }
}

/** Whether `url` answers, and well. */
export async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false; // not yet: it refuses the connection
  }
}

/** One or several nodes and their folder. */
export interface Servers {
  readonly nodes: readonly Node[];
  readonly folder: string;
  /** The first node's. */
  readonly ingress: string;
  readonly admin: string;
  stop(): Promise<void>;
}

/** Starts a server, or a cluster, with empty folders, and waits until all of it answers. */
export async function startServers(options: ServerOptions = {}): Promise<Servers> {
  if (!existsSync(binary)) throw new Error(`no Restate server: run npm ci --prefix tools/restate (${binary})`);
  const count = options.nodes ?? 1;
  const folder = mkdtempSync(path.join(tmpdir(), "corun-restate-"));
  const ports = await freePorts(count * 3);
  if (options.ports !== undefined) [ports[0], ports[1]] = [options.ports.ingress, options.ports.admin];
  const fabric = ports.slice(2 * count).map((port) => `http://127.0.0.1:${port}`);
  const nodes = Array.from({ length: count }, (_, i) => {
    const [ingress, admin, own] = [ports[i]!, ports[count + i]!, ports[2 * count + i]!];
    const place = path.join(folder, `n${i + 1}`);
    mkdirSync(place);
    const args = [
      ["--listen-mode", "tcp", "--bind-ip", "127.0.0.1", "--no-logo", "--base-dir", place, "--log-format", "compact"],
      ["--node-name", `n${i + 1}`, "--cluster-name", "test", "--bind-port", String(own)],
      ["--advertised-address", fabric[i]!, "--auto-provision", String(i === 0)],
      ["--default-num-partitions", String(options.partitions ?? 4)],
    ].flat();
    const env = {
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "256MB",
      RESTATE_METADATA_CLIENT__ADDRESSES: JSON.stringify(fabric),
      ...(count > 1 && { RESTATE_DEFAULT_REPLICATION: "2" }),
    };
    return new Node(place, args, env, ingress, admin);
  });
  for (const node of nodes) node.start();
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.end("SIGTERM")));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.healthy()));
  } catch (error) {
    await Promise.all(nodes.map((node) => node.end("SIGKILL")));
    throw error;
  }
  return { nodes, folder, ingress: nodes[0]!.ingress, admin: nodes[0]!.admin, stop };
}
