// What `engine.open` gives: a coroutine as one sees it from outside.
//
// May import: the scheduler's sleep, checks, effects, errors, inspect, outcome, reply, run, text; Keeper as a type.

import { checkMilliseconds } from "../../scheduler/sleep.ts";
import { delayOf } from "../checks.ts";
import { checkId } from "../effects.ts";
import { NoAnswerError } from "../errors.ts";
import { answerOf, reasonText, revive } from "../outcome.ts";
import type { Entry, Outcome } from "../port.ts";
import { refuseInBody } from "../run.ts";
import { encode } from "../text.ts";
import type { Actor } from "./actor.ts";
import type { Handle, Inspection, PostOptions, SendOptions } from "./engine.ts";
import { inspect } from "./inspect.ts";
import { Reply } from "./reply.ts";
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

  /** @throws {SchedulerError} in a durable coroutine */
  #ask<T>(what: string, begin: (actor: Actor, asker: Asker) => void, read: (outcome: Outcome) => T): Reply<T> {
    refuseInBody(`${what} ${this.#label}`);
    return Reply.to((resolve, reject) => {
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

  send(value?: unknown, options: SendOptions = {}): Reply<never> {
    const { id = this.#keeper.options.newId(), timeout } = options;
    const kind = options.id === undefined ? "new" : "known";
    const answer = this.#ask(
      "send to",
      (actor, asker) => {
        // Before anything happens: whoever is told so has not sent.
        if (timeout !== undefined) checkMilliseconds(timeout, "the timeout of a send");
        checkId(id);
        actor.send(id, encode(value, `what is sent to ${this.#label}`), asker, kind);
      },
      (outcome) => answerOf(outcome, this.#label) as never,
    );
    return timeout === undefined ? answer : this.#within(timeout, id, answer);
  }

  #within(ms: number, id: string, answer: Reply<never>): Reply<never> {
    const { clock } = this.#keeper;
    return Reply.to((resolve, reject) => {
      // None for one that is there already, as is that of a send that was refused.
      const takeBack =
        answer.settled === null
          ? clock.wakeAt(clock.now() + ms, () => reject(new NoAnswerError(this.#label, ms, id)))
          : () => {};
      answer.finally(takeBack).then(resolve, reject);
    });
  }

  post(value?: unknown, options: PostOptions = {}): Reply<void> {
    const { id = this.#keeper.options.newId(), after = 0 } = options;
    const { name, key } = this;
    refuseInBody(`post to ${this.#label}`);
    return Reply.to((resolve, reject) => {
      const delay = delayOf(after);
      checkId(id);
      const text = encode(value, `what is posted to ${this.#label}`);
      const due = this.#keeper.now() + delay;
      const post = { type: "post", name, key, id, due, value: text } as const;
      this.#keeper.post(post, { answered: () => resolve(), failed: reject });
    });
  }

  signal(name: string, value?: unknown, options: { id?: string } = {}): Reply<void> {
    const { id } = options;
    return this.#ask(
      "signal",
      (actor, asker) => {
        checkId(name);
        if (id !== undefined) checkId(id);
        actor.signal(name, encode(value, `the signal ${name} for ${this.#label}`), id, asker);
      },
      () => {},
    );
  }

  cancel(reason?: unknown): Reply<void> {
    return this.#ask(
      "cancel",
      (actor, asker) => actor.cancel(reasonText(reason), asker),
      (outcome) => {
        if (outcome.how === "failed") throw revive(outcome.error); // its cleanup did, or it had before
      },
    );
  }

  retry(): Reply<void> {
    return this.#ask(
      "retry",
      (actor, asker) => actor.retry(asker),
      () => {},
    );
  }

  drop(): Reply<void> {
    return this.#ask(
      "drop",
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
