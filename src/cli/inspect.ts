// `corun inspect program [args…]`: runs a program, and shows what it does on a page, while it runs and after.
//
// The program runs in a process of its own, as `corun run` does it, and tells what happens through a pipe; so the page
// outlives it, however it ends, and its work does not hold up the page.
//
// May import: load, options, place, problem, report, Node's own modules; of inspect, the server.

import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { extname } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { PageServer } from "../inspect/serve.ts";
import type { Message } from "../inspect/serve-feed.ts";
import { check } from "./load.ts";
import { parse } from "./options.ts";
import { here } from "./place.ts";
import { Problem } from "./problem.ts";
import { say } from "./report.ts";

export const help = `Usage: corun inspect [options] <program> [args…]

Runs a program as corun run does, and shows it on a page in the browser while it runs:
all tasks and coroutines, what each waits for, channels, who made whom go on and with
what value, step by step with the source. The address is printed; it holds a token, and
works on this machine only. The page can look, and change nothing.

The page stays when the program has ended, or failed, until Ctrl-C. While the program
runs, Ctrl-C is the program's, as in corun run.

Only the last 65,536 events are kept. Finding the lines may make a program half as fast.
For a file to keep or to send: corun run --trace out.html <program>

Options
      --port <n>  the port on this machine; any that is free if absent

The exit code is the program's.
`;

export async function main(args: string[]): Promise<void> {
  const options = { help: { type: "boolean", short: "h" }, port: { type: "string" } } as const;
  const { given, values, rest } = parse(args, options, "corun inspect --help");
  if (given.has("help")) {
    process.stdout.write(help);
    return;
  }
  const port = portOf(values.get("port"));
  const [program, ...own] = rest;
  if (program === undefined) throw new Problem("inspect what? Name a program: corun inspect main.ts", 2);
  const where = here(check(program));
  const server = new PageServer(where);
  const address = await listening(server, port);
  say(`watch ${where} at ${address}`);
  const exitCode = await watched(program, own, server);
  say(`${where} has ended with code ${exitCode}; the page stays until Ctrl-C`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
  server.close();
  process.exit(exitCode);
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text);
  throw new Problem(`--port needs a port, a number below 65536, but got ${text}`, 2);
}

async function listening(server: PageServer, port: number): Promise<string> {
  try {
    return await server.listen(port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "somebody else has it" : code === "EACCES" ? "that is not allowed" : message;
    throw new Problem(`can't listen on port ${port}: ${why}; leave --port out for any that is free`);
  }
}

/** Runs `program` to its end, and has `server` show it. Gives its exit code, as shells have it. */
async function watched(program: string, args: string[], server: PageServer): Promise<number> {
  const command = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
  const line = [...process.execArgv, command, "run", "--trace-feed", "3", "--", program, ...args];
  const child = spawn(process.execPath, line, { stdio: ["inherit", "inherit", "inherit", "pipe"] });
  const release = passOn(child);
  const lines = createInterface({ input: child.stdio[3] as Readable, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (text) => server.tell(JSON.parse(text) as Message));
  const drained = new Promise<void>((resolve) => lines.on("close", resolve));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
  await drained;
  release();
  server.tell({ event: "end", data: { exitCode } });
  return exitCode;
}

/** While the program runs it gets the signals; one that comes twice, also from the terminal, counts there as one. */
function passOn(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.removeListener(signal, pass);
  };
}
