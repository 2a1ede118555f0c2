// `connect`: the way to the coroutines of a `corun serve`.
//
// May import: checks, handle, segment, transport.

import type { DurableBody, SentOf, YieldedOf } from "../durable/define.ts";
import type { ListOptions, Summary } from "../durable/engine/engine.ts";
import { checkMilliseconds, checkToken, checkUrl } from "./checks.ts";
import { type AskOptions, RemoteHandle } from "./handle.ts";
import { toSegment } from "./segment.ts";
import { Transport } from "./transport.ts";

export interface ConnectOptions {
  /** Of the server: `http://127.0.0.1:8787`. With a path, if a proxy puts it below one. */
  url: string;
  /** Its token, if it has one. */
  token?: string;
  /** How long each call goes on trying, and waiting for its answer, in milliseconds; 60,000 if absent. `Infinity` is fine. */
  timeout?: number;
  /** Takes the place of the host's. */
  fetch?: typeof fetch;
}

/** A server. Nothing is sent to it before something is asked. */
export class Client {
  readonly #transport: Transport;
  readonly #timeout: number;

  /** @internal */
  constructor({ url, token, timeout = 60_000, fetch: by = globalThis.fetch }: ConnectOptions) {
    // As a plain function: browsers refuse to call theirs as a method of something else.
    this.#transport = new Transport({ url, token, fetch: (...args) => by(...args) });
    this.#timeout = timeout;
  }

  /**
   * The coroutine with this name and key; nothing runs, and none has to exist. It begins with the first send or signal.
   *
   * `client.open<typeof order>("order", "42")` knows from the coroutine's own type what it is sent and gives. With
   * `import type`, nothing of its code comes with it.
   */
  open<B extends DurableBody>(name: string, key: string): RemoteHandle<YieldedOf<B>, SentOf<B>> {
    return new RemoteHandle(this.#transport, name, key, this.#timeout);
  }

  /** The coroutines that there are, by name and key. */
  async list(options: ListOptions & AskOptions = {}): Promise<Summary[]> {
    const { name, state, after, limit, signal, timeout = this.#timeout } = options;
    const query = new URLSearchParams();
    if (state !== undefined) query.set("state", state);
    if (limit !== undefined) query.set("limit", String(limit));
    if (after !== undefined) {
      query.set("after-name", after.name);
      query.set("after-key", after.key);
    }
    const below = name === undefined ? "" : `/${toSegment(name)}`;
    const path = `/v1${below}?${query}`;
    const answer = await this.#transport.ask({ method: "GET", path, timeout, signal });
    return (answer as { coroutines: Summary[] }).coroutines;
  }
}

/**
 * Connects to a `corun serve`. Each send is given an id, and is asked for again with it until it has an answer: after a
 * lost connection, while the server starts again, while the turn goes on. It happens once.
 *
 * @throws {TypeError} if an option is none: a `url` without `http://`, a token that no header can have
 * @example
 * import { connect } from "corun/client";
 * const server = async () => Response.json({ id: "1", done: false, value: 5 }); // in the place of a real one
 * const client = connect({ url: "http://127.0.0.1:8787", fetch: server });
 * await client.open("counter", "visits").send(5); // -> 5
 */
export function connect(options: ConnectOptions): Client {
  const { url, token, timeout, fetch: by = globalThis.fetch } = options;
  checkUrl(url);
  checkToken(token);
  if (timeout !== undefined) checkMilliseconds(timeout, "the timeout of connect");
  if (typeof by !== "function") throw new TypeError("connect needs a fetch, a function: this host has none of its own");
  return new Client(options);
}
