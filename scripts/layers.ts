// Proves the layering: who may import values from whom, no cycle, no `node:` import reachable from
// `corun` itself, no file over 300 lines. Type imports are free, as they leave nothing behind.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

type Graph = Map<string, string[]>;

/** Layer (a folder of src, or the barrel) -> the layers whose values it may import. */
const MAY_IMPORT: Record<string, string[]> = {
  coroutine: [],
  scheduler: ["coroutine"],
  channel: ["coroutine", "scheduler"],
  sync: ["coroutine", "scheduler"],
  interop: ["coroutine", "scheduler", "channel"],
  pipeline: ["coroutine", "scheduler", "channel", "combinators", "interop"],
  combinators: ["coroutine", "scheduler"],
  inspect: ["coroutine", "scheduler", "channel", "sync", "combinators", "interop"],
  testing: ["coroutine", "scheduler", "channel", "sync", "inspect"],
  values: [],
  durable: ["index.ts", "coroutine", "scheduler", "channel", "combinators", "values"],
  client: ["coroutine", "scheduler", "values"],
  serve: ["index.ts", "coroutine", "scheduler", "values", "durable", "client"],
  cli: ["index.ts", "inspect", "testing", "durable", "client", "serve"],
  "index.ts": ["coroutine", "scheduler", "channel", "sync", "combinators", "interop", "pipeline"],
};
const MAX_LINES = 300;

/** Every TypeScript file below `folder`. */
function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".ts") ? [path] : [];
  });
}

/** The specifiers that a file imports or re-exports values from. */
function valueImports(source: string): string[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?((?:[\w*]|\{[^}]*\})[^;"']*?from\s+)?["']([^"']+)["']/gm,
  );
  return [...statements]
    .filter(([, type, names]) => {
      if (type !== undefined) return false;
      const braces = /^\{([^}]*)\}\s*from\s+$/.exec(names ?? "");
      return (
        braces === null || braces[1]!.split(",").some((name) => name.trim() !== "" && !/^type\s/.test(name.trim()))
      );
    })
    .map((match) => match[3]!);
}

/** What is wrong below `root`, the folder that holds the layers: a line each. */
export function check(root: string, mayImport: Record<string, string[]> = MAY_IMPORT): string[] {
  const problems: string[] = [];
  const graph: Graph = new Map();
  const layerOf = (file: string) => relative(root, file).split("/")[0]!;
  for (const file of files(root)) {
    const source = readFileSync(file, "utf8");
    const name = relative(root, file);
    const lines = source.split("\n").length - 1;
    if (lines > MAX_LINES) problems.push(`${name}: ${lines} lines, more than ${MAX_LINES}`);
    const layer = layerOf(file);
    if (!(layer in mayImport)) problems.push(`${name}: its layer is not in the table`);
    const edges: string[] = [];
    for (const specifier of valueImports(source)) {
      if (!specifier.startsWith(".")) {
        edges.push(specifier);
        continue;
      }
      const target = normalize(join(dirname(file), specifier));
      edges.push(target);
      const to = layerOf(target);
      if (to !== layer && !mayImport[layer]?.includes(to)) problems.push(`${name}: may not import from ${to}`);
    }
    graph.set(file, edges);
  }
  problems.push(...cycles(graph, root), ...hostImports(graph, root));
  return problems;
}

function cycles(graph: Graph, root: string): string[] {
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      problems.push(`cycle: ${[...path.slice(path.indexOf(file)), file].map((f) => relative(root, f)).join(" -> ")}`);
    } else if (!done.has(file)) {
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of graph.keys()) visit(file, []);
  return problems;
}

/** The barrel must run in a browser: nothing but our own files is reachable from it. */
function hostImports(graph: Graph, root: string): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const next of graph.get(file) ?? []) {
      if (graph.has(next)) visit(next);
      else problems.push(`${relative(root, file)}: imports ${next}, which is reachable from the barrel`);
    }
  };
  visit(join(root, "index.ts"));
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = check(fileURLToPath(new URL("../src", import.meta.url)));
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "layers: in order" : `layers: ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
