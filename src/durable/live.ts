// A live durable coroutine: the code, brought to where its journal ends, and fed event by event.
//
// It is a run of its own (run.ts): a scheduler without a host, whose time is that of the event that is fed, and whose
// chance comes from its base. So what it does hangs on nothing but the events, and all of Corun that waits for nothing
// outside works in it unchanged.
//
// May import: the scheduler layer, define, errors, outcome, port, run, text, unfit.

import { CANCELLED, DONE } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import { Again, type Definition, versionOf } from "./define.ts";
import type { ReplayError } from "./errors.ts";
import { failed, outcomeOf, reasonText } from "./outcome.ts";
import type { Answer, Base, CallRequest, Entry, Event, Outcome, Output, Request, Turn } from "./port.ts";
import { type Owner, Run } from "./run.ts";
import { decode } from "./text.ts";
import { noVersion, strayedFrom } from "./unfit.ts";

/** A coroutine that starts over more often than this in one go never comes to a wait. */
const MOST_STARTS = 1000;

/** What a feed has led to so far. */
class Draft {
  entries: Entry[] = [];
  isAnew = false;
  isTaken = false;
  requests: Request[] = [];
  withdrawn: number[] = [];
  answer: Answer | null = null;
}

export class Live implements Owner {
  readonly name: string;
  readonly key: string;
  /** The newest code; the one that runs may be an older version. */
  readonly definition: Definition;
  base!: Base;
  /** The turn that is under way. */
  turn: Turn | null = null;
  /** How many there were, with that. */
  turns = 0;
  ended: Outcome | null = null;
  /** The requests whose results have not been fed. */
  readonly pending: Map<number, Request> = new Map();
  /** It goes through its journal: nothing that it asks for is to be done. */
  isReplaying = false;
  /** Told when something outside has made a task go on: it is fed nothing any more. */
  onStray: (error: ReplayError) => void = () => {};
  /** While it does: where in the code each request was made. */
  readonly places: Map<number, Error> = new Map();
  /** That of the last event. */
  time = 0;
  #run!: Run;
  /** The task of the body, when it has ended and nothing has come of it yet. */
  #over: Task | null = null;
  #isPrimed = false;
  #draft: Draft = new Draft();
  #stray: ReplayError | null = null;
  /** How many entries its journal has. */
  #entries = 0;

  constructor(definition: Definition, key: string) {
    this.definition = definition;
    this.name = definition.name;
    this.key = key;
  }

  /** For instance `order/42`. */
  get label(): string {
    return `${this.name}/${this.key}`;
  }

  /** When it is to be fed a timer; undefined: it waits for no moment. */
  get wakeAt(): number | undefined {
    return this.ended === null ? this.#run.scheduler.timers.earliest?.at : undefined;
  }

  /** The calls that its turn waits for, if it waits for nothing else. */
  get onlyCalls(): CallRequest[] | null {
    const { size } = this.pending;
    if (this.turn === null || size === 0 || this.#run.outside !== size || this.wakeAt !== undefined) return null;
    const calls = [...this.pending.values()].filter((request) => request.kind === "call");
    return calls.length === size ? calls : null;
  }

  /** @internal That of the body. */
  get task(): Task {
    return this.#run.task;
  }

  /** What it waits for, for people. */
  get waits(): string {
    return this.ended === null ? this.#run.waits : "";
  }

  /**
   * Brings it to its first wait, or its first `yield`.
   *
   * @throws {ReplayError} `VERSION`, if the code of the base's version is not there
   */
  start(base: Base): Output {
    this.#draft = new Draft();
    this.time = base.at;
    this.#begin(base);
    this.#settle();
    return this.#output();
  }

  /**
   * Has `event` happen; all that follows from it is done when this returns.
   *
   * @throws {ReplayError} if something has happened that is no event
   */
  feed(event: Event): Output {
    if (this.#stray !== null) throw this.#stray;
    if (this.ended !== null) throw new Error(`${this.label} has ended, but was fed a ${event.type}`);
    this.#draft = new Draft();
    this.time = Math.max(this.time, event.at);
    const request = event.type === "result" ? this.pending.get(event.n) : undefined;
    // A result only while it is that of the same request: another one may have its number.
    const mayHappen = () =>
      this.ended === null &&
      (event.type !== "result" || (request !== undefined && this.pending.get(event.n) === request));
    // What was due comes before the event, as an entry of its own: where the coroutine starts over then, all entries before
    // are dropped. In older journals both are one.
    if (event.type !== "timer" && !this.isReplaying)
      while (this.#isDue) this.#goOn({ type: "timer", at: this.time, due: this.wakeAt! });
    if (!mayHappen()) return this.#output();
    this.#draft.isTaken = true;
    if (this.#isDue) this.#goOn(event);
    else this.#draft.entries.push(event);
    if (mayHappen()) {
      this.#run.enter(() => this.#apply(event));
      this.#settle();
    }
    return this.#output();
  }

  get #isDue(): boolean {
    return this.time >= (this.wakeAt ?? Number.POSITIVE_INFINITY);
  }

  /** Has what is due happen, with `event`. */
  #goOn(event: Event): void {
    this.#draft.entries.push(event);
    this.#run.goOn();
    this.#settle();
  }

  #apply(event: Event): void {
    const run = this.#run;
    switch (event.type) {
      case "send":
        if (this.turn !== null)
          throw new Error(`${this.label} was fed a send, but turn ${this.turn.turn} is under way`);
        this.turn = { turn: ++this.turns, id: event.id };
        run.send(event.value);
        break;
      case "result":
        this.pending.delete(event.n);
        run.settle(event.n, event.outcome);
        break;
      case "signal":
        run.signals.give(event.name, event.value);
        break;
      case "cancel":
        run.task.cancelNow(decode(event.reason));
        break;
      case "timer": // time has gone on, and that was all
    }
  }

  #begin(base: Base): void {
    const definition = versionOf(this.definition, base.version);
    if (definition === null) throw noVersion(this, base.version);
    this.base = base;
    this.turn = base.turn === null ? null : { turn: base.turn.turn, id: base.turn.id };
    this.turns = base.turns;
    this.#isPrimed = false;
    Object.assign(this.#draft, { entries: [base], isAnew: true, requests: [] } satisfies Partial<Draft>);
    this.#run = new Run(this, definition);
    this.#run.goOn();
  }

  /** When the body has ended: that is the end, or it starts over. */
  #settle(): void {
    for (let starts = 1; this.#over !== null; starts++) {
      const task = this.#over;
      this.#over = null;
      if (task.status !== DONE || !(task.value instanceof Again)) this.#end(this.#outcome(task));
      else if (starts < MOST_STARTS) this.#begin(this.#baseFor(task.value));
      else
        this.#end(
          failed(new Error("it starts over for ever: between one again(…) and the next it must yield or wait")),
        );
    }
  }

  #outcome({ status, value }: Task): Outcome {
    if (status === DONE) return outcomeOf("returned", value, `what ${this.label} returns`);
    return status === CANCELLED ? { how: "cancelled", reason: reasonText(value) } : failed(value);
  }

  #end(outcome: Outcome): void {
    this.ended = outcome;
    if (this.turn !== null) this.#answered(outcome);
    this.#draft.entries.push({ type: "ended", outcome });
  }

  #baseFor({ state }: Again): Base {
    const { base, turn, turns } = this;
    const unsent = this.#run.unsent;
    return {
      type: "base",
      at: this.time,
      version: this.definition.version,
      generation: base.generation + 1,
      ...(base.origin !== undefined && { origin: base.origin }),
      salt: this.#run.chance.salt(),
      state,
      turns,
      turn: turn === null ? null : unsent === null ? turn : { ...turn, sent: unsent },
      signals: this.#run.signals.kept,
    };
  }

  #answered(outcome: Outcome): void {
    const { turn, id } = this.turn!;
    const answer = { type: "answer" as const, turn, id, outcome };
    this.turn = null;
    this.#draft.answer = answer;
    this.#draft.entries.push(answer);
  }

  #output(): Output {
    const { entries, isAnew, isTaken, requests, withdrawn, answer } = this.#draft;
    this.#entries = (isAnew ? 0 : this.#entries) + entries.length;
    return {
      entries,
      isAnew,
      isTaken,
      requests: requests.filter(({ n }) => this.pending.has(n)),
      withdrawn,
      answer,
      ended: this.ended,
    };
  }

  /** @internal */
  yielded(value: unknown): void {
    const isFirst = !this.#isPrimed;
    this.#isPrimed = true;
    // What is yielded first has not been asked for, unless a turn goes on that has started over.
    if (isFirst && (this.base.turn === null || this.base.turn.sent !== undefined)) return;
    this.#answered(outcomeOf("yielded", value, `what ${this.label} yields`));
  }

  /** @internal */
  asked(request: Request): void {
    const { n, kind, name } = request;
    if (this.isReplaying) this.places.set(n, new Error("asked"));
    this.pending.set(n, request);
    this.#draft.requests.push(request);
    this.#draft.entries.push(
      kind === "call" ? { type: "asked", n, kind, name, value: request.value } : { type: "asked", n, kind, name },
    );
  }

  /** @internal */
  withdrawn(n: number): void {
    this.pending.delete(n);
    this.#draft.withdrawn.push(n);
    this.#draft.entries.push({ type: "withdrawn", n });
  }

  /** @internal */
  over(task: Task): void {
    this.#over = task;
  }

  /** @internal */
  strayed(task: Task): void {
    if (this.#stray !== null) return;
    this.#stray = strayedFrom(this, task, this.#entries);
    this.onStray(this.#stray);
  }
}

/** The first generation that a coroutine with the same key, that begins when `base`'s is dropped, has for its ids. */
export function originAfter({ origin = 0, generation }: Pick<Base, "origin" | "generation">): number {
  return origin + generation + 1;
}

/** The base of a coroutine that has not begun. `origin` is 0, or what {@link originAfter} gave for the one before. */
export function freshBase(definition: Definition, at: number, salt: string, origin: number): Base {
  const { version } = definition;
  const base = { type: "base", at, version, generation: 0, salt, state: null, turns: 0, turn: null } as const;
  return origin === 0 ? { ...base, signals: [] } : { ...base, origin, signals: [] };
}
