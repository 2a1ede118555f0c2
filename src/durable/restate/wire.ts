// What goes between the processes: the messages that the handlers take and give.
//
// Imports nothing; types only.

import type { ErrorText, Outcome, Text } from "../port.ts";
import type { Kept, Meta } from "./journal.ts";

/** To `send`. Also by hand: `{"value": "5"}`, with the value as JSON text; then there is an id, and no time. */
export interface SendInput {
  readonly id?: string;
  readonly at?: number;
  readonly value: Text;
  /** The coroutines whose turns wait for the answer, and for nothing else. */
  readonly chain?: readonly string[];
}

/** What a turn came to; or why there was none: the coroutine is parked. */
export type SendOutput =
  | { readonly outcome: Outcome; readonly turn: number; readonly at: number }
  | { readonly parked: Parked }
  /** It was forgotten while the turn was under way. */
  | { readonly dropped: true };

export interface Parked {
  readonly error: ErrorText;
  readonly entry: number;
  readonly turn: number;
}

/** What comes from outside of the turns. */
export type Mail =
  | {
      readonly type: "signal";
      readonly at: number;
      readonly name: string;
      readonly value: Text;
      readonly id?: string;
    }
  | { readonly type: "cancel"; readonly at: number; readonly reason: Text }
  /** It is to be forgotten. */
  | { readonly type: "drop" }
  | {
      readonly type: "result";
      readonly at: number;
      /** Of the request; numbers alone begin anew with each generation. */
      readonly id: string;
      readonly n: number;
      readonly outcome: Outcome;
    };

/** From `mail`: whether it has ended, and takes none. */
export interface MailOutput {
  readonly isEnded: boolean;
}

/** From `stop`: how it ended; or why it can't be cancelled. */
export interface StopOutput {
  readonly outcome: Outcome | null;
  readonly parked: Parked | null;
}

/** From `retry`: why it is parked still; null: it is not. */
export interface RetryOutput {
  readonly parked: Parked | null;
}

/** To `wake`: there may be mail, or a moment has come. */
export interface WakeInput {
  readonly tick?: number;
}

/** A request, by its identity and number. */
interface Asked {
  readonly id: string;
  readonly n: number;
  readonly at: number;
}

/** A call of `to`. */
export interface CallInput extends Asked {
  readonly to: { readonly name: string; readonly key: string };
  readonly value: Text;
  readonly chain: readonly string[];
}

/** To `work`: a request that is not done within a turn. */
export type WorkInput = CallInput | (Asked & { readonly name: string });

/** To `journal`: from which part on; `meta`: as of this, and not as it is now. */
export interface JournalInput {
  readonly from: number;
  readonly meta: Meta | null;
}

/** Some parts of a journal; null: there is none. */
export type JournalOutput =
  | (Kept & {
      /** Which one is there now. */
      readonly version: string | null;
      /** What was asked for is not there any more. */
      readonly isGone: boolean;
      /** The first part that is not among these; null: there is no more. */
      readonly next: number | null;
    })
  | null;
