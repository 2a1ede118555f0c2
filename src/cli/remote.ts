// What the commands have in common that talk to a running server.
//
// May import: arguments, problem; the client; Node's own modules.

import process from "node:process";
import { type Client, connect, FailedError, NoAnswerError, type RemoteHandle, ServerError } from "../client/index.ts";
import type { Arguments, Options } from "./arguments.ts";
import { Problem } from "./problem.ts";

const HERE = "http://127.0.0.1:8787";

export const remoteOptions: Options = {
  help: { type: "boolean", short: "h" },
  url: { type: "string" },
  token: { type: "string" },
  timeout: { type: "string" },
};

export const remoteHelp: string = `  --url URL     of the server; CORUN_URL, or ${HERE} if absent
  --token TOKEN its token; CORUN_TOKEN if absent
  --timeout MS  how long to go on trying; 60000 if absent`;

export function connectAs(given: Arguments): Client {
  const url = given.text("url") ?? process.env["CORUN_URL"] ?? HERE;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new Problem(`--url must be ${HERE} or the like, but is ${url}`, 2);
  const token = given.text("token") ?? process.env["CORUN_TOKEN"];
  const timeout = given.number("timeout", { least: 1, most: 2 ** 31 - 1, unit: "milliseconds" });
  return connect({ url, ...(token === undefined ? {} : { token }), ...(timeout === undefined ? {} : { timeout }) });
}

/** The coroutine that the first two words name. @throws {Problem} if they are not there */
export function named(words: readonly string[], usage: string): { name: string; key: string; rest: string[] } {
  const [name = "", key = "", ...rest] = words;
  if (name === "" || key === "") throw new Problem(`which coroutine? Give its name and its key: ${usage}`, 2);
  return { name, key, rest };
}

/** Runs `ask`; what the server says against it, or its silence, is a {@link Problem}. */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NoAnswerError) {
      const { cause } = error;
      const hint = cause instanceof TypeError ? "; is corun serve running there?" : "";
      throw new Problem(`${error.message}${hint}`, 1);
    }
    if (error instanceof FailedError) throw new Problem(`it failed with ${error.name}: ${error.message}`, 1);
    if (error instanceof ServerError) throw new Problem(error.message, 1);
    throw error;
  }
}

/** For retry and drop, which take a coroutine and nothing else. */
export function only({ words }: Arguments, client: Client, usage: string): RemoteHandle {
  const { name, key, rest } = named(words, usage);
  if (rest.length > 0) throw new Problem(`${usage} takes nothing more, but got ${rest[0]}`, 2);
  return client.open(name, key);
}
