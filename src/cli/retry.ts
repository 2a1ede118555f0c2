// `corun retry NAME KEY`: whether a parked coroutine fits the code that the server has now.
//
// May import: arguments, remote; Node's own modules.

import process from "node:process";
import { readArguments } from "./arguments.ts";
import { only, remoteHelp, remoteOf, remoteOptions } from "./remote.ts";

export const help: string = `Usage: corun retry <name> <key> [options]

A coroutine is parked when its code does something else than its journal says. Nothing
is lost then. Put the code right, start corun serve again, and ask with this whether the
journal fits now: then it goes on; else the difference is shown, and the exit code is 1.
For all coroutines of a store, and before a new version is in use: corun replay.

Options
${remoteHelp}
`;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(args, remoteOptions, "corun retry");
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const remote = remoteOf(given);
  const handle = only(given, remote.client, "corun retry <name> <key>");
  await remote.ask(() => handle.retry());
  process.stdout.write(`${handle.name}/${handle.key} fits its code, and goes on\n`);
}
