// `corun send NAME KEY [JSON]`: sends a value to a durable coroutine of a running server, and prints its answer.
//
// May import: arguments, problem, remote; the client; Node's own modules.

import { text } from "node:stream/consumers";
import process from "node:process";
import { CancelledError, StopIteration } from "../client/index.ts";
import { readArguments } from "./arguments.ts";
import { Problem } from "./problem.ts";
import { named, remoteHelp, remoteOf, remoteOptions } from "./remote.ts";

export const help: string = `Usage: corun send <name> <key> [json] [options]

Sends a value to a durable coroutine that corun serve serves, and prints what it yields
next, as JSON. Where there is no answer in time, the same --id asks for it again: the
send happens once.

  corun send counter visits 5
  corun send order 42 '{"item": "tea"}' --id 7
  cat order.json | corun send order 42 -

Options
  --id ID       of this send; a random one if absent
${remoteHelp}

The exit code is 0 if there is an answer, also if the coroutine returns it as its last
one; 1 if it fails, is cancelled or parked, or does not answer; 2 if the command line is
wrong.
`;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(args, { ...remoteOptions, id: { type: "string" } }, "corun send");
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const { name, key, rest } = named(given.words, "corun send <name> <key> [json]");
  const [json, ...more] = rest;
  if (more.length > 0)
    throw new Problem(`corun send takes one value; put it in quotes: '${[json, ...more].join(" ")}'`, 2);
  const value = json === undefined ? undefined : parse(json === "-" ? await text(process.stdin) : json);
  const id = given.text("id");
  const remote = remoteOf(given);
  const handle = remote.client.open(name, key);
  try {
    print(await remote.ask(() => handle.send(value, id === undefined ? {} : { id })));
  } catch (error) {
    if (error instanceof CancelledError) throw new Problem(`${name}/${key} was cancelled`, 1);
    if (!(error instanceof StopIteration)) throw error;
    print(error.value);
    process.stderr.write(`corun: ${name}/${key} has ended: that is what it returned\n`);
  }
}

/** Nothing, for `undefined`. */
function print(value: unknown): void {
  if (value !== undefined) process.stdout.write(`${JSON.stringify(value)}\n`);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    const word = /^[\w .-]+$/.test(json) ? `; for a text, write '${JSON.stringify(json)}'` : "";
    throw new Problem(`the value is not JSON: ${(error as SyntaxError).message}${word}`, 2);
  }
}
