// Serves the live page of a program to browsers on this machine: node:http and server-sent events, read-only.
//
// Who may see it: only what asks this machine's own address, by the names that are printed, with the token that is in
// the address. So no other page in the browser can read it, also not under a name that somebody has led here.
//
// May import: page, serve-feed, trace-draw, trace-format, Node's own modules.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { page } from "./page.ts";
import type { Message } from "./serve-feed.ts";
import { draw } from "./trace-draw.ts";
import type { TraceData, TraceMore } from "./trace-format.ts";

const HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** How much may wait for a browser that does not read, in bytes, until it has to connect again. */
const PATIENCE = 64 * 2 ** 20;

/** The server of a live page. */
export class PageServer {
  readonly #token: string = randomBytes(16).toString("hex");
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));
  readonly #watchers: Set<ServerResponse> = new Set();
  #data: TraceData;
  #dump: unknown = null;
  #end: Message | null = null;

  constructor(title: string) {
    const nothing = { lanes: [], steps: [], slices: [], arrows: [], marks: [], labels: [], values: [], sites: [] };
    this.#data = { version: 1, title, start: Date.now(), unit: "us", end: 0, ...nothing, sources: {}, dropped: 0 };
  }

  /**
   * Starts it, for this machine only.
   *
   * @param port 0: any that is free
   * @returns the address of the page
   * @throws if the port can't be had
   */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${this.#port}/${this.#token}/`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends it, and all connections. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Shows what is told to all who watch, and keeps it for those who come. */
  tell(message: Message): void {
    if (message.event === "trace") this.#data = message.data;
    else if (message.event === "more") this.#grow(message.data);
    else if (message.event === "dump") this.#dump = message.data;
    else this.#end = message;
    const text = textOf(message);
    for (const watcher of this.#watchers) {
      if (watcher.writableLength > PATIENCE) watcher.destroy();
      else watcher.write(text);
    }
  }

  #grow(more: TraceMore): void {
    const data = this.#data;
    data.end = more.end;
    data.dropped = more.dropped;
    for (const lane of more.lanes) data.lanes[lane.id] = lane;
    for (const step of more.steps) data.steps.push(step);
    for (const label of more.labels) data.labels.push(label);
    for (const value of more.values) data.values.push(value);
    for (const site of more.sites) data.sites.push(site);
    Object.assign(data.sources, more.sources);
  }

  #now(): TraceData {
    const { lanes, steps, end } = this.#data;
    const program = lanes.findIndex(({ kind }) => kind === "program");
    return { ...this.#data, ...draw(steps, program, end) };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [status, why] = this.#refusal(request);
    if (status !== 200) {
      response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" }).end(`${why}\n`);
      return;
    }
    if (request.url!.endsWith("/events")) {
      this.#watch(response);
      return;
    }
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/html; charset=utf-8" });
    response.end(request.method === "HEAD" ? "" : page(this.#now(), { live: "events" }));
  }

  /** Why a request is not answered, if it is not. */
  #refusal({ method, url = "", headers }: IncomingMessage): [status: number, why: string] {
    const hosts = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    const { host, origin } = headers;
    if (host === undefined || !hosts.includes(host)) return [403, "this host is not served"];
    if (origin !== undefined && !hosts.some((each) => origin === `http://${each}`))
      return [403, "other origins are not served"];
    const [, token = "", rest] = url.split(/[/?]/, 3);
    if (!isSame(token, this.#token)) return [403, "the address has not the token that was printed"];
    if (method !== "GET" && method !== "HEAD") return [405, "this can only be read"];
    return rest === "" || rest === "events" ? [200, ""] : [404, "there is no such page"];
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream; charset=utf-8" });
    response.write(textOf({ event: "trace", data: this.#now() }));
    if (this.#dump !== null) response.write(textOf({ event: "dump", data: this.#dump }));
    if (this.#end !== null) response.write(textOf(this.#end));
    this.#watchers.add(response);
    response.on("close", () => this.#watchers.delete(response));
    response.on("error", () => this.#watchers.delete(response));
  }
}

function isSame(given: string, token: string): boolean {
  const [one, two] = [Buffer.from(given), Buffer.from(token)];
  return one.length === two.length && timingSafeEqual(one, two);
}

/** A server-sent event. */
function textOf({ event, data }: Message): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
