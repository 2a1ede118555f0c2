// The places in the program's source where things happen, as the host's stack tells them; with source maps where the
// host applies them to stacks.
//
// Imports nothing.

import type { TraceSite } from "./trace-format.ts";

/** The folder of this package. Its own lines, compiled or as source maps tell them, are no places of the program. */
const PACKAGE = pathOf(new URL("../..", import.meta.url).href);
const OWN = /^(?:src|dist)\//;
/** What is below it on the stack has only called `run`: it is not where anything happens. */
const LOOP = /\brunReady\b/;
/** Of a line of a stack that is no place of the program, and of the one where the loop begins. */
const NONE = -1;
const END = -2;

interface Host {
  process?: { cwd?: () => string; getBuiltinModule?: (name: string) => unknown };
}
interface Files {
  readFileSync(path: string, encoding: "utf8"): string;
}

const host = (globalThis as Host).process;
/** No path begins with it. */
const NOWHERE = "\0";
/** Between the place of a function and of what it is called for. */
const DEPTH = 40;

export class Sites {
  readonly list: TraceSite[] = [];
  readonly #known: Map<string, number> = new Map();
  readonly #paths: Map<string, string> = new Map();
  readonly #folder: string = host?.cwd === undefined ? NOWHERE : `${pathOf(host.cwd())}/`;

  /** The place that the program is at now: the number of the innermost line of the stack that is not this library's. */
  here(): number {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = DEPTH;
    const { stack } = new Error();
    Error.stackTraceLimit = limit;
    return this.of(stack);
  }

  /** The number of the place that `stack` tells; -1: it tells none. */
  of(stack: string | undefined): number {
    for (const line of (stack ?? "").split("\n")) {
      let number = this.#known.get(line);
      if (number === undefined) this.#known.set(line, (number = this.#add(line)));
      if (number === END) break;
      if (number !== NONE) return number;
    }
    return NONE;
  }

  #add(text: string): number {
    // V8: `at name (file:line:column)`; others: `name@file:line:column`.
    const found = /^\s*(?:at )?(?:(.*?)(?: \(|@))?((?:file:|https?:|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(text);
    if (found === null) return NONE;
    const [, name = "", address] = found;
    const path = pathOf(address!.replace(/\?[^/\\]*$/, ""));
    if (path.startsWith(PACKAGE) && OWN.test(path.slice(PACKAGE.length))) return LOOP.test(name) ? END : NONE;
    if (path.includes("/node_modules/")) return NONE;
    const file = path.startsWith(this.#folder) ? path.slice(this.#folder.length) : path;
    this.#paths.set(file, path);
    const [line, column] = [Number(found[3]), Number(found[4])];
    const at = this.list.findIndex((each) => each.file === file && each.line === line && each.column === column);
    return at >= 0 ? at : this.list.push({ file, line, column, name: plain(name) }) - 1;
  }

  /** The text of the files that places are in, where the host can read them. */
  sources(): Record<string, string> {
    const files = host?.getBuiltinModule?.("node:fs") as Files | undefined;
    const texts: Record<string, string> = {};
    if (files === undefined) return texts;
    for (const [file, path] of this.#paths) {
      try {
        texts[file] = files.readFileSync(path, "utf8");
      } catch {
        // A file that a compiler made up has no text.
      }
    }
    return texts;
  }
}

/** The name of a function as it is in the source. */
function plain(name: string): string {
  const bare = name.replace(/^(?:async|new) /, "").replace(/ \[as [^\]]+\]$/, "");
  return bare.endsWith("<anonymous>") ? "" : bare.replace(/^(?:Object|Generator)\.(?=.)/, "").replace(/\.next$/, "");
}

/** The path of a file, with `/` between its parts; an address as it is. */
function pathOf(address: string): string {
  const path = address.startsWith("file:") ? decodeURIComponent(new URL(address).pathname) : address;
  return path.replaceAll("\\", "/").replace(/^\/(?=[A-Za-z]:\/)/, "");
}
