// `corun run --trace file`: writes down what the program does, and at its end, however it ends, a page or a trace for
// other viewers. And `--trace-feed`, by which `corun inspect` is told the same while the program runs.
//
// May import: load, place, problem, report, Node's own modules; inspect, as types, and of it the page.

import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import process from "node:process";
import type { Trace, TraceOptions } from "../inspect/index.ts";
import type { feed, Message } from "../inspect/serve-feed.ts";
import type { Program } from "./load.ts";
import { here } from "./place.ts";
import { Problem } from "./problem.ts";
import { say } from "./report.ts";

/** What is done with a trace, from the start of the program on. */
export interface Use {
  /** Called with the trace when it begins; gives what is called when the program ends, once. */
  begin(tracing: Trace, library: Program["library"]): (() => void) | Promise<() => void>;
}

/** Traces a program; only the last trace counts where `begin` is called again for another copy of corun. */
export class Tracing {
  readonly #use: Use;
  readonly #title: string;
  #make: unknown = null;
  #finish: (() => void) | null = null;

  constructor(use: Use, file: string) {
    this.#use = use;
    this.#title = here(file);
    process.on("exit", () => this.finish());
    this.#hearSignals();
  }

  /** Begins, with the corun of the program. */
  async begin(library: Program["library"]): Promise<void> {
    const make = await traceOf(library, this.#title);
    if (make === this.#make) return;
    this.#make = make;
    const tracing = make({ sites: true, title: this.#title });
    const finish = await this.#use.begin(tracing, library);
    this.#finish = () => {
      tracing.stop();
      finish();
    };
  }

  finish(): void {
    const finish = this.#finish;
    this.#finish = null;
    finish?.();
  }

  /** From now on somebody else sees to it that the process exits in good order when a signal comes. */
  release: () => void = () => {};

  /** A signal that nobody else listens to ends the process, without its telling. */
  #hearSignals(): void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const hear = (signal: NodeJS.Signals): void => {
      if (process.listenerCount(signal) > 1) return;
      this.finish();
      this.release();
      process.kill(process.pid, signal);
    };
    for (const signal of signals) process.prependListener(signal, hear);
    this.release = () => {
      for (const signal of signals) process.removeListener(signal, hear);
    };
  }
}

type MakeTrace = (options: TraceOptions) => Trace;

/** `trace` of the corun that the program imports, which may be an older one. */
async function traceOf(library: Program["library"], where: string): Promise<MakeTrace> {
  let found: unknown;
  try {
    ({ trace: found } = (await library("corun", "inspect/index")) as { trace?: unknown });
  } catch (error) {
    if (!/MODULE_NOT_FOUND/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  if (typeof found === "function") return found as MakeTrace;
  throw new Problem(`the corun that is installed for ${where} can't trace; install a newer one: npm i corun`);
}

/** Writes the trace to a file at the end. @throws {Problem} if that can't be done, or its name says no known format */
export async function toFile(path: string): Promise<Use> {
  const write = await writerFor(path);
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw new Problem(`can't write the trace to ${path}: ${reasonOf(error, path)}`);
  }
  // As the program may go to another folder.
  const file = resolve(path);
  return {
    begin: (tracing) => () => {
      try {
        writeFileSync(file, write(tracing));
        say(`the trace is in ${path}`);
      } catch (error) {
        say(`can't write the trace to ${path}: ${reasonOf(error, path)}`);
        process.exitCode ||= 1;
      }
    },
  };
}

async function writerFor(path: string): Promise<(tracing: Trace) => string> {
  const format = extname(path).toLowerCase();
  if (format === ".json") return (tracing) => JSON.stringify(tracing.toChrome());
  if (format !== ".html") {
    throw new Problem(
      `--trace writes a page (.html), or trace events for Chrome and Perfetto (.json), but no ${format || "file without an ending"}: ${path}`,
      2,
    );
  }
  const { page } = await import("../inspect/page.ts");
  return (tracing) => page(tracing.toJSON());
}

function reasonOf(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return `there is no folder ${dirname(path)}`;
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "that is not allowed" : message;
}

/** Tells all that happens, at once, a line of JSON each, to who has the other end of the file `fd`. */
export function toFeed(fd: number): Use {
  let isOpen = true;
  const send = (message: Message): void => {
    if (!isOpen) return;
    try {
      writeAll(fd, `${JSON.stringify(message)}\n`);
    } catch {
      isOpen = false; // nobody listens any more: the program goes on
    }
  };
  return {
    async begin(tracing, library) {
      const parts = (await library("corun", "inspect/serve-feed")) as { feed: typeof feed };
      return parts.feed(tracing, send);
    },
  };
}

/** Also at the end of the process, when nothing can be waited for any more. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += writeSync(fd, bytes, at));
}
