// The way into Restate: calls of handlers through its ingress, repeated when the way breaks.
//
// May import: the durable core.

import { DurableError } from "../errors.ts";
import { errorLine } from "../outcome.ts";

export interface Target {
  service: string;
  key: string;
  handler: string;
}

export interface CallOptions {
  /** Restate knows the call again by it, when it is repeated, and does it once. */
  idempotencyKey?: string;
}

/** Restate refused a call, or could not be reached. */
export class IngressError extends Error {
  /** The HTTP status; 0: there was none. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  static {
    this.prototype.name = "IngressError";
  }

  /** What it is for whoever has asked for `what`. */
  toDurable(what: string): DurableError {
    const options = { cause: this };
    if (!isPassing(this.status)) return new DurableError("RESTATE", `${what} was refused: ${this.message}`, options);
    const advice = "start it, or give restate(…) the address of its ingress; then ask again, with the same id";
    return new DurableError("UNAVAILABLE", `${what} has no answer: ${this.message}; ${advice}`, options);
  }
}

/** Of one request. `status` is 0 if there was no answer. */
interface Failure {
  status: number;
  why: string;
  cause?: unknown;
}

const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;
/** A request is held so long at most, in milliseconds: then it is repeated, and attached to the same call. */
const LONGEST_REQUEST = 120_000;

export class Ingress {
  readonly #urls: readonly string[];
  /** How long Restate may be out of reach. */
  readonly #patience: number;
  #at = 0;
  #isClosed = false;
  readonly #open: Set<AbortController> = new Set();

  constructor(url: string | readonly string[], patience: number) {
    this.#urls = (typeof url === "string" ? [url] : url).map((each) => each.replace(/\/+$/, ""));
    this.#patience = patience;
    if (this.#urls.length === 0) throw new TypeError("restate needs the URL of an ingress, http://host:8080");
  }

  /**
   * Calls the handler and gives what it answers.
   *
   * @throws {IngressError}
   */
  call(target: Target, body: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#request(pathOf(target), body, options);
  }

  /** Hands the call over: done when Restate has it for good, before it runs. `delay` in milliseconds. */
  async send(target: Target, body: unknown, delay: number, options: CallOptions): Promise<void> {
    const query = delay > 0 ? `?delay=${Math.ceil(delay)}ms` : "";
    await this.#request(`${pathOf(target)}/send${query}`, body, options);
  }

  async #request(path: string, body: unknown, { idempotencyKey }: CallOptions): Promise<unknown> {
    const text = JSON.stringify(body);
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (idempotencyKey !== undefined) headers["idempotency-key"] = encodeURIComponent(idempotencyKey);
    for (let lost = 0, wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const base = this.#urls[this.#at % this.#urls.length]!;
      const outcome = await this.#try(base + path, headers, text);
      if (outcome === null) {
        lost = 0;
        continue; // it is still under way
      }
      if ("body" in outcome) return outcome.body;
      if (!isPassing(outcome.status) || this.#isClosed) throw this.#error(base, outcome);
      lost ||= Date.now();
      if (Date.now() - lost >= this.#patience) throw this.#error(base, outcome);
      this.#at++; // the next node, if there are several
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #try(url: string, headers: Record<string, string>, body: string): Promise<{ body: unknown } | Failure | null> {
    const controller = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, LONGEST_REQUEST);
    this.#open.add(controller);
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal: controller.signal });
      const text = await response.text();
      if (!response.ok) return { status: response.status, why: messageOf(text) };
      return { body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    } catch (cause) {
      return isLate ? null : { status: 0, why: whyOf(cause), cause };
    } finally {
      clearTimeout(timer);
      this.#open.delete(controller);
    }
  }

  #error(base: string, { status, why, cause }: Failure): IngressError {
    const what =
      status === 0
        ? `there is no way to Restate at ${this.#urls.join(", ")} (${why})`
        : `Restate at ${base} answered ${status}: ${why}`;
    return new IngressError(what, status, cause === undefined ? {} : { cause });
  }

  /** Gives up what is under way; it is done all the same. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#open) controller.abort();
  }
}

/** The way was broken, or Restate is busy or not there just now. */
function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status === 502 || status === 503 || status === 504;
}

/** What the host says of a request that has failed: `fetch failed` has the reason as its cause. */
export function whyOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return errorLine(cause ?? error);
}

function pathOf({ service, key, handler }: Target): string {
  return `/${service}/${encodeURIComponent(key)}/${handler}`;
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // not from Restate: its text says what there is to say
  }
  return text.slice(0, 200);
}
