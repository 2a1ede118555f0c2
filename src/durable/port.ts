// The port between a durable coroutine and an engine: what happens to a coroutine, what it asks for, and the journal
// that both are written in. The coroutine itself is a `Live` (live.ts), which knows no engine.
//
// What happens is an *event*: a send, the result of a request, a moment that has come, a signal, a cancellation. Fed to
// the same code in the same order, the same events give the same *marks*: what the coroutine asked for, answered, and how
// it ended. The journal holds both, so that a replay can be compared with what was.
//
// What an engine does, for one coroutine (a name and a key)
//   1. find     from its journal: `restore(…)` if there is one, else `begin(…)`. A journal begins with a base
//   2. feed     one event at a time, from one place at a time, a send only if `live.turn` is null. It takes no time
//   3. keep     `output.entries`, in order; if `output.isAnew`, in the place of all that was kept before
//   4. give out what the output says, only when that is kept for good: start `output.requests`, abort those of
//               `output.withdrawn`, give `output.answer` to whoever sent
//   5. go on    with the results of requests, and at `live.wakeAt` with a timer, in any order: that of the feeds counts.
//               After a crash, `live.pending` has the requests whose results are not in the journal; they are started
//               again: a step runs at least once
//   6. drop     a `Live` whose entries could not be kept. It is ahead of its journal
//   7. answer   a send whose id the journal (or what the engine keeps of it after an `again`) has an answer for, with that
// One that does not match its journal (`ReplayError`) is parked: it is fed nothing, nothing is written, and it is not
// tried again until the code is another.
//
// Imports nothing; types only.

import type { Definition } from "./define.ts";

/** A value as JSON text; null: `undefined`. */
export type Text = string | null;

/** What a journal keeps of an error: no stack, as that would not be the same again. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly cause?: ErrorText;
  /** Of an `AggregateError`. */
  readonly errors?: readonly ErrorText[];
}

/** How a turn, a request or a coroutine ended. */
export type Outcome =
  | { readonly how: "yielded" | "returned"; readonly value: Text }
  | { readonly how: "failed"; readonly error: ErrorText }
  | { readonly how: "cancelled"; readonly reason: Text };

/** What happens to a coroutine. `at` is the time, in milliseconds since 1970 (or of the engine's own clock). */
export type Event =
  | { readonly type: "send"; readonly at: number; readonly id: string; readonly value: Text }
  | {
      readonly type: "result";
      readonly at: number;
      /** The number of the request. */
      readonly n: number;
      readonly outcome: Outcome;
    }
  /** A sleep or a deadline that was due at `due`. */
  | { readonly type: "timer"; readonly at: number; readonly due: number }
  | {
      readonly type: "signal";
      readonly at: number;
      readonly name: string;
      readonly value: Text;
      readonly id?: string;
    }
  | { readonly type: "cancel"; readonly at: number; readonly reason: Text };

/** The turn that is under way: the `turn`th send, which has this id. */
export interface Turn {
  readonly turn: number;
  readonly id: string;
}

/** Where a coroutine starts, at first or over again. */
export interface Base {
  readonly type: "base";
  readonly at: number;
  readonly version: string;
  /** How many times it has started over. */
  readonly generation: number;
  /**
   * How many generations there were under this key before, of coroutines that were dropped: the ids of its requests begin
   * behind theirs. 0 if absent.
   */
  readonly origin?: number;
  /** 32 hexadecimal digits: where `random` and `uuid` start from. */
  readonly salt: string;
  /** What the body is called with; null at first, and then it is called with nothing. */
  readonly state: Text;
  /** How many turns there were before, with the one that is under way. */
  readonly turns: number;
  /** The turn that is under way; `sent`, if the body has not taken its value. */
  readonly turn: (Turn & { readonly sent?: { readonly value: Text } }) | null;
  /** Signals that nobody has waited for yet, in their order. */
  readonly signals: readonly (readonly [name: string, value: Text])[];
}

export interface Answer extends Turn {
  readonly outcome: Outcome;
}

/** What comes from the coroutine. */
export type Mark =
  | Base
  | {
      readonly type: "asked";
      readonly n: number;
      readonly kind: "step" | "call";
      /** Of a step, its name; of a call, the coroutine: `name/key`. */
      readonly name: string;
      /** What a call sends. */
      readonly value?: Text;
    }
  /** Nobody waits for the result any more. */
  | { readonly type: "withdrawn"; readonly n: number }
  | (Answer & { readonly type: "answer" })
  | { readonly type: "ended"; readonly outcome: Outcome };

export type Entry = Event | Mark;

/** What the function of a step is given. */
export interface StepContext {
  /** The same for each attempt, also after a crash, and no other step has it: for services that know a request again by its id. */
  readonly id: string;
  /** Counted from 1, and anew after a crash. */
  readonly attempt: number;
  /** Is aborted when nobody waits for the result any more, and when the engine is closed. */
  readonly signal: AbortSignal;
}

/** How often a step that fails is tried again; the waits between the attempts are in milliseconds. */
export interface Retry {
  /** How many attempts there are in all; `Infinity` is fine. */
  readonly attempts: number;
  /** Before the second attempt; 100 if absent. */
  readonly delay?: number;
  /** How many times as long each wait is as the one before; 2 if absent. */
  readonly factor?: number;
  /** 30,000 if absent. */
  readonly maxDelay?: number;
  /** Whether to go on after `error`; always if absent. */
  readonly when?: (error: unknown) => boolean;
}

interface Asked {
  readonly n: number;
  readonly name: string;
  /** Of this request and no other, the same at each replay. */
  readonly id: string;
}

/** A function to be called, once if all goes well. */
export interface StepRequest extends Asked {
  readonly kind: "step";
  readonly run: (context: StepContext) => unknown;
  readonly retry: Retry;
}

/** A send, with `id`, to another durable coroutine. Its answer is the result: `yielded`, or how that one ended. */
export interface CallRequest extends Asked {
  readonly kind: "call";
  readonly to: { readonly name: string; readonly key: string; readonly definition: Definition };
  readonly value: Text;
}

export type Request = StepRequest | CallRequest;

/** What a feed has led to. */
export interface Output {
  /**
   * The event with the marks that follow it, to be kept; before it, a timer with its own, if something was due. If `isAnew`,
   * they begin with a base, and what was before that is gone.
   */
  readonly entries: readonly Entry[];
  /** It has started over: nothing that was kept before is needed any more. */
  readonly isAnew: boolean;
  /**
   * The event has happened. If not, something was due before it that has ended the coroutine, or has withdrawn the request
   * whose result it was.
   */
  readonly isTaken: boolean;
  /** To be started. */
  readonly requests: readonly Request[];
  /** Requests whose results nobody waits for any more. */
  readonly withdrawn: readonly number[];
  /** The turn that was under way has ended. */
  readonly answer: Answer | null;
  /** The coroutine has ended: it is fed nothing any more. */
  readonly ended: Outcome | null;
}
