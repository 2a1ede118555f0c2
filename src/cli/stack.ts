// The lines of an error's stack that are the user's: without those of this library, of the runner that
// compiles TypeScript, of Node, and of the built-in `next` between a generator and what resumes it.
//
// May import: package, place, Node's own modules.

import { sep } from "node:path";
import { root } from "./package.ts";
import { here, pathOf } from "./place.ts";

/** The folders of packages whose own lines are left out: this one, and the copy that the program has of it. */
const packages = new Set([root]);

/** Leaves out the lines of the package in `folder`, too. */
export function hide(folder: string): void {
  packages.add(folder.endsWith(sep) ? folder : folder + sep);
}

const OWN = /^(?:src|dist)[\\/]/;
const OTHERS = /[\\/]node_modules[\\/](?:corun[\\/](?:dist|src)|tsx|esbuild|get-tsconfig)[\\/]/;

/** The calls that led to `error`, innermost first: `name (file:line:column)`. */
export function calls(error: Error): string[] {
  if (typeof error.stack !== "string") return [];
  const at = error.stack.indexOf(error.message);
  const lines = (at < 0 ? error.stack : error.stack.slice(at + error.message.length)).split("\n");
  const found = lines.flatMap((line) => {
    const [, call] = /^\s+at (.+)$/.exec(line) ?? [];
    return call === undefined ? [] : shown(call);
  });
  // What the host calls at the very bottom, as in `new Promise (<anonymous>)`, says nothing without its caller.
  while (found.at(-1)?.endsWith("(<anonymous>)")) found.pop();
  return found;
}

function shown(call: string): string[] {
  const located = /^(?:(.*?) \()?((?:file:|node:|[\\/]|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(
    call.replace(/^async /, ""),
  );
  if (!located) return /^\S+\.(?:next|throw|return) \(<anonymous>\)$|\bnode:/.test(call) ? [] : [call];
  const [, name, location, line, column] = located;
  const path = pathOf(location!);
  if (path.startsWith("node:") || isLibrary(path)) return [];
  const where = here(path, Number(line), Number(column));
  return [
    name === undefined || /(?:^|\.)<anonymous>$/.test(name)
      ? where
      : `${name.replace(/ \[as [^\]]+\]$/, "")} (${where})`,
  ];
}

function isLibrary(path: string): boolean {
  const within = [...packages].some((folder) => path.startsWith(folder) && OWN.test(path.slice(folder.length)));
  return within || OTHERS.test(path);
}
