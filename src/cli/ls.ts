// `corun ls [NAME]`: the durable coroutines that there are.
//
// May import: arguments, problem, source; Node's own modules.

import process from "node:process";
import type { Summary } from "../durable/index.ts";
import { readArguments } from "./arguments.ts";
import { Problem } from "./problem.ts";
import { sourceHelp, sourceOf, sourceOptions } from "./source.ts";

export const help: string = `Usage: corun ls [name] [options]

Lists the durable coroutines that there are: of one name, or all.

Options
  --state STATE waiting (for a send), busy, done, failed, cancelled or parked
  --limit N     at most so many; 100 if absent
  --json        one JSON object a line
${sourceHelp}
`;

const STATES: readonly string[] = ["waiting", "busy", "done", "failed", "cancelled", "parked"];
/** As many as one answer of a server has. */
const PAGE = 1000;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(
    args,
    { ...sourceOptions, state: { type: "string" }, limit: { type: "string" }, json: { type: "boolean" } },
    "corun ls",
  );
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const [name, ...more] = given.words;
  if (more.length > 0) throw new Problem(`corun ls takes one name, but got ${more[0]}, too`, 2);
  const state = given.text("state") as Summary["state"] | undefined;
  if (state !== undefined && !STATES.includes(state))
    throw new Problem(`--state must be one of ${STATES.join(", ")}`, 2);
  const limit = given.number("limit", { least: 1, most: 1_000_000 }) ?? 100;

  const source = sourceOf(given);
  const found: Summary[] = [];
  try {
    // One more than asked for, to know whether there are more.
    for (let size = PAGE; size === PAGE && found.length <= limit;) {
      const after = found.at(-1);
      const page = await source.list({
        limit: PAGE,
        ...(name === undefined ? {} : { name }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page);
      size = page.length;
    }
  } finally {
    await source.close();
  }
  print(found, limit, given.flags.has("json"));
}

function print(found: Summary[], limit: number, asJson: boolean): void {
  const shown = found.slice(0, limit);
  if (asJson) {
    process.stdout.write(shown.map((each) => `${JSON.stringify(each)}\n`).join(""));
    return;
  }
  if (shown.length === 0) process.stdout.write("there are none\n");
  else process.stdout.write(table(shown, Date.now()));
  if (found.length > limit) process.stderr.write(`corun: there are more; --limit ${limit} has them cut off\n`);
}

/** @param now in milliseconds since 1970 */
export function table(rows: readonly Summary[], now: number): string {
  const cells = rows.map(({ name, key, state, turns, version, at }) => [
    name,
    plain(key),
    state,
    String(turns),
    version,
    `${age(now - at)} ago`,
  ]);
  const head = ["NAME", "KEY", "STATE", "TURNS", "VERSION", "LAST"];
  const all = [head, ...cells];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** A key is any text: in quotes where it is not plain. */
function plain(key: string): string {
  return /^[\p{L}\p{N}_.:@/+-]+$/u.test(key) ? key : JSON.stringify(key);
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
