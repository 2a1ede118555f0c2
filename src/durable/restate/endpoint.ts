// The server that Restate calls: it serves the kinds of coroutines that this process knows, and says so to Restate.
//
// Kinds are added as they are opened. Each time Restate is told anew, and asks what there is; whoever needs the new one
// waits for that.
//
// May import: the durable core, admin, kind, options, sdk, services, steps; node.

import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Definition } from "../define.ts";
import { Tallies } from "../engine/tally.ts";
import { DurableError } from "../errors.ts";
import type { Live } from "../live.ts";
import { errorLine } from "../outcome.ts";
import type { Admin } from "./admin.ts";
import type { Ingress } from "./ingress.ts";
import { type Host, Kind } from "./kind.ts";
import type { ServeOptions, Settings } from "./options.ts";
import { loadSdk } from "./sdk.ts";
import { servicesOf } from "./services.ts";
import { Steps } from "./steps.ts";

type Listener = (request: unknown, response: unknown) => void;

/** How long to wait before Restate is told again, in milliseconds. */
const AGAIN = 1000;

export class Endpoint {
  readonly steps: Steps;
  readonly tallies: Tallies = new Tallies();
  readonly #options: ServeOptions;
  readonly #settings: Settings;
  readonly #ingress: Ingress;
  readonly #admin: Admin;
  readonly #kinds: Map<string, Kind> = new Map();
  readonly #wanted: Map<string, Definition> = new Map();
  readonly #sessions: Set<ServerHttp2Session> = new Set();
  #host: Host | null = null;
  #server: Http2Server | null = null;
  #listener: Listener | null = null;
  #isClosed = false;
  /** That Restate knows all that is wanted. */
  #known: Promise<void> | null = null;

  constructor(options: ServeOptions, settings: Settings, ingress: Ingress, admin: Admin) {
    this.#options = options;
    this.#settings = settings;
    this.#ingress = ingress;
    this.#admin = admin;
    this.steps = new Steps(settings.maxBytes, this.tallies);
  }

  /** Serves these coroutines from now on. */
  add(definition: Definition): void {
    this.#wanted.set(definition.name, definition);
    this.#known = null;
  }

  /** It is called by a coroutine that is served here. */
  know(definition: Definition): void {
    if (this.#wanted.has(definition.name)) return;
    this.add(definition);
    void this.announce(); // Restate repeats the call until it is there
  }

  /** Has Restate know what is served here, also if Restate itself comes up only later. */
  async announce(): Promise<void> {
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      try {
        return await this.ready();
      } catch (error) {
        if (isFirst)
          console.warn(`corun: Restate does not know what is served here yet, it is tried again: ${errorLine(error)}`);
        await new Promise((resolve) => setTimeout(resolve, AGAIN).unref());
      }
    }
  }

  /** Until Restate knows what is served here. */
  ready(): Promise<void> {
    if (this.#known !== null) return this.#known;
    const known = this.#tell().catch((error: unknown) => {
      if (error instanceof DurableError) throw error;
      const what = `what is served here can't be made known to Restate: ${errorLine(error)}`;
      throw new DurableError("RESTATE", what, { cause: error });
    });
    // A failure is that of whoever waits for it; the next one tries again.
    known.catch(() => {
      if (this.#known === known) this.#known = null;
    });
    return (this.#known = known);
  }

  async #tell(): Promise<void> {
    const definitions = [...this.#wanted.values()];
    if (definitions.length === 0) return;
    const host = (this.#host ??= {
      sdk: await loadSdk(),
      ingress: this.#ingress,
      settings: this.#settings,
      steps: this.steps,
      tallies: this.tallies,
      know: (definition) => this.know(definition),
      // If that fails, the next attempt asks for it again.
      pause: (invocation) => void this.#admin.pause(invocation).catch(() => {}),
    });
    for (const definition of definitions) {
      const kind = this.#kinds.get(definition.name);
      if (kind?.definition !== definition) this.#kinds.set(definition.name, new Kind(host, definition));
    }
    const { identityKeys } = this.#options;
    this.#listener = host.sdk.createEndpointHandler({
      services: [...this.#kinds.values()].flatMap(servicesOf),
      logger: () => {}, // what fails is told by Restate, see `Inspection.problem`
      ...(identityKeys !== undefined && { identityKeys: [...identityKeys] }),
    });
    await this.#admin.register(this.#options.address ?? (await this.#listen()));
    await this.#admin.resumePaused([...this.#kinds.keys()]);
  }

  /** The coroutine, if a turn of it is under way here. */
  active(name: string, key: string): Live | undefined {
    return this.#kinds.get(name)?.active.get(key);
  }

  /** Gives the address. */
  async #listen(): Promise<string> {
    const { host = "127.0.0.1", port = 9080 } = this.#options;
    if (this.#server === null) {
      const server = createServer((request, response) => this.#listener!(request, response));
      server.on("session", (session: ServerHttp2Session) => {
        this.#sessions.add(session);
        session.once("close", () => this.#sessions.delete(session));
      });
      await new Promise<void>((resolve, reject) => {
        server.once("error", (cause) => {
          const what = `no port for Restate to reach this process: ${cause.message}; give restate(…) another, { serve: { port } }`;
          reject(new DurableError("RESTATE", what, { cause }));
        });
        server.listen(port, host, resolve);
      });
      this.#server = server;
    }
    const address = this.#server.address() as AddressInfo;
    return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Lets steps that run end, for `grace` milliseconds; what is cut off goes on where it is served next. */
  async close(grace: number): Promise<void> {
    this.#isClosed = true;
    const server = this.#server;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([this.steps.settled(), late]);
    clearTimeout(timer);
    this.steps.abortThose(null, new Error("the engine is closed"));
    for (const session of this.#sessions) session.destroy();
    await closed;
  }
}
