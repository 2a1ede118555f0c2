// Replay: brings a coroutine to where its journal ends, and compares what the code does with what the journal says.
//
// May import: define, errors, live, place.

import { type Definition, definitionOf } from "./define.ts";
import { ReplayError } from "./errors.ts";
import { freshBase, Live } from "./live.ts";
import { placeOf } from "./place.ts";
import type { Answer, Base, Entry, ErrorText, Event, Mark, Outcome, Output } from "./port.ts";

/** A coroutine that has no journal yet. The entries of the output are the first of it. For `origin`: see {@link Base}. */
export function begin(
  definition: Definition,
  key: string,
  at: number,
  salt: string,
  origin = 0,
): { live: Live; output: Output } {
  const live = new Live(definition, key);
  return { live, output: live.start(freshBase(definition, at, salt, origin)) };
}

/**
 * The coroutine at the end of its journal, which begins with a base. What it waits for is in `live.pending` then.
 *
 * @throws {ReplayError} if the code does something else than the journal says
 */
export function restore(definition: Definition, key: string, journal: readonly Entry[]): Live {
  return replayed(definition, key, journal, "is parked: its code does not do what its journal says");
}

/** @param what is said first where it does not fit */
function replayed(definition: Definition, key: string, journal: readonly Entry[], what: string): Live {
  const live = new Live(definition, key);
  const replay = new Replay(live, journal, what);
  live.isReplaying = true;
  try {
    replay.run();
  } finally {
    live.isReplaying = false;
    live.places.clear();
  }
  return live;
}

/**
 * Goes through a journal, as `handle.history()` gives it, with the code that is to go on with it: for tests that are to
 * find, before a new version is in use, which coroutines it would park.
 *
 * @throws {ReplayError} if the code does something else than the journal says
 * @example
 * import { checkReplay, durable, inProcess } from "corun/durable";
 * const greeter = durable("greeter", function* (): Coroutine.Body<string, void, string> {
 *   for (let greeting = ""; ; ) greeting = `Hello, ${yield greeting}!`;
 * });
 * const engine = inProcess();
 * const g = engine.open(greeter, "1");
 * await g.send("Ada"); // -> "Hello, Ada!"
 * checkReplay(greeter, await g.history()); // and nothing is thrown
 * await engine.close();
 */
export function checkReplay(body: unknown, journal: readonly Entry[], key = "checked"): void {
  replayed(definitionOf(body), key, journal, "would be parked: the code does not do what the journal says");
}

type Asked = Extract<Entry, { type: "asked" }>;

/** One way through a journal. */
class Replay {
  readonly #live: Live;
  readonly #journal: readonly Entry[];
  readonly #what: string;
  #at = 0;

  constructor(live: Live, journal: readonly Entry[], what: string) {
    this.#live = live;
    this.#journal = journal;
    this.#what = what;
  }

  run(): void {
    const base = this.#journal[0];
    if (base?.type !== "base") throw new TypeError(`the journal of ${this.#live.label} does not begin with a base`);
    this.#compare(this.#live.start(base).entries);
    while (this.#at < this.#journal.length) {
      const event = this.#journal[this.#at]!;
      this.#checkEvent(event);
      this.#compare(this.#live.feed(event as Event).entries);
    }
  }

  /** Whether `entry` is an event that the coroutine can take now. */
  #checkEvent(entry: Entry): void {
    const live = this.#live;
    if (isMark(entry)) this.#fail(entry, null);
    if (live.ended !== null) this.#fail(entry, { type: "ended", outcome: live.ended });
    if (entry.type === "timer" && entry.due !== live.wakeAt) this.#fail(entry, null);
    if (entry.type === "result" && !live.pending.has(entry.n)) this.#fail(entry, null);
    if (entry.type === "send" && live.turn !== null) this.#fail(entry, null);
  }

  /** What the code did, with what the journal has there. */
  #compare(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const kept = this.#journal[this.#at];
      if (kept === undefined || !this.#isSame(entry, kept)) this.#fail(kept ?? null, entry);
      this.#at++;
    }
  }

  #isSame(done: Entry, kept: Entry): boolean {
    switch (kept.type) {
      case "asked":
        return done.type === "asked" && isSameRequest(done, kept);
      case "withdrawn":
        return done.type === "withdrawn" && done.n === kept.n;
      case "answer":
        return done.type === "answer" && done.turn === kept.turn && this.#isSameOutcome(done.outcome, kept.outcome);
      case "ended":
        return done.type === "ended" && this.#isSameOutcome(done.outcome, kept.outcome);
      default: // a base, or the event itself
        return done.type === kept.type;
    }
  }

  #isSameOutcome(done: Outcome, kept: Outcome): boolean {
    if (done.how !== kept.how) return false;
    if (!this.#live.definition.compareAnswers) return true;
    switch (kept.how) {
      case "failed":
        return done.how === "failed" && headOf(done.error) === headOf(kept.error);
      case "cancelled":
        return true;
      default:
        return "value" in done && done.value === kept.value;
    }
  }

  #fail(kept: Entry | null, done: Entry | null): never {
    const live = this.#live;
    const turn = turnOf(live, kept, done);
    const what = `${done === null ? "does not come to that" : say(done)}${placeOf(live, done)}`;
    throw new ReplayError(
      `${live.label} ${this.#what}. ` +
        `${turn === 0 ? "Before its first turn" : `In turn ${turn}`} (entry ${this.#at}), ` +
        `the journal says that it ${kept === null ? "did nothing more" : say(kept)}, and now the code ${what}. ` +
        `Nothing is lost or written. Give it the code that it had; or change the code under a new version, ` +
        `durable(${JSON.stringify(live.name)}, body, { version, previous: [old] }); or drop() the coroutine`,
      { entry: this.#at, turn },
    );
  }
}

function isSameRequest(done: Asked, kept: Asked): boolean {
  if (done.n !== kept.n || done.kind !== kept.kind || done.name !== kept.name) return false;
  return kept.kind === "step" || (done.value ?? null) === (kept.value ?? null);
}

/** Without the further lines of a message, which may say where in the code something is. */
function headOf({ name, message }: ErrorText): string {
  return `${name}: ${message.split("\n", 1)[0]}`;
}

const MARKS: ReadonlySet<Entry["type"]> = new Set(["base", "asked", "withdrawn", "answer", "ended"]);

function isMark(entry: Entry): entry is Mark {
  return MARKS.has(entry.type);
}

/** The turn that a difference is in. */
function turnOf(live: Live, kept: Entry | null, done: Entry | null): number {
  for (const entry of [kept, done]) if (entry?.type === "answer") return entry.turn;
  return live.turns;
}

/** An entry in words, after "it" or "the code". */
function say(entry: Entry): string {
  switch (entry.type) {
    case "asked":
      return `asked for ${sayRequest(entry)} (request ${entry.n})`;
    case "withdrawn":
      return `needed request ${entry.n} no more`;
    case "answer":
      return sayOutcome(entry);
    case "ended":
      return `ended: ${sayHow(entry.outcome)}`;
    case "base":
      return sayBase(entry);
    case "send":
      return `was sent ${brief(entry.value)}`;
    case "result":
      return `got the result of request ${entry.n}`;
    case "timer":
      return `woke from a sleep or a deadline that was due at ${entry.due}`;
    case "signal":
      return `got the signal ${entry.name}`;
    default:
      return "was cancelled";
  }
}

function sayRequest({ kind, name, value = null }: Asked): string {
  return kind === "call" ? `${kind} ${name} with ${brief(value)}` : `${kind} ${name}`;
}

function sayBase({ generation, state }: Base): string {
  return generation === 0 ? "began" : `started over with ${brief(state)}`;
}

function sayOutcome({ turn, outcome }: Answer): string {
  return `answered turn ${turn}: ${sayHow(outcome)}`;
}

function sayHow(outcome: Outcome): string {
  switch (outcome.how) {
    case "failed":
      return `failed with ${outcome.error.name}: ${outcome.error.message}`;
    case "cancelled":
      return "was cancelled";
    default:
      return `${outcome.how} ${brief(outcome.value)}`;
  }
}

function brief(text: string | null): string {
  if (text === null) return "undefined";
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
