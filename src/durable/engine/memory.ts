// A store in memory, for the engine of the tests.
//
// May import: the scheduler's timers, live, order, store.

import { type Timer, Timers } from "../../scheduler/timers.ts";
import { originAfter } from "../live.ts";
import type { Answer, Entry } from "../port.ts";
import { compare } from "./order.ts";
import type { Kept, Place, Post, Row, Store, Write } from "./store.ts";

/** One coroutine; as a timer, when it wakes. */
class Journal implements Timer {
  row!: Row;
  origin = 0;
  entries: Entry[] = [];
  readonly answers: Map<string, Answer> = new Map();
  readonly signals: Set<string> = new Set();
  at = 0;
  place = -1;
  turn = 0;

  ring(): void {}
}

class Due implements Timer {
  readonly post: Post;
  at: number;
  place = -1;
  turn = 0;

  constructor(post: Post) {
    this.post = post;
    this.at = post.due;
  }

  ring(): void {}
}

const labelOf = ({ name, key }: { name: string; key: string }): string => `${name}/${key}`;

export class MemoryStore implements Store {
  time = 0;
  readonly #records: Map<string, Journal> = new Map();
  /** Of those that were dropped: for the next with their key. */
  readonly #origins: Map<string, number> = new Map();
  readonly #wakes: Timers = new Timers();
  readonly #posts: Map<string, Due> = new Map();
  readonly #dues: Timers = new Timers();

  find(name: string, key: string): (Place & Row) | null {
    const record = this.#records.get(`${name}/${key}`);
    return record === undefined ? null : { ...record.row, ref: 1, next: 0 };
  }

  origin(name: string, key: string): number {
    return this.#origins.get(`${name}/${key}`) ?? 0;
  }

  count(place: Place): number {
    return this.#records.get(labelOf(place))?.entries.length ?? 0;
  }

  journal(place: Place): Entry[] {
    return this.#records.get(labelOf(place))?.entries.slice() ?? [];
  }

  answer(place: Place, id: string): Answer | null {
    return this.#records.get(labelOf(place))?.answers.get(id) ?? null;
  }

  hasSignal(place: Place, id: string): boolean {
    return this.#records.get(labelOf(place))?.signals.has(id) ?? false;
  }

  hasPost(name: string, key: string, id: string): boolean {
    return this.#posts.has(JSON.stringify([name, key, id]));
  }

  write(batch: readonly Write[], time: number): void {
    this.time = Math.max(this.time, time);
    for (const write of batch) {
      if (write.type === "kept") this.#keep(write, time);
      else if (write.type === "post") this.#post(write);
      else if (write.type === "unposted") this.#unpost(write);
      else this.#drop(write);
    }
  }

  #keep(kept: Kept, at: number): void {
    const { place, entries, isAnew, version, generation, origin, turns, state, wakeAt, posted } = kept;
    const { name, key } = place;
    const label = labelOf(place);
    let record = this.#records.get(label);
    if (record === undefined) this.#records.set(label, (record = new Journal()));
    place.ref = 1;
    record.row = { name, key, version, generation, turns, state, wakeAt, at };
    record.origin = origin;
    if (isAnew) record.entries = [];
    for (const entry of entries) {
      record.entries.push(entry);
      if (entry.type === "answer") record.answers.set(entry.id, entry);
      if (entry.type === "signal" && entry.id !== undefined) record.signals.add(entry.id);
    }
    this.#wakes.remove(record);
    if (wakeAt !== null) {
      record.at = wakeAt;
      this.#wakes.add(record);
    }
    if (posted !== null) this.#unpost({ name, key, id: posted });
  }

  #post(post: Post): void {
    const due = new Due(post);
    this.#posts.set(JSON.stringify([post.name, post.key, post.id]), due);
    this.#dues.add(due);
  }

  #unpost({ name, key, id }: { name: string; key: string; id: string }): void {
    const label = JSON.stringify([name, key, id]);
    const due = this.#posts.get(label);
    if (due === undefined) return;
    this.#posts.delete(label);
    this.#dues.remove(due);
  }

  #drop({ name, key }: Named): void {
    const label = `${name}/${key}`;
    const record = this.#records.get(label);
    if (record !== undefined) {
      this.#wakes.remove(record);
      this.#origins.set(label, originAfter({ origin: record.origin, generation: record.row.generation }));
    }
    this.#records.delete(label);
    for (const { post } of this.#posts.values()) if (post.name === name && post.key === key) this.#unpost(post);
  }

  busy(name: string): string[] {
    const rows = [...this.#records.values()].map(({ row }) => row);
    return rows.filter((row) => row.name === name && row.state === "busy").map(({ key }) => key);
  }

  waking(time: number): { name: string; key: string }[] {
    return until(this.#wakes, time).map((timer) => (timer as Journal).row);
  }

  posts(time: number): Post[] {
    return until(this.#dues, time).map((timer) => (timer as Due).post);
  }

  postsTo(name: string, key: string, time: number): Post[] {
    return this.posts(time).filter((post) => post.name === name && post.key === key);
  }

  nextMoment(time: number): number | null {
    const moments = [this.#wakes, this.#dues].flatMap((timers) => firstAfter(timers, time) ?? []);
    return moments.length === 0 ? null : Math.min(...moments);
  }

  list({ name, state, after, limit }: Parameters<Store["list"]>[0]): Row[] {
    const rows = [...this.#records.values()].map(({ row }) => row);
    return rows
      .filter((row) => (name === null || row.name === name) && (state === null || row.state === state))
      .filter((row) => after === null || compare(row, after) > 0)
      .sort(compare)
      .slice(0, limit);
  }

  close(): void {}
}

type Named = { name: string; key: string };

/** Those that are due until `time`, in their order; they stay where they are. */
function until(timers: Timers, time: number): Timer[] {
  const due = take(timers, time);
  for (const timer of due) timers.add(timer);
  return due;
}

function firstAfter(timers: Timers, time: number): number | undefined {
  const due = take(timers, time);
  const at = timers.earliest?.at;
  for (const timer of due) timers.add(timer);
  return at;
}

function take(timers: Timers, time: number): Timer[] {
  const due: Timer[] = [];
  for (let timer = timers.earliest; timer !== undefined && timer.at <= time; timer = timers.earliest) {
    timers.remove(timer);
    due.push(timer);
  }
  return due;
}
