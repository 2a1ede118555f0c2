// What an engine offers: the public interface that all engines share.
//
// Imports nothing; types only.

import type { DurableBody, SentOf, YieldedOf } from "../define.ts";
import type { Entry, Outcome } from "../port.ts";
import type { Counts } from "./tally.ts";

/** Keeps durable coroutines: one for each name and key. */
export interface Engine extends AsyncDisposable {
  /**
   * The coroutine of `body` with this key; nothing runs, and none has to exist. It begins with the first send or signal.
   *
   * @param body what `durable(…)` gives, a coroutine function with a name, or a name that is served
   * @param key any text: whose coroutine it is
   */
  open<B extends DurableBody>(body: B, key: string): Handle<YieldedOf<B>, SentOf<B>>;
  open(name: string, key: string): Handle;
  /**
   * Makes the code known, so that the engine can go on with what is under way: with sleeps that end, effects that a crash
   * has cut off, posts that are due. `open` does it, too, for its body; after a restart this is for those that nobody opens.
   * Code that is known by the same name already is replaced, and coroutines of it that are parked are tried again.
   */
  serve(...bodies: DurableBody[]): void;
  /** The coroutines that there are, by name and key. */
  list(options?: ListOptions): Promise<Summary[]>;
  /** What was done in this process, by name, since the engine was opened. */
  counts(): Counts[];
  /**
   * Takes no more sends, lets steps that run end (for `grace` milliseconds, 5,000 if absent, then they are aborted, and run
   * again when the engine is there again), and releases the store.
   */
  close(options?: { grace?: number }): Promise<void>;
}

export interface ListOptions {
  /** Of this name only. */
  name?: string;
  /** In this state only. */
  state?: Summary["state"];
  /** Those behind this one. */
  after?: { name: string; key: string };
  /** At most so many; 100 if absent. */
  limit?: number;
}

export interface SendOptions {
  /** Of this send, among those to this coroutine; one of its own if absent. The same id again gives the same answer. */
  id?: string;
  /**
   * How many milliseconds to wait for the answer; then it is a `NoAnswerError`. The turn goes on all the same: the same id,
   * which is the `id` of the error, asks for its answer again.
   */
  timeout?: number;
}

export interface PostOptions {
  /** As that of a send. */
  id?: string;
  /** It is delivered after so many milliseconds; at once if these are 0 or less. Not `Infinity`. */
  after?: number;
}

/** A durable coroutine, as one sees it from outside. */
export interface Handle<Y = unknown, S = unknown> {
  readonly name: string;
  readonly key: string;
  /**
   * Sends `value` to the `yield` where it waits; gives what it yields next. Sends are served one after the other, each of
   * them once. The first one brings it to its first `yield`, whose value is dropped, as `next()` does by hand.
   *
   * @throws {StopIteration} if it returns instead (`.value` is what it returned); or its failure
   * @throws {CancelledError} if it has been cancelled
   * @throws {NoAnswerError} see {@link SendOptions.timeout}
   * @throws {NotSerializableError} if `value`, or what it yields, can't be kept in a journal
   * @throws {ReplayError} if it is parked
   * @throws {DurableError} if the engine can't do it
   */
  send(
    ...args: undefined extends S ? [value?: S, options?: SendOptions] : [value: S, options?: SendOptions]
  ): Promise<Y>;
  /**
   * Sends `value` and does not wait for the answer: the promise is fulfilled when the send can't be lost any more.
   */
  post(
    ...args: undefined extends S ? [value?: S, options?: PostOptions] : [value: S, options?: PostOptions]
  ): Promise<void>;
  /** Gives it a signal, which it takes with `yield* signal(name)`, when it wants to. Fulfilled when it can't be lost any more. */
  signal(name: string, value?: unknown, options?: { id?: string }): Promise<void>;
  /** What it is doing. */
  inspect(): Promise<Inspection>;
  /** Its journal since it began or started over, in the order in which things happened. */
  history(): Promise<Entry[]>;
  /** Cancels it; fulfilled when its cleanup has ended. One that does not exist, or has ended: no effect. */
  cancel(reason?: unknown): Promise<void>;
  /**
   * Goes through its journal with the code that there is now, if it is parked; fulfilled when that fits, and it goes on.
   * One that is not parked, or does not exist: no effect.
   *
   * @throws {ReplayError} if it does not fit: it stays parked
   */
  retry(): Promise<void>;
  /**
   * Forgets it, with its journal, and aborts its effects. No cleanup runs. The next send begins a new one, whose steps and
   * calls have other ids.
   */
  drop(): Promise<void>;
}

export type State = "new" | "waiting" | "busy" | "done" | "failed" | "cancelled";

export interface Summary {
  readonly name: string;
  readonly key: string;
  /**
   * `"waiting"` for a send; `"busy"`: a turn or a request is under way; how it has ended; `"parked"`: its code does not
   * match its journal.
   */
  readonly state: Exclude<State, "new"> | "parked";
  /** How many sends it has taken. */
  readonly turns: number;
  /** How often it has started over. */
  readonly generation: number;
  /** Of its code. */
  readonly version: string;
  /** When it wakes from a sleep, in milliseconds of the engine's clock. */
  readonly wakeAt: number | null;
  /** When something last happened to it. */
  readonly at: number;
}

export interface Inspection extends Omit<Summary, "state"> {
  readonly state: State | "parked";
  /** The turn that is under way. */
  readonly turn: { readonly turn: number; readonly id: string } | null;
  /** What its tasks wait for, if it is live in this process. */
  readonly waits: string | null;
  /** The effects that are under way. */
  readonly requests: readonly Underway[];
  /** Sends that wait for their turn in this process. */
  readonly queued: number;
  /** How many entries its journal has. */
  readonly entries: number;
  /** How it ended. */
  readonly outcome: Outcome | null;
  /** Why it is parked. */
  readonly problem: string | null;
}

export interface Underway {
  readonly n: number;
  readonly kind: "step" | "call";
  readonly name: string;
  /** In this process. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly lastError: string | null;
}
