// Finds a program, makes the host ready for it (TypeScript, "corun", source maps) and loads it.
//
// May import: hooks, package, place, problem, stack, Node's own modules.

import { readdirSync, readFileSync, statSync } from "node:fs";
import * as module from "node:module";
import { basename, dirname, extname, join, resolve as absolute } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as hooks from "./hooks.ts";
import { self } from "./package.ts";
import { here } from "./place.ts";
import { nearest, Problem } from "./problem.ts";
import { hide } from "./stack.ts";

const EXTENSIONS = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs"];

/** The absolute path of a program that is named on the command line. */
export function check(program: string): string {
  const file = absolute(program);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) {
    const others = namesIn(dirname(file)).filter((name) => EXTENSIONS.includes(extname(name)));
    const meant = EXTENSIONS.map((extension) => basename(file) + extension).find((name) => others.includes(name));
    const other = meant ?? nearest(basename(file), others);
    throw new Problem(`no such file: ${program}${other ? `; did you mean ${join(dirname(program), other)}?` : ""}`);
  }
  if (stats.isDirectory()) throw new Problem(`${program} is a folder; name a program in it`);
  if (!EXTENSIONS.includes(extname(file))) {
    throw new Problem(`can't run ${program}: a program is a file ${EXTENSIONS.join(", ")}`);
  }
  return file;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A program that was loaded. */
export interface Program {
  /** Its default export; `undefined` if it has none. */
  main: unknown;
  /** What it exports, by name. */
  exports: Readonly<Record<string, unknown>>;
  /** Gives the corun that it imports, or a part of it, as "corun/durable"; `file`: instead, that file beside it. */
  library: (part?: string, file?: string) => Promise<unknown>;
}

/** Loads `file`, which runs it. `begin` is given its corun before; again, if it turns out to be a CommonJS module. */
export async function load(
  file: string,
  begin: (library: Program["library"]) => void | Promise<void> = () => {},
): Promise<Program> {
  const compiles = /\.[cm]?tsx?$/.test(file) && !runsTypeScript(file);
  if (compiles) await registerTsx(file);
  const copy = find(file, "corun");
  if (copy !== undefined) hide(dirname(dirname(copy)));
  registerHooks({ self: copy === undefined ? self : undefined, detect: compiles });
  process.setSourceMapsEnabled(true);
  // Bodies that resume one another take some four lines each, of which one is shown.
  if (Error.stackTraceLimit === 10) Error.stackTraceLimit = 60;
  const require = module.createRequire(file);
  const required: Program["library"] = async (part = "corun", beside) => require(partOf(require.resolve, part, beside));
  const { resolve } = copy === undefined ? module.createRequire(self) : require;
  const library: Program["library"] = (part = "corun", beside) =>
    import(pathToFileURL(partOf(resolve, part, beside)).href);
  const isRequired = /\.c[jt]s$/.test(file);
  await begin(isRequired ? required : library);
  // By `require`, as Node 20 does not let what tsx imports as CommonJS require an ES module.
  if (isRequired) return { ...ofCommonJs(require(file)), library: required };
  const namespace = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const isCommonJs = "module.exports" in namespace || require.cache[file] !== undefined;
  if (isCommonJs) {
    await begin(required);
    return { ...ofCommonJs(namespace["default"]), library: required };
  }
  return { main: namespace["default"], exports: namespace, library };
}

/** Where a part of corun lies, or `beside` in its folder. */
function partOf(resolve: (part: string) => string, part: string, beside: string | undefined): string {
  const path = resolve(part);
  return beside === undefined ? path : join(dirname(path), beside + extname(path));
}

function runsTypeScript(file: string): boolean {
  const { features } = process as { features: { typescript?: unknown } };
  return Boolean(features.typescript) && extname(file) !== ".tsx";
}

function find(from: string, specifier: string): string | undefined {
  try {
    return module.createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}

/** `exports.default`, or `module.exports` itself if that is a function: an object is what every such module exports. */
function ofCommonJs(exported: unknown): Pick<Program, "main" | "exports"> {
  if (typeof exported !== "object" || exported === null) return { main: exported, exports: { default: exported } };
  const exports = exported as Record<string, unknown>;
  return { main: exports["default"], exports };
}

/** Makes the host compile TypeScript, by way of tsx. */
async function registerTsx(file: string): Promise<void> {
  const from = [self, file, join(process.cwd(), "any")];
  const manifest = from.map((each) => find(each, "tsx/package.json")).find((found) => found !== undefined);
  if (manifest === undefined) {
    const why =
      extname(file) === ".tsx"
        ? "is in TSX; install tsx (npm i -D tsx)"
        : `is in TypeScript, which Node ${process.versions.node} can't run by itself; ` +
          "install tsx (npm i -D tsx), or use Node 22.18 or newer";
    throw new Problem(`${here(file)} ${why}`);
  }
  const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { exports: Record<string, Entry> };
  for (const entry of ["./cjs/api", "./esm/api"]) {
    const path = join(dirname(manifest), importTarget(exports[entry]!));
    ((await import(pathToFileURL(path).href)) as { register: () => void }).register();
  }
}

type Entry = string | { import?: Entry; default?: Entry };

function importTarget(entry: Entry): string {
  return typeof entry === "string" ? entry : importTarget((entry.import ?? entry.default)!);
}

/** The function of `node:module` that finds what is required. */
const RESOLVE = "_resolveFilename";

/** The parts of `node:module` that not every Node has, or not in its types. */
interface Host {
  registerHooks?: (to: { resolve: typeof hooks.resolve }) => void;
  default: Record<typeof RESOLVE, (this: unknown, request: string, parent: unknown, ...rest: unknown[]) => string>;
}

function registerHooks(duties: hooks.Duties): void {
  if (duties.self !== undefined) mapRequire(duties.self);
  else if (!duties.detect) return;
  const host = module as unknown as Host;
  if (host.registerHooks) {
    hooks.initialize(duties);
    host.registerHooks({ resolve: hooks.resolve });
  } else {
    module.register(`./hooks${extname(import.meta.url)}`, { parentURL: import.meta.url, data: duties });
  }
}

/** Makes `require("corun")` give this package: not every Node's hooks see it, and there is no other way into it. */
function mapRequire(self: string): void {
  const filename = fileURLToPath(self);
  const inside = { id: filename, filename, paths: [] };
  const finder = (module as unknown as Host).default;
  const original = finder[RESOLVE];
  finder[RESOLVE] = function (request, parent, ...rest) {
    return original.call(this, request, hooks.isCorun(request) ? inside : parent, ...rest);
  };
}
