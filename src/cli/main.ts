#!/usr/bin/env node
// The command `corun`: finds the command that is asked for and runs it.
//
// May import: help, options, output, package, problem, report; the commands when they are asked for.

import process from "node:process";
import { type Command, overview } from "./help.ts";
import { parse } from "./options.ts";
import { watchOutput } from "./output.ts";
import { version } from "./package.ts";
import { nearest, Problem } from "./problem.ts";
import { report } from "./report.ts";

const commands: Command[] = [
  {
    name: "run",
    usage: "<program> [args…]",
    summary: "run a TypeScript or JavaScript program",
    load: () => import("./run.ts"),
  },
  {
    name: "inspect",
    usage: "<program> [args…]",
    summary: "run a program, and watch it in the browser",
    load: () => import("./inspect.ts"),
  },
  {
    name: "explore",
    usage: "<program> [export]",
    summary: "run a body under many schedules, to find one that fails",
    load: () => import("./explore.ts"),
  },
  {
    name: "serve",
    usage: "<program>",
    summary: "serve the durable coroutines of a program over HTTP",
    load: () => import("./serve.ts"),
  },
  {
    name: "send",
    usage: "<name> <key> [json]",
    summary: "send a value to a durable coroutine, print its answer",
    load: () => import("./send.ts"),
  },
  { name: "ls", usage: "[name]", summary: "list the durable coroutines", load: () => import("./ls.ts") },
  {
    name: "show",
    usage: "<name> <key>",
    summary: "what a durable coroutine does, and its story",
    load: () => import("./show.ts"),
  },
  {
    name: "replay",
    usage: "<program>",
    summary: "check the journals of a store against a program",
    load: () => import("./replay.ts"),
  },
  {
    name: "retry",
    usage: "<name> <key>",
    summary: "whether a parked one fits its code now",
    load: () => import("./retry.ts"),
  },
  {
    name: "drop",
    usage: "<name> <key>",
    summary: "forget a durable coroutine, with its journal",
    load: () => import("./drop.ts"),
  },
];

async function main(args: string[]): Promise<void> {
  const { given, rest } = parse(
    args,
    { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "V" } },
    "corun --help",
  );
  if (given.has("version") && !given.has("help")) return print(`${version()}\n`);

  const asksForHelp = given.has("help") || rest[0] === "help";
  const [name, ...own] = rest[0] === "help" ? rest.slice(1) : rest;
  if (name === undefined) return print(overview(commands));
  const command = await find(name).load();
  return asksForHelp ? print(command.help) : command.main(own);
}

function find(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command) return command;
  if (/\.[cm]?[jt]sx?$/.test(name))
    throw new Problem(`unknown command ${name}; to run a program: corun run ${name}`, 2);
  const meant = nearest(name, [...commands.map((each) => each.name), "help"]);
  throw new Problem(`unknown command ${name}; ${meant ? `did you mean corun ${meant}?` : "see: corun --help"}`, 2);
}

function print(text: string): void {
  process.stdout.write(text);
}

watchOutput();
try {
  await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exit(error instanceof Problem ? error.exitCode : 1);
}
