// `corun serve <program>`: hosts the durable coroutines of a program over HTTP.
//
// May import: arguments, ending, hosted, problem; the layers durable (types) and serve; Node's own modules.

import { lookup } from "node:dns/promises";
import process from "node:process";
import type { Engine } from "../durable/index.ts";
import type { restate as Restate } from "../durable/restate/index.ts";
import { createLog, isLoopback, type Level, LEVELS, type Log, Service } from "../serve/index.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { untilToldToEnd } from "./ending.ts";
import { type Hosted, host } from "./hosted.ts";
import { Problem } from "./problem.ts";
import { checkStore, openStore } from "./store.ts";

export const help: string = `Usage: corun serve <program> [options]

Serves the durable coroutines that a program exports, all that durable(name, body)
made, over HTTP. What they were sent is kept: if the server is killed, and started
again, they go on where they were.

  // counter.ts
  import { durable } from "corun/durable";

  export const counter = durable("counter", function* () {
    for (let sum = 0; ; ) sum += yield sum;
  });

  corun serve counter.ts
  curl -H 'Content-Type: application/json' -H 'Idempotency-Key: 1' \\
       -d '{"value": 5}' http://127.0.0.1:8787/v1/counter/visits/send

Where
  --store FILE         the journals, in SQLite; corun.db if absent
  --restate URL        instead, a Restate server keeps them: the address of its ingress
  --restate-admin URL  … of its admin API; port 9070 of the same host if absent
  --restate-port PORT  … the port where it reaches this process; 9080 if absent
  --restate-host ADDR  … the address to listen on for it; 127.0.0.1 if absent
  --restate-address URL  … where it finds that, if not by these two
  --host ADDRESS       where to listen; 127.0.0.1 if absent
  --port PORT          8787 if absent; 0: any that is free

Who may ask
  --token TOKEN        must come with each request, as Authorization: Bearer TOKEN;
                       better in the variable CORUN_TOKEN, as lists of processes show
                       options. Needed where other machines can reach the server
  --allow-host NAME    a name by which the server is called; may be given more than once
  --allow-origin URL   pages from there may ask: https://example.org; more than once, too

How
  --timeout MS         how long a send waits for its answer if it does not say so; 30000
  --max-body BYTES     the largest request; 1048576
  --grace MS           how long turns under way may take when the server ends; 10000
  --log-level LEVEL    ${LEVELS.join(", ")}; info if absent
  --log-format FORMAT  json or text; text on a terminal, else json

Ctrl-C (SIGINT) and SIGTERM end it in good order: it takes no more requests, waits for
the turns under way, and closes the store; the exit code is 0. A second one ends it at
once, which loses nothing: what was under way goes on when it is started again.

What it understands
  POST   /v1/{name}/{key}/send     {"value": …, "timeout": ms}  → {"id", "done", "value"}
  POST   /v1/{name}/{key}/post     {"value": …, "after": ms}
  POST   /v1/{name}/{key}/signal   {"name": "…", "value": …}
  POST   /v1/{name}/{key}/cancel   {"reason": …}
  POST   /v1/{name}/{key}/retry
  GET    /v1/{name}/{key}          what it is doing
  GET    /v1/{name}/{key}/history  its journal
  DELETE /v1/{name}/{key}          forgets it
  GET    /v1, /v1/{name}           the coroutines that there are: ?state=…&limit=…
  GET    /health, /metrics         for those who watch over it
`;

const PORT = { least: 0, most: 65_535 };
const TIME = { least: 1, most: 2 ** 31 - 1, unit: "milliseconds" };
const BYTES = { least: 1, most: 256 * 1024 * 1024, unit: "bytes" };

export async function main(args: string[]): Promise<void> {
  const given = readArguments(
    args,
    {
      help: { type: "boolean", short: "h" },
      store: { type: "string" },
      restate: { type: "string" },
      "restate-admin": { type: "string" },
      "restate-port": { type: "string" },
      "restate-host": { type: "string" },
      "restate-address": { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      token: { type: "string" },
      "allow-host": { type: "string", many: true },
      "allow-origin": { type: "string", many: true },
      timeout: { type: "string" },
      "max-body": { type: "string" },
      grace: { type: "string" },
      "log-level": { type: "string" },
      "log-format": { type: "string" },
    },
    "corun serve",
  );
  if (given.flags.has("help")) {
    process.stdout.write(help);
    return;
  }
  const [program, ...more] = given.words;
  if (program === undefined) throw new Problem("serve what? Name a program: corun serve main.ts", 2);
  if (more.length > 0) throw new Problem(`corun serve takes one program, but got ${more[0]}, too`, 2);
  const log = logOf(given);
  const grace = given.number("grace", TIME) ?? 10_000;
  const access = await accessOf(given);
  const limits = limitsOf(given);
  // Before the program runs.
  if (given.text("restate") === undefined) checkStore(storeOf(given), true);

  const hosted = await host(program);
  const { engine, where } = await engineOf(hosted, given);
  await serve(hosted, engine, { ...access, ...limits, log }, where, grace);
}

/** Serves until the process is told to end. */
async function serve(
  { coroutines, durable, errors, where: program }: Hosted,
  engine: Engine,
  options: Access & Limits & { log: Log },
  store: string,
  grace: number,
): Promise<void> {
  const { log } = options;
  const ending = untilToldToEnd(log);
  watch(log);
  const { DurableError } = durable;
  const { StopIteration, CancelledError } = errors;
  const kinds = { DurableError, StopIteration, CancelledError };
  const fenced = (): void => ending.end("another process has taken the store", 1);
  const service = new Service({ ...options, engine, coroutines, kinds, onFenced: fenced });
  const url = await service.listen().catch(async (error: NodeJS.ErrnoException) => {
    await engine.close();
    throw unreachable(error, options);
  });
  // Only now, as what was under way goes on at once; and before the first request can be read.
  engine.serve(...coroutines.values());
  log("info", "serving", { url, program, coroutines: [...coroutines.keys()].join(" "), store });

  const { reason, exitCode } = await ending.told;
  log("info", "ending", { reason, grace });
  const since = performance.now();
  const isDone = await service.close(grace);
  if (!isDone) log("warn", "turns are cut off; they go on when the server is started again", {});
  await engine.close({ grace: Math.max(0, grace - (performance.now() - since)) });
  log("info", "ended", { ms: Math.round(performance.now() - since) });
  process.exit(exitCode);
}

/** What the program throws where nobody catches it ends the process; all that was answered is kept. */
function watch(log: Log): void {
  process.on("uncaughtException", (error: unknown) => {
    log("error", "crash", { error: error instanceof Error ? (error.stack ?? String(error)) : String(error) });
    process.exit(1);
  });
}

interface Access {
  host: string;
  port: number;
  token?: string | undefined;
  hosts: ReadonlySet<string> | null;
  origins: ReadonlySet<string>;
}

/** Where to listen, and for whom. @throws {Problem} if others could reach it without a token */
async function accessOf(given: Arguments): Promise<Access> {
  const name = given.text("host") ?? "127.0.0.1";
  const token = given.text("token") ?? process.env["CORUN_TOKEN"];
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new Problem("the token must be one or more visible ASCII characters, without spaces", 2);
  }
  const { address } = await lookup(name).catch((error: Error) => {
    throw new Problem(`--host ${name} is no address of this machine: ${error.message}`, 2);
  });
  const isLocal = isLoopback(address);
  if (!isLocal && token === undefined) {
    throw new Problem(
      `--host ${name} can be reached from other machines, and then a token is needed: set CORUN_TOKEN, or give --token`,
      2,
    );
  }
  const names = given.texts("allow-host").map((each) => each.toLowerCase());
  const origins = given.texts("allow-origin").map(originOf);
  return {
    host: address,
    port: given.number("port", PORT) ?? 8787,
    token,
    // A page that has rebound its name does not know the token.
    hosts: isLocal || names.length > 0 ? new Set(["localhost", ...names]) : null,
    origins: new Set(origins),
  };
}

function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (origin !== "null" && text.replace(/\/$/, "") === origin) return origin;
  throw new Problem(`--allow-origin must be an origin, as https://example.org, but is ${JSON.stringify(text)}`, 2);
}

interface Limits {
  timeout: number;
  maxBody: number;
}

function limitsOf(given: Arguments): Limits {
  return { timeout: given.number("timeout", TIME) ?? 30_000, maxBody: given.number("max-body", BYTES) ?? 1024 * 1024 };
}

function logOf(given: Arguments): Log {
  const level = given.text("log-level") ?? "info";
  const format = given.text("log-format") ?? (process.stderr.isTTY ? "text" : "json");
  if (!LEVELS.includes(level as Level))
    throw new Problem(`--log-level must be ${LEVELS.join(", ")}, but is ${level}`, 2);
  if (format !== "json" && format !== "text")
    throw new Problem(`--log-format must be json or text, but is ${format}`, 2);
  // Where nobody reads the log any more, the server goes on.
  process.stderr.on("error", () => {});
  return createLog({ level: level as Level, format, write: (line) => void process.stderr.write(line) });
}

const storeOf = (given: Arguments): string => given.text("store") ?? "corun.db";

/** What keeps the journals. */
async function engineOf(hosted: Hosted, given: Arguments): Promise<{ engine: Engine; where: string }> {
  const url = given.text("restate");
  if (url === undefined) {
    const path = storeOf(given);
    return { engine: openStore(hosted.durable, path), where: path };
  }
  if (given.text("store") !== undefined)
    throw new Problem("--store and --restate are two engines; give one of them", 2);
  return { engine: await onRestate(hosted, url, given), where: url };
}

/** How long Restate may be out of reach, in milliseconds, before whoever asks is told. */
const LONGEST_ABSENCE = 10_000;

async function onRestate({ library }: Hosted, url: string, given: Arguments): Promise<Engine> {
  if (!URL.canParse(url)) throw new Problem(`--restate must be an address, as http://127.0.0.1:8080, but is ${url}`, 2);
  const { restate } = (await library("corun/durable/restate")) as { restate: typeof Restate };
  const admin = new URL(url);
  admin.port = "9070";
  const port = given.number("restate-port", PORT);
  const at = given.text("restate-host");
  const address = given.text("restate-address");
  return restate(url, {
    admin: given.text("restate-admin") ?? admin.origin,
    // Before a send is told that it has no answer yet: that there is no Restate is another thing.
    patience: Math.min(LONGEST_ABSENCE, limitsOf(given).timeout / 2),
    serve: {
      ...(port === undefined ? {} : { port }),
      ...(at === undefined ? {} : { host: at }),
      ...(address === undefined ? {} : { address }),
    },
  });
}

function unreachable(error: NodeJS.ErrnoException, { host, port }: Access): Error {
  if (error.code === "EADDRINUSE")
    return new Problem(`port ${port} of ${host} is taken; --port 0 takes one that is free`);
  if (error.code === "EACCES") return new Problem(`port ${port} is not for everybody; take one above 1023`);
  if (error.code === "EADDRNOTAVAIL") return new Problem(`--host ${host} is no address of this machine`);
  return error;
}
