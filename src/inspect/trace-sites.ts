// The places in the program's source where things happen, as the host's stack tells them; with source maps where the
// host applies them to stacks.
//
// Imports nothing.

import type { TraceSite } from "./trace-format.ts";

/** The folder of this package. Its own lines, compiled or as source maps tell them, are no places of the program. */
const PACKAGE = new URL("../..", import.meta.url).href;
const OWN = /^(?:src|dist)\//;

interface Host {
  process?: { cwd?: () => string; getBuiltinModule?: (name: string) => unknown };
}
interface Files {
  readFileSync(path: string, encoding: "utf8"): string;
}

const host = (globalThis as Host).process;
/** Between the place of a function and of what it is called for. */
const DEPTH = 40;

export class Sites {
  readonly list: TraceSite[] = [];
  readonly #known: Map<string, number> = new Map();
  readonly #paths: Map<string, string> = new Map();
  readonly #folder: string = host?.cwd === undefined ? "" : `${host.cwd()}/`;

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
      const known = this.#known.get(line);
      if (known !== undefined) {
        if (known >= 0) return known;
        continue;
      }
      const number = this.#add(line);
      this.#known.set(line, number);
      if (number >= 0) return number;
    }
    return -1;
  }

  #add(text: string): number {
    // V8: `at name (file:line:column)`; others: `name@file:line:column`.
    const found = /^\s*(?:at )?(?:(.*?)(?: \(|@))?((?:file:|https?:|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(text);
    if (found === null) return -1;
    const [, name = "", address, line, column] = found;
    const url = /^(?:file|https?):/.test(address!) ? address! : `file://${address!}`;
    const isOwn = url.startsWith(PACKAGE) && OWN.test(url.slice(PACKAGE.length));
    if (isOwn || url.includes("/node_modules/")) return -1;
    const site: TraceSite = { file: this.#fileOf(url), line: Number(line), column: Number(column), name: plain(name) };
    const at = this.list.findIndex(
      (each) => each.file === site.file && each.line === site.line && each.column === site.column,
    );
    return at >= 0 ? at : this.list.push(site) - 1;
  }

  #fileOf(url: string): string {
    const bare = url.replace(/\?[^/]*$/, "");
    if (!bare.startsWith("file:")) return bare;
    const path = decodeURIComponent(new URL(bare).pathname).replace(/^\/(?=[A-Za-z]:\/)/, "");
    const file = path.startsWith(this.#folder) ? path.slice(this.#folder.length) : path;
    this.#paths.set(file, path);
    return file;
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
  return /<anonymous>$/.test(bare) ? "" : bare.replace(/^(?:Object|Generator)\.(?=.)/, "").replace(/\.next$/, "");
}
