// `restate(url, options)`: the engine whose turns Restate gives out.
//
// May import: the durable core, engine/engine, admin, endpoint, handle, ingress, list, options.

import { type Definition, definitionOf, type DurableBody } from "../define.ts";
import { checkKey } from "../effects.ts";
import type { Engine, Handle, ListOptions, Summary } from "../engine/engine.ts";
import type { Counts } from "../engine/tally.ts";
import { DurableError } from "../errors.ts";
import { Admin } from "./admin.ts";
import { Endpoint } from "./endpoint.ts";
import { RestateHandle } from "./handle.ts";
import { Ingress } from "./ingress.ts";
import { list } from "./list.ts";
import { type RestateOptions, type Settings, settingsOf } from "./options.ts";
import { SendQueue } from "./queue.ts";

const GRACE = 5000;

/** What the handles of an engine share. */
export class RestateEngine implements Engine {
  readonly ingress: Ingress;
  readonly admin: Admin | null;
  readonly settings: Settings;
  readonly endpoint: Endpoint | null;
  readonly #definitions: Map<string, Definition> = new Map();
  readonly queue: SendQueue = new SendQueue();
  #closing: Promise<void> | null = null;

  constructor(url: string | readonly string[], options: RestateOptions) {
    this.settings = settingsOf(options);
    this.ingress = new Ingress(url, this.settings.patience);
    this.admin = options.admin === undefined ? null : new Admin(options.admin, this.settings.patience);
    const { serve = false } = options;
    if (serve !== false && this.admin === null) {
      throw new TypeError(
        "to serve, restate needs the address of the admin API: restate(url, { admin: …, serve: true })",
      );
    }
    const how = serve === true ? {} : serve;
    this.endpoint = how === false ? null : new Endpoint(how, this.settings, this.ingress, this.admin!);
  }

  open(body: DurableBody | string, key: string): Handle<never, never> {
    checkKey(key);
    // No URL can have these as a part of its path.
    if (key === "." || key === "..")
      throw new TypeError(`on Restate a key is any text but "." and "..", but got "${key}"`);
    if (typeof body === "string") return new RestateHandle(this, checkName(body), key);
    const definition = definitionOf(body);
    const known = this.#definitions.get(definition.name);
    if (known === undefined || known.version !== definition.version) this.#learn(definition);
    else if (known.body !== definition.body) {
      throw new TypeError(
        `${definition.name} is the name of another body in this engine: each needs a name of its own; for a newer one of the same, serve(body) replaces it`,
      );
    }
    return new RestateHandle(this, definition.name, key);
  }

  serve(...bodies: DurableBody[]): void {
    for (const body of bodies) this.#learn(definitionOf(body));
    void this.endpoint?.announce();
  }

  #learn(definition: Definition): void {
    this.#definitions.set(checkName(definition.name), definition);
    this.endpoint?.add(definition);
  }

  definition(name: string): Definition | undefined {
    return this.#definitions.get(name);
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** Until it can be asked. @throws {DurableError} `CLOSED` */
  async ready(): Promise<void> {
    if (this.#closing !== null) throw new DurableError("CLOSED", "the engine has been closed");
    await this.endpoint?.ready();
  }

  async list(options: ListOptions = {}): Promise<Summary[]> {
    await this.ready();
    if (this.admin === null) {
      throw new TypeError("to list, restate needs the address of the admin API: restate(url, { admin: … })");
    }
    return list(this.admin, options);
  }

  counts(): Counts[] {
    return this.endpoint?.tallies.counts() ?? [];
  }

  close({ grace = GRACE }: { grace?: number } = {}): Promise<void> {
    return (this.#closing ??= this.#close(grace));
  }

  async #close(grace: number): Promise<void> {
    await this.endpoint?.close(grace);
    this.ingress.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Restate takes these as names of services. */
const NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

function checkName(name: string): string {
  if (NAME.test(name) && !name.endsWith(".mail")) return name;
  throw new TypeError(
    `on Restate, the name of a durable coroutine begins with a letter, has letters, digits, "_", "-" and "." only, and does not end with ".mail", but got ${JSON.stringify(name)}`,
  );
}

/**
 * An engine on Restate: journals, ownership, timers, retries and calls are kept by a Restate server, or by a cluster of
 * them, and turns run in the processes that serve. A process that serves may be killed at any moment; another one, or the
 * same again, goes on.
 *
 * Serving needs the package `@restatedev/restate-sdk`, and a Restate server (`@restatedev/restate-server`). A process that
 * only sends needs neither.
 *
 * @param url that of Restate's ingress, `http://host:8080`; of a cluster, those of several nodes: one after the other is asked
 * @throws {TypeError} if it is to serve, and no `admin` is given
 *
 * Source: Restate's virtual objects: a key has one invocation at a time.
 */
export function restate(url: string | readonly string[], options: RestateOptions = {}): Engine {
  return new RestateEngine(url, options);
}
