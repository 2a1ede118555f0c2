// The programs of the suite `durable` for Corun's engines: embedded, and in process.

import { durable, embedded, inProcess, sleep, step } from "corun/durable";
import { openDatabase } from "../../dist/durable/sqlite/driver.js";
import { folder, plain, sends, withStep } from "./durable-common.mjs";
import { check, now } from "./together-common.mjs";

/** @typedef {import("./durable-common.mjs").Keys} Keys */

export const bodies = { plain: durable("plain", plain), step: durable("step", withStep(step)) };

/** No warning that a journal grows long: it shall. */
export const options = { warnAfter: Number.POSITIVE_INFINITY };

/** @param {import("corun/durable").Engine} engine @param {"plain" | "step"} body @param {Keys} keys @param {number} callers */
function sendsTo(engine, body, keys, callers) {
  return sends(callers, keys, (key) => {
    const handle = engine.open(bodies[body], key);
    return (value) => handle.send(value);
  });
}

/** @param {"plain" | "step"} body @param {Keys} keys */
function inFile(body, keys) {
  /** @param {number} callers */
  return (callers) => sendsTo(embedded(`${folder()}/store.db`, options), body, keys, callers);
}

/** @param {"plain" | "step"} body @param {Keys} keys */
function inMemory(body, keys) {
  /** @param {number} callers */
  return (callers) => sendsTo(inProcess(options), body, keys, callers);
}

/** A store in which these coroutines have had so many turns each. @param {"plain" | "step"} body @param {string[]} keys @param {number} turns */
export async function storeWith(body, keys, turns) {
  const path = `${folder()}/store.db`;
  const engine = embedded(path, options);
  const handles = keys.map((key) => engine.open(bodies[body], key));
  for (let left = turns; left > 0; left -= 1000) {
    const round = Array.from({ length: Math.min(left, 1000) }, () => handles.map((handle) => handle.send(1)));
    await Promise.all(round.flat());
  }
  await engine.close();
  return path;
}

/**
 * The first send to a coroutine that has had `turns` turns, in an engine that has just been opened: what it takes but for
 * opening and closing, for each turn.
 *
 * @param {"plain" | "step"} body
 */
function replay(body) {
  /** @param {number} turns @returns {Promise<(count: number) => Promise<import("./together-common.mjs").Done>>} */
  return async (turns) => {
    const path = await storeWith(body, ["k0"], turns);
    let before = turns;
    return async () => {
      const engine = embedded(path, options);
      const start = now();
      const { n } = await engine.open(bodies[body], "k0").send(1);
      const nanoseconds = (now() - start) * 1e6;
      check(n, before + 1);
      await engine.close();
      return { done: before++, nanoseconds };
    };
  };
}

const HOUR = 3_600_000;

const sleeper = durable("sleeper", function* sleeper() {
  for (let n = 0; ; n++) yield* sleep(yield n);
});

/**
 * A store with `count` coroutines that sleep in a turn for an hour, and one whose time has come. One of them is made by
 * the engine; the others are its rows again, under other keys.
 *
 * @param {number} count
 */
async function storeOfSleepers(count) {
  const path = `${folder()}/store.db`;
  const engine = embedded(path);
  const asleep = [engine.open(sleeper, "due").send(1, { id: "due" }), engine.open(sleeper, "k0").send(HOUR)];
  await engine.close();
  const ends = await Promise.allSettled(asleep);
  check(ends.filter(({ status }) => status === "rejected").length, asleep.length);
  const database = openDatabase(path, { readonly: false });
  const { id, last } = /** @type {{ id: number, last: number }} */ (
    database.prepare("select id, (select max(id) from coroutine) as last from coroutine where key = 'k0'").get()
  );
  database.exec(`begin;
    create temp table numbers as with recursive i(i) as (select 1 union all select i + 1 from i where i < ${count - 1})
      select i from i;
    insert into coroutine (${columnsOf(database, "coroutine")})
      select ${columnsOf(database, "coroutine", { id: `${last} + i`, key: "'k' || i" })}
      from numbers, coroutine where id = ${id};
    insert into journal (${columnsOf(database, "journal")})
      select ${columnsOf(database, "journal", { coroutine: `${last} + i` })}
      from numbers, journal where coroutine = ${id};
    commit`);
  database.close();
  return path;
}

/** The names of a table's columns, or what stands in their place. @param {Record<string, string>} [instead] */
function columnsOf(database, table, instead = {}) {
  const columns = database.prepare(`select name from pragma_table_info('${table}')`).all();
  return columns.map(({ name }) => instead[name] ?? name).join(", ");
}

/**
 * From the opening of a store in which `count` coroutines sleep until a new one has answered, and the one whose time has
 * come: nanoseconds for all of it. Once, as a process does it once.
 *
 * @param {number} count
 */
async function recovery(count) {
  const path = await storeOfSleepers(count);
  const start = now();
  const engine = embedded(path);
  const answers = await Promise.all([
    engine.open(sleeper, "new").send(0),
    engine.open(sleeper, "due").send(1, { id: "due" }),
  ]);
  const nanoseconds = (now() - start) * 1e6;
  check(answers[0], 1);
  check(answers[1], 1);
  const asleep = await engine.list({ name: "sleeper", state: "busy", limit: 2 * count });
  check(asleep.filter(({ wakeAt }) => wakeAt > Date.now()).length, count);
  return nanoseconds;
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  plain: inFile("plain", "own"),
  plainOneKey: inFile("plain", "one"),
  step: inFile("step", "own"),
  stepOneKey: inFile("step", "one"),
  memoryPlain: inMemory("plain", "own"),
  memoryPlainOneKey: inMemory("plain", "one"),
  memoryStep: inMemory("step", "own"),
  memoryStepOneKey: inMemory("step", "one"),
  replay: replay("plain"),
  replayStep: replay("step"),
  recovery,
};
