// The command, as it is installed: runs the built dist/cli/main.js in a process of its own.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const command = join(root, "dist/cli/main.js");
export const environment = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "", FORCE_COLOR: undefined };

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export function corun(args: string[], cwd: string = root, main: string = command): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: "utf8",
    env: environment,
    timeout: 30_000,
  });
  return { code: status, out: stdout, err: stderr };
}

/** A new folder, far from any package.json, with these files. */
export function folder(files: Record<string, string>): string {
  const path = newFolder(files);
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function newFolder(files: Record<string, string>): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "corun-")));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** Runs the first of `files` in a folder of its own. */
export function run(files: Record<string, string>, ...args: string[]): Outcome {
  return corun(["run", Object.keys(files)[0]!, ...args], folder(files));
}

/** How long a program may run, in milliseconds, before it is killed. */
const LIMIT = 30_000;

/** A program that runs. Nothing of it is bound to the present test, so many can run beside one another. */
export class Running {
  readonly child: ChildProcess;
  /** How it ends. A process that a signal has ended has no code. */
  readonly end: Promise<Outcome & { signal: NodeJS.Signals | null }>;
  out = "";
  err = "";

  /** `options`: those of the command, in front of the program. */
  constructor(files: Record<string, string>, ...args: (string | { options: string[] })[]) {
    const cwd = newFolder(files);
    const options = args.flatMap((arg) => (typeof arg === "string" ? [] : arg.options));
    const own = args.filter((arg) => typeof arg === "string");
    const line = [command, "run", ...options, Object.keys(files)[0]!, ...own];
    this.child = spawn(process.execPath, line, { cwd, env: environment });
    this.child.stdout!.setMaxListeners(0).setEncoding("utf8");
    this.child.stderr!.setMaxListeners(0).setEncoding("utf8");
    this.child.stdout!.on("data", (text: string) => (this.out += text));
    this.child.stderr!.on("data", (text: string) => (this.err += text));
    const limit = setTimeout(() => this.child.kill("SIGKILL"), LIMIT);
    this.end = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        clearTimeout(limit);
        rmSync(cwd, { recursive: true });
        resolve({ code, signal, out: this.out, err: this.err });
      });
    });
  }

  /** Waits until `text` stands in its output. */
  async shows(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if ((this.out + this.err).includes(text)) resolve();
      };
      this.child.stdout!.on("data", look);
      this.child.stderr!.on("data", look);
      this.child.on("close", () => reject(new Error(`it ended without ${text}: ${this.out}${this.err}`)));
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

export const ended = (out = ""): Outcome => ({ code: 0, out, err: "" });
export const failed = (...err: string[]): Outcome => ({
  code: 1,
  out: "",
  err: err.map((line) => `${line}\n`).join(""),
});
export const misused = (err: string): Outcome => ({ code: 2, out: "", err: `${err}\n` });

/** The first line of {@link program}. */
export const imports =
  'import { Channel, coroutine, defer, scope, shield, sleep, spawn, until, yieldNow } from "corun";\n';
/** A program with this as the body of its default export, in line 3. */
export const program = (body: string): Record<string, string> => ({
  "a.mjs": `${imports}export default coroutine(function* main(...args) {\n${body}\n});`,
});

/** Calls `use` with the address of a server on this machine that answers what `answer` gives, or nothing. */
export async function withServer(
  answer: (path: string) => string | undefined,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const text = answer(request.url!);
    if (text !== undefined) response.end(text);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.closeAllConnections();
  server.close();
}
