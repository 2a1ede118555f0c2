// `corun run program [args…]`: runs a program, and the coroutine that is its default export.
//
// May import: drive, dump-on, load, options, place, problem, report, trace; the public surface.

import process from "node:process";
import { isCoroutineFunction, type Task } from "../index.ts";
import { drive, type Library, type Main } from "./drive.ts";
import { checkSignal, dumped, dumpOn } from "./dump-on.ts";
import { check, load, type Program } from "./load.ts";
import { parse } from "./options.ts";
import { here, lineOf } from "./place.ts";
import { Problem } from "./problem.ts";
import { report } from "./report.ts";
import { toFeed, toFile, Tracing, type Use } from "./trace.ts";

export const help = `Usage: corun run [options] <program> [args…]

Runs a program in TypeScript (.ts .mts .cts .tsx) or JavaScript (.js .mjs .cjs).
What follows it on the command line is its own, in process.argv.

If the program's default export is a coroutine function, or a generator function, it
is run as a task, with the arguments: in it you can wait, and start other tasks. The
values that it yields are dropped. A program without a default export simply runs.

  // greet.ts
  import { coroutine, sleep } from "corun";

  export default coroutine(function* greet(name = "world") {
    yield* sleep(100);
    console.log(\`Hello, \${name}!\`);
  });

  corun run greet.ts Ada         prints: Hello, Ada!

Ctrl-C (SIGINT) and SIGTERM cancel that task: its cleanup runs, which may wait, and
then the process ends. A second one ends it at once. Code that computes on and on,
without a wait or a yield, hears neither; Ctrl-\\ ends it. If the program listens to
the signal itself (process.on), nothing is done for it; a program without a default
export is killed, as any other. Where nobody reads its output any more, as in
corun run … | head -1, the task is cancelled, too, and the process ends quietly.

Where corun is not installed for the program, "corun" is the copy that runs it.
Node runs TypeScript by itself since 22.18. Before, and for .tsx, install tsx
beside the program: npm i -D tsx

If it hangs, --dump-on SIGQUIT tells where: whenever the signal comes (Ctrl-\\ sends
SIGQUIT), what each task waits for, since when, and on which line is printed to stderr,
and the program goes on. Any signal will do that nobody else needs, as SIGUSR2.

To see how it runs, --trace out.html writes down what its tasks and coroutines do, and at
its end, also by a failure or Ctrl-C, a page that shows it step by step, with the source;
--trace out.json writes the same for ui.perfetto.dev and chrome://tracing. The last
65,536 events are kept. To watch it while it runs: corun inspect <program>

Options
      --dump-on <signal>  print what all tasks do when this signal comes
      --trace <file>      write what happens to a page (.html) or for Chrome (.json)

The exit code is what the program sets, or 0; 1 if it can't be run or fails; 2 if
the command line is wrong; 130 after Ctrl-C, 143 after SIGTERM.
`;

export async function main(args: string[]): Promise<void> {
  const options = { help: { type: "boolean", short: "h" }, "dump-on": { type: "string" }, ...TRACING } as const;
  const { given, values, rest } = parse(args, options, "corun run --help");
  if (given.has("help")) {
    process.stdout.write(help);
    return;
  }
  const signal = values.get("dump-on");
  if (signal !== undefined) dumpOn(checkSignal(signal), () => corun);
  const [program, ...own] = rest;
  if (program === undefined) throw new Problem("run what? Name a program: corun run main.ts", 2);

  const file = check(program);
  const use = await useOf(values);
  if (use !== undefined) tracing = new Tracing(use, file);
  process.argv = [process.execPath, file, ...own];
  watch(file);
  try {
    const { main, library } = await loadAll(file);
    if (main !== undefined) tracing?.release();
    const tell = (task: Task) => dumped(library, task);
    if (main !== undefined) await drive(usable(await library(), file), main, own, here(file), tell);
  } catch (error) {
    fail(error, file);
  }
}

/** The corun of the program. */
let corun: Program["library"] | undefined;
let tracing: Tracing | undefined;

const TRACING = { trace: { type: "string" }, "trace-feed": { type: "string" } } as const;

/** What is to be done with a trace, if one is wanted. */
async function useOf(values: Map<string, string>): Promise<Use | undefined> {
  const [path, fd] = [values.get("trace"), values.get("trace-feed")];
  return fd !== undefined ? toFeed(Number(fd)) : path === undefined ? undefined : await toFile(path);
}

/** Loads the program; `main` is its default export, if it has one. */
async function loadAll(file: string): Promise<{ main: Main | undefined; library: Program["library"] }> {
  const stuck = (): void => {
    const text = `${here(file)} can't go on: it waits at its top level for a promise that nothing settles`;
    void dumped(corun).then((lines) => fail(new Problem([text, ...lines].join("\n")), file));
  };
  process.once("beforeExit", stuck);
  const { main, library } = await load(file, async (found) => {
    corun = found;
    await tracing?.begin(found);
  });
  process.removeListener("beforeExit", stuck);
  if (main === undefined || isBody(main)) return { main, library };
  throw new Problem(`${place(file)}: the default export is ${nature(main)}`);
}

function isBody(value: unknown): value is Main {
  return isCoroutineFunction(value) || Object.prototype.toString.call(value) === "[object GeneratorFunction]";
}

/** The corun that the program has installed may be an older one. */
function usable(library: unknown, file: string): Library {
  if (typeof (library as Partial<Library>).run === "function") return library as Library;
  throw new Problem(`the corun that is installed for ${here(file)} has no run(); install a newer one: npm i corun`);
}

/** What a default export is that is no coroutine function, and what to write instead. */
function nature(value: unknown): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const name = (typeof value === "function" && value.name !== "default" && value.name) || "main";
  const instead = `export default coroutine(function* ${name}(…) { … })`;
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
