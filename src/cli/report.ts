// Errors as the user sees them: one message on stderr, with the place and the calls that led there.
//
// May import: diagnose, place, problem, stack, Node's own modules.

import process from "node:process";
import { inspect, styleText } from "node:util";
import { diagnose } from "./diagnose.ts";
import { here, withPlaces } from "./place.ts";
import { Problem } from "./problem.ts";
import { calls } from "./stack.ts";

/** Prints what is known of `error`, which came from running `file`, if any. */
export function report(error: unknown, file?: string): void {
  let text: string;
  try {
    text = describe(error, file).join("\n");
  } catch {
    text = inspect(error); // an error that is not made as errors are
  }
  say(text);
}

/** Prints `text` as a message of the command. */
export function say(text: string): void {
  process.stderr.write(`${paint("red", "corun:")} ${text}\n`);
}

function describe(error: unknown, file: string | undefined): string[] {
  if (error instanceof Problem) return [error.message, ...origins(error, new Set([error]))];
  if (!isError(error)) {
    return [
      `${file === undefined ? "" : `${here(file)} `}threw ${inspect(error)}, which is no Error, so where is not known`,
    ];
  }
  const rejected = error.code === "ERR_UNHANDLED_REJECTION" && /with the reason "([^]*)"\.$/.exec(error.message);
  if (rejected) {
    const who = file === undefined ? "a promise was" : `${here(file)}: a promise was`;
    return [`${who} rejected with ${rejected[1]!}, which is no Error, so where is not known`];
  }
  const known = diagnose(error, file);
  const lines = known ? [`${known.place === undefined ? "" : `${known.place}: `}${known.text}`] : [head(error)];
  for (const line of known?.excerpt ?? []) lines.push(`    ${line}`);
  if (known?.hint !== undefined) lines.push(known.hint);
  lines.push(...chain(error));
  if (!known && lines.length === 1 && file !== undefined) lines.push(paint("dim", `    at ${here(file)}`));
  return [...lines, ...origins(error, new Set([error]))];
}

/** The errors that `error` came of, or consists of. */
function origins(error: Error & { errors?: unknown }, seen: Set<unknown>): string[] {
  const parts = Array.isArray(error.errors) ? error.errors.map((each: unknown) => ["one of them:", each] as const) : [];
  const causes = error.cause === undefined ? [] : [["caused by", error.cause] as const];
  return [...parts, ...causes].flatMap(([word, origin]) => {
    if (seen.has(origin)) return [];
    seen.add(origin);
    if (!isError(origin)) return [`${word} ${inspect(origin)}`];
    return [`${word} ${head(origin)}`, ...chain(origin), ...origins(origin, seen)];
  });
}

function head(error: Error & { code?: unknown }): string {
  const code = typeof error.code === "string" && !error.message.includes(error.code) ? ` [${error.code}]` : "";
  return `${error.name}${code}${error.message && `: ${withPlaces(error.message)}`}`;
}

function chain(error: Error): string[] {
  const lines: string[] = [];
  for (const [call, times] of runs(calls(error))) {
    if (times > 3) lines.push(`    at ${call}, ${times} times`);
    else for (let i = 0; i < times; i++) lines.push(`    at ${call}`);
  }
  return lines.map((line) => paint("dim", line));
}

/** Equal neighbours taken together, as a recursion makes them. */
function runs(items: string[]): [item: string, times: number][] {
  const found: [string, number][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last?.[0] === item) last[1]++;
    else found.push([item, 1]);
  }
  return found;
}

/** Also of another realm. */
function isError(value: unknown): value is Error & { code?: unknown; errors?: unknown } {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function paint(style: "red" | "dim", text: string): string {
  const colours = process.stderr.isTTY && (process.env["NO_COLOR"] ?? "") === "";
  return colours ? styleText(style, text, { validateStream: false }) : text;
}
