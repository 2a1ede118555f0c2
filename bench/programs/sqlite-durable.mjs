// The programs of the suite `durable` for SQLite alone: what a program can commit that writes what the embedded engine
// writes, and does nothing else. It is made so that the two can be compared:
//
// - The store is one of the engine's, in which each coroutine has had a turn: the same tables, indexes and page size.
// - The SQLite is the same, through the same driver, with the same settings: a write-ahead log, synchronous = full.
// - A batch is what the engine commits at once: what all callers have sent in one round. For a turn these are the entries
//   `send` and `answer`, with a step `send` and `asked`, and in a second commit `result` and `answer`; then the row of the
//   coroutine, once a batch, and the time of the store. Where all send to one key, a step's second commit has the first
//   entries of the next turn in it, too.
// - Each row is one prepared statement, which is the fastest way here; ids are random UUIDs, and made in the time that
//   counts, as are the texts. There is no coroutine: the answer is computed by the loop itself.
//
// Before it measures, it proves that: the engine goes on with the store that was written here, which it does only if each
// row is, byte for byte, what it would have written itself; and for as many sends it makes as many commits.
//
// `appends` write less: the entries alone, one after the other into a table without indexes.
//
// `disk` is what the disk itself takes.

import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { embedded } from "corun/durable";
import { openDatabase } from "../../dist/durable/sqlite/driver.js";
import { bodies, options, storeWith } from "./corun-durable.mjs";
import { folder, keyOf, sends } from "./durable-common.mjs";
import { check, now } from "./together-common.mjs";

/** @typedef {import("./durable-common.mjs").Keys} Keys */
/** @typedef {"plain" | "step"} Body */
/** @typedef {{ id: number, seq: number, turns: number, sent: string, isAsked: boolean }} Coroutine */

/** @param {"journal" | "log"} table */
const APPEND = (table) =>
  `insert into ${table} (coroutine, seq, type, at, turn, id, n, name, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const LOG = `create table log
  (coroutine integer, seq integer, type text, at real, turn integer, id text, n integer, name text, data text)`;
const UPDATE = "update coroutine set version = ?, generation = ?, turns = ?, state = ?, wake = ?, at = ? where id = ?";
const TIME = "update meta set value = ? where name = 'time'";

/** Writes what an engine would. */
class Store {
  commits = 0;
  /** By the number of the caller. @type {Coroutine[]} */
  #coroutines;
  #database;
  #append;
  #update;
  #time;
  #at = 0;

  /** @param {string} path @param {number} callers @param {Keys} keys @param {boolean} [isLog] entries alone */
  constructor(path, callers, keys, isLog = false) {
    const database = openDatabase(path, { readonly: false });
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    if (isLog) database.exec(LOG);
    const find = database.prepare(
      "select id, turns, (select max(seq) + 1 from journal where coroutine = coroutine.id) as seq from coroutine where key = ?",
    );
    const first = { ...find.get("k0"), sent: "", isAsked: false };
    this.#coroutines = Array.from({ length: callers }, (_, i) =>
      keys === "one" ? first : { ...find.get(keyOf(i, keys)), sent: "", isAsked: false },
    );
    this.#database = database;
    this.#append = database.prepare(APPEND(isLog ? "log" : "journal"));
    const nothing = { run() {} };
    [this.#update, this.#time] = isLog ? [nothing, nothing] : [database.prepare(UPDATE), database.prepare(TIME)];
  }

  /** @param {() => void} write */
  #commit(write) {
    this.#at = Date.now();
    this.#database.exec("begin immediate");
    this.#time.run(String(this.#at));
    write();
    this.#database.exec("commit");
    this.commits++;
  }

  /** @param {Coroutine} coroutine @param {string} state */
  #note({ id, turns }, state) {
    this.#update.run("1", 0, turns, state, null, this.#at, id);
  }

  /** @param {Coroutine} coroutine */
  #send(coroutine) {
    coroutine.sent = crypto.randomUUID();
    const turn = ++coroutine.turns;
    this.#append.run(coroutine.id, coroutine.seq++, "send", this.#at, turn, coroutine.sent, null, null, "1");
  }

  /** @param {Coroutine} coroutine */
  #answer(coroutine) {
    const { id, turns, sent } = coroutine;
    const text = `{"how":"yielded","value":${JSON.stringify({ n: turns, sum: turns })}}`;
    this.#append.run(id, coroutine.seq++, "answer", this.#at, turns, sent, null, null, text);
  }

  /** @param {Coroutine} coroutine */
  #ask(coroutine) {
    const { id, turns } = coroutine;
    coroutine.isAsked = true;
    this.#append.run(id, coroutine.seq++, "asked", this.#at, turns, null, turns, "step work", null);
  }

  /** @param {Coroutine} coroutine */
  #result(coroutine) {
    const { id, turns } = coroutine;
    coroutine.isAsked = false;
    this.#append.run(id, coroutine.seq++, "result", this.#at, turns, null, turns, null, '{"how":"returned","value":1}');
  }

  /** Every caller sends once. @param {Keys} keys */
  plain(keys) {
    this.#commit(() => {
      for (const coroutine of this.#coroutines) {
        this.#send(coroutine);
        this.#answer(coroutine);
      }
      for (const coroutine of keys === "one" ? [this.#coroutines[0]] : this.#coroutines)
        this.#note(coroutine, "waiting");
    });
  }

  /** @param {Keys} keys */
  step(keys) {
    if (keys === "one") this.#stepsOfOne();
    else this.#steps();
  }

  #steps() {
    this.#commit(() => {
      for (const coroutine of this.#coroutines) {
        this.#send(coroutine);
        this.#ask(coroutine);
      }
      for (const coroutine of this.#coroutines) this.#note(coroutine, "busy");
    });
    this.#commit(() => {
      for (const coroutine of this.#coroutines) {
        this.#result(coroutine);
        this.#answer(coroutine);
      }
      for (const coroutine of this.#coroutines) this.#note(coroutine, "waiting");
    });
  }

  #stepsOfOne() {
    for (const coroutine of this.#coroutines) {
      this.#commit(() => {
        if (coroutine.isAsked) {
          this.#result(coroutine);
          this.#answer(coroutine);
        }
        this.#send(coroutine);
        this.#ask(coroutine);
        this.#note(coroutine, "busy");
      });
    }
  }

  close() {
    const [first] = this.#coroutines;
    if (first.isAsked) {
      this.#commit(() => {
        this.#result(first);
        this.#answer(first);
        this.#note(first, "waiting");
      });
    }
    this.#database.close();
  }
}

const ROUNDS = 3;

/**
 * Proves that what is written here is what the engine writes.
 *
 * @param {string} path @param {Body} body @param {number} callers @param {Keys} keys
 */
async function prove(path, body, callers, keys) {
  const store = new Store(path, callers, keys);
  for (let round = 0; round < ROUNDS; round++) store[body](keys);
  store.close();
  let commits = 0;
  const database = openDatabase(path, { readonly: false });
  const counted = {
    /** @param {string} sql */
    exec(sql) {
      if (sql === "commit") commits++;
      return database.exec(sql);
    },
    /** @param {string} sql */
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
  const engine = embedded(path, { ...options, database: counted });
  const loop = sends(
    callers,
    keys,
    (key) => {
      const handle = engine.open(bodies[body], key);
      return (value) => handle.send(value);
    },
    1 + ROUNDS * (keys === "one" ? callers : 1),
  );
  await loop(callers); // brings them back, by a replay of what was written here
  commits = 0;
  await loop(ROUNDS * callers);
  check(commits, store.commits);
  await engine.close();
}

/** A store in which each key has had a turn. @param {Body} body @param {number} callers @param {Keys} keys */
function begun(body, callers, keys) {
  return storeWith(
    body,
    Array.from({ length: keys === "one" ? 1 : callers }, (_, i) => keyOf(i, keys)),
    1,
  );
}

/** @param {Body} body @param {Keys} keys */
function sameRows(body, keys) {
  /** @param {number} callers */
  return async (callers) => {
    const path = await begun(body, callers, keys);
    await prove(path, body, callers, keys);
    const store = new Store(path, callers, keys);
    return rounds(callers, () => store[body](keys));
  };
}

/** @param {Body} body @param {Keys} keys */
function appends(body, keys) {
  /** @param {number} callers */
  return async (callers) => {
    const store = new Store(await begun(body, callers, keys), callers, keys, true);
    return rounds(callers, () => store[body](keys));
  };
}

/** 4 KiB at the end of a file, and what it takes until they are on the disk. */
function disk() {
  const file = openSync(`${folder()}/file`, "w");
  const block = new Uint8Array(4096).fill(1);
  return rounds(1, () => {
    writeSync(file, block);
    fdatasyncSync(file);
  });
}

/** A send of every caller takes as long as a round does. @param {number} callers @param {() => void} round */
function rounds(callers, round) {
  /** @param {number} count @returns {import("./together-common.mjs").Done} */
  return (count) => {
    /** @type {number[]} */
    const latencies = [];
    const begun = now();
    for (let done = 0; done < count; done += callers) {
      const start = now();
      round();
      latencies.push(now() - start);
    }
    return { done: latencies.length * callers, nanoseconds: (now() - begun) * 1e6, latencies };
  };
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  plain: sameRows("plain", "own"),
  plainOneKey: sameRows("plain", "one"),
  step: sameRows("step", "own"),
  stepOneKey: sameRows("step", "one"),
  appendsPlain: appends("plain", "own"),
  appendsPlainOneKey: appends("plain", "one"),
  appendsStep: appends("step", "own"),
  appendsStepOneKey: appends("step", "one"),
  disk,
};
