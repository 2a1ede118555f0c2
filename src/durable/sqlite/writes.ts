// What is written to a SQLite file: a batch is a transaction, with one fsync.
//
// Each row is a statement of its own: SQLite keeps a journal of every statement that writes several, which costs more than
// the calls.
//
// May import: driver, errors, lease, rows; Store as a type.

import type { Kept, Place, Write } from "../engine/store.ts";
import { DurableError } from "../errors.ts";
import { type Database, rollBack, type Statement } from "./driver.ts";
import { ownerOf } from "./lease.ts";
import { rowOf } from "./rows.ts";

type Value = string | number | null;

/** The first of each batch: the time is written only if the epoch is that of this process. */
const OWN = `update meta set value = ? where name = 'time' and (select value from meta where name = 'epoch') = ?`;
/** Up to where there is something. */
const ENDS = `select (select value from meta where name = 'time') as time, (select max(id) from coroutine) as id,
  (select max(seq) from post) as seq`;
const APPEND = `insert into journal (coroutine, seq, type, at, turn, id, n, name, data)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const BEGIN = `insert into coroutine (version, generation, turns, state, wake, at, origin, name, key, id)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const POST = "insert or ignore into post (name, key, id, due, value, seq) values (?, ?, ?, ?, ?, ?)";
const UPDATE = `update coroutine set version = ?, generation = ?, turns = ?, state = ?, wake = ?, at = ? where id = ?`;
/** What has to be given again is kept for a while: of the journal, and of those before it. */
const KEEP = `insert or replace into answered (coroutine, type, id, at, turn, data)
  select coroutine, type, id, at, turn, iif(type = 'answer', data, null) from journal
  where coroutine = ?1 and seq < ?2 and type in ('answer', 'signal') and id is not null and at > ?3`;
const FORGET = "delete from answered where coroutine = ? and at <= ?";
const TRUNCATE = "delete from journal where coroutine = ? and seq < ?";
/** The generations of one that is dropped are over: see `originAfter`. */
const BURY = `insert or replace into dropped (name, key, origin)
  select name, key, origin + generation + 1 from coroutine where name = ? and key = ?`;
const ID = "select id from coroutine where name = ? and key = ?";

export class Writes {
  /** The latest moment that was written. */
  time: number;
  readonly #database: Database;
  readonly #epoch: number;
  readonly #keepAnswers: number;
  #nextId: number;
  #nextPost: number;
  readonly #statements: Map<string, Statement> = new Map();
  readonly #append: Statement;

  constructor(database: Database, epoch: number, keepAnswers: number) {
    this.#database = database;
    this.#epoch = epoch;
    this.#keepAnswers = keepAnswers;
    this.#append = database.prepare(APPEND);
    const { time, id, seq } = database.prepare(ENDS).get() as { time: string; id: number | null; seq: number | null };
    this.time = Number(time);
    this.#nextId = (id ?? 0) + 1;
    this.#nextPost = (seq ?? 0) + 1;
  }

  #sql(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #run(sql: string, ...values: Value[]): void {
    this.#sql(sql).run(...values);
  }

  /** All of it, or nothing: then it throws. @throws {DurableError} `FENCED` */
  write(batch: readonly Write[], time: number): void {
    const places = batch.flatMap((write) => (write.type === "kept" ? write.place : []));
    const before = places.map(({ ref, next }) => ({ ref, next }));
    this.#database.exec("begin immediate");
    try {
      this.#own(time);
      this.#writeAll(batch, time);
      this.#database.exec("commit");
      this.time = time;
    } catch (error) {
      for (let i = places.length - 1; i >= 0; i--) Object.assign(places[i]!, before[i]);
      rollBack(this.#database);
      throw error;
    }
  }

  #own(time: number): void {
    const { changes } = this.#sql(OWN).run(String(time), String(this.#epoch)) as { changes: number | bigint };
    if (Number(changes) === 1) return;
    throw new DurableError(
      "FENCED",
      `this process does not own the store any more: ${ownerOf(this.#database)} has taken it over; nothing can be written here`,
    );
  }

  #writeAll(batch: readonly Write[], time: number): void {
    // A row of what each was before the batch is written once, as it is at the end.
    const changed = new Map<number, Kept>();
    for (const write of batch) {
      if (write.type === "kept") {
        this.#keep(write, time, changed);
      } else if (write.type === "post") {
        const { name, key, id, due, value } = write;
        this.#run(POST, name, key, id, due, value, this.#nextPost++);
      } else if (write.type === "unposted") {
        this.#unpost(write.name, write.key, write.id);
      } else {
        this.#update(changed, time);
        this.#drop(write.name, write.key);
      }
    }
    this.#update(changed, time);
  }

  #update(changed: Map<number, Kept>, time: number): void {
    for (const [ref, kept] of changed) this.#run(UPDATE, ...rowOfKept(kept, time), ref);
    changed.clear();
  }

  #keep(kept: Kept, time: number, changed: Map<number, Kept>): void {
    const { place, entries, isAnew, turns, posted } = kept;
    const { name, key } = place;
    if (place.ref === 0) {
      place.ref = this.#nextId++;
      place.next = 0;
      this.#run(BEGIN, ...rowOfKept(kept, time), kept.origin, name, key, place.ref);
    } else {
      if (isAnew) this.#forget(place, time - this.#keepAnswers);
      changed.set(place.ref, kept);
    }
    for (const entry of entries) this.#append.run(place.ref, place.next++, ...rowOf(entry, time, turns));
    if (posted !== null) this.#unpost(name, key, posted);
  }

  /** All entries so far, but for the answers since `from`. */
  #forget({ ref, next }: Place, from: number): void {
    this.#run(KEEP, ref, next, from);
    this.#run(FORGET, ref, from);
    this.#run(TRUNCATE, ref, next);
  }

  #unpost(name: string, key: string, id: string): void {
    this.#run("delete from post where name = ? and key = ? and id = ?", name, key, id);
  }

  #drop(name: string, key: string): void {
    this.#run(BURY, name, key);
    const found = this.#sql(ID).get(name, key) as { id: number } | undefined;
    for (const table of ["journal", "answered"])
      if (found) this.#run(`delete from ${table} where coroutine = ?`, found.id);
    this.#run("delete from coroutine where name = ? and key = ?", name, key);
    this.#run("delete from post where name = ? and key = ?", name, key);
  }
}

function rowOfKept({ version, generation, turns, state, wakeAt }: Kept, time: number): Value[] {
  return [version, generation, turns, state, wakeAt, time];
}
