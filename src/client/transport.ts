// Requests to the server: each is asked again, where that is safe and may help, until it has an answer or time is up.
//
// May import: checks, errors.

import { checkMilliseconds } from "./checks.ts";
import { FailedError, NoAnswerError, ParkedError, ServerError } from "./errors.ts";
import type { Trouble, TroubleBody } from "./protocol.ts";

export interface TransportOptions {
  url: string;
  token: string | undefined;
  fetch: typeof fetch;
}

/** A request that may be asked again: it says the same each time. */
export interface Ask {
  method: "GET" | "POST" | "DELETE";
  path: string;
  /**
   * JSON.
   *
   * @param patience for how long the server may let it wait, in milliseconds
   */
  body?: (patience: number) => string;
  /** How long to go on trying, in milliseconds. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /** Of the send, for the error. */
  id?: string | undefined;
}

/** A body, or the trouble that may pass, and after how many milliseconds, if that is known. */
interface Attempt {
  body?: unknown;
  trouble?: unknown;
  wait?: number;
}

/** Between two attempts, in milliseconds: the first, and the longest. */
const PAUSE = { first: 50, most: 2000 };
/** How long one attempt waits for an answer: below what proxies allow. */
const ATTEMPT = 25_000;
/** An attempt that has nothing heard for so much longer than the server was to answer has lost its connection. */
const MARGIN = 5000;

/** Statuses that a later attempt may not have: too many requests; a proxy, or the server itself, that is not there just now. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503]);
const GATEWAY_TIMEOUT = 504;

export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = { ...options, url: options.url.replace(/\/+$/, "") };
  }

  /**
   * The body of the answer.
   *
   * @throws {TypeError} if its timeout is none
   * @throws {ServerError} what the server says against it
   * @throws {NoAnswerError} when time is up
   * @throws the reason of the signal
   */
  async ask(ask: Ask): Promise<unknown> {
    checkMilliseconds(ask.timeout, "the timeout of a request");
    const until = performance.now() + ask.timeout;
    for (let pause = PAUSE.first, isFirst = true; ; pause = Math.min(2 * pause, PAUSE.most), isFirst = false) {
      const left = Math.max(until - performance.now(), 1);
      const { body, trouble, wait } = await this.#attempt(ask, Math.min(left, ATTEMPT)).catch(
        (error: unknown): Attempt => {
          if (isFirst || !isDeleted(ask, error)) throw error;
          return {};
        },
      );
      if (trouble === undefined) return body;
      // Not all at the same moment: each waits between half of the pause and all of it.
      const rest = wait ?? pause * (0.5 + Math.random() / 2);
      if (performance.now() + rest >= until) throw noAnswer(ask, trouble);
      if (rest > 0) await sleep(rest, ask.signal);
    }
  }

  /** @throws what does not pass */
  async #attempt(ask: Ask, patience: number): Promise<Attempt> {
    let response: Response;
    let text: string;
    const { url, fetch } = this.#options;
    // Outside of what is tried: what is wrong with it would be wrong each time.
    const init = this.#init(ask, patience);
    const limit = limitOf(patience + MARGIN, ask.signal);
    try {
      response = await fetch(url + ask.path, { ...init, signal: limit.signal });
      text = await response.text();
    } catch (error) {
      ask.signal?.throwIfAborted();
      return { trouble: error };
    } finally {
      limit.release();
    }
    if (response.ok) return { body: parse(response, text) };
    const trouble = errorOf(response, text);
    if (response.status === GATEWAY_TIMEOUT) return { trouble, wait: 0 };
    if (!PASSING.has(response.status)) throw trouble;
    const after = Number(response.headers.get("Retry-After") ?? "");
    return after > 0 ? { trouble, wait: after * 1000 } : { trouble };
  }

  #init({ method, body }: Ask, patience: number): RequestInit {
    const { token } = this.#options;
    const headers: Record<string, string> = { Accept: "application/json" };
    if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
    const init: RequestInit = { method, headers, redirect: "manual", cache: "no-store" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = body(patience);
    }
    return init;
  }
}

/** What was to be deleted is not there: an attempt has done it whose answer was lost. */
function isDeleted({ method }: Ask, error: unknown): boolean {
  return method === "DELETE" && error instanceof ServerError && error.type === "not-begun";
}

/** A signal that is aborted after `ms`, or with `outer`. (`AbortSignal.any` would be kept by `outer` for as long as that lives.) */
function limitOf(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`nothing was heard for ${Math.round(ms)} ms`)), ms);
  outer?.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
  };
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** @throws {ServerError} if it is no JSON: a page of a proxy, or of another server */
function parse({ status, statusText }: Response, text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const what = `answered ${status} ${statusText}`.trimEnd();
    throw new ServerError(`what is at this address ${what} without JSON: it is no corun serve`, {
      type: "internal",
      status,
    });
  }
}

/** What the server says, or a proxy in front of it, which speaks another language. */
function errorOf({ status, statusText }: Response, text: string): Error {
  const said = troubleIn(text);
  if (said === null) {
    const what =
      status === 0 || (status >= 300 && status < 400)
        ? "sent the request elsewhere"
        : `answered ${status} ${statusText}`;
    return new ServerError(`what is at this address ${what.trimEnd()}: it is no corun serve`, {
      type: "internal",
      status,
    });
  }
  const { type, name, message, code, reason } = said.error;
  const Kind = KINDS[type] ?? ServerError;
  const error = new Kind(message, { type, status, code, reason });
  if (type === "failed") Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}

const KINDS: Partial<Record<Trouble, typeof ServerError>> = { failed: FailedError, parked: ParkedError };

function troubleIn(text: string): TroubleBody | null {
  try {
    const body = JSON.parse(text) as Partial<TroubleBody> | null;
    return typeof body?.error?.message === "string" ? (body as TroubleBody) : null;
  } catch {
    return null; // a page of a proxy
  }
}

function noAnswer({ path, timeout, id }: Ask, cause: unknown): NoAnswerError {
  const again =
    id === undefined ? "" : `; it may have been done, or may still be: ask again with the id ${JSON.stringify(id)}`;
  const why = cause instanceof ServerError && cause.type === "timeout" ? "" : ` (${String(cause)})`;
  return new NoAnswerError(`no answer to ${path} within ${timeout} ms${why}${again}`, id, { cause });
}
