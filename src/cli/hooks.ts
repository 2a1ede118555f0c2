// How imports are resolved while a program runs; Node calls `resolve` for each (`module.register`, in a thread of
// its own, or `module.registerHooks`, in the program's).
//
// May import: Node's own modules.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the hook is to do. */
export interface Duties {
  /** "corun" is the package with this package.json: for programs that have none of their own. */
  self?: string | undefined;
  /** A file that no package.json calls a CommonJS or ES module is what its syntax says, as in newer Nodes. */
  detect?: boolean;
}

interface Resolved {
  url: string;
  format?: string | null | undefined;
}
type Next<R extends Resolved | Promise<Resolved>, C> = (specifier: string, context?: C) => R;

let duties: Duties = {};

export function initialize(data: Duties): void {
  duties = data;
}

export function resolve<R extends Resolved | Promise<Resolved>, C extends { parentURL?: string | undefined }>(
  specifier: string,
  context: C,
  next: Next<R, C>,
): Resolved | Promise<Resolved> {
  const foreign = context.parentURL?.includes("/node_modules/");
  const from = duties.self !== undefined && isCorun(specifier) && !foreign ? { parentURL: duties.self } : {};
  const resolved = next(specifier, { ...context, ...from });
  if (!duties.detect) return resolved;
  return resolved instanceof Promise ? resolved.then(detected) : detected(resolved);
}

/** Whether `specifier` means this package, or a part of it. */
export function isCorun(specifier: string): boolean {
  return specifier === "corun" || specifier.startsWith("corun/");
}

function detected(resolved: Resolved): Resolved {
  if (resolved.format !== "commonjs") return resolved;
  // tsx reads what it takes for CommonJS under names of its own.
  const url = resolved.url.replace(/(?:\?|%3F)tsx-.*$/, "");
  if (!/^file:.*\.[jt]sx?$/.test(url) || typeOf(url) !== undefined || !hasModuleSyntax(url)) return resolved;
  return { ...resolved, url, format: "module" };
}

/** The "type" of the package that the file is in. */
function typeOf(url: string): unknown {
  for (let folder = new URL(".", url); ; folder = new URL("..", folder)) {
    try {
      return (JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as { type?: unknown }).type;
    } catch {
      if (folder.pathname === new URL("..", folder).pathname || folder.pathname.endsWith("/node_modules/"))
        return undefined;
    }
  }
}

function hasModuleSyntax(url: string): boolean {
  const text = readFileSync(fileURLToPath(url), "utf8");
  return /^[ \t]*(?:import\b(?!\s*\(|\s+type\b|\s+\w+\s*=)|export\b(?!\s*=))|\bimport\.meta\b/m.test(text);
}
