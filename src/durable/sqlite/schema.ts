// The tables, and how a store of an older version becomes one of this.
//
// They are meant to be read by people, too: `sqlite3 orders.db "select * from journal"`.
//
// May import: driver, errors.

import { DurableError } from "../errors.ts";
import { type Database, transaction } from "./driver.ts";

/** Each makes a store of the version of its place one of the next: the first, an empty file. Never changed, only added to. */
const STEPS: readonly string[] = [
  `
  -- What holds for all of the store: its format, the latest moment, who owns it.
  create table meta (name text primary key, value text) without rowid;
  insert into meta values ('epoch', '0'), ('time', '0');

  -- One for each name and key. Its journal begins at the entry 'base'; before that are no entries that are needed.
  create table coroutine (
    id integer primary key,
    name text not null,
    key text not null,
    version text not null,
    generation integer not null,
    turns integer not null,
    state text not null,
    wake real,
    at real not null,
    unique (name, key)
  );
  create index coroutine_wake on coroutine (wake) where wake is not null;
  create index coroutine_busy on coroutine (name) where state = 'busy';

  -- What happened to a coroutine, and what came of it, in order. 'data' is JSON.
  create table journal (
    coroutine integer not null,
    seq integer not null,
    at real not null,
    turn integer not null,
    type text not null,
    id text,
    n integer,
    name text,
    data text,
    primary key (coroutine, seq)
  ) without rowid;
  create index journal_answer on journal (coroutine, id) where type = 'answer';
  create index journal_signal on journal (coroutine, id) where type = 'signal' and id is not null;

  -- Of journals that were dropped by again(…): what has to be given again to an id that comes again.
  create table answered (
    coroutine integer not null,
    type text not null,
    id text not null,
    at real not null,
    turn integer not null,
    data text,
    primary key (coroutine, type, id)
  ) without rowid;
  create index answered_at on answered (coroutine, at);

  -- Sends that are to be delivered at 'due'.
  create table post (
    name text not null,
    key text not null,
    id text not null,
    due real not null,
    value text,
    primary key (name, key, id)
  ) without rowid;
  create index post_due on post (due);
  `,
  `
  -- What the ids of a coroutine's requests begin behind: how many generations there were under its key before.
  alter table coroutine add column origin integer not null default 0;

  -- Of coroutines that were dropped: the origin for the next one with their key, so that no id comes again.
  create table dropped (name text not null, key text not null, origin integer not null, primary key (name, key))
    without rowid;
  `,
  `
  -- The order of posts that are due in the same moment: that in which they were made.
  alter table post add column seq integer not null default 0;
  `,
];

/** Stores of this version and later ones can be read as they are. */
const READABLE = 1;

/** The version of the stores that this code makes. */
const FORMAT: number = STEPS.length;

/** Which version a store is; 0: the file is empty. */
function formatOf(database: Database): number {
  return (database.prepare("pragma user_version").get() as { user_version: number }).user_version;
}

/** @throws {DurableError} `STORE`, if a newer version made it, or something else; or if it is only to be read, and must be made a newer one first */
export function checkFormat(database: Database, path: string, isReadonly: boolean): void {
  const format = formatOf(database);
  if (format > FORMAT) {
    throw new DurableError(
      "STORE",
      `the store ${path} was made by a newer version of corun: its format is ${format}, and this one knows ${FORMAT}; update corun`,
    );
  }
  if (isForeign(database, format)) {
    throw new DurableError(
      "STORE",
      `the file ${path} is no store: there are tables of something else in it; name another file`,
    );
  }
  if (!isReadonly || format >= READABLE) return;
  const why = format === 0 ? "is empty" : "is of an older version";
  throw new DurableError("STORE", `the store ${path} ${why}: open it to write, once`);
}

/** Whether there are tables in it that are no store's. */
function isForeign(database: Database, format: number): boolean {
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
  const names = new Set(tables.map(({ name }) => name));
  return names.size > 0 && (format === 0 || !["meta", "coroutine", "journal"].every((name) => names.has(name)));
}

/** Makes it one of this version, each step whole or not at all. */
export function migrate(database: Database): void {
  for (let format = formatOf(database); format < FORMAT; format++)
    transaction(database, () => database.exec(`${STEPS[format]!} pragma user_version = ${format + 1};`));
}
