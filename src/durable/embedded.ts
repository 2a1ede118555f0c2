// The default engine: journals in a SQLite file, in the process that uses them.
//
// May import: checks, errors, engine, sqlite.

import { checkCopy, checkCount, checkDuration, checkPath } from "./checks.ts";
import { DurableError } from "./errors.ts";
import type { Engine } from "./engine/engine.ts";
import { Keeper, type KeeperOptions } from "./engine/keeper.ts";
import { wallClock } from "./engine/wall-clock.ts";
import type { Database } from "./sqlite/driver.ts";
import { SqliteStore } from "./sqlite/store.ts";

export interface EmbeddedOptions {
  /** Only `list`, `inspect` and `history`; also while another process owns the store. */
  readonly?: boolean;
  /** How many coroutines that only wait are kept live; the others are brought back by a replay. 10,000 if absent. */
  maxLive?: number;
  /** So many turns without an `again` give a warning; 10,000 if absent. */
  warnAfter?: number;
  /**
   * How long an answer is given again to an id that comes again, after `again` has dropped the history that it stands in: in
   * milliseconds; an hour if absent. Before, it is given as long as the history is there.
   */
  keepAnswers?: number;
  /** A database of `better-sqlite3`, `libsql` or `node:sqlite` that you have opened with this path, and use for nothing else. */
  database?: Database;
}

/** An {@link Engine} in a file. */
export interface Embedded extends Engine {
  /** Copies the store, as it is now, to a file that does not exist; all goes on meanwhile. */
  backup(to: string): Promise<void>;
}

class EmbeddedKeeper extends Keeper implements Embedded {
  readonly #sqlite: SqliteStore;

  constructor(sqlite: SqliteStore, options: KeeperOptions) {
    super(sqlite, options);
    this.#sqlite = sqlite;
  }

  backup(to: string): Promise<void> {
    return this.ask(() => {
      checkCopy(to);
      try {
        this.#sqlite.backup(to);
      } catch (error) {
        throw new DurableError("STORE", `no backup was made to ${to}: ${(error as Error).message}`, { cause: error });
      }
    });
  }
}

/**
 * An engine that keeps its journals in a SQLite file. What a coroutine has answered, and what its effects gave, is on disk
 * before anybody gets it: when the process ends, however that happens, the next one goes on where this one stood.
 *
 * One process at a time owns a store. It needs Node 22.13 or later, Bun or Deno, which have SQLite built in; on Node 20,
 * `npm install libsql`.
 *
 * @param path the file; made if it does not exist. Beside it are `-wal` and `-shm`, of SQLite, and `-lock`
 * @throws {TypeError} if `path` names no file, or an option is none
 * @throws {DurableError} `OWNED`, if another process owns the store; `STORE`, if it can't be opened
 */
export function embedded(path: string, options: EmbeddedOptions = {}): Embedded {
  const { readonly = false, maxLive = 10_000, warnAfter = 10_000, keepAnswers = 3_600_000, database } = options;
  checkPath(path);
  checkCount(maxLive, 0, "maxLive");
  checkCount(warnAfter, 0, "warnAfter");
  checkDuration(keepAnswers, "keepAnswers");
  const store = new SqliteStore(path, { isReadonly: readonly, keepAnswers, database });
  return new EmbeddedKeeper(store, {
    clock: wallClock(),
    tick: setImmediate,
    newId: () => crypto.randomUUID(),
    newSalt: () => crypto.randomUUID().replaceAll("-", ""),
    maxLive,
    warnAfter,
    isReadonly: readonly,
  });
}
