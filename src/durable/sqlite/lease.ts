// Who owns a store: one process at a time, from before it does anything until it ends.
//
// The owner holds a lock of the operating system, on a file beside the store: it ends with the process, however that ends.
// Where such locks do not work, on some network file systems, the epoch does: each owner raises it, and one whose epoch is
// not the store's can't write any more.
//
// May import: driver, errors.

import { DurableError } from "../errors.ts";
import { type Database, openDatabase, transaction } from "./driver.ts";

interface Owner {
  pid: number;
  host: string;
  since: string;
}

/** The lock, held. @throws {DurableError} `OWNED` if another process has it */
export function lock(path: string, whoOwns: () => string): Database {
  const database = openDatabase(`${path}-lock`, { readonly: false });
  try {
    database.exec("pragma busy_timeout = 0");
    database.exec("begin exclusive");
    return database;
  } catch (error) {
    database.close();
    const { message } = error as Error;
    if (!/locked|busy/i.test(message))
      throw new DurableError("STORE", `${path}-lock can't be locked: ${message}`, { cause: error });
    throw new DurableError(
      "OWNED",
      `the store ${path} is owned by ${whoOwns()}: one process at a time can go on with its coroutines; ` +
        "close it there, or look with { readonly: true }",
    );
  }
}

/** Raises the epoch, and says who owns the store now. */
export function own(database: Database): number {
  const { hostname } = process.getBuiltinModule("node:os");
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  return transaction(database, () => {
    const epoch = Number((database.prepare(EPOCH).get() as { value: string }).value) + 1;
    database.prepare("update meta set value = ? where name = 'epoch'").run(String(epoch));
    database.prepare("insert or replace into meta values ('owner', ?)").run(JSON.stringify(owner));
    return epoch;
  });
}

/** Asks for the epoch of the store. */
const EPOCH = "select value from meta where name = 'epoch'";

/** Who owns a store, as a text; as far as it says. */
export function ownerOf(database: Database): string {
  const row = database.prepare("select value from meta where name = 'owner'").get() as { value: string } | undefined;
  if (row === undefined) return "another process";
  const { pid, host, since } = JSON.parse(row.value) as Owner;
  return `process ${pid} on ${host}, since ${since}`;
}
