// A coroutine is active: what happens to it is fed to it, what it asks for is done, and in the end all of it is kept.
//
// Restate records what the handler does and has it do the same on the next attempt; so everything here follows from the
// input, from what Restate has recorded, and from the journal, and from nothing that this process happens to hold.
//
// While a turn is under way, its requests are done here, and it can be woken by mail: it says in the state under `run`
// which signal wakes it. A turn that does not wait says nothing, so that it is not dearer than a handler by hand. What is
// still wanted when the turn has been answered is handed over to `work`, as the next turn must not wait for it.
//
// May import: the durable core, engine/store, held, journal, kind, requests, sdk, wire.

import { DeadlockError } from "../../scheduler/errors.ts";
import { stateOf } from "../engine/store.ts";
import type { Live } from "../live.ts";
import { failed } from "../outcome.ts";
import type { Answer, CallRequest, Entry, Event, Output, Request } from "../port.ts";
import type { Held } from "./held.ts";
import { append, type Change, META, type Meta, replace, RUN, type Run } from "./journal.ts";
import type { Kind } from "./kind.ts";
import { called, type Happening, handOver, identity, RETRY, stepped, takeMail } from "./requests.ts";
import type { ObjectContext, Recorded } from "./sdk.ts";
import type { CallInput, Mail, WorkInput } from "./wire.ts";

/** The coroutine that is to be active. */
export interface Found {
  readonly meta: Meta | null;
  readonly held: Held;
  /** What a coroutine does that begins now. */
  readonly first: Output | null;
}

export class Activation {
  readonly #ctx: ObjectContext;
  readonly #kind: Kind;
  readonly #meta: Meta | null;
  readonly #held: Held;
  readonly #live: Live;
  #entries: Entry[] = [];
  #isAnew = false;
  #answer: Answer | null = null;
  /** The requests that are done here, by their ids. */
  readonly #begun: Map<string, Recorded<Happening>> = new Map();
  /** How long to wait when they are refused again. */
  readonly #refused: Map<string, number> = new Map();
  /** The coroutines whose turns wait for this one, and for nothing else. */
  readonly #chain: readonly string[];
  /** Those that another invocation does. */
  readonly #works: Set<string>;
  #timer: { at: number; wait: Recorded<Happening> } | null = null;
  #woken: Recorded<Happening> | null = null;
  #cancelled: Recorded<Happening> | null = null;
  #calls = 0;
  #tick: number | null;
  /** It is to be forgotten, with its journal. */
  isDropped = false;

  constructor(ctx: ObjectContext, kind: Kind, { meta, held, first }: Found, chain: readonly string[] = []) {
    this.#chain = chain;
    this.#ctx = ctx;
    this.#kind = kind;
    this.#meta = meta;
    this.#held = held;
    this.#live = held.live;
    this.#works = new Set(meta?.works);
    this.#tick = meta?.tick ?? null;
    if (first !== null) this.#take(first);
  }

  /** Has the turn happen that `event` begins, until it is answered; or null, if it is to be forgotten, or has ended before. */
  async turn(event: Event): Promise<Answer | null> {
    this.feed(event);
    while (this.#answer === null && !this.isDropped && this.#live.ended === null) {
      this.#begin();
      if (this.#answer !== null) break;
      const happening = await this.#kind.host.sdk.RestatePromise.race(this.#waits());
      if (happening.type === "woken") await this.#readMail();
      else this.#happen(happening);
    }
    return this.#answer;
  }

  feed(event: Event): void {
    this.#take(this.#live.feed(event));
  }

  /** What came from outside. Results of requests that nobody waits for any more are dropped. */
  receive(mail: Mail): void {
    const live = this.#live;
    if (mail.type === "drop") this.isDropped = true;
    if (live.ended !== null) return;
    switch (mail.type) {
      case "drop":
        return;
      case "signal":
      case "cancel":
        return this.feed(mail);
      case "result": {
        this.#kind.host.steps.forget(mail.id);
        this.#works.delete(mail.id);
        const request = live.pending.get(mail.n);
        if (request === undefined || identity(live, request) !== mail.id) return;
        this.feed({ type: "result", at: mail.at, n: mail.n, outcome: mail.outcome });
      }
    }
  }

  /** The wake-up for `tick` has come. */
  ring(tick: number): void {
    if (this.#tick !== null && tick >= this.#tick) this.#tick = null;
    const live = this.#live;
    for (let due = live.wakeAt; due !== undefined && due <= tick && live.ended === null; due = live.wakeAt) {
      this.feed({ type: "timer", at: due, due });
    }
  }

  #take(output: Output): void {
    if (output.isAnew) this.#entries = [];
    this.#isAnew ||= output.isAnew;
    this.#entries.push(...output.entries);
    if (output.answer !== null) {
      this.#answer = output.answer;
      this.#held.answers.set(output.answer.id, output.answer.outcome);
    }
    this.#leave();
  }

  /** Ends what nobody waits for any more. */
  #leave(): void {
    if (this.#begun.size === 0 && this.#works.size === 0) return;
    const live = this.#live;
    const wanted = new Set([...live.pending.values()].map((request) => identity(live, request)));
    for (const ids of [this.#begun.keys(), this.#works.keys()]) {
      for (const id of ids) {
        if (wanted.has(id)) continue;
        this.#begun.delete(id);
        this.#works.delete(id);
        this.#kind.host.steps.abort(id, new Error("nobody waits for the result any more"));
      }
    }
  }

  /** Begins what the turn has asked for. */
  #begin(): void {
    const live = this.#live;
    for (const request of live.pending.values()) {
      const id = identity(live, request);
      if (this.#begun.has(id) || this.#works.has(id)) continue;
      if (request.kind === "step") this.#begun.set(id, stepped(this.#ctx, this.#kind, id, request, live.time));
      else this.#call(id, request);
    }
  }

  #call(id: string, request: CallRequest): void {
    const live = this.#live;
    const { n, to } = request;
    this.#kind.host.know(to.definition);
    const chain = live.onlyCalls?.length === 1 ? [...this.#chain, live.label] : [];
    if (chain.includes(`${to.name}/${to.key}`)) {
      const circle = [...chain.slice(chain.indexOf(`${to.name}/${to.key}`)), `${to.name}/${to.key}`];
      const error = new DeadlockError(`no answer can come: ${circle.join(" calls ")}, whose turn waits for this one`);
      this.feed({ type: "result", at: live.time, n, outcome: failed(error) });
      return;
    }
    this.#begun.set(id, called(this.#ctx, this.#kind.host, callInput(id, request, live.time, chain)));
  }

  /** All that may happen next. */
  #waits(): Recorded<Happening>[] {
    const { wakeAt, time } = this.#live;
    if (wakeAt !== undefined && this.#timer?.at !== wakeAt) {
      const wait = this.#ctx.sleep(Math.max(0, wakeAt - time)).map((): Happening => ({ type: "timer", due: wakeAt }));
      this.#timer = { at: wakeAt, wait };
    }
    const waits = [...this.#begun.values()];
    if (wakeAt !== undefined) waits.push(this.#timer!.wait);
    this.#cancelled ??= this.#ctx.cancellation().map((): Happening => ({ type: "cancelled" }));
    waits.push(this.#wakeable(), this.#cancelled);
    return waits;
  }

  #wakeable(): Recorded<Happening> {
    if (this.#woken !== null) return this.#woken;
    const name = `mail${this.#calls++}`;
    const run: Run = { id: this.#ctx.request().id, name, turn: this.#live.turn! };
    this.#ctx.set(RUN, run);
    return (this.#woken = this.#ctx.signal(name).map((): Happening => ({ type: "woken" })));
  }

  async #readMail(): Promise<void> {
    this.#woken = null;
    // First the next signal, then the mail: what comes after it was read is told by that.
    void this.#wakeable();
    for (const mail of await takeMail(this.#ctx, this.#kind)) this.receive(mail);
  }

  #happen(happening: Exclude<Happening, { type: "woken" }>): void {
    const live = this.#live;
    switch (happening.type) {
      case "timer":
        this.#timer = null;
        if (live.wakeAt === happening.due) this.feed({ type: "timer", at: happening.due, due: happening.due });
        break;
      case "cancelled":
        this.#cancelled = null;
        this.feed({ type: "cancel", at: live.time, reason: JSON.stringify("the invocation was cancelled in Restate") });
        break;
      case "result": {
        const { id, n, outcome, at } = happening;
        this.#begun.delete(id);
        this.#kind.host.steps.forget(id);
        this.feed({ type: "result", at, n, outcome });
        break;
      }
      case "refused": {
        const { id, n } = happening;
        const wait = this.#refused.get(id) ?? RETRY.first;
        this.#refused.set(id, Math.min(wait * RETRY.factor, RETRY.longest));
        this.#begun.set(
          id,
          this.#ctx.sleep(wait).map((): Happening => ({ type: "retry", id, n })),
        );
        break;
      }
      case "retry":
        this.#begun.delete(happening.id); // and is begun again
    }
  }

  /** Keeps all that has happened, hands over what is still wanted, and holds the coroutine for its next turn. */
  keep(): void {
    const { answers } = this.#held;
    const change =
      this.#isAnew && this.#meta !== null
        ? replace(this.#meta, this.#entries, [...answers])
        : append(this.#meta, this.#held.tail, this.#entries);
    const live = this.#live;
    const left = new Map([...live.pending.values()].map((request) => [identity(live, request), request]));
    const tick = this.#nextTick();
    this.#write(change, [...left.keys()], tick);
    for (const [id, request] of left) if (!this.#works.has(id)) this.#give(id, request);
    if (tick !== null && tick !== this.#tick) handOver(this.#ctx, this.#kind, "wake", { tick }, tick - live.time);
    this.#kind.cache.put(this.#ctx.key, {
      version: this.#ctx.request().id,
      live,
      tail: change.tail,
      answers: change.answers === null ? answers : new Map(change.answers),
    });
  }

  #nextTick(): number | null {
    const { wakeAt } = this.#live;
    return wakeAt === undefined || (this.#tick !== null && this.#tick <= wakeAt) ? this.#tick : wakeAt;
  }

  #write({ sets, clears, meta, stale }: Change, works: readonly string[], tick: number | null): void {
    const ctx = this.#ctx;
    for (const [key, value] of sets) ctx.set(key, value);
    const { ended, base } = this.#live;
    const next: Meta = { ...meta, v: ctx.request().id, stale, tick, works, ended, row: rowOf(this.#live) };
    ctx.set(META, base.origin === undefined ? next : { ...next, origin: base.origin });
    for (const key of clears) ctx.clear(key);
    if (this.#woken !== null) ctx.clear(RUN);
  }

  #give(id: string, request: Request): void {
    const { host } = this.#kind;
    const at = this.#live.time;
    if (request.kind === "step") host.steps.note(id, request);
    else host.know(request.to.definition);
    const input: WorkInput =
      request.kind === "step" ? { id, n: request.n, at, name: request.name } : callInput(id, request, at, []);
    handOver(this.#ctx, this.#kind, "work", input, 0);
  }
}

function callInput(id: string, { n, to, value }: CallRequest, at: number, chain: readonly string[]): CallInput {
  return { id, n, at, to: { name: to.name, key: to.key }, value, chain };
}

function rowOf({ base, ended, pending, time, turns, wakeAt }: Live): Meta["row"] {
  return {
    state: ended !== null ? stateOf(ended) : pending.size > 0 ? "busy" : "waiting",
    turns,
    generation: base.generation,
    version: base.version,
    wakeAt: wakeAt ?? null,
    at: time,
  };
}
