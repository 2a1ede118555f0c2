// One coroutine on the server.
//
// May import: the errors of corun, checks, segment, transport, the values layer.

import { show, StopIteration } from "../coroutine/errors.ts";
import type { Handle, Inspection } from "../durable/engine/engine.ts";
import type { Entry } from "../durable/port.ts";
import { CancelledError } from "../scheduler/errors.ts";
import { NotSerializableError, toJson } from "../values/json.ts";
import { checkMilliseconds } from "./checks.ts";
import { ServerError } from "./errors.ts";
import type { PostBody, SendAnswer, SendBody, SignalBody } from "./protocol.ts";
import { toSegment } from "./segment.ts";
import type { Ask, Transport } from "./transport.ts";

/** For each thing that is asked of the server. */
export interface AskOptions {
  /** Gives up, with its reason. What is under way on the server goes on. */
  signal?: AbortSignal;
  /** How long to go on trying, and waiting for the answer, in milliseconds; that of `connect` if absent. */
  timeout?: number;
}

export interface SendOptions extends AskOptions {
  /** Of this send, among those to this coroutine; one of its own if absent. The same id again gives the same answer. */
  id?: string;
}

export interface PostOptions extends SendOptions {
  /** When it is delivered: after so many milliseconds. */
  after?: number;
}

/**
 * A durable coroutine on a server. It has what the handle of an engine has, so that a function can take either.
 *
 * Each method throws a `ServerError` for what the server says against it, and a `NoAnswerError` when time is up.
 */
export class RemoteHandle<Y = unknown, S = unknown> implements Handle<Y, S> {
  readonly name: string;
  readonly key: string;
  readonly #transport: Transport;
  readonly #path: string;
  readonly #timeout: number;

  /** @internal */
  constructor(transport: Transport, name: string, key: string, timeout: number) {
    this.name = name;
    this.key = key;
    this.#transport = transport;
    this.#path = pathOf(name, key);
    this.#timeout = timeout;
  }

  /**
   * Sends `value` to the `yield` where the coroutine waits; gives what it yields next. It happens once, also where it has
   * to be asked for again: after a lost connection, while the server is starting, when the turn takes long.
   *
   * @throws {StopIteration} if it returns instead (`.value` is what it returned)
   * @throws {FailedError} its failure, with the name and the message that it has there
   * @throws {CancelledError} if it has been cancelled
   * @throws {ParkedError} if its code does not match its journal
   * @throws {NoAnswerError} if there is no answer in time; `.id` is that of the send
   * @throws {NotSerializableError} if `value` can't be kept in a journal; nothing is sent then
   */
  async send(
    ...args: undefined extends S ? [value?: S, options?: SendOptions] : [value: S, options?: SendOptions]
  ): Promise<Y> {
    const [value, { id = newId(), ...options } = {}] = args as [value?: S, options?: SendOptions];
    const json = toJson(value, `what is sent to ${this.#label}`);
    const body = (patience: number): string => {
      const fields: SendBody = { id, timeout: Math.ceil(patience) };
      return bodyOf(fields, "value", json);
    };
    const answer = await this.#ask("POST", "/send", { ...options, id }, body);
    const { done, value: given } = answer as SendAnswer;
    if (done) throw new StopIteration(given);
    return given as Y;
  }

  /** Sends `value` and does not wait for the answer: fulfilled when the send can't be lost any more. */
  async post(
    ...args: undefined extends S ? [value?: S, options?: PostOptions] : [value: S, options?: PostOptions]
  ): Promise<void> {
    const [value, { id = newId(), after, ...options } = {}] = args as [value?: S, options?: PostOptions];
    if (after !== undefined) checkMilliseconds(after, "the delay of a post");
    const fields: PostBody = { id, ...(after === undefined ? {} : { after }) };
    const body = bodyOf(fields, "value", toJson(value, `what is posted to ${this.#label}`));
    await this.#ask("POST", "/post", { ...options, id }, () => body);
  }

  /** Gives it a signal, which it takes with `yield* signal(name)`. Fulfilled when it can't be lost any more. */
  async signal(name: string, value?: unknown, { id = newId(), ...options }: SendOptions = {}): Promise<void> {
    const fields: SignalBody = { name, id };
    const body = bodyOf(fields, "value", toJson(value, `the signal ${name} for ${this.#label}`));
    await this.#ask("POST", "/signal", { ...options, id }, () => body);
  }

  /** What it is doing. */
  async inspect(options: AskOptions = {}): Promise<Inspection> {
    return (await this.#ask("GET", "", options)) as Inspection;
  }

  /** Its journal since it began or started over. */
  async history(options: AskOptions = {}): Promise<Entry[]> {
    return (await this.#ask("GET", "/history", options)) as Entry[];
  }

  /** Cancels it; fulfilled when its cleanup has ended. One that does not exist, or has ended: no effect. */
  async cancel(reason?: unknown, options: AskOptions = {}): Promise<void> {
    const body = bodyOf({}, "reason", reasonJson(reason));
    await this.#ask("POST", "/cancel", options, () => body);
  }

  /** Has one that is parked tried again. @throws {ParkedError} if it still does not match */
  async retry(options: AskOptions = {}): Promise<void> {
    await this.#ask("POST", "/retry", options);
  }

  /** Forgets it, with its journal. No cleanup runs; the next send begins a new one. */
  async drop(options: AskOptions = {}): Promise<void> {
    await this.#ask("DELETE", "", options);
  }

  get #label(): string {
    return `${this.name}/${this.key}`;
  }

  async #ask(
    method: Ask["method"],
    below: string,
    { signal, timeout = this.#timeout, id }: SendOptions,
    body?: Ask["body"],
  ): Promise<unknown> {
    const ask: Ask = { method, path: this.#path + below, timeout, signal, id };
    if (body !== undefined) ask.body = body;
    try {
      return await this.#transport.ask(ask);
    } catch (error) {
      if (!(error instanceof ServerError) || error.type !== "cancelled") throw error;
      throw new CancelledError(this.#label, error.reason);
    }
  }
}

/** The body of a request: `fields`, and one more that is JSON already; `undefined`: it is absent. */
function bodyOf(fields: object, name: "value" | "reason", json: string | undefined): string {
  const others = JSON.stringify(fields);
  if (json === undefined) return others;
  return others === "{}" ? `{"${name}":${json}}` : `{"${name}":${json},${others.slice(1)}`;
}

/** The reason of a cancellation, as far as it can be kept: as engines have it, the coroutine is cancelled all the same. */
function reasonJson(reason: unknown): string | undefined {
  try {
    return toJson(reason, "the reason");
  } catch (error) {
    if (!(error instanceof NotSerializableError)) throw error;
    return JSON.stringify(reason instanceof Error ? `${reason.name}: ${reason.message}` : show(reason));
  }
}

/** A random UUID. By hand, as `crypto.randomUUID` is not there on pages that came over plain HTTP. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function pathOf(name: string, key: string): string {
  if (key === "" || name === "")
    throw new TypeError("a durable coroutine has a name and a key, texts that are not empty");
  try {
    return `/v1/${toSegment(name)}/${toSegment(key)}`;
  } catch (error) {
    throw new TypeError("the name or the key of a durable coroutine has half of a surrogate pair", { cause: error });
  }
}
