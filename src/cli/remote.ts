// What the commands have in common that talk to a running server.
//
// May import: arguments, problem, story; the client; Node's own modules.

import process from "node:process";
import {
  type Client,
  connect,
  NoAnswerError,
  NotSerializableError,
  type RemoteHandle,
  ServerError,
} from "../client/index.ts";
import type { Arguments, Options } from "./arguments.ts";
import { Problem } from "./problem.ts";
import { plain } from "./story.ts";

const HERE = "http://127.0.0.1:8787";
/** In milliseconds. */
const TIMEOUT = 60_000;

export const remoteOptions: Options = {
  help: { type: "boolean", short: "h" },
  url: { type: "string" },
  token: { type: "string" },
  timeout: { type: "string" },
};

export const remoteHelp: string = `  --url URL     of the server; CORUN_URL, or ${HERE} if absent
  --token TOKEN its token; CORUN_TOKEN if absent
  --timeout MS  how long to go on trying; ${TIMEOUT} if absent`;

/** How long it is quiet before the first answer, in milliseconds. */
const QUIET = 1500;

/** A server, as a command asks it. */
export class Remote {
  readonly client: Client;
  readonly #url: string;
  readonly #timeout: number;
  /** What came of the last attempt, if that was no answer. */
  #trouble = "";
  #hasTold = false;

  constructor(url: string, token: string | undefined, timeout: number) {
    this.#url = url;
    this.#timeout = timeout;
    const fetch: typeof globalThis.fetch = (...args) => this.#attempt(...args);
    this.client = connect({ url, timeout, fetch, ...(token === undefined ? {} : { token }) });
  }

  async #attempt(...args: Parameters<typeof fetch>): Promise<Response> {
    this.#trouble = "";
    try {
      const response = await fetch(...args);
      if (!response.ok) this.#trouble = `: it answered ${`${response.status} ${response.statusText}`.trimEnd()}`;
      return response;
    } catch (error) {
      this.#trouble = ": is corun serve running there?";
      throw error;
    }
  }

  /** Runs `ask`; what the server says against it, or its silence, is a {@link Problem}. One that lasts is told of, once. */
  async ask<T>(ask: () => Promise<T>): Promise<T> {
    const tell = setTimeout(() => this.#tell(), QUIET);
    try {
      return await ask();
    } catch (error) {
      throw problemOf(error);
    } finally {
      clearTimeout(tell);
    }
  }

  #tell(): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const left = Math.ceil((this.#timeout - QUIET) / 1000);
    const what = this.#trouble === "" ? "waiting" : "trying";
    process.stderr.write(`corun: no answer from ${this.#url} yet; ${what} for ${left} s more${this.#trouble}\n`);
  }
}

/** What is told of `error`, which asking a server has thrown. What comes from there is shown, and not done by a terminal. */
function problemOf(error: unknown): unknown {
  if (error instanceof NoAnswerError) {
    const hint = error.cause instanceof TypeError ? "; is corun serve running there?" : "";
    return new Problem(`${plainLines(error.message)}${hint}`, 1);
  }
  if (error instanceof ServerError) return new Problem(plainLines(toldOf(error)), 1);
  if (error instanceof NotSerializableError) return new Problem(error.message, 2);
  return error;
}

function toldOf({ name, message, type }: ServerError): string {
  // One that has yielded what can't be kept goes on.
  const hasFailed = type === "failed" && name !== NotSerializableError.prototype.name;
  return hasFailed ? `it failed with ${name}: ${message}` : message;
}

function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n");
}

export function remoteOf(given: Arguments): Remote {
  const url = given.text("url") ?? process.env["CORUN_URL"] ?? HERE;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new Problem(`--url must be ${HERE} or the like, but is ${url}`, 2);
  const token = given.text("token") ?? process.env["CORUN_TOKEN"];
  const timeout = given.number("timeout", { least: 1, most: 2 ** 31 - 1, unit: "milliseconds" }) ?? TIMEOUT;
  try {
    return new Remote(url, token, timeout);
  } catch (error) {
    if (error instanceof TypeError) throw new Problem(error.message, 2); // an address or a token that can be none
    throw error;
  }
}

/** The coroutine that the first two words name. @throws {Problem} if they are not there */
export function named(words: readonly string[], usage: string): { name: string; key: string; rest: string[] } {
  const [name = "", key = "", ...rest] = words;
  if (name === "" || key === "") throw new Problem(`which coroutine? Give its name and its key: ${usage}`, 2);
  return { name, key, rest };
}

/** For retry and drop, which take a coroutine and nothing else. */
export function only({ words }: Arguments, client: Client, usage: string): RemoteHandle {
  const { name, key, rest } = named(words, usage);
  if (rest.length > 0) throw new Problem(`${usage} takes nothing more, but got ${rest[0]}`, 2);
  return client.open(name, key);
}
