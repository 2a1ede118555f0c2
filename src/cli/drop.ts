// `corun drop NAME KEY`: forgets a coroutine, with its journal.
//
// May import: arguments, remote; Node's own modules.

import process from "node:process";
import { readArguments } from "./arguments.ts";
import { only, remoteHelp, remoteOf, remoteOptions } from "./remote.ts";

export const help: string = `Usage: corun drop <name> <key> [options]

Forgets a coroutine, with its journal, for good. None of its cleanup runs; the next send
begins a new one. It is the way out for one that is parked and not worth a repair; to
keep its story, save that first: corun show <name> <key> --json > story.json

Options
${remoteHelp}
`;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(args, remoteOptions, "corun drop");
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const remote = remoteOf(given);
  const handle = only(given, remote.client, "corun drop <name> <key>");
  await remote.ask(() => handle.drop());
  process.stdout.write(`${handle.name}/${handle.key} is forgotten\n`);
}
