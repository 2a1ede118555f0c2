// Processes of our own for the tests: a service that is killed and started again.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A file of the folder that server, SDK and Node are installed in. */
export const inTools = (name: string): string => fileURLToPath(new URL(`../../tools/restate/${name}`, import.meta.url));
const program = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** `node programs/name …args`, on the Node of tools/restate. */
export class Program {
  readonly #args: string[];
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  /** What it said on its standard error. */
  errors = "";

  constructor(name: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    this.#args = ["--import", inTools("resolve.mjs"), program(name), ...args];
    this.#env = env;
  }

  /** Until it says "up". */
  async start(): Promise<void> {
    const child = spawn(inTools("node_modules/node22/bin/node"), this.#args, {
      env: { ...process.env, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (data) => (this.errors += data));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (data) => {
        if (String(data).includes("up")) resolve();
      });
      // One that is killed before it is up was meant to be.
      child.once("exit", (code) => (code ? reject(new Error(`the program has ended: ${this.errors}`)) : resolve()));
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}
