// SQLite, as the host has it: `node:sqlite` where it exists, else the package `libsql`.
//
// May import: errors.

import { DurableError } from "../errors.ts";

type Value = string | number | null;

export interface Statement {
  run(...values: Value[]): unknown;
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** What is used of a SQLite: that of Node, Bun and Deno, `libsql` and `better-sqlite3` are all like this. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

type NodeSqlite = { DatabaseSync: new (path: string, options: { readOnly: boolean }) => Database };
type Libsql = new (path: string, options: { readonly: boolean }) => Database;

/** Built in from Node 22.13 on (before, behind a flag); loaded only when it is needed, so that hosts without it can load this file. */
function nodeSqlite(): NodeSqlite | null {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 13)) return null;
  const found: unknown = process.getBuiltinModule("node:sqlite");
  return (found as NodeSqlite | undefined) ?? null;
}

function libsql(): Libsql {
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return createRequire(import.meta.url)("libsql") as Libsql;
  } catch (error) {
    throw new DurableError(
      "STORE",
      `this host (Node ${process.versions.node}) has no SQLite of its own: npm i libsql, or use Node 22.13 or later`,
      { cause: error },
    );
  }
}

/** @throws {DurableError} `STORE` */
export function openDatabase(path: string, options: { readonly: boolean }): Database {
  const builtIn = nodeSqlite();
  const Libsql = builtIn === null ? libsql() : null;
  try {
    return builtIn === null
      ? new Libsql!(path, { readonly: options.readonly })
      : new builtIn.DatabaseSync(path, { readOnly: options.readonly });
  } catch (error) {
    throw new DurableError("STORE", `the store ${path} can't be opened: ${(error as Error).message}`, { cause: error });
  }
}

/** Takes back what was begun; SQLite has done it already after some errors. */
export function rollBack(database: Database): void {
  try {
    database.exec("rollback");
  } catch (error) {
    if (!/no transaction/i.test((error as Error).message)) throw error;
  }
}

/**
 * Does `action` as one transaction: all of it, or nothing. What was left open would lock the file, also when it has been
 * closed, as long as there are statements of it.
 */
export function transaction<T>(database: Database, action: () => T): T {
  database.exec("begin immediate");
  try {
    const result = action();
    database.exec("commit");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Does `action`. @throws {DurableError} `STORE`, with the path, for whatever SQLite says */
export function reading<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DurableError) throw error;
    throw new DurableError("STORE", `the store ${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
}
