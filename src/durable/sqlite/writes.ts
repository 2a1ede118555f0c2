// What is written to a SQLite file: a batch is a transaction, with one fsync.
//
// Rows go over as one JSON text for each table: a call of SQLite costs more than what it does.
//
// May import: errors, lease, rows; Store as a type.

import type { Kept, Place, Write } from "../engine/store.ts";
import { DurableError } from "../errors.ts";
import type { Database, Statement } from "./driver.ts";
import { EPOCH, ownerOf } from "./lease.ts";
import { rowOf } from "./rows.ts";

type Json = string | number | null;

const columns = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `value ->> ${from + i}`).join(", ");

const INSERT = `insert into journal (coroutine, seq, type, at, turn, id, n, name, data)
  select ${columns(0, 9)} from json_each(?)`;
const UPSERT = `insert into coroutine (id, name, key, version, generation, turns, state, wake, at)
  select ${columns(0, 9)} from json_each(?) where true
  on conflict (id) do update set version = excluded.version, generation = excluded.generation,
    turns = excluded.turns, state = excluded.state, wake = excluded.wake, at = excluded.at`;
/** What has to be given again is kept for a while: of the journal, and of those before it. */
const KEEP = `insert or replace into answered (coroutine, type, id, at, turn, data)
  select coroutine, type, id, at, turn, iif(type = 'answer', data, null) from journal
  where coroutine = ?1 and seq < ?2 and type in ('answer', 'signal') and id is not null and at > ?3`;
const FORGET = "delete from answered where coroutine = ? and at <= ?";
const TRUNCATE = "delete from journal where coroutine = ? and seq < ?";

export class Writes {
  /** The latest moment that was written. */
  time: number;
  readonly #database: Database;
  readonly #epoch: number;
  readonly #keepAnswers: number;
  #nextId: number;
  readonly #statements: Map<string, Statement> = new Map();

  constructor(database: Database, epoch: number, keepAnswers: number) {
    this.#database = database;
    this.#epoch = epoch;
    this.#keepAnswers = keepAnswers;
    const { time, id } = database
      .prepare("select (select value from meta where name = 'time') as time, (select max(id) from coroutine) as id")
      .get() as { time: string; id: number | null };
    this.time = Number(time);
    this.#nextId = (id ?? 0) + 1;
  }

  #sql(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #run(sql: string, ...values: Json[]): void {
    this.#sql(sql).run(...values);
  }

  /** All of it, or nothing: then it throws. @throws {DurableError} `FENCED` */
  write(batch: readonly Write[], time: number): void {
    const before = batch.flatMap((write) => ("place" in write ? [{ place: write.place, ...write.place }] : []));
    this.#database.exec("begin immediate");
    try {
      this.#checkEpoch();
      this.#writeAll(batch, time);
      this.#run("update meta set value = ? where name = 'time'", String(time));
      this.#database.exec("commit");
      this.time = time;
    } catch (error) {
      for (const { place, ref, next } of before.toReversed()) Object.assign(place, { ref, next });
      this.#rollBack();
      throw error;
    }
  }

  #checkEpoch(): void {
    const { value } = this.#sql(EPOCH).get() as { value: string };
    if (Number(value) === this.#epoch) return;
    throw new DurableError(
      "FENCED",
      `this process does not own the store any more: ${ownerOf(this.#database)} has taken it over; nothing can be written here`,
    );
  }

  /** SQLite has done it already after some errors. */
  #rollBack(): void {
    try {
      this.#database.exec("rollback");
    } catch (error) {
      if (!/no transaction/i.test((error as Error).message)) throw error;
    }
  }

  #writeAll(batch: readonly Write[], time: number): void {
    const journal: Json[][] = [];
    const coroutines = new Map<number, Json[]>();
    const flush = () => {
      if (coroutines.size > 0) this.#run(UPSERT, JSON.stringify([...coroutines.values()]));
      if (journal.length > 0) this.#run(INSERT, JSON.stringify(journal));
      journal.length = 0;
      coroutines.clear();
    };
    for (const write of batch) {
      if (write.type === "kept") {
        // What it forgets has to be there.
        if (write.isAnew && write.place.ref !== 0) flush();
        this.#keep(write, time, journal, coroutines);
      } else if (write.type === "post") {
        const { name, key, id, due, value } = write;
        this.#run("insert or ignore into post values (?, ?, ?, ?, ?)", name, key, id, due, value);
      } else if (write.type === "unposted") {
        this.#unpost(write.name, write.key, write.id);
      } else {
        flush();
        this.#drop(write.place);
      }
    }
    flush();
  }

  #keep(kept: Kept, time: number, journal: Json[][], coroutines: Map<number, Json[]>): void {
    const { place, entries, isAnew, version, generation, turns, state, wakeAt, posted } = kept;
    const { name, key } = place;
    if (place.ref === 0) {
      place.ref = this.#nextId++;
      place.next = 0;
    } else if (isAnew) {
      const from = time - this.#keepAnswers;
      this.#run(KEEP, place.ref, place.next, from);
      this.#run(FORGET, place.ref, from);
      this.#run(TRUNCATE, place.ref, place.next);
    }
    for (const entry of entries) journal.push([place.ref, place.next++, ...rowOf(entry, time, turns)]);
    coroutines.set(place.ref, [place.ref, name, key, version, generation, turns, state, wakeAt, time]);
    if (posted !== null) this.#unpost(name, key, posted);
  }

  #unpost(name: string, key: string, id: string): void {
    this.#run("delete from post where name = ? and key = ? and id = ?", name, key, id);
  }

  #drop({ ref, name, key }: Place): void {
    for (const table of ["journal", "answered"]) this.#run(`delete from ${table} where coroutine = ?`, ref);
    this.#run("delete from coroutine where id = ?", ref);
    this.#run("delete from post where name = ? and key = ?", name, key);
  }
}
