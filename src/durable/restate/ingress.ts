// The way into Restate: calls of handlers through its ingress, repeated when the way breaks.
//
// May import: nothing.

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
      const url = this.#urls[this.#at % this.#urls.length]! + path;
      const outcome = await this.#try(url, headers, text);
      if (outcome === null) continue; // it is still under way
      if (!(outcome instanceof Error)) return outcome.body;
      if (!isPassing(outcome.status) || this.#isClosed) throw outcome;
      lost ||= Date.now();
      if (Date.now() - lost >= this.#patience) throw outcome;
      this.#at++; // the next node, if there are several
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #try(
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<{ body: unknown } | IngressError | null> {
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
      if (!response.ok) return new IngressError(messageOf(text, url), response.status);
      return { body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    } catch (cause) {
      return isLate ? null : new IngressError(`there is no way to Restate at ${url}`, 0, { cause });
    } finally {
      clearTimeout(timer);
      this.#open.delete(controller);
    }
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

function pathOf({ service, key, handler }: Target): string {
  return `/${service}/${encodeURIComponent(key)}/${handler}`;
}

function messageOf(text: string, url: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // not from Restate: its text says what there is to say
  }
  return `${url}: ${text.slice(0, 200)}`;
}
