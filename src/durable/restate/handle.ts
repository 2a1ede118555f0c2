// What `open` gives: a coroutine on Restate, as one sees it from outside. Its sends go through the ingress, also in the
// process that serves it.
//
// May import: the durable core, engine/engine, engine, ingress, kind, look, wire.

import { randomUUID } from "node:crypto";
import { TimeoutError } from "../../scheduler/errors.ts";
import { checkMilliseconds } from "../../scheduler/sleep.ts";
import type { Handle, Inspection, SendOptions } from "../engine/engine.ts";
import { DurableError, ReplayError } from "../errors.ts";
import { answerOf, reasonText, revive } from "../outcome.ts";
import type { Entry, Text } from "../port.ts";
import { encode } from "../text.ts";
import type { RestateEngine } from "./engine.ts";
import { type CallOptions, IngressError } from "./ingress.ts";
import { readJournal } from "./kind.ts";
import { entriesOf, look } from "./look.ts";
import type { Mail, MailOutput, Parked, SendInput, SendOutput, StopOutput } from "./wire.ts";

export class RestateHandle implements Handle<never, never> {
  readonly name: string;
  readonly key: string;
  readonly #engine: RestateEngine;

  constructor(engine: RestateEngine, name: string, key: string) {
    this.#engine = engine;
    this.name = name;
    this.key = key;
  }

  get #label(): string {
    return `${this.name}/${this.key}`;
  }

  async send(value?: unknown, options: SendOptions = {}): Promise<never> {
    const { id = randomUUID(), timeout } = options;
    if (timeout !== undefined) checkMilliseconds(timeout, "the timeout of a send");
    const input: SendInput = { id, at: Date.now(), value: this.#encoded(value, `what is sent to ${this.#label}`) };
    const answer = this.#send(input);
    return timeout === undefined ? answer : this.#within(timeout, id, answer);
  }

  async #send(input: SendInput): Promise<never> {
    const label = this.#label;
    // Restate knows a repeated request by its key. That a send is done once, the journal sees to.
    const options = { idempotencyKey: randomUUID() };
    const output = (await this.#engine.queue.add(label, () => this.#call("send", input, options))) as SendOutput;
    if ("parked" in output) throw parkedError(output.parked);
    if ("dropped" in output) throw new DurableError("DROPPED", `${label} has been dropped`);
    return answerOf(output.outcome, label) as never;
  }

  #within(ms: number, id: string, answer: Promise<never>): Promise<never> {
    return new Promise((resolve, reject) => {
      const late = async () => {
        const what = `send to ${this.#label} took more than ${ms} ms; its turn goes on, and its id asks again: ${id}`;
        reject(Object.assign(new TimeoutError(what + (await this.#why())), { id }));
      };
      const timer = setTimeout(() => void late(), ms);
      answer.finally(() => clearTimeout(timer)).then(resolve, reject);
    });
  }

  /** What Restate says of the turn that does not end: it tries again what fails, and tells nobody. */
  async #why(): Promise<string> {
    const { admin } = this.#engine;
    if (admin === null) return "";
    try {
      const [first] = await admin.unfinished(this.name, this.key);
      if (first === undefined || first.failure === null) return "";
      return `. In Restate it is ${first.status} after ${first.attempts} attempts: ${first.failure}`;
    } catch (error) {
      return `. Restate does not say why: ${String(error)}`;
    }
  }

  async post(value?: unknown, options: { id?: string; after?: number } = {}): Promise<void> {
    const { id = randomUUID(), after = 0 } = options;
    checkMilliseconds(after, "the delay of a post");
    const text = this.#encoded(value, `what is posted to ${this.#label}`);
    const input: SendInput = { id, at: Date.now() + after, value: text };
    await this.#asked(async (ingress) =>
      ingress.send({ service: this.name, key: this.key, handler: "send" }, input, after, {
        idempotencyKey: randomUUID(),
      }),
    );
  }

  async signal(name: string, value?: unknown, options: { id?: string } = {}): Promise<void> {
    const text = this.#encoded(value, `the signal ${name} for ${this.#label}`);
    const id = options.id ?? randomUUID();
    const mail: Mail = { type: "signal", at: Date.now(), name, value: text, id };
    const { isEnded } = (await this.#call("mail", mail, { idempotencyKey: randomUUID() })) as MailOutput;
    if (isEnded) throw new DurableError("ENDED", `${this.#label} has ended, and takes no signal ${name}`);
  }

  async cancel(reason?: unknown): Promise<void> {
    const mail: Mail = { type: "cancel", at: Date.now(), reason: reasonText(reason) };
    const { parked, outcome } = (await this.#call("stop", mail, { idempotencyKey: randomUUID() })) as StopOutput;
    if (parked !== null) throw parkedError(parked);
    if (outcome?.how === "failed") throw revive(outcome.error); // its cleanup did, or it had before
  }

  async drop(): Promise<void> {
    await this.#call("stop", { type: "drop" } satisfies Mail, { idempotencyKey: randomUUID() });
    await this.#engine.admin?.removeScheduled(this.name, this.key);
  }

  async history(): Promise<Entry[]> {
    return this.#asked(async (ingress) => entriesOf(await readJournal({ ingress }, this.name, this.key)));
  }

  async inspect(): Promise<Inspection> {
    return this.#asked(() => look(this.#engine, this.name, this.key));
  }

  #call(handler: string, body: unknown, options: CallOptions): Promise<unknown> {
    return this.#asked((ingress) => ingress.call({ service: this.name, key: this.key, handler }, body, options));
  }

  async #asked<T>(ask: (ingress: RestateEngine["ingress"]) => Promise<T>): Promise<T> {
    await this.#engine.ready();
    try {
      return await ask(this.#engine.ingress);
    } catch (error) {
      if (this.#engine.isClosed) throw new DurableError("CLOSED", "the engine has been closed", { cause: error });
      if (!(error instanceof IngressError) || error.status !== 404) throw error;
      throw new DurableError("UNKNOWN", `no process has served ${this.name} on this Restate`, { cause: error });
    }
  }

  #encoded(value: unknown, what: string): Text {
    const text = encode(value, what);
    const { maxBytes } = this.#engine.settings;
    // A character is three bytes at most: so most texts need not be measured.
    if (text === null || text.length * 3 <= maxBytes) return text;
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxBytes) return text;
    throw new RangeError(
      `${what} is ${bytes} bytes of JSON, more than the ${maxBytes} that are allowed: store it elsewhere, and send where it is`,
    );
  }

  toString(): string {
    return `<durable ${this.#label}>`;
  }
}

function parkedError({ error, entry, turn }: Parked): ReplayError {
  return new ReplayError(error.message, { entry, turn }, error.code === "VERSION" ? "VERSION" : "MISMATCH");
}
