// A service in this process, with an engine in memory, and real HTTP.

import { type IncomingHttpHeaders, request } from "node:http";
import { CancelledError, StopIteration } from "corun";
import { DurableError, type DurableBody, type Engine, inProcess } from "corun/durable";
import { createLog, Service, type ServiceOptions } from "corun/serve";
import { onTestFinished } from "vitest";

export interface Served {
  url: string;
  engine: Engine;
  service: Service;
  /** The events of the log, as they were written. */
  log: Record<string, unknown>[];
}

/** Serves `coroutines` until the test ends. */
export async function serve(
  coroutines: Record<string, DurableBody>,
  options: Partial<ServiceOptions> = {},
): Promise<Served> {
  const { engine = inProcess() } = options;
  const log: Record<string, unknown>[] = [];
  const service = new Service({
    engine,
    coroutines: new Map(Object.entries(coroutines)),
    kinds: { DurableError, StopIteration, CancelledError },
    host: "127.0.0.1",
    port: 0,
    hosts: new Set(["localhost"]),
    origins: new Set(),
    maxBody: 1024 * 1024,
    timeout: 30_000,
    log: createLog({ level: "debug", format: "json", write: (line) => log.push(JSON.parse(line) as never) }),
    onFenced: () => {},
    ...options,
  });
  const url = await service.listen();
  engine.serve(...Object.values(coroutines));
  onTestFinished(async () => {
    await service.close(0);
    await engine.close({ grace: 0 });
  });
  return { url, engine, service, log };
}

export interface Response {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The text, if it is JSON. */
  body: unknown;
}

export interface Request {
  method?: string;
  headers?: Record<string, string>;
  /** As it is. */
  text?: string | Buffer;
  /** As JSON, with the header for it. */
  json?: unknown;
}

/** One request, by Node's own client: that one sends paths and headers as they are given. */
export function ask(
  url: string,
  path: string,
  { method = "GET", headers = {}, text, json }: Request = {},
): Promise<Response> {
  const { hostname, port } = new URL(url);
  const body = json === undefined ? text : JSON.stringify(json);
  const type: Record<string, string> = json === undefined ? {} : { "content-type": "application/json" };
  const isPlain = body !== undefined && headers["transfer-encoding"] === undefined;
  const length: Record<string, string> = !isPlain ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers: { ...length, ...type, ...headers }, agent: false },
      (got) => {
        let text = "";
        got.setEncoding("utf8");
        got.on("data", (chunk: string) => (text += chunk));
        got.on("end", () => {
          resolve({ status: got.statusCode!, headers: got.headers, text, body: parse(text) });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const post = (
  url: string,
  path: string,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<Response> => ask(url, path, { method: "POST", json, headers });

export const errorOf = ({ body }: Response): { type: string; name: string; message: string; code?: string } =>
  (body as { error: never }).error;
