// The HTTP service: listens, guards, does what is asked, answers, and ends in good order.
//
// May import: actions, body, failures, guard, log, refusal, route, Node's own modules.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ActionOptions, Actions, type Answer } from "./actions.ts";
import { readJson } from "./body.ts";
import { refusalOf } from "./failures.ts";
import { Guard } from "./guard.ts";
import type { Log } from "./log.ts";
import { Refusal } from "./refusal.ts";
import { type Route, routeOf } from "./route.ts";

export interface ServiceOptions extends ActionOptions {
  /** An address of this machine. */
  host: string;
  /** 0: any that is free. */
  port: number;
  token?: string | undefined;
  /** Names that requests may give as their host; null: any. */
  hosts: ReadonlySet<string> | null;
  /** Origins of pages that may ask. */
  origins: ReadonlySet<string>;
  /** Of the body of a request, in bytes. */
  maxBody: number;
  log: Log;
  /** Another process has taken the store: nothing can be done here any more. */
  onFenced: () => void;
}

/** How long a client may take to send a request, in milliseconds: who sends slowly holds nothing for long. */
const SLOWEST = { head: 10_000, all: 60_000 };

export class Service {
  readonly #options: ServiceOptions;
  readonly #actions: Actions;
  readonly #guard: Guard;
  readonly #server: Server;
  /** Requests that have no answer yet, but for those that came while it ends: they don't hold that up. */
  #open = 0;
  #isClosing = false;
  #idle: (() => void) | null = null;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#actions = new Actions(options);
    this.#guard = new Guard(options);
    this.#server = createServer({ headersTimeout: SLOWEST.head, requestTimeout: SLOWEST.all }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  /** Where it listens, once it does. @throws what the host says against it: `EADDRINUSE`, … */
  async listen(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    const { address, family, port: real } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${real}`;
  }

  /**
   * Refuses requests from now on, and waits for what is under way, for `grace` milliseconds at most; what has no answer
   * then is cut off. It listens meanwhile, so that whoever comes is told that it ends, also who asks for its health. The
   * engine is left open.
   *
   * @returns whether all of it has ended
   */
  async close(grace: number): Promise<boolean> {
    this.#isClosing = true;
    const isDone = await this.#drained(grace);
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    return isDone;
  }

  #drained(grace: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), grace);
      this.#idle = () => {
        if (this.#open > 0 || this.#actions.turns.size > 0) return;
        clearTimeout(timer);
        resolve(true);
      };
      for (const turn of this.#actions.turns) turn.finally(() => this.#look()).catch(() => {}); // its sender is told
      this.#idle();
    });
  }

  /** After all that ends with a turn. */
  #look(): void {
    setImmediate(() => this.#idle?.());
  }

  /** One request, from its arrival to its answer. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const since = performance.now();
    if (!this.#isClosing) this.#count(response);
    let route: Route | null = null;
    let answer: Answer;
    let headers: Record<string, string> = {};
    try {
      headers = this.#admit(request);
      if (request.method === "OPTIONS") answer = { status: 204 };
      else {
        route = this.#route(request);
        answer = await this.#actions.run({ route, body: await this.#bodyOf(request), id: keyOf(request) });
      }
    } catch (error) {
      const refusal = this.#refusal(error, request);
      answer = { status: refusal.status, body: refusal.body };
      Object.assign(headers, refusal.headers);
    }
    if (this.#isClosing) headers["Connection"] = "close";
    reply(request, response, answer, headers);
    this.#tell(request, route, answer, performance.now() - since);
  }

  #count(response: ServerResponse): void {
    this.#open++;
    response.on("close", () => {
      this.#open--;
      this.#look();
    });
  }

  /** @throws {Refusal} if the request may not be made. Gives headers for its answer */
  #admit(request: IncomingMessage): Record<string, string> {
    this.#guard.checkSource(request);
    return this.#guard.corsHeaders(request);
  }

  #route(request: IncomingMessage): Route {
    const route = routeOf(request.method!, request.url!);
    if (this.#isClosing) {
      throw new Refusal("unavailable", "the server is about to end; ask again", { headers: { "Retry-After": "1" } });
    }
    // Whoever watches over the server has no token, and learns nothing else.
    if (route.action !== "health") this.#guard.checkToken(request);
    return route;
  }

  #bodyOf(request: IncomingMessage): Promise<unknown> | undefined {
    return request.method === "POST" ? readJson(request, this.#options.maxBody) : undefined;
  }

  #refusal(error: unknown, request: IncomingMessage): Refusal {
    const { kinds, log, onFenced } = this.#options;
    let refusal = refusalOf(error, kinds);
    if (refusal === null && !request.complete && request.destroyed) {
      refusal = new Refusal("bad-request", "the request was cut off"); // nobody hears it
    } else if (refusal === null) {
      refusal = new Refusal("internal", "the server could not do it; its log says why", { name: "Error" });
      log("error", "defect", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    this.#actions.numbers.refused.add({ type: refusal.type });
    if (refusal.body.error.code === "FENCED" && refusal.type === "unavailable") onFenced();
    return refusal;
  }

  #tell({ method, url }: IncomingMessage, route: Route | null, { status, id, body }: Answer, ms: number): void {
    const isLook = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const level = status >= 500 ? "warn" : isLook && status < 400 ? "debug" : "info";
    const error = status >= 400 ? (body as Refusal["body"]).error : undefined;
    this.#options.log(level, route?.action ?? "request", {
      ...(route === null
        ? { method, path: url?.slice(0, 200) }
        : { name: route.name || undefined, key: route.key || undefined }),
      id,
      status,
      ms: Math.round(ms * 10) / 10,
      error: error === undefined ? undefined : `${error.name}: ${error.message}`,
    });
  }
}

/** The header `Idempotency-Key`, with or without quotes. @throws {Refusal} if it is not one text that a header can have */
function keyOf({ headersDistinct }: IncomingMessage): string | undefined {
  const [text, ...more] = headersDistinct["idempotency-key"] ?? [];
  if (text === undefined) return undefined;
  const problem = more.length > 0 ? "is there more than once" : /[^ -~]/.test(text) ? "is not ASCII" : null;
  if (problem === null) return /^"(.*)"$/.exec(text)?.[1] ?? text;
  throw new Refusal("bad-request", `the header Idempotency-Key ${problem}; give the id in the body: {"id": "…"}`);
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string>,
): void {
  const { status, body } = answer;
  const isText = typeof body === "string";
  const bytes = Buffer.from(body === undefined ? "" : isText ? body : `${JSON.stringify(body)}\n`);
  const type = isText ? "text/plain; version=0.0.4; charset=utf-8" : "application/json";
  if (body !== undefined) response.setHeader("Content-Type", type).setHeader("Content-Length", bytes.length);
  response
    .setHeader("Cache-Control", "no-store")
    .setHeader("X-Content-Type-Options", "nosniff")
    .setHeader("Vary", "Origin");
  // A body that was not read would be taken for the next request.
  if (!request.complete) response.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.writeHead(status);
  response.end(request.method === "HEAD" ? undefined : bytes);
}
