// Opens a store in a file; what is wrong with it is told clearly.
//
// May import: problem; the durable layer's types; Node's own modules.

import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Engine } from "../durable/index.ts";
import type { Durable } from "./hosted.ts";
import { Problem } from "./problem.ts";

/** @throws {Problem} if it can't be opened */
export function openStore(
  { embedded, DurableError }: Pick<Durable, "embedded" | "DurableError">,
  path: string,
  options: { readonly?: boolean } = {},
): Engine {
  try {
    return embedded(path, options);
  } catch (error) {
    if (error instanceof DurableError) throw new Problem(error.message, 1);
    throw error;
  }
}

/** How a SQLite file begins; where in it are the size of a page, in bytes, and the version that its user gave it. */
const MAGIC = "SQLite format 3\0";
const HEAD = { size: 100, page: 16, version: 60 };

/**
 * Looks whether there may be a store at `path`, without a program's own corun, so that nothing of a program has run, and
 * nothing was made beside it, where there can be none.
 *
 * @param isMade whether a file that is not there, or is empty, is made a store
 * @throws {Problem} if it can be none
 */
export function checkStore(path: string, isMade: boolean): void {
  if (path === "" || path === ":memory:")
    throw new Problem(`--store needs the path of a file, but got ${JSON.stringify(path)}, which keeps nothing`, 2);
  if (!existsSync(path)) {
    if (!isMade) throw new Problem(`no such store: ${path}`);
    const folder = dirname(path);
    if (!existsSync(folder)) throw new Problem(`the store ${path} can't be made: there is no folder ${folder}`);
    return;
  }
  const { size, isFolder, head } = look(path);
  if (isFolder) throw new Problem(`${path} is a folder, no store: name a file in it`);
  if (size === 0 && isMade) return;
  if (size === 0) throw new Problem(`${path} is an empty file, no store: corun serve makes one of it`);
  if (head.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new Problem(`${path} is no store: it is no file of SQLite`);
  // A store has a version as soon as it has tables; where there is a log, it may stand there.
  const isOther = head.readUInt32BE(HEAD.version) === 0 && size > head.readUInt16BE(HEAD.page);
  if (isOther && !existsSync(`${path}-wal`))
    throw new Problem(`${path} is no store: it is a SQLite file of something else`);
}

function look(path: string): { size: number; isFolder: boolean; head: Buffer } {
  const head = Buffer.alloc(HEAD.size);
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return { size: 0, isFolder: true, head };
    const file = openSync(path, "r");
    try {
      readSync(file, head);
      return { size: stats.size, isFolder: false, head };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new Problem(`the store ${path} can't be read: ${(error as Error).message}`);
  }
}
