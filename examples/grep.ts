// Beazley's pipeline (see broadcast.ts) as a tool: `corun run examples/grep.ts [--follow] [--count] PATTERN FILE…`
// The lines of each file are sent to grep, which sends those that match to a printer and to a counter. Files of any
// size are read in constant memory. The exit code is grep's: 0 if something matched, 1 if nothing did, 2 after an error.
import { parseArgs } from "node:util";
import { coroutine, type Coroutine } from "corun";
import { drive } from "./lib/drive.ts";
import { type Line, lines } from "./lib/lines.ts";

type Sink = Coroutine<void, void, Line>;

const grep = coroutine(function* grep(pattern: RegExp, targets: Sink[]): Coroutine.Body<void, void, Line> {
  try {
    for (;;) {
      const line = yield;
      if (pattern.test(line.text)) for (const target of targets) target.send(line);
    }
  } finally {
    for (const target of targets) target.close();
  }
});

const printer = coroutine(function* printer(): Coroutine.Body<void, void, Line> {
  for (;;) {
    const { file, number, text } = yield;
    process.stdout.write(`${file}:${number}:${text}\n`);
  }
});

/** Counts the lines of each file in `counts`; at the end it prints the counts if it is to `report` them. */
const counter = coroutine(function* counter(
  counts: Map<string, number>,
  report: boolean,
): Coroutine.Body<void, void, Line> {
  try {
    for (;;) {
      const { file } = yield;
      counts.set(file, counts.get(file)! + 1);
    }
  } finally {
    if (report) for (const [file, count] of counts) console.log(`${file}: ${count}`);
  }
});

/** Brings a stage to its first `yield`, so that it can be sent something. */
function primed(stage: Sink): Sink {
  stage.next();
  return stage;
}

async function main(): Promise<number> {
  const option = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { follow: option, count: option } });
  const [pattern, ...files] = positionals;
  if (pattern === undefined || files.length === 0) throw new Error("usage: grep [--follow] [--count] PATTERN FILE…");

  const counts = new Map(files.map((file) => [file, 0]));
  const sinks = [primed(printer()), primed(counter(counts, values.count))];
  const stages = primed(grep(new RegExp(pattern, "u"), sinks));

  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    process.exit(code === "EPIPE" ? 0 : 2); // `| head` has seen enough
  });
  const fine = await drive(
    files.map((file) => [file, lines(file, stages)]),
    values.follow,
    stop.signal,
  );
  stages.close();
  if (!fine) return 2;
  return [...counts.values()].some((count) => count > 0) ? 0 : 1;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message.replace(/^(?!usage)/, "grep: "));
  return 2;
});
