// A store of an older format: it is opened, becomes one of this format, and its coroutines go on. The stores were written
// by the code of their time (fixtures), and are never made anew.

import { readFileSync } from "node:fs";
import path from "node:path";
import { type Coroutine, sleep, StopIteration } from "corun";
import { again, durable, type DurableBody, type Embedded, embedded, signal, step } from "corun/durable";
import { afterEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/durable/sqlite/driver.ts";
import { caught } from "./caught.ts";
import { folder } from "./processes.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

// The coroutines of the fixture, as they were then.
const tally = durable("tally", function* (): Body<number, number> {
  for (let sum = 0; ;) sum += yield sum;
});
const round = durable("round", function* (sum: number = 0): Body<number, number> {
  for (let i = 0; i < 2; i++) sum += yield sum;
  return again(sum);
});
const till = durable("till", function* (): Body<string, string> {
  for (let last = ""; ;) {
    const what = yield last;
    last = yield* step("charge", ({ id }) => `${what} as ${id}`);
  }
});
const alarm = durable("alarm", function* (): Body<number, number> {
  for (let n = 0; ; n++) yield* sleep(yield n);
});
const desk = durable("desk", function* (): Body<unknown> {
  for (let last: unknown = "nothing"; ;) {
    yield last;
    last = [yield* signal("first"), yield* signal("second")];
  }
});
const once = durable("once", function* (): Body<string, string, string> {
  return yield "?";
});
const list = durable("list", function* (): Body<string[], string> {
  for (const all: string[] = []; ;) all.push(yield all);
});
const CODE: DurableBody[] = [list, tally, round, till, alarm, desk, once];

const ALL = ["alarm/a", "desk/d", "once/o", "round/r", "tally/visits", "till/main"];

let engine: Embedded | null = null;
afterEach(async () => {
  await engine?.close({ grace: 0 });
  engine = null;
});

function sqlite(file: string): Database {
  return openDatabase(file, { readonly: false });
}

/** A store as it was written then. */
function old(format = 1): string {
  const file = path.join(folder(), "store.db");
  const database = sqlite(file);
  database.exec(readFileSync(path.join(import.meta.dirname, `fixtures/format-${format}.sql`), "utf8"));
  database.close();
  return file;
}

function formatOf(file: string): unknown {
  const database = sqlite(file);
  const row = database.prepare("pragma user_version").get() as { user_version: number };
  database.close();
  return row.user_version;
}

function open(file: string, options: Parameters<typeof embedded>[1] = {}): Embedded {
  engine = embedded(file, options);
  engine.serve(...CODE);
  return engine;
}

const listed = async (of: Embedded) => (await of.list()).map(({ name, key }) => `${name}/${key}`);

describe("a store of format 1", () => {
  it("becomes one of this format when it is opened, and all that was under way in it goes on", async () => {
    const file = old();
    const e = open(file);
    expect(await listed(e)).toEqual(ALL);
    expect(await e.open(till, "main").send("later", { id: "t2" })).toBe("later as till/main/0.2");
    expect(await e.open(alarm, "a").send(50, { id: "z" })).toBe(1);
    const d = e.open(desk, "d");
    await d.signal("first", 1);
    await d.signal("second", 2, { id: "sig" }); // is known
    expect(await d.send(undefined, { id: "ask" })).toEqual([1, 2]);
    await expect.poll(async () => (await e.open(tally, "visits").inspect()).turns).toBe(3); // the post
    expect(await e.open(tally, "visits").send(1)).toBe(18);
    expect(await e.open(round, "r").send(0)).toBe(15);
    expect(formatOf(file)).toBe(3);
  });

  it("still answers ids from before, also of what started over", async () => {
    const e = open(old());
    expect(await e.open(tally, "visits").send(5, { id: "a" })).toBe(5);
    expect(await e.open(round, "r").send(2, { id: "s2" })).toBe(3);
    expect(await e.open(till, "main").send("now", { id: "t1" })).toBe("now as till/main/0.1");
    const end = await caught(e.open(once, "o").send("more"));
    expect(end).toBeInstanceOf(StopIteration);
    expect((end as StopIteration).value).toBe("over");
  });

  it("gives no id again of what is dropped then, in the next process neither", async () => {
    const file = old();
    const e = open(file);
    await e.open(till, "main").drop(); // in the midst of 0.2
    await e.open(round, "r").drop(); // in generation 2
    await e.close();
    const next = open(file);
    expect(await listed(next)).not.toContain("till/main");
    expect(await next.open(till, "main").send("x")).toBe("x as till/main/1.1");
    await next.open(round, "r").send(1);
    const [base] = await next.open(round, "r").history();
    expect(base).toMatchObject({ type: "base", generation: 0, origin: 3 });
    expect(await next.open(till, "other").send("x")).toBe("x as till/other/0.1");
  });

  it("is read as it is by one that only looks, and stays what it was", async () => {
    const file = old();
    const e = (engine = embedded(file, { readonly: true }));
    expect(await listed(e)).toEqual(ALL);
    expect(await e.open(round, "r").inspect()).toMatchObject({ turns: 5, generation: 2, state: "waiting" });
    expect(await e.open(tally, "visits").history()).toHaveLength(5);
    await e.close();
    expect(formatOf(file)).toBe(1);
  });

  it("stays what it was when there is no room for the new format, and is opened when there is", async () => {
    const file = old();
    const full = sqlite(file);
    const { page_count } = full.prepare("pragma page_count").get() as { page_count: number };
    full.exec(`pragma max_page_count = ${page_count}`);
    expect(() => embedded(file, { database: full })).toThrow(/store\.db can't be read: .*full/);
    expect(formatOf(file)).toBe(1);
    const e = open(file);
    expect(await listed(e)).toEqual(ALL);
    expect(await e.open(tally, "visits").send(1, { id: "new" })).toBeGreaterThan(7);
  });

  it("is copied with what was dropped", async () => {
    const file = old();
    const copy = path.join(folder(), "copy.db");
    const e = open(file);
    await e.open(till, "main").drop();
    await e.backup(copy);
    await e.close();
    expect(await open(copy).open(till, "main").send("x")).toBe("x as till/main/1.1");
  });
});

describe("a store of format 2", () => {
  it("becomes one of this format, and its posts are delivered in the order of their moments, before newer ones", async () => {
    const file = old(2);
    const e = open(file);
    const l = e.open(list, "l");
    await l.post("fifth");
    await expect.poll(async () => (await l.inspect()).turns).toBe(5);
    expect(await l.send("last")).toEqual(["first", "second", "third", "fourth", "fifth", "last"]);
    expect(await l.send("again", { id: "f" })).toEqual(["first"]);
    expect(formatOf(file)).toBe(3);
  });

  it("is read as it is by one that only looks, and stays what it was", async () => {
    const file = old(2);
    const e = (engine = embedded(file, { readonly: true }));
    expect(await listed(e)).toEqual(["list/l"]);
    expect(await e.open(list, "l").inspect()).toMatchObject({ turns: 1, state: "waiting" });
    expect(formatOf(file)).toBe(2);
  });
});
