// `corun replay <program> --store FILE`: whether all journals of a store fit the code of a program.
//
// May import: arguments, hosted, problem, store; the durable layer's types; Node's own modules.

import process from "node:process";
import type { Engine, ListOptions } from "../durable/index.ts";
import { readArguments } from "./arguments.ts";
import { type Hosted, host } from "./hosted.ts";
import { Problem } from "./problem.ts";
import { checkStore, openStore } from "./store.ts";

export const help: string = `Usage: corun replay <program> --store FILE

Goes through the journals of all durable coroutines in a store, with the code of a
program, and says of each that does not match what the difference is: for the time
before a new version is put to use, on a copy of its store, as a step of its tests.
Nothing is written, and no effect is repeated. The store may be in use.

The exit code is 0 if all match; 1 if one does not, or the program has no code for it;
2 if the command line is wrong.

Options
  --store FILE  the journals; corun.db if absent
`;

const PAGE = 1000;

export async function main(args: string[]): Promise<void> {
  const given = readArguments(
    args,
    { help: { type: "boolean", short: "h" }, store: { type: "string" } },
    "corun replay",
  );
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const [program, ...more] = given.words;
  if (program === undefined) throw new Problem("replay with what code? Name a program: corun replay main.ts", 2);
  if (more.length > 0) throw new Problem(`corun replay takes one program, but got ${more[0]}, too`, 2);
  const path = given.text("store") ?? "corun.db";
  // Before the program runs.
  checkStore(path, false);
  const hosted = await host(program);
  const engine = openStore(hosted.durable, path, { readonly: true });
  let counts: { matching: number; problems: number };
  try {
    counts = await checkAll(engine, hosted);
  } finally {
    await engine.close();
  }
  const { matching, problems } = counts;
  process.stdout.write(
    problems === 0
      ? `all ${matching} match ${hosted.where}\n`
      : `${problems} of ${matching + problems} do not match ${hosted.where}\n`,
  );
  // What a program does besides, at its top level, must not keep this command from its end.
  process.exit(problems === 0 ? 0 : 1);
}

async function checkAll(engine: Engine, hosted: Hosted): Promise<{ matching: number; problems: number }> {
  let matching = 0;
  let problems = 0;
  for (let after: ListOptions["after"]; ;) {
    const page = await engine.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { name, key } of page) {
      const problem = await check(engine, hosted, name, key);
      if (problem === null) matching++;
      else {
        problems++;
        process.stdout.write(`${problem}\n\n`);
      }
    }
    if (page.length < PAGE) return { matching, problems };
    after = page.at(-1)!;
  }
}

/** What is wrong with one; null: nothing. */
async function check(
  engine: Engine,
  { coroutines, durable, where }: Hosted,
  name: string,
  key: string,
): Promise<string | null> {
  const body = coroutines.get(name);
  if (body === undefined) return `${name}/${key}: ${where} exports no durable coroutine ${JSON.stringify(name)}`;
  try {
    durable.checkReplay(body, await engine.open(name, key).history(), key);
    return null;
  } catch (error) {
    if (error instanceof durable.DurableError) return error.message;
    throw error;
  }
}
