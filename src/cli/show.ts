// `corun show NAME KEY`: a durable coroutine, and its journal as a story.
//
// May import: arguments, problem, remote, source, story; Node's own modules.

import process from "node:process";
import type { Inspection } from "../durable/index.ts";
import { readArguments } from "./arguments.ts";
import { Problem } from "./problem.ts";
import { named } from "./remote.ts";
import { sourceHelp, sourceOf, sourceOptions } from "./source.ts";
import { story } from "./story.ts";

export const help: string = `Usage: corun show <name> <key> [options]

Shows what a durable coroutine is doing, and its journal as a story: what it was sent,
what it answered, what it asked for and got. One that has started over, with again(…),
has the story since then.

  $ corun show counter visits
  counter/visits  waiting  2 turns
  2026-11-23
  10:02:11  began, with version 1 of its code
  10:02:11  send 5 (id 1) → answered 5
  10:02:14  send 2 (id 2) → answered 7

Options
  --json        all of it, as JSON
${sourceHelp}
`;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(args, { ...sourceOptions, json: { type: "boolean" } }, "corun show");
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const { name, key, rest } = named(given.words, "corun show <name> <key>");
  if (rest.length > 0) throw new Problem(`corun show takes a name and a key, but got ${rest[0]}, too`, 2);
  const source = sourceOf(given);
  try {
    const inspection = await source.inspect(name, key);
    const history = await source.history(name, key);
    const lines = given.flags.has("json")
      ? [JSON.stringify({ ...inspection, history }, null, 2)]
      : [...head(inspection), ...story(history)];
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    await source.close();
  }
}

/** What it is doing now. */
export function head(inspection: Inspection): string[] {
  const { name, key, state, turns, generation, turn, waits, requests, queued, wakeAt, problem } = inspection;
  const over = generation === 0 ? "" : `, started over ${times(generation)}`;
  const lines = [`${name}/${key}  ${state}  ${turns} turn${turns === 1 ? "" : "s"}${over}`];
  if (turn !== null) lines.push(`turn ${turn.turn} (id ${turn.id}) is under way`);
  if (queued > 0) lines.push(`sends that wait behind it: ${queued}`);
  if (waits !== null && waits !== "") lines.push(waits);
  for (const { kind, name, attempts, lastError } of requests) {
    const tried = attempts > 1 ? `, attempt ${attempts}` : "";
    lines.push(
      `${kind} ${name} is under way${tried}${lastError === null ? "" : `; the last one failed with ${lastError}`}`,
    );
  }
  if (wakeAt !== null) lines.push(`it wakes at ${new Date(wakeAt).toISOString()}`);
  if (problem !== null) lines.push(problem);
  return lines;
}

function times(n: number): string {
  return n === 1 ? "once" : `${n} times`;
}
