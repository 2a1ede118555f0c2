// The inner port: where an engine of ours keeps journals. A store is written by one engine at a time, and is told all that
// happened in one go; it answers at once.
//
// Imports nothing; types only.

import type { Live } from "../live.ts";
import type { Answer, Entry, Outcome, Output, Text } from "../port.ts";
import type { State, Summary } from "./engine.ts";

/** A coroutine, as its store knows it. */
export interface Place {
  readonly name: string;
  readonly key: string;
  /** The store's own; 0: it is not in it. */
  ref: number;
  /** The store's own: the number of the next entry. */
  next: number;
}

/** What is written of a coroutine after a feed. */
export interface Kept {
  readonly type: "kept";
  readonly place: Place;
  readonly entries: readonly Entry[];
  /** They take the place of all entries before, but for answers that are still to be given again. */
  readonly isAnew: boolean;
  readonly version: string;
  readonly generation: number;
  /** Of its base. */
  readonly origin: number;
  readonly turns: number;
  readonly state: Exclude<State, "new">;
  readonly wakeAt: number | null;
  /** The post that this has delivered. */
  readonly posted: string | null;
}

/** A send that is to be delivered at `due`. */
export interface Post {
  readonly type: "post";
  readonly name: string;
  readonly key: string;
  readonly id: string;
  readonly due: number;
  readonly value: Text;
}

/** A post that is not to be delivered any more. */
interface Unposted {
  readonly type: "unposted";
  readonly name: string;
  readonly key: string;
  readonly id: string;
}

/** It is gone, if it was there. Only how many generations there were under its key is kept. */
interface Dropped {
  readonly type: "dropped";
  readonly name: string;
  readonly key: string;
}

export type Write = Kept | Post | Unposted | Dropped;

export interface Store {
  /** The latest moment that was written: no clock goes back behind it. */
  readonly time: number;
  /** Null: there is none. */
  find(name: string, key: string): (Place & Row) | null;
  /** For the base of one that begins: how many generations there were under its key, of those that were dropped. */
  origin(name: string, key: string): number;
  /** How many entries there are from its base. */
  count(place: Place): number;
  /** From its base. */
  journal(place: Place): Entry[];
  /** The answer to the send with this id; null: there is none. */
  answer(place: Place, id: string): Answer | null;
  hasSignal(place: Place, id: string): boolean;
  hasPost(name: string, key: string, id: string): boolean;
  /** Writes all of it for good, or nothing: then it throws. `time` is that of the engine. */
  write(batch: readonly Write[], time: number): void;
  /** The keys of those of `name` that wait for what they have asked for. There may be others that are busy among them. */
  busy(name: string): string[];
  /** Those of these names that wake until `time`. */
  waking(time: number, names: readonly string[]): { name: string; key: string }[];
  /** The posts to these names that are due until `time`, in their order: of one moment, that in which they were made. */
  posts(time: number, names: readonly string[]): Post[];
  /** Those to one coroutine. */
  postsTo(name: string, key: string, time: number): Post[];
  /** The first moment after `time` at which one of these names wakes, or a post to one is due. */
  nextMoment(time: number, names: readonly string[]): number | null;
  list(options: {
    name: string | null;
    state: string | null;
    after: { name: string; key: string } | null;
    limit: number;
  }): Row[];
  close(): void;
}

export type Row = Omit<Summary, "state"> & { readonly state: Exclude<State, "new"> };

/** What the state of a coroutine is, by how it ended. */
export function stateOf(ended: Outcome): "done" | "failed" | "cancelled" {
  return ended.how === "failed" || ended.how === "cancelled" ? ended.how : "done";
}

/** What is written of one that has had `output`. @param posted the post that has led to it */
export function keptOf(live: Live, place: Place, output: Output, posted: string | null): Kept {
  const { entries, isAnew, ended } = output;
  const { turns, wakeAt = null } = live;
  const { version, generation, origin = 0 } = live.base;
  const isBusy = live.turn !== null || live.pending.size > 0;
  const state = ended !== null ? stateOf(ended) : isBusy ? "busy" : "waiting";
  return { type: "kept", place, entries, isAnew, version, generation, origin, turns, state, wakeAt, posted };
}
