// What `open` gives: a coroutine on Restate, as one sees it from outside. Its sends go through the ingress, also in the
// process that serves it.
//
// May import: the durable core, engine/engine, engine, ingress, kind, look, wire.

import { randomUUID } from "node:crypto";
import { checkMilliseconds } from "../../scheduler/sleep.ts";
import { delayOf } from "../checks.ts";
import { checkId } from "../effects.ts";
import type { Handle, Inspection, SendOptions } from "../engine/engine.ts";
import { DurableError, NoAnswerError, ReplayError } from "../errors.ts";
import { answerOf, errorLine, reasonText, revive } from "../outcome.ts";
import type { Entry, Text } from "../port.ts";
import { refuseInBody } from "../run.ts";
import { encode } from "../text.ts";
import type { RestateEngine } from "./engine.ts";
import { type CallOptions, IngressError } from "./ingress.ts";
import { readJournal } from "./kind.ts";
import { entriesOf, look } from "./look.ts";
import type { Mail, MailOutput, Parked, RetryOutput, SendInput, SendOutput, StopOutput } from "./wire.ts";

/** How long Restate may take to say why there is no answer, in milliseconds. */
const LONGEST_WHY = 1000;

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

  send(value?: unknown, options: SendOptions = {}): Promise<never> {
    return this.#outside("send to", () => this.#sendOne(value, options));
  }

  async #sendOne(value: unknown, options: SendOptions): Promise<never> {
    const { id = randomUUID(), timeout } = options;
    checkId(id);
    if (timeout !== undefined) checkMilliseconds(timeout, "the timeout of a send");
    const input: SendInput = { id, at: Date.now(), value: this.#encoded(value, `what is sent to ${this.#label}`) };
    const answer = this.#send(input);
    return timeout === undefined ? answer : this.#within(timeout, id, answer);
  }

  /** What `act` gives. Refused in a body at once, so that no promise is left to nobody. */
  #outside<T>(what: string, act: () => Promise<T>): Promise<T> {
    refuseInBody(`${what} ${this.#label}`);
    return act();
  }

  async #send(input: SendInput): Promise<never> {
    const label = this.#label;
    // Restate knows a repeated request by its key. That a send is done once, the journal sees to.
    const options = { idempotencyKey: randomUUID() };
    const what = `send to ${label} (id ${input.id})`;
    const output = (await this.#engine.queue.add(label, () => this.#call(what, "send", input, options))) as SendOutput;
    if ("parked" in output) throw parkedError(output.parked);
    if ("dropped" in output) throw new DurableError("DROPPED", `${label} has been dropped`);
    return answerOf(output.outcome, label) as never;
  }

  #within(ms: number, id: string, answer: Promise<never>): Promise<never> {
    return new Promise((resolve, reject) => {
      const late = async () => reject(new NoAnswerError(this.#label, ms, id, await this.#why()));
      const timer = setTimeout(() => void late(), ms);
      answer.finally(() => clearTimeout(timer)).then(resolve, reject);
    });
  }

  /** What Restate says of the turn that does not end: it tries again what fails, and tells nobody. */
  async #why(): Promise<string> {
    const { admin } = this.#engine;
    if (admin === null) return "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<[]>((resolve) => {
      timer = setTimeout(() => resolve([]), LONGEST_WHY);
    });
    try {
      const [first] = await Promise.race([admin.unfinished(this.name, this.key), late]);
      if (first === undefined || first.failure === null) return "";
      return `. In Restate it is ${first.status} after ${first.attempts} attempts: ${first.failure}`;
    } catch (error) {
      return `. Restate does not say why: ${errorLine(error)}`;
    } finally {
      clearTimeout(timer);
    }
  }

  post(value?: unknown, options: { id?: string; after?: number } = {}): Promise<void> {
    return this.#outside("post to", () => this.#post(value, options));
  }

  async #post(value: unknown, options: { id?: string; after?: number }): Promise<void> {
    const { id = randomUUID(), after = 0 } = options;
    const delay = delayOf(after);
    checkId(id);
    const text = this.#encoded(value, `what is posted to ${this.#label}`);
    const input: SendInput = { id, at: Date.now() + delay, value: text };
    const target = { service: this.name, key: this.key, handler: "send" };
    await this.#asked(`post to ${this.#label} (id ${id})`, (ingress) =>
      ingress.send(target, input, delay, { idempotencyKey: randomUUID() }),
    );
  }

  signal(name: string, value?: unknown, options: { id?: string } = {}): Promise<void> {
    return this.#outside("signal", () => this.#signal(name, value, options));
  }

  async #signal(name: string, value: unknown, { id = randomUUID() }: { id?: string }): Promise<void> {
    checkId(name);
    checkId(id);
    const text = this.#encoded(value, `the signal ${name} for ${this.#label}`);
    const mail: Mail = { type: "signal", at: Date.now(), name, value: text, id };
    const what = `signal ${name} to ${this.#label} (id ${id})`;
    const { isEnded } = (await this.#call(what, "mail", mail, { idempotencyKey: randomUUID() })) as MailOutput;
    if (isEnded) throw new DurableError("ENDED", `${this.#label} has ended, and takes no signal ${name}`);
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#outside("cancel", () => this.#cancel(reason));
  }

  async #cancel(reason: unknown): Promise<void> {
    const mail: Mail = { type: "cancel", at: Date.now(), reason: reasonText(reason) };
    const { parked, outcome } = (await this.#stop("cancel", mail)) as StopOutput;
    if (parked !== null) throw parkedError(parked);
    if (outcome?.how === "failed") throw revive(outcome.error); // its cleanup did, or it had before
  }

  retry(): Promise<void> {
    return this.#outside("retry", () => this.#retry());
  }

  async #retry(): Promise<void> {
    const options = { idempotencyKey: randomUUID() };
    const { parked } = (await this.#call(`retry of ${this.#label}`, "retry", {}, options)) as RetryOutput;
    if (parked !== null) throw parkedError(parked);
    await this.#engine.admin?.resumePaused([this.name], this.key);
  }

  drop(): Promise<void> {
    return this.#outside("drop", () => this.#drop());
  }

  async #drop(): Promise<void> {
    await this.#stop("drop", { type: "drop" });
    await this.#engine.admin?.removeScheduled(this.name, this.key);
  }

  async history(): Promise<Entry[]> {
    const what = `history of ${this.#label}`;
    return this.#asked(what, async (ingress) => entriesOf(await readJournal({ ingress }, this.name, this.key)));
  }

  async inspect(): Promise<Inspection> {
    return this.#asked(`inspect of ${this.#label}`, () => look(this.#engine, this.name, this.key));
  }

  #stop(how: string, mail: Mail): Promise<unknown> {
    return this.#call(`${how} of ${this.#label}`, "stop", mail, { idempotencyKey: randomUUID() });
  }

  #call(what: string, handler: string, body: unknown, options: CallOptions): Promise<unknown> {
    return this.#asked(what, (ingress) => ingress.call({ service: this.name, key: this.key, handler }, body, options));
  }

  /** @param what is asked for, in errors */
  async #asked<T>(what: string, ask: (ingress: RestateEngine["ingress"]) => Promise<T>): Promise<T> {
    await this.#engine.ready();
    try {
      return await ask(this.#engine.ingress);
    } catch (error) {
      if (this.#engine.isClosed) throw new DurableError("CLOSED", "the engine has been closed", { cause: error });
      if (!(error instanceof IngressError)) throw error;
      if (error.status !== 404) throw error.toDurable(what);
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
