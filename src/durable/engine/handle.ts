// What `engine.open` gives: a coroutine as one sees it from outside.
//
// May import: the scheduler's errors and sleep, inspect, outcome, text; Keeper as a type.

import { TimeoutError } from "../../scheduler/errors.ts";
import { checkMilliseconds } from "../../scheduler/sleep.ts";
import { answerOf, reasonText, revive } from "../outcome.ts";
import type { Entry, Outcome, Text } from "../port.ts";
import { encode } from "../text.ts";
import type { Actor } from "./actor.ts";
import type { Handle, Inspection, SendOptions } from "./engine.ts";
import { inspect } from "./inspect.ts";
import type { Asker } from "./sends.ts";
import type { Keeper } from "./keeper.ts";

export class HandleOf implements Handle<never, never> {
  readonly name: string;
  readonly key: string;
  readonly #keeper: Keeper;

  constructor(keeper: Keeper, name: string, key: string) {
    this.#keeper = keeper;
    this.name = name;
    this.key = key;
  }

  get #label(): string {
    return `${this.name}/${this.key}`;
  }

  #ask<T>(begin: (actor: Actor, asker: Asker) => void, read: (outcome: Outcome) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#keeper.check();
      begin(this.#keeper.actor(this.name, this.key), {
        answered(outcome) {
          try {
            resolve(read(outcome));
          } catch (error) {
            reject(error);
          }
        },
        failed: reject,
      });
    });
  }

  async send(value?: unknown, options: SendOptions = {}): Promise<never> {
    const { id = this.#keeper.options.newId(), timeout } = options;
    const text = encode(value, `what is sent to ${this.#label}`);
    const answer = this.#ask(
      (actor, asker) => actor.send(id, text, asker),
      (outcome) => answerOf(outcome, this.#label) as never,
    );
    return timeout === undefined ? answer : this.#within(timeout, id, answer);
  }

  #within(ms: number, id: string, answer: Promise<never>): Promise<never> {
    checkMilliseconds(ms, "the timeout of a send");
    const { clock } = this.#keeper;
    return new Promise((resolve, reject) => {
      const takeBack = clock.wakeAt(clock.now() + ms, () => {
        const what = `send to ${this.#label} took more than ${ms} ms; its turn goes on, and its id asks again: ${id}`;
        reject(Object.assign(new TimeoutError(what), { id }));
      });
      answer.finally(takeBack).then(resolve, reject);
    });
  }

  async post(value?: unknown, options: { id?: string; after?: number } = {}): Promise<void> {
    const { id = this.#keeper.options.newId(), after = 0 } = options;
    checkMilliseconds(after, "the delay of a post");
    const text = encode(value, `what is posted to ${this.#label}`);
    await this.#keeper.post(this.name, this.key, id, text, after);
  }

  async signal(name: string, value?: unknown, options: { id?: string } = {}): Promise<void> {
    const text = encode(value, `the signal ${name} for ${this.#label}`);
    await this.#ask(
      (actor, asker) => actor.signal(name, text, options.id, asker),
      () => {},
    );
  }

  async cancel(reason?: unknown): Promise<void> {
    const text: Text = reasonText(reason);
    await this.#ask(
      (actor, asker) => actor.cancel(text, asker),
      (outcome) => {
        if (outcome.how === "failed") throw revive(outcome.error); // its cleanup did, or it had before
      },
    );
  }

  async drop(): Promise<void> {
    await this.#ask(
      (actor, asker) => actor.drop(asker),
      () => {},
    );
  }

  history(): Promise<Entry[]> {
    return this.#keeper.ask(() => {
      const found = this.#keeper.store.find(this.name, this.key);
      return found === null ? [] : this.#keeper.store.journal(found);
    });
  }

  inspect(): Promise<Inspection> {
    const { name, key } = this;
    return this.#keeper.ask(() => inspect(this.#keeper.store, this.#keeper.known(name, key), name, key));
  }

  toString(): string {
    return `<durable ${this.#label}>`;
  }
}
