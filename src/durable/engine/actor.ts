// One coroutine in an engine: its live self, what it is fed, and what comes of that.
//
// May import: dropping, errors, load, posting, sends, store, unwritten, work; Keeper as a type.

import { DurableError } from "../errors.ts";
import type { Live } from "../live.ts";
import type { Event, Outcome, Output, Request, Text } from "../port.ts";
import { Dropping } from "./dropping.ts";
import type { Keeper } from "./keeper.ts";
import { load } from "./load.ts";
import { queueWaiting } from "./posting.ts";
import { type Asker, NOBODY, NOTHING, Sends } from "./sends.ts";
import { keptOf, type Place, type Post } from "./store.ts";
import type { Tally } from "./tally.ts";
import { Unwritten } from "./unwritten.ts";
import { Work } from "./work.ts";

export class Actor {
  readonly name: string;
  readonly key: string;
  readonly work: Work;
  readonly tally: Tally;
  readonly sends: Sends = new Sends();
  live: Live | null = null;
  /** Why it is parked. */
  problem: DurableError | null = null;
  readonly #keeper: Keeper;
  #place: Place;
  readonly #signals: Unwritten = new Unwritten();
  /** Who waits for its end. */
  readonly #enders: Asker[] = [];
  /** Feeds that are not written yet. */
  #unkept = 0;
  readonly #dropping: Dropping;
  /** How many calls of its methods are under way, one inside the other. */
  #uses = 0;

  constructor(keeper: Keeper, name: string, key: string) {
    this.#keeper = keeper;
    this.name = name;
    this.key = key;
    this.#place = { name, key, ref: 0, next: 0 };
    this.work = new Work(this, keeper);
    this.tally = keeper.tallies.of(name);
    this.#dropping = new Dropping(keeper);
  }

  get label(): string {
    return `${this.name}/${this.key}`;
  }

  /** Something that happened to it is not written yet. */
  get isUnkept(): boolean {
    return this.#unkept > 0;
  }

  /** Nothing would be lost if it were forgotten, but the time of a replay. */
  get isIdle(): boolean {
    if (this.#uses > 0 || this.#unkept > 0 || this.sends.size > 0 || this.#enders.length > 0) return false;
    if (this.problem !== null || this.work.size > 0 || this.#dropping.isUnderWay) return false;
    return this.live === null || this.live.pending.size === 0;
  }

  /**
   * The answer to `id` is given to `asker`: that which there is, or that of a turn with `value`.
   *
   * @param kind `"new"`: nobody has used the id before; `"post"`: it comes from the store
   */
  send(id: string, value: Text, asker: Asker, kind: "new" | "known" | "post"): void {
    if (this.sends.join(id, asker) || this.#dropping.defers(() => this.send(id, value, asker, kind))) return;
    this.#use(asker, () => {
      const live = this.#load(true)!;
      if (this.sends.join(id, asker)) return; // it was posted before
      const isPost = kind === "post";
      const recorded = kind === "new" ? null : this.#keeper.store.answer(this.#place, id);
      if (recorded === null) {
        this.sends.add({ id, value, askers: [asker], isPost }, live.turn?.id === id);
        this.#pump();
        return;
      }
      if (isPost) this.#keeper.forget(this.name, this.key, id);
      asker.answered(recorded.outcome);
    });
  }

  /** A post is due. */
  deliver({ id, value }: Post): void {
    if (!this.sends.isPosted(id)) this.send(id, value, NOBODY, "post");
  }

  signal(name: string, value: Text, id: string | undefined, asker: Asker): void {
    if (this.#dropping.defers(() => this.signal(name, value, id, asker)) || this.#signals.join(id, asker)) return;
    this.#use(asker, () => {
      const live = this.#load(true)!;
      if (id !== undefined && this.#keeper.store.hasSignal(this.#place, id)) asker.answered(NOTHING);
      else if (live.ended === null) this.#feedSignal(name, value, id, asker);
      else throw this.#takesNo(name);
    });
  }

  #takesNo(name: string): DurableError {
    return new DurableError("ENDED", `${this.label} has ended, and takes no signal ${name}`);
  }

  #feedSignal(name: string, value: Text, id: string | undefined, asker: Asker): void {
    const at = this.#keeper.now();
    const event = { type: "signal", at, name, value } as const;
    const output = this.live!.feed(id === undefined ? event : { ...event, id });
    this.#keep(output, output.isTaken ? this.#signals.begin(id, asker) : undefined);
    if (!output.isTaken) throw this.#takesNo(name);
    this.#pump();
  }

  cancel(reason: Text, asker: Asker): void {
    if (this.#dropping.defers(() => this.cancel(reason, asker))) return;
    this.#use(asker, () => {
      const live = this.#load(false);
      if (live === null || (live.ended !== null && this.#unkept === 0)) {
        asker.answered(NOTHING);
        return;
      }
      this.#enders.push(asker);
      if (live.ended === null) this.#feed({ type: "cancel", at: this.#keeper.now(), reason });
    });
  }

  /** It is loaded, also if that has failed before. */
  retry(asker: Asker): void {
    if (this.#dropping.defers(() => this.retry(asker))) return;
    this.problem = null;
    this.#use(asker, () => {
      const live = this.#load(false);
      if (live !== null) this.#ring(live);
      this.#keeper.unparked(this.name);
      asker.answered(NOTHING);
    });
  }

  drop(asker: Asker): void {
    if (this.#dropping.defers(() => this.drop(asker))) return;
    this.#keeper.flush();
    const wasParked = this.problem !== null;
    this.problem = null;
    this.leave(new DurableError("DROPPED", `${this.label} has been dropped`));
    this.#dropping.begin(this.name, this.key, asker, () => {
      if (wasParked) this.#keeper.unparked(this.name); // whoever waits to call it, calls the next one
    });
  }

  /** It is loaded, and goes on with what is under way or due. */
  wake(): void {
    if (this.problem !== null || this.#dropping.defers(() => this.wake())) return;
    // It may be parked: whoever sends to it is told.
    const failed = (error: unknown) => console.warn(`corun: ${(error as Error).message}`);
    this.#use({ answered() {}, failed }, () => {
      const live = this.#load(false);
      if (live !== null) this.#ring(live);
    });
  }

  /** A request has its result. */
  result(request: Request, outcome: Outcome): void {
    const { n } = request;
    if (this.live?.pending.get(n) !== request) return; // it has been withdrawn, or all of it was lost
    this.work.ended(n);
    this.#uses++;
    this.#feed({ type: "result", at: this.#keeper.now(), n, outcome });
    this.#uses--;
  }

  /** There is other code for it. */
  replaced(): void {
    this.problem = null;
    this.leave(new DurableError("CLOSED", `the code of ${this.label} has been replaced: send again, with the same id`));
  }

  /** It has done what its journal can't have: all who wait are told, and what was written stays. */
  #park(live: Live, error: DurableError): void {
    if (this.live !== live) return;
    this.problem = error;
    this.leave(error);
  }

  /** Gives up its live self, and all who wait for it. */
  leave(error: DurableError): void {
    this.live = null;
    this.work.abortAll(error);
    for (const asker of this.#enders.splice(0)) asker.failed(error);
    this.sends.fail(error);
  }

  #use(asker: Asker, change: () => void): void {
    this.#uses++;
    try {
      change();
    } catch (error) {
      if (!(error instanceof DurableError)) throw error;
      asker.failed(error);
    } finally {
      this.#uses--;
    }
    this.#keeper.evict();
  }

  /** Brings it to where its journal ends. Null: there is none, and it `mayBegin` not. @throws {DurableError} */
  #load(mayBegin: boolean): Live | null {
    if (this.live !== null) return this.live;
    if (this.problem !== null) throw this.problem;
    const loaded = load(this.#keeper, this.name, this.key, mayBegin);
    if (loaded === null) return null;
    if (loaded instanceof DurableError) throw (this.problem = loaded);
    const { live, place, first } = loaded;
    this.live = live;
    live.onStray = (error) => this.#park(live, error);
    this.#place = place;
    if (first !== null) this.#keep(first);
    else this.work.start([...live.pending.values()], false);
    if (queueWaiting(this.#keeper, this.#place, live, this.sends)) this.#pump();
    return live;
  }

  #ring(live: Live): void {
    for (;;) {
      const at = this.#keeper.now();
      const due = live.wakeAt;
      if (due === undefined || due > at) return;
      this.#feed({ type: "timer", at, due });
    }
  }

  /** Sends are fed until one has to wait. */
  #pump(): void {
    for (;;) {
      const { live } = this;
      if (live === null || live.turn !== null) return;
      if (live.ended !== null) return this.#tellEnd(live.ended);
      const sent = this.sends.next();
      if (sent === null) return;
      const { id, value } = sent;
      const output = live.feed({ type: "send", at: this.#keeper.now(), id, value });
      if (!output.isTaken) this.sends.putBack(sent);
      this.#keep(output);
    }
  }

  #feed(event: Event): void {
    this.#keep(this.live!.feed(event));
    this.#pump();
  }

  /** @param tell is told when it is written, or why it could not be */
  #keep(output: Output, tell: (error: DurableError | null) => void = () => {}): void {
    const live = this.live!;
    this.#unkept++;
    const { answer } = output;
    if (answer !== null) this.sends.expect(answer.id);
    const id = (answer ?? live.turn)?.id;
    const posted = id !== undefined && this.sends.takePost(id) ? id : null;
    this.#keeper.keep({
      write: keptOf(live, this.#place, output, posted),
      kept: () => {
        this.#unkept--;
        tell(null);
        this.#release(output);
      },
      lost: (error) => {
        this.#unkept--;
        tell(error);
        if (this.live === live) this.leave(error);
        this.#keeper.lost(this);
      },
    });
  }

  /** It is written: what has come of it is given out. */
  #release({ withdrawn, requests, answer, ended }: Output): void {
    const { live } = this;
    for (const n of withdrawn) this.work.abort(n);
    this.work.start(requests, true);
    if (answer !== null) {
      this.tally.turns[answer.outcome.how]++;
      if (this.sends.takePost(answer.id)) this.#keeper.forget(this.name, this.key, answer.id); // posted meanwhile
      this.sends.answered(answer.id, answer.outcome);
      if (live !== null) this.#keeper.warn(this, live.turns - live.base.turns);
    }
    if (ended !== null) this.#tellEnd(ended);
  }

  /** Whoever sends to it any more, or waits for its end. */
  #tellEnd(ended: Outcome): void {
    if (this.#unkept > 0) return;
    for (let sent = this.sends.next(); sent !== null; sent = this.sends.next()) {
      if (sent.isPost) this.#keeper.forget(this.name, this.key, sent.id);
      this.sends.answered(sent.id, ended);
    }
    for (const asker of this.#enders.splice(0)) asker.answered(ended);
  }
}
