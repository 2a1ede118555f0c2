// `corun run --dump-on SIGNAL`: prints what all tasks of the program do, whenever that signal comes.
//
// May import: load, place, problem, Node's own modules; the public surface and inspect, as types.

import { constants } from "node:os";
import process from "node:process";
import type { Task } from "../index.ts";
import type { dump } from "../inspect/index.ts";
import type { Program } from "./load.ts";
import { withPlaces } from "./place.ts";
import { nearest, Problem } from "./problem.ts";

/** These can't be heard, or Node hears them itself. */
const DEAF = ["SIGKILL", "SIGSTOP", "SIGUSR1", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"];
/** These cancel the program. */
const TAKEN = ["SIGINT", "SIGTERM"];

/** @throws {Problem} if `name` is no signal, or one that is not for this */
export function checkSignal(name: string): NodeJS.Signals {
  const signals = Object.keys(constants.signals).filter((each) => !DEAF.includes(each) && !TAKEN.includes(each));
  if (signals.includes(name)) return name as NodeJS.Signals;
  const meant = nearest(name, signals) ?? signals.find((each) => each === `SIG${name}`);
  const why = [...DEAF, ...TAKEN].includes(name)
    ? `${name} has another meaning; take SIGQUIT or SIGUSR2`
    : `there is no signal ${name} here; ${meant === undefined ? "take SIGQUIT or SIGUSR2" : `did you mean ${meant}?`}`;
  throw new Problem(`--dump-on: ${why}`, 2);
}

/** Prints a dump at each `signal`, and the program goes on. */
export function dumpOn(signal: NodeJS.Signals, library: () => Program["library"] | undefined): void {
  const print = async (): Promise<void> => {
    const lines = await dumped(library());
    process.stderr.write(`${lines.length > 0 ? lines.join("\n") : `corun: ${signal}: no task runs`}\n`);
  };
  process.on(signal, () => void print());
}

/** What all tasks of the program do, or `of` and those below it, in lines; none if there are none. */
export async function dumped(library: Program["library"] | undefined, of?: Task): Promise<string[]> {
  if (library === undefined) return [];
  try {
    const inspect = (await library("corun", "inspect/index")) as { dump: typeof dump };
    const found = inspect.dump(of === undefined ? {} : { of });
    return found.runs.length === 0 ? [] : withPlaces(String(found)).trimEnd().split("\n");
  } catch (error) {
    return [`no dump: ${String(error)}`]; // the program's corun may be an older one, which has none
  }
}
