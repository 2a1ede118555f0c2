// `corun run program [args…]`: runs a program, and drives the coroutine that is its default export.
//
// May import: load, options, place, problem, report; the public surface.

import process from "node:process";
import { type Coroutine, isCoroutineFunction } from "../index.ts";
import { check, load } from "./load.ts";
import { parse } from "./options.ts";
import { here, lineOf } from "./place.ts";
import { Problem } from "./problem.ts";
import { report } from "./report.ts";

export const help = `Usage: corun run <program> [args…]

Runs a program in TypeScript (.ts .mts .cts .tsx) or JavaScript (.js .mjs .cjs).
What follows it on the command line is its own, in process.argv.

If the program's default export is a coroutine function, that is called with the
arguments, and driven to its end by next(); the values that it yields are dropped.
A program without a default export simply runs.

  // greet.ts
  import { coroutine } from "corun";

  export default coroutine(function* greet(name = "world") {
    console.log(\`Hello, \${name}!\`);
  });

  corun run greet.ts Ada         prints: Hello, Ada!

Where corun is not installed for the program, "corun" is the copy that runs it.
Node runs TypeScript by itself since 22.18. Before, and for .tsx, install tsx
beside the program: npm i -D tsx

The exit code is what the program sets, or 0; 1 if it can't be run or fails; 2 if
the command line is wrong.
`;

export async function main(args: string[]): Promise<void> {
  const { given, rest } = parse(args, { help: { type: "boolean", short: "h" } }, "corun run --help");
  if (given.has("help")) {
    process.stdout.write(help);
    return;
  }
  const [program, ...own] = rest;
  if (program === undefined) throw new Problem("run what? Name a program: corun run main.ts", 2);

  const file = check(program);
  process.argv = [process.execPath, file, ...own];
  watch(file);
  try {
    const main = await loadAll(file);
    if (main !== undefined) drive(main, own, file);
  } catch (error) {
    fail(error, file);
  }
}

/** Loads the program; gives its default export if that is a coroutine function, and nothing if it has none. */
async function loadAll(file: string): Promise<((...args: string[]) => Coroutine) | undefined> {
  const stuck = (): void => {
    fail(new Problem(`${here(file)} can't go on: it waits at its top level for a promise that nothing settles`), file);
  };
  process.once("beforeExit", stuck);
  const main = await load(file);
  process.removeListener("beforeExit", stuck);
  if (main === undefined || isCoroutineFunction(main)) return main;
  throw new Problem(`${place(file)}: the default export is ${nature(main)}`);
}

function drive(main: (...args: string[]) => Coroutine, args: string[], file: string): void {
  const c = main(...args);
  for (let step = c.next(); !step.done; step = c.next()) {
    if (typeof (step.value as PromiseLike<unknown> | null | undefined)?.then !== "function") continue;
    const text =
      `${place(file)}: ${c.name} yielded a Promise; nothing waits for it here. ` +
      "Await it outside of the coroutine, and send in what it gives";
    try {
      c.close();
    } catch (error) {
      throw new Problem(`${text}. Closing it failed, too`, 1, { cause: error });
    }
    throw new Problem(text);
  }
}

/** What a default export is that is no coroutine function, and what to write instead. */
function nature(value: unknown): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const name = (typeof value === "function" && value.name !== "default" && value.name) || "main";
  const instead = `export default coroutine(function* ${name}(…) { … })`;
  if (kind === "GeneratorFunction") return `a plain generator function; wrap it: ${instead}`;
  if (kind === "Coroutine") return "a coroutine already; export the function that makes it, without calling it";
  if (kind === "AsyncGeneratorFunction" || kind === "AsyncFunction") {
    const what = kind === "AsyncFunction" ? "an async function" : "an async generator function";
    return `${what}, which corun run doesn't call; write ${instead}, or call it and export no default`;
  }
  if (typeof value === "function") {
    const what = /^class\b/.test(Function.prototype.toString.call(value)) ? "a class" : "a plain function";
    return `${what}, which corun run doesn't call; write ${instead}, or export no default`;
  }
  if (kind === "Generator") return `a generator; export the function that makes it, wrapped: ${instead}`;
  const what = value === null ? "null" : typeof value === "object" ? `an object` : `a ${typeof value}`;
  return `${what}, not a coroutine function; write ${instead}, or export no default`;
}

/** Where the default export stands. */
function place(file: string): string {
  return here(
    file,
    lineOf(file, /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas\s+default\b|^\s*(module\.)?exports\b.*=/m),
  );
}

/** Reports what the program throws later on, unless it listens itself. */
function watch(file: string): void {
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") === 1) fail(error, file);
  });
}

function fail(error: unknown, file: string): never {
  report(error, file);
  process.exit(1);
}
