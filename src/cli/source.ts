// Where the commands that only look get their answers: a running server, or a store in a file.
//
// May import: arguments, problem, remote, store; the durable layer; Node's own modules.

import process from "node:process";
import * as durable from "../durable/index.ts";
import type { Entry, Inspection, ListOptions, Summary } from "../durable/index.ts";
import type { Arguments, Options } from "./arguments.ts";
import { Problem } from "./problem.ts";
import { remoteHelp, remoteOf, remoteOptions } from "./remote.ts";
import { checkStore, openStore } from "./store.ts";

export const sourceOptions: Options = { ...remoteOptions, store: { type: "string" } };

export const sourceHelp: string = `  --store FILE  look into this store, instead of asking a server; it may be in use.
                Which coroutines are parked is not in it: a server knows, which has the
                code, or corun replay finds out
${remoteHelp}`;

export interface Source {
  list: (options: ListOptions) => Promise<Summary[]>;
  inspect: (name: string, key: string) => Promise<Inspection>;
  history: (name: string, key: string) => Promise<Entry[]>;
  close: () => Promise<void>;
}

export function sourceOf(given: Arguments): Source {
  const path = given.text("store");
  if (path !== undefined) {
    if (given.text("url") !== undefined) throw new Problem("--store and --url are two sources; give one of them", 2);
    return ofStore(path);
  }
  const remote = remoteOf(given);
  const { client } = remote;
  return {
    list: (options) => remote.ask(() => client.list(options)),
    inspect: (name, key) => remote.ask(() => client.open(name, key).inspect()),
    history: (name, key) => remote.ask(() => client.open(name, key).history()),
    close: async () => {},
  };
}

function ofStore(path: string): Source {
  checkStore(path, false);
  const engine = openStore(durable, path, { readonly: true });
  let mayBeParked = false;
  /** Whether code fits a journal is known to who has the code: in a store, one that is parked stands as it was before. */
  const note = ({ state }: { state: Inspection["state"] }): void => {
    mayBeParked ||= state === "waiting" || state === "busy";
  };
  return {
    list: async (options) => {
      if (options.state === "parked") throw new Problem(ASK, 2);
      const found = await engine.list(options);
      found.forEach(note);
      return found;
    },
    inspect: async (name, key) => {
      const inspection = await engine.open(name, key).inspect();
      if (inspection.state === "new") throw new Problem(`there is no ${name}/${key} in ${path}`);
      note(inspection);
      return inspection;
    },
    history: (name, key) => engine.open(name, key).history(),
    close: async () => {
      await engine.close();
      if (mayBeParked) process.stderr.write(`corun: ${ASK}\n`);
    },
  };
}

const ASK =
  "which coroutines are parked is not in a store: ask the server that has the code, without --store, or try the code with corun replay";
