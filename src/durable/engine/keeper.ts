// The engine that drives coroutines over a store: which are live, what is to be written, when to wake.
//
// May import: actor, alarm, define, effects, errors, handle, inspect, lost, posting, tally, writer; types of the scheduler and the store.

import type { Clock } from "../../scheduler/clock.ts";
import { checkName, type Definition, definitionOf, type DurableBody, versionOf } from "../define.ts";
import { checkKey } from "../effects.ts";
import { DurableError } from "../errors.ts";
import { Actor } from "./actor.ts";
import { Alarm } from "./alarm.ts";
import type { Engine, Handle, ListOptions, Summary } from "./engine.ts";
import { HandleOf } from "./handle.ts";
import { list } from "./inspect.ts";
import { Lost } from "./lost.ts";
import { Posting } from "./posting.ts";
import type { Asker } from "./sends.ts";
import type { Post, Store, Write } from "./store.ts";
import { type Counts, Tallies } from "./tally.ts";
import { type Job, labelOf, Writer } from "./writer.ts";

/** So many of those that are live are looked at each time, whether they can be forgotten. */
const LOOKS = 4;

export interface KeeperOptions {
  clock: Clock;
  /** Has `write` called when all that is ready now has been fed; null: at once, as writing costs nothing. */
  tick: ((write: () => void) => void) | null;
  /** Ids for sends that have none. */
  newId: () => string;
  /** Salts for coroutines that begin; another text each time. */
  newSalt: (text: string) => string;
  /** How many coroutines that wait for sends are kept live. */
  maxLive: number;
  /** After so many turns without an `again`, a warning is given. */
  warnAfter: number;
  isReadonly?: boolean;
}

export class Keeper implements Engine {
  readonly store: Store;
  readonly options: KeeperOptions;
  readonly clock: Alarm;
  readonly tallies: Tallies = new Tallies();
  readonly #definitions: Map<string, Definition> = new Map();
  /** Those that were used last stand last. */
  readonly #actors: Map<string, Actor> = new Map();
  readonly #writer: Writer;
  readonly #lost: Lost;
  #closing: Promise<void> | null = null;
  readonly #warned: Set<string> = new Set();
  readonly #posting: Posting = new Posting(this);

  constructor(store: Store, options: KeeperOptions) {
    this.store = store;
    this.options = options;
    this.clock = new Alarm(options.clock, store.time, () => this.#wakeDue([...this.#definitions.keys()]));
    this.#lost = new Lost(this.clock, (lost) => this.#tryAgain(lost));
    this.#writer = new Writer(store, {
      tick: options.tick,
      now: () => this.clock.now(),
      written: (writes, time) => this.#written(writes, time),
      rested: () => {
        this.clock.arm();
        this.evict();
      },
    });
  }

  /** The time for the next event. */
  now(): number {
    return this.clock.now();
  }

  keep(job: Job): void {
    this.#writer.keep(job);
  }

  /** Writes what there is, and gives it out. */
  flush(): void {
    this.#writer.flush();
  }

  #written(writes: readonly Write[], time: number): void {
    for (const write of writes) {
      if (write.type === "kept") this.clock.note(write.wakeAt);
      if (write.type === "kept" && write.isAnew) this.#warned.delete(labelOf(write));
      if (write.type === "post" && write.due > time) this.clock.note(write.due);
    }
  }

  open(body: DurableBody | string, key: string): Handle<never, never> {
    checkKey(key);
    if (typeof body === "string") {
      checkName(body);
      return new HandleOf(this, body, key);
    }
    const definition = definitionOf(body);
    this.#know(definition);
    return new HandleOf(this, definition.name, key);
  }

  serve(...bodies: DurableBody[]): void {
    for (const body of bodies) this.#replace(definitionOf(body));
    this.#callAgain();
  }

  /** One of this name is parked no more: what has waited for that goes on. */
  unparked(name: string): void {
    this.#callAgain();
    this.#wakeDue([name]);
    this.clock.arm();
  }

  #callAgain(): void {
    // Whoever is called is used, and stands last then.
    for (const actor of Array.from(this.#actors.values())) actor.work.callAgain();
  }

  /** That of a coroutine that another one calls; if its name is known, that code is used. */
  meet(definition: Definition): void {
    if (!this.#definitions.has(definition.name)) this.#learn(definition);
  }

  /** Something of this one could not be written. */
  lost(actor: Actor): void {
    if (this.#writer.broken === null) this.#lost.add(actor);
  }

  #tryAgain(lost: readonly Pick<Actor, "name" | "key">[]): void {
    if (this.#writer.broken !== null) return;
    for (const { name, key } of lost) this.actor(name, key).wake();
    this.#wakeDue([...this.#definitions.keys()]); // posts to one that has not begun are no business of its own
    this.clock.arm();
  }

  /** Code is used that may be new. @throws {TypeError} if the name is that of another body */
  #know(definition: Definition): void {
    const known = this.#definitions.get(definition.name);
    if (known === undefined) this.#learn(definition);
    else if (versionOf(definition, known.version)?.body === known.body) this.#replace(definition);
    else if (versionOf(known, definition.version)?.body !== definition.body) {
      throw new TypeError(
        `${definition.name} is the name of another body in this engine: each needs a name of its own; for a newer one of the same, serve(body) replaces it`,
      );
    }
  }

  #replace(definition: Definition): void {
    if (this.#definitions.get(definition.name) === definition) return;
    this.flush();
    for (const actor of this.#actors.values()) if (actor.name === definition.name) actor.replaced();
    this.#learn(definition);
  }

  /** Keeps a send that is delivered when it is due. */
  post(post: Post, asker: Asker): void {
    this.check();
    this.#posting.post(post, asker);
  }

  /** A post needs no delivery any more. */
  forget(name: string, key: string, id: string): void {
    const write: Write = { type: "unposted", name, key, id };
    this.keep({ write, kept() {}, lost() {} });
  }

  /** Goes on with what is under way. */
  #learn(definition: Definition): void {
    const { name } = definition;
    this.#definitions.set(name, definition);
    if (this.options.isReadonly === true) return;
    // Not now: who opens a coroutine may want to serve another first.
    queueMicrotask(() => {
      if (this.#closing !== null || this.#writer.broken !== null) return;
      for (const key of this.store.busy(name)) this.actor(name, key).wake();
      this.#wakeDue([name]);
      this.clock.arm();
    });
  }

  /** Whether there is code for it. */
  knows(name: string): boolean {
    return this.#definitions.has(name);
  }

  /** @throws {DurableError} `UNKNOWN` */
  definition(name: string): Definition {
    const definition = this.#definitions.get(name);
    if (definition !== undefined) return definition;
    throw new DurableError("UNKNOWN", `no code is known for ${name}: engine.serve(body), or open(body, key)`);
  }

  /** @throws {DurableError} if nothing can be done any more */
  check(): void {
    if (this.#writer.broken !== null) throw this.#writer.broken;
    if (this.#closing !== null) throw new DurableError("CLOSED", "the engine has been closed");
    if (this.options.isReadonly === true)
      throw new DurableError(
        "READONLY",
        "the engine was opened to read only: list, inspect and history are what it can do",
      );
  }

  get isClosing(): boolean {
    return this.#closing !== null;
  }

  actor(name: string, key: string): Actor {
    const label = `${name}/${key}`;
    let actor = this.#actors.get(label);
    if (actor === undefined) actor = new Actor(this, name, key);
    else this.#actors.delete(label);
    this.#actors.set(label, actor);
    return actor;
  }

  /** The one that is in memory, if it is. */
  known(name: string, key: string): Actor | null {
    return this.#actors.get(`${name}/${key}`) ?? null;
  }

  /** Those of `names` that are due go on. What is parked is not looked at again before it changes; what could not be written, after a while. */
  #wakeDue(names: readonly string[]): void {
    if (this.#closing !== null || this.#writer.broken !== null) return;
    const time = this.now();
    for (const { name, key } of this.store.waking(time, names)) this.actor(name, key).wake();
    for (const post of this.store.posts(time, names)) this.actor(post.name, post.key).deliver(post);
    this.clock.note(this.store.nextMoment(time, names));
  }

  /** Coroutines that only wait are forgotten, the least used first, where there are too many. */
  evict(): void {
    const { maxLive } = this.options;
    for (let looks = 0; looks < LOOKS && this.#actors.size > maxLive; looks++) {
      const [label, actor] = this.#actors.entries().next().value!;
      this.#actors.delete(label);
      if (!actor.isIdle) this.#actors.set(label, actor); // it stands last now
    }
  }

  /** Its journal has grown long. */
  warn(actor: Actor, turns: number): void {
    if (turns < this.options.warnAfter) return;
    const { label } = actor;
    if (this.#warned.has(label)) return;
    this.#warned.add(label);
    console.warn(
      `corun: ${label} has had ${turns} turns since it started over, and a replay goes through all of them: \`return again(state)\` now and then`,
    );
  }

  // What follows asks the store; what is under way is written before.

  list(options: ListOptions = {}): Promise<Summary[]> {
    return this.ask(() => list(this.store, [...this.#actors.values()], options));
  }

  counts(): Counts[] {
    return this.tallies.counts();
  }

  /** What `question` gives, when all that has happened is written. */
  async ask<T>(question: () => T): Promise<T> {
    if (this.#closing !== null) throw new DurableError("CLOSED", "the engine has been closed");
    this.flush();
    return question();
  }

  close(options: { grace?: number } = {}): Promise<void> {
    return (this.#closing ??= this.#close(options.grace ?? 5000));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(grace: number): Promise<void> {
    this.clock.off();
    this.#lost.off();
    this.flush();
    const error = new DurableError("CLOSED", "the engine has been closed");
    await this.#stepsEnd(grace);
    this.flush();
    for (const actor of this.#actors.values()) actor.leave(error);
    this.#actors.clear();
    this.store.close();
  }

  /** In real time, as what runs does. */
  async #stepsEnd(grace: number): Promise<void> {
    const running = [...this.#actors.values()].flatMap((actor) => actor.work.stepsEnd());
    if (running.length === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([Promise.all(running), new Promise((resolve) => (timer = setTimeout(resolve, grace)))]);
    clearTimeout(timer);
  }
}
