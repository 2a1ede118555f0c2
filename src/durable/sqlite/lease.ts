// Who owns a store: one process at a time, from before it does anything until it ends.
//
// The owner holds a lock of the operating system, on a file beside the store: it ends with the process, however that ends.
// Where such locks do not work, on some network file systems, the epoch does: each owner raises it, and one whose epoch is
// not the store's can't write any more.
//
// May import: driver, errors; Node's own modules, as the host has them.

import { DurableError } from "../errors.ts";
import { type Database, openDatabase, transaction } from "./driver.ts";

interface Owner {
  pid: number;
  host: string;
  since: string;
}

/** The lock, held. @throws {DurableError} `OWNED` if another process has it */
export function lock(path: string, whoOwns: () => string): Database {
  const file = `${realPath(path)}-lock`;
  const database = openDatabase(file, { readonly: false });
  try {
    database.exec("pragma busy_timeout = 0");
    database.exec("begin exclusive");
    return database;
  } catch (error) {
    database.close();
    const { message } = error as Error;
    if (!/locked|busy/i.test(message))
      throw new DurableError("STORE", `${file} can't be locked: ${message}`, { cause: error });
    throw new DurableError(
      "OWNED",
      `the store ${path} is owned by ${whoOwns()}: one process at a time can go on with its coroutines; ` +
        "close it there, or look with { readonly: true }",
    );
  }
}

/**
 * Where the file of a store is, or will be: one store has one lock, by whatever links it is named. Where there is no such
 * place, `path` as it is: SQLite says why it can't be opened.
 *
 * @param links how many links may follow one another: more are a circle
 */
function realPath(path: string, links = 40): string {
  const { existsSync, lstatSync, readlinkSync, realpathSync } = process.getBuiltinModule("node:fs");
  const nodePath = process.getBuiltinModule("node:path");
  if (existsSync(path)) return realpathSync(path);
  const folder = nodePath.dirname(path);
  if (links === 0 || !existsSync(folder)) return path;
  const place = nodePath.join(realpathSync(folder), nodePath.basename(path));
  // A link to what is not there yet: the file is made where it points to.
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realPath(nodePath.resolve(nodePath.dirname(place), readlinkSync(place)), links - 1) : place;
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
