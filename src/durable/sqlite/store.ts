// The journals in a SQLite file.
//
// May import: driver, errors, lease, rows, schema; Store as a type.

import { DurableError } from "../errors.ts";
import type { Answer, Entry } from "../port.ts";
import type { Kept, Place, Post, Row as CoroutineRow, Store, Write } from "../engine/store.ts";
import { type Database, openDatabase, reading, type Statement } from "./driver.ts";
import { epochOf, lock, own, ownerOf } from "./lease.ts";
import { answerOf, entryOf, type Read, rowOf } from "./rows.ts";
import { checkFormat, formatOf, migrate } from "./schema.ts";
import { prepare, type Statements } from "./statements.ts";

export interface SqliteOptions {
  isReadonly: boolean;
  /** How long answers are kept after an `again`, in milliseconds. */
  keepAnswers: number;
  /** A database of the user's, that nobody else uses. */
  database: Database | undefined;
}
