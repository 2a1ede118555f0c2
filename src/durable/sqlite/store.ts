// The journals in a SQLite file: what is asked of it. What is written: writes.ts.
//
// May import: driver, errors, lease, rows, schema, writes; Store as a type.

import type { Place, Post, Row, Store, Write } from "../engine/store.ts";
import { DurableError } from "../errors.ts";
import type { Answer, Entry } from "../port.ts";
import { type Database, openDatabase, reading, type Statement } from "./driver.ts";
import { lock, own, ownerOf } from "./lease.ts";
import { answerOf, entryOf, type Read } from "./rows.ts";
import { checkFormat, migrate } from "./schema.ts";
import { Writes } from "./writes.ts";

export interface SqliteOptions {
  isReadonly: boolean;
  /** How long answers are kept after an `again`, in milliseconds. */
  keepAnswers: number;
  /** A database that the user has opened, in the place of the path. */
  database: Database | undefined;
}

const ROW = "id as ref, name, key, version, generation, turns, state, wake as wakeAt, at";
const POSTS = "select 'post' as type, name, key, id, due, value from post where";
const ENTRY = "type, at, turn, id, n, name, data";

export class SqliteStore implements Store {
  readonly #path: string;
  readonly #database: Database;
  readonly #lock: Database | null;
  readonly #writes: Writes | null;
  readonly #statements: Map<string, Statement> = new Map();

  /** @throws {DurableError} `STORE`, `OWNED` */
  constructor(path: string, { isReadonly, keepAnswers, database }: SqliteOptions) {
    this.#path = path;
    if (isReadonly) checkFile(path);
    const whoOwns = () => (checkFile(path), using(path, ownerOf));
    this.#lock = isReadonly || path === ":memory:" ? null : lock(path, whoOwns);
    this.#database = database ?? openDatabase(path, { readonly: isReadonly });
    try {
      this.#writes = reading(path, () => this.#begin(isReadonly, keepAnswers));
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #begin(isReadonly: boolean, keepAnswers: number): Writes | null {
    const database = this.#database;
    checkFormat(database, this.#path, isReadonly);
    if (isReadonly) {
      database.exec("pragma query_only = 1");
      return null;
    }
    // In WAL mode, only `full` is durable when the power fails.
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000");
    migrate(database);
    return new Writes(database, own(database), keepAnswers);
  }

  #sql(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /** The first row; null: there is none. */
  #get(sql: string, ...values: (string | number | null)[]): unknown {
    return reading(this.#path, () => this.#sql(sql).get(...values) ?? null);
  }

  #all(sql: string, ...values: (string | number | null)[]): unknown[] {
    return reading(this.#path, () => this.#sql(sql).all(...values));
  }

  get time(): number {
    if (this.#writes !== null) return this.#writes.time;
    return Number((this.#get("select value from meta where name = 'time'") as { value: string }).value);
  }

  write(batch: readonly Write[], time: number): void {
    this.#writes!.write(batch, time);
  }

  find(name: string, key: string): (Place & Row) | null {
    const next = "(select max(seq) + 1 from journal where coroutine = coroutine.id) as next";
    const sql = `select ${ROW}, ${next} from coroutine where name = ? and key = ?`;
    return this.#get(sql, name, key) as (Place & Row) | null;
  }

  origin(name: string, key: string): number {
    const row = this.#get("select origin from dropped where name = ? and key = ?", name, key);
    return (row as { origin: number } | null)?.origin ?? 0;
  }

  count({ ref }: Place): number {
    const sql = "select count(*) as count from journal where coroutine = ?";
    return (this.#get(sql, ref) as { count: number }).count;
  }

  journal({ ref }: Place): Entry[] {
    const rows = this.#all(`select ${ENTRY} from journal where coroutine = ? order by seq`, ref) as Read[];
    return reading(this.#path, () => rows.map(entryOf));
  }

  answer({ ref }: Place, id: string): Answer | null {
    const inJournal =
      "select turn, data from journal indexed by journal_answer where coroutine = ? and id = ? and type = 'answer'";
    const before = "select turn, data from answered where coroutine = ? and id = ? and type = 'answer'";
    const row = (this.#get(inJournal, ref, id) ?? this.#get(before, ref, id)) as { turn: number; data: string } | null;
    return row === null ? null : answerOf({ id, ...row });
  }

  hasSignal({ ref }: Place, id: string): boolean {
    const inJournal =
      "select 1 from journal indexed by journal_signal where coroutine = ? and id = ? and type = 'signal' and id is not null";
    const before = "select 1 from answered where coroutine = ? and id = ? and type = 'signal'";
    return (this.#get(inJournal, ref, id) ?? this.#get(before, ref, id)) !== null;
  }

  hasPost(name: string, key: string, id: string): boolean {
    return this.#get("select 1 from post where name = ? and key = ? and id = ?", name, key, id) !== null;
  }

  busy(name: string): string[] {
    const got =
      "select 1 from journal where coroutine = c.id and seq > a.seq and n = a.n and type in ('result', 'withdrawn')";
    const waits = `select 1 from journal as a where a.coroutine = c.id and a.type = 'asked' and not exists (${got})`;
    const sql = `select key from coroutine as c where state = 'busy' and name = ? and exists (${waits})`;
    return (this.#all(sql, name) as { key: string }[]).map(({ key }) => key);
  }

  waking(time: number, names: readonly string[]): { name: string; key: string }[] {
    const known = "name in (select value from json_each(?))";
    const sql = `select name, key from coroutine where wake is not null and wake <= ? and ${known} order by wake`;
    return this.#all(sql, time, JSON.stringify(names)) as { name: string; key: string }[];
  }

  posts(time: number, names: readonly string[]): Post[] {
    const known = "name in (select value from json_each(?))";
    return this.#all(`${POSTS} due <= ? and ${known} order by due, seq`, time, JSON.stringify(names)) as Post[];
  }

  postsTo(name: string, key: string, time: number): Post[] {
    return this.#all(`${POSTS} name = ? and key = ? and due <= ? order by due, seq`, name, key, time) as Post[];
  }

  nextMoment(time: number, names: readonly string[]): number | null {
    const known = "name in (select value from json_each(?2))";
    const sql = `select min(at) as at from (
      select min(wake) as at from coroutine where wake is not null and wake > ?1 and ${known}
      union all select min(due) from post where due > ?1 and ${known})`;
    return (this.#get(sql, time, JSON.stringify(names)) as { at: number | null }).at;
  }

  list({ name, state, after, limit }: Parameters<Store["list"]>[0]): Row[] {
    const behind = after === null ? "" : "and (name, key) > (?4, ?5)";
    const sql = `select ${ROW} from coroutine where (?1 is null or name = ?1) and (?2 is null or state = ?2) ${behind}
      order by name, key limit ?3`;
    const from = after === null ? [] : [after.name, after.key];
    return this.#all(sql, name, state, Math.min(limit, Number.MAX_SAFE_INTEGER), ...from) as Row[];
  }

  /** Copies the store as it is now to a new file. */
  backup(to: string): void {
    this.#database.prepare("vacuum into ?").run(to);
  }

  close(): void {
    if (this.#writes !== null) mergeLog(this.#database);
    this.#release();
  }

  #release(): void {
    this.#statements.clear();
    this.#database.close();
    this.#lock?.close();
  }
}

/**
 * Brings what is in the log into the file, so that whoever copies or moves that has all of it. SQLite does it when the last
 * connection is closed; but `libsql` closes none before its statements are collected as garbage.
 */
function mergeLog(database: Database): void {
  try {
    database.exec("pragma busy_timeout = 100; pragma wal_checkpoint(truncate)");
  } catch {
    // On a full disk, for instance. Nothing is lost: the log stays beside the file.
  }
}

/** @throws {DurableError} `STORE`: some SQLites make a file where there is none, although they shall only read */
function checkFile(path: string): void {
  if (process.getBuiltinModule("node:fs").existsSync(path)) return;
  throw new DurableError("STORE", `there is no store ${path}`);
}

/** What `read` says of the store at `path`, which may be owned by another. */
function using<T>(path: string, read: (database: Database) => T): T {
  const database = openDatabase(path, { readonly: true });
  try {
    database.exec("pragma busy_timeout = 1000");
    return reading(path, () => read(database));
  } finally {
    database.close();
  }
}
