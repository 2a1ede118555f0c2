// How the journal of a coroutine lies in the state of its virtual object.
//
//   m       what is there, and which invocation wrote it (`Meta`); of one that was dropped, what the next one needs (`Grave`)
//   t0…     the tail: a key for the entries of each of the last turns, so that a turn writes only itself
//   c0…     chunks: tails that have become long, put together, so that a cold start reads few keys
//   k       answers that are kept of the generations before
//   run     the invocation that has a turn under way and can be woken, while it waits
//
// All but `m` and `run` are named by the generation. What a turn writes leaves whole what was there when it began, and is
// removed by a later turn only: for an attempt that takes over is given the `m` of the beginning once more, also when
// the one before had written all.
//
// Imports nothing; types only.

import type { Row } from "../engine/store.ts";
import type { Entry, Outcome, Turn } from "../port.ts";

export interface Meta {
  /** The invocation that wrote this: what is held in memory is up to date if it is from there. */
  readonly v: string;
  readonly generation: number;
  readonly chunks: number;
  readonly tail: number;
  /** How long the tail is, in characters. */
  readonly size: number;
  /** The longest tail of this generation: how many of its keys are in use. */
  readonly used: number;
  /** The generation before, whose keys are still there; null: there is none. */
  readonly stale: Pick<Meta, "generation" | "chunks" | "used"> | null;
  /** The earliest moment for which a wake-up is on its way; null: none is. */
  readonly tick: number | null;
  /** Requests that are done outside of turns, by their ids. */
  readonly works: readonly string[];
  /** How it ended; null: it has not. */
  readonly ended: Outcome | null;
  /** That of its base. */
  readonly origin?: number;
  /** What a list says of it. */
  readonly row: Omit<Row, "name" | "key">;
}

/** What is left of one that was dropped. */
export interface Grave {
  /** See `Base`. */
  readonly origin: number;
}

/** Whether there is one, and it was not dropped. */
export function isThere(kept: Meta | Grave | null): kept is Meta {
  return kept !== null && "row" in kept;
}

/** A turn that is under way, as it is told when it first waits. */
export interface Run {
  /** Its invocation. */
  readonly id: string;
  /** The signal that wakes it. */
  readonly name: string;
  readonly turn: Turn;
}

/** Answers by the id of the send, oldest first. */
export type Answers = readonly (readonly [id: string, outcome: Outcome])[];

/** All that is kept of a coroutine. */
export interface Kept {
  readonly meta: Meta;
  readonly answers: Answers;
  readonly run: Run | null;
  /** The entries, turn by turn or by chunk; the last `meta.tail` parts are the tail. */
  readonly parts: readonly (readonly Entry[])[];
}

export const META = "m";
export const RUN = "run";

export const answersKey = (generation: number): string => `k${generation}`;

const tailKey = (generation: number, i: number): string => `t${generation}.${i}`;
const chunkKey = (generation: number, i: number): string => `c${generation}.${i}`;

/** A tail is put into a chunk when it is as long as one of these. */
const TAIL_TURNS = 32;
const TAIL_SIZE = 512 * 1024;

/** How many answers outlive their journal when it starts over, and how long they may be together, in characters. */
const KEPT_ANSWERS = 1000;
const KEPT_SIZE = 1024 * 1024;

/** What is to be written and removed, in this order; `meta` comes between. */
export interface Change {
  readonly sets: readonly (readonly [key: string, value: unknown])[];
  readonly clears: readonly string[];
  readonly meta: Size;
  readonly stale: Meta["stale"];
  /** The tail after it. */
  readonly tail: readonly (readonly Entry[])[];
  /** The answers that are kept from now on; null: as before. */
  readonly answers: Answers | null;
}

/** Where a journal lies. */
export type Size = Pick<Meta, "generation" | "chunks" | "tail" | "size" | "used">;

const NOTHING: Size = { generation: 0, chunks: 0, tail: 0, size: 0, used: 0 };

/** Adds the entries of a turn to the journal that `meta` is of. */
export function append(meta: Meta | null, tail: readonly (readonly Entry[])[], entries: readonly Entry[]): Change {
  const change = appended(meta ?? NOTHING, tail, entries);
  const stale = meta?.stale ?? null;
  return stale === null ? change : { ...change, clears: keysOf(stale) };
}

function appended(size: Size, tail: readonly (readonly Entry[])[], entries: readonly Entry[]): Change {
  const { generation, chunks, used } = size;
  const rest = { clears: [], stale: null, answers: null };
  if (entries.length === 0) return { ...rest, sets: [], meta: size, tail };
  const turns = [...tail, entries];
  const now = size.size + JSON.stringify(entries).length;
  if (turns.length < TAIL_TURNS && now < TAIL_SIZE) {
    const meta = { generation, chunks, tail: turns.length, size: now, used: Math.max(used, turns.length) };
    return { ...rest, sets: [[tailKey(generation, tail.length), entries]], meta, tail: turns };
  }
  const meta = { generation, chunks: chunks + 1, tail: 0, size: 0, used };
  return { ...rest, sets: [[chunkKey(generation, chunks), turns.flat()]], meta, tail: [] };
}

/** Puts a journal that begins anew in the place of what there was. */
export function replace(meta: Meta, entries: readonly Entry[], answers: Answers): Change {
  const { generation, chunks, used, stale } = meta;
  const fresh = appended({ ...NOTHING, generation: generation + 1 }, [], entries);
  const kept = newest(answers);
  return {
    ...fresh,
    sets: [...fresh.sets, [answersKey(generation + 1), kept]],
    clears: stale === null ? [] : keysOf(stale),
    stale: { generation, chunks, used },
    answers: kept,
  };
}

function keysOf({ generation, chunks, used }: NonNullable<Meta["stale"]>): string[] {
  return [
    answersKey(generation),
    ...Array.from({ length: chunks }, (_, i) => chunkKey(generation, i)),
    ...Array.from({ length: used }, (_, i) => tailKey(generation, i)),
  ];
}

function newest(answers: Answers): Answers {
  const most = Math.max(0, answers.length - KEPT_ANSWERS);
  let from = answers.length;
  for (let size = 0; from > most; from--) {
    size += JSON.stringify(answers[from - 1]).length;
    if (size > KEPT_SIZE) break;
  }
  return answers.slice(from);
}

/** The keys that hold the journal that `meta` is of, in its order. */
export function partKeys({ generation, chunks, tail }: Size): string[] {
  return [
    ...Array.from({ length: chunks }, (_, i) => chunkKey(generation, i)),
    ...Array.from({ length: tail }, (_, i) => tailKey(generation, i)),
  ];
}
