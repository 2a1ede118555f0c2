// The file of the embedded engine: who owns it, what becomes of it when things go wrong, and how much it holds.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { now, sleep } from "corun";
import { checkReplay, durable, type DurableError, type Embedded, embedded, inProcess, step } from "corun/durable";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Database, openDatabase } from "../../src/durable/sqlite/driver.ts";
import { counter, short, worker } from "./bodies.ts";
import { caught } from "./caught.ts";
import { folder, kill, start } from "./processes.ts";

/** All of the large sizes: `CORUN_LARGE=1 npx vitest run --project node test/durable/store.test.ts`. */
const isLarge = process.env["CORUN_LARGE"] !== undefined;

const engines: Embedded[] = [];

function open(...args: Parameters<typeof embedded>): Embedded {
  const engine = embedded(...args);
  engines.push(engine);
  return engine;
}

function sqlite(file: string): Database {
  return openDatabase(file, { readonly: false });
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const engine of engines.splice(0)) await engine.close();
});

const sleeper = durable("asleep", function* (): Generator<number, void, number> {
  for (let woke = 0; ;) {
    yield* sleep(yield woke);
    woke = now();
  }
});

describe("a store", () => {
  it("is owned by one engine at a time", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    expect(() => embedded(file)).toThrow(
      `the store ${file} is owned by process ${process.pid} on ${os.hostname()}, since 2`,
    );
    await first.close();
    await open(file).open(counter, "a").send(1);
  });

  it("is owned by one engine at a time by whatever links it is named, also before its file is there", async () => {
    const home = folder();
    mkdirSync(path.join(home, "real"));
    symlinkSync(path.join(home, "real"), path.join(home, "linked"));
    symlinkSync("real/store.db", path.join(home, "link.db"));
    symlinkSync("link.db", path.join(home, "twice.db"));
    const names = ["real/store.db", "linked/store.db", "link.db", "twice.db"].map((name) => path.join(home, name));
    for (const owner of names) {
      const first = open(owner);
      for (const name of names)
        expect(await caught((async () => open(name))()), `${name} beside ${owner}`).toMatchObject({ code: "OWNED" });
      await first.close();
      for (const suffix of ["", "-lock"]) rmSync(`${names[0]!}${suffix}`);
    }
    expect(readdirSync(home).toSorted()).toEqual(["link.db", "linked", "real", "twice.db"]);
  });

  it("says which link goes round in a circle", async () => {
    const file = path.join(folder(), "store.db");
    symlinkSync("store.db", file);
    expect(await caught((async () => open(file))())).toMatchObject({ name: "DurableError", code: "STORE" });
  });

  it.each([[""], [":memory:"], [undefined], [null], [7], ["a\0b"]])(
    "is a file with a name: %j is refused, and nothing is made",
    (given) => {
      const before = readdirSync(".");
      const error = (() => {
        try {
          return open(given as string);
        } catch (error) {
          return error;
        }
      })();
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(typeof given === "string" ? JSON.stringify(given) : `got ${String(given)}`);
      expect(String(error)).toContain("inProcess()");
      expect(readdirSync(".")).toEqual(before);
    },
  );

  it.each([
    [{ maxLive: -1 }, "maxLive is a whole number from 0 on, or Infinity, but got -1"],
    [{ maxLive: Number.NaN }, "maxLive is a whole number from 0 on, or Infinity, but got NaN"],
    [{ warnAfter: 1.5 }, "warnAfter is a whole number from 0 on, or Infinity, but got 1.5"],
  ])("has no option %j: it says so before a file is made; so does the engine in process", (options, said) => {
    const home = folder();
    expect(() => open(path.join(home, "store.db"), options)).toThrow(new TypeError(said));
    expect(readdirSync(home)).toEqual([]);
    expect(() => inProcess(options)).toThrow(new TypeError(said));
  });

  it.each([Number.NaN, -1])("keeps answers for no time like %d", (keepAnswers) => {
    const said = `keepAnswers is a number of milliseconds from 0 on, but got ${keepAnswers}`;
    expect(() => open(path.join(folder(), "store.db"), { keepAnswers })).toThrow(new TypeError(said));
  });

  it("is released when its process is killed, and not before", async () => {
    const file = path.join(folder(), "store.db");
    const child = await start("owner.ts", file);
    const error = await caught((async () => embedded(file))());
    expect(error).toMatchObject({ code: "OWNED" });
    expect((error as DurableError).message).toContain(`is owned by process ${child.pid}`);
    await kill(child);
    await open(file).open(counter, "a").send(1);
  });

  it("can be looked at while another engine owns it, and not written", async () => {
    const file = path.join(folder(), "store.db");
    const owner = open(file);
    await owner.open(counter, "a").send(5);
    const guest = open(file, { readonly: true });
    expect(await guest.list()).toMatchObject([{ name: "counter", key: "a", turns: 1 }]);
    const a = guest.open("counter", "a");
    expect((await a.history()).map(({ type }) => type)).toEqual(["base", "send", "answer"]);
    expect(await a.inspect()).toMatchObject({ state: "waiting", turns: 1, entries: 3 });
    await expect(a.send(1)).rejects.toMatchObject({ code: "READONLY" });
    await expect(a.drop()).rejects.toMatchObject({ code: "READONLY" });
    await owner.open(counter, "a").send(5);
    expect(await a.inspect()).toMatchObject({ turns: 2 });
  });

  it("makes none where it shall only look", () => {
    const file = path.join(folder(), "store.db");
    expect(() => embedded(file, { readonly: true })).toThrow(`there is no store ${file}`);
    expect(existsSync(file)).toBe(false);
  });

  it("is not written by an engine that another has taken it over from", async () => {
    const file = path.join(folder(), "store.db");
    const old = open(file);
    await old.open(counter, "a").send(1);
    // As on a file system without locks.
    const other = sqlite(file);
    other.exec("update meta set value = value + 1 where name = 'epoch'");
    other.close();
    await expect(old.open(counter, "a").send(1, { id: "x" })).rejects.toMatchObject({ code: "FENCED" });
    await expect(old.open(counter, "b").send(1)).rejects.toMatchObject({ code: "FENCED" });
    await old.close();
    expect(await open(file).open(counter, "a").send(1, { id: "x" })).toEqual({ n: 2, sum: 2 });
  });

  it("says what it can't open", async () => {
    const home = folder();
    const file = path.join(home, "store.db");
    expect(() => embedded(path.join(home, "none", "store.db"))).toThrow(/store\.db-lock can't be|can't be opened/);
    writeFileSync(file, "This is no database, and never was one. ".repeat(100));
    const error = await caught((async () => embedded(file))());
    expect(error).toMatchObject({ name: "DurableError", code: "STORE" });
    expect(String(error)).toContain(`${file} can't be read: `);
    // It has let go of the file.
    writeFileSync(file, "");
    open(file);
  });

  it("refuses one that a newer version has made", async () => {
    const file = path.join(folder(), "store.db");
    await open(file).open(counter, "a").send(1);
    await engines[0]!.close();
    const database = sqlite(file);
    database.exec("pragma user_version = 99");
    database.close();
    const message = `the store ${file} was made by a newer version of corun: its format is 99, and this one knows 3; update corun`;
    expect(() => embedded(file)).toThrow(message);
    expect(() => embedded(file, { readonly: true })).toThrow(message);
  });

  it.each([0, 2])("leaves a file of another program as it is, whatever version that gave it: %d", (version) => {
    const file = path.join(folder(), "notes.db");
    const database = sqlite(file);
    database.exec(`create table meta (name text); create table note (text text); pragma user_version = ${version}`);
    database.close();
    const before = readFileSync(file);
    const message = `the file ${file} is no store: there are tables of something else in it; name another file`;
    expect(() => embedded(file)).toThrow(message);
    expect(() => embedded(file, { readonly: true })).toThrow(message);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("can be read by people", async () => {
    const file = path.join(folder(), "store.db");
    await open(file).open(worker, "a").send("dig", { id: "x" });
    await engines[0]!.close();
    const database = sqlite(file);
    const rows = database.prepare("select type, id, n, name, data from journal order by seq").all();
    database.close();
    const plain = rows.map((row) => Object.values(row as object).slice(0, 5));
    expect(plain.slice(1)).toEqual([
      ["send", "x", null, null, '"dig"'],
      ["asked", null, 1, "step work", null],
      ["result", null, 1, null, '{"how":"returned","value":"dig as worker/a/0.1"}'],
      ["answer", "x", null, null, '{"how":"yielded","value":"dig as worker/a/0.1"}'],
    ]);
  });

  it("is all in its file when it has been closed, also with a reader beside it", async () => {
    const file = path.join(folder(), "store.db");
    const engine = open(file);
    const reader = open(file, { readonly: true });
    for (let n = 1; n <= 20; n++) await engine.open(counter, `k${n}`).send(n);
    expect(await reader.list()).toHaveLength(20);
    await engine.close();
    const copy = path.join(folder(), "copy.db");
    copyFileSync(file, copy);
    expect(await open(copy).list()).toHaveLength(20);
  });

  it("is copied while it is used", async () => {
    const home = folder();
    const copy = path.join(home, "copy.db");
    const engine = open(path.join(home, "store.db"));
    const a = engine.open(counter, "a");
    const sends = Array.from({ length: 20 }, () => a.send(1));
    await engine.backup(copy);
    await Promise.all(sends);
    const { turns } = (await open(copy).list())[0]!;
    expect(turns).toBe(20);
    await expect(engine.backup(copy)).rejects.toMatchObject({ code: "STORE" });
  });
});

it.each([[""], [":memory:"], [undefined], ["a\0b"]])("makes no copy that is kept nowhere: %j", async (to) => {
  const engine = open(path.join(folder(), "store.db"));
  expect(await caught(engine.backup(to!))).toBeInstanceOf(TypeError);
});

describe("when things go wrong", () => {
  it("rejects what could not be written, as it has not happened, and goes on when there is room again", async () => {
    const file = path.join(folder(), "store.db");
    await open(file).open(counter, "a").send(1);
    await engines.pop()!.close();
    const database = sqlite(file);
    const engine = open(file, { database });
    const a = engine.open(counter, "a");
    const pages = (database.prepare("pragma page_count").get() as { page_count: number }).page_count;
    database.exec(`pragma max_page_count = ${pages}`);
    const large = "x".repeat(100_000);
    const w = engine.open(worker, "w");
    const error = await caught(w.send(large, { id: "l" }));
    expect(error).toMatchObject({ name: "DurableError", code: "NOT_KEPT" });
    expect(String(error)).toContain("it could not be written, and has not happened: ");
    expect((await w.inspect()).state).toBe("new");
    database.exec("pragma max_page_count = 100000");
    expect(await a.send(1)).toEqual({ n: 2, sum: 2 });
    expect(await w.send(large, { id: "l" })).toBe(`${large} as worker/w/0.1`);
  });

  it("goes on by itself with what nobody sends again: a sleep that has ended, a post, the result of a step", async () => {
    const file = path.join(folder(), "store.db");
    const database = sqlite(file);
    const engine = open(file, { database });
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const working = durable("working", function* (): Generator<number, void, void> {
      for (;;) {
        yield 0;
        yield* step("work", () => released);
      }
    });
    const asleep = caught(engine.open(sleeper, "asleep").send(50));
    const atWork = caught(engine.open(working, "w").send());
    await engine.open(counter, "new").post(5, { after: 50 });
    await engine.open(counter, "there").send(1);
    await engine.open(counter, "there").post(5, { after: 50 });

    database.exec("pragma query_only = 1"); // nothing can be written any more
    release();
    for (const error of [await asleep, await atWork]) expect(error).toMatchObject({ code: "NOT_KEPT" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    database.exec("pragma query_only = 0");

    const turns = async (body: typeof counter, key: string) => (await engine.open(body, key).inspect()).turns;
    await expect.poll(() => turns(counter, "new"), { timeout: 10_000 }).toBe(1);
    await expect.poll(() => turns(counter, "there"), { timeout: 10_000 }).toBe(2);
    for (const handle of [engine.open(sleeper, "asleep"), engine.open(working, "w")])
      await expect.poll(async () => (await handle.inspect()).state, { timeout: 10_000 }).toBe("waiting");
  });

  it("writes what can be written beside what can't", async () => {
    const file = path.join(folder(), "store.db");
    const database = sqlite(file);
    const engine = open(file, { database });
    await engine.open(counter, "a").send(1);
    const pages = (database.prepare("pragma page_count").get() as { page_count: number }).page_count;
    database.exec(`pragma max_page_count = ${pages}`);
    const [large, small] = await Promise.allSettled([
      engine.open(worker, "w").send("x".repeat(100_000)),
      engine.open(counter, "a").send(1),
    ]);
    expect(large).toMatchObject({ status: "rejected", reason: { code: "NOT_KEPT" } });
    expect(small).toMatchObject({ status: "fulfilled", value: { n: 2, sum: 2 } });
  });

  it("loses only the end of a log that was cut off, and what is left replays", async () => {
    const home = folder();
    const file = path.join(home, "store.db");
    const engine = open(file);
    const a = engine.open(counter, "a");
    for (let n = 0; n < 30; n++) await a.send(1);
    const size = statSync(`${file}-wal`).size;
    for (const share of [0.95, 0.7, 0.4, 0.1]) {
      const torn = path.join(home, `torn-${share}.db`);
      copyFileSync(file, torn);
      copyFileSync(`${file}-wal`, `${torn}-wal`);
      truncateSync(`${torn}-wal`, Math.floor(size * share));
      const other = open(torn);
      const before = (await other.list())[0]?.turns ?? 0;
      expect(before).toBeLessThan(30);
      const b = other.open(counter, "a");
      expect(await b.send(1)).toEqual({ n: before + 1, sum: before + 1 });
      checkReplay(counter, await b.history());
    }
  });

  it("parks a coroutine whose journal is damaged, and no other", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    for (const key of ["a", "b"]) await first.open(counter, key).send(1);
    await first.close();
    const database = sqlite(file);
    database.exec("delete from journal where coroutine = 1 and type = 'answer'");
    database.close();
    const engine = open(file);
    await expect(engine.open(counter, "a").send(1)).rejects.toThrow("the journal says that it did nothing more");
    expect(await engine.open(counter, "b").send(1)).toEqual({ n: 2, sum: 2 });
  });

  it("never lets time go back, and sleeps no longer, when the clock has been set back", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    const s = first.open(sleeper, "s");
    const before = await s.send(0);
    await caught(s.send(400, { id: "x", timeout: 5 }));
    await first.close();
    const real = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => real() - 3_600_000);
    const second = open(file);
    const from = performance.now();
    const woke = await second.open(sleeper, "s").send(400, { id: "x" });
    expect(woke).toBeGreaterThanOrEqual(before + 400);
    expect(performance.now() - from).toBeLessThan(60_000);
  });
});

describe("much of it", () => {
  it("takes a send of 5 MB", async () => {
    const engine = open(path.join(folder(), "store.db"), { maxLive: 0 });
    const large = "ü".repeat(2_500_000);
    const w = engine.open(worker, "w");
    expect((await w.send(large)).length).toBe(large.length + " as worker/w/0.1".length);
    expect(await w.send("x")).toBe("x as worker/w/0.2");
  });

  it(`goes on with a coroutine of ${isLarge ? 100_000 : 5000} turns`, { timeout: 600_000 }, async () => {
    const turns = isLarge ? 100_000 : 5000;
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const file = path.join(folder(), "store.db");
    const first = open(file, { warnAfter: 1000 });
    const a = first.open(counter, "a");
    for (let n = 0; n < turns; n += 1000) await Promise.all(Array.from({ length: 1000 }, () => a.send(1)));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain("counter/a has had 1000 turns since it started over");
    await first.close();
    expect(await open(file).open(counter, "a").send(1)).toEqual({ n: turns + 1, sum: turns + 1 });
  });

  it(`holds ${isLarge ? 100_000 : 3000} keys, of which few are live`, { timeout: 600_000 }, async () => {
    const keys = isLarge ? 100_000 : 3000;
    const file = path.join(folder(), "store.db");
    const engine = open(file, { maxLive: 100 });
    for (let from = 0; from < keys; from += 1000)
      await Promise.all(Array.from({ length: 1000 }, (_, i) => engine.open(counter, `k${from + i}`).send(from + i)));
    const keyOf = (i: number) => engine.open(counter, `k${i * 37}`).send(1);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => keyOf(i)));
    expect(answers.map(({ sum }) => sum)).toEqual(answers.map((_, i) => i * 37 + 1));
    let count = 0;
    for (let page = await engine.list({ limit: 1000 }); page.length > 0;) {
      count += page.length;
      page = await engine.list({ limit: 1000, after: page.at(-1)! });
    }
    expect(count).toBe(keys);
  });

  it("keeps a file as small as what is needed, where coroutines start over", async () => {
    const file = path.join(folder(), "store.db");
    const engine = open(file, { keepAnswers: 0 });
    const s = engine.open(short, "a");
    const send = (count: number) => Promise.all(Array.from({ length: count }, () => s.send(1)));
    for (let i = 0; i < 5; i++) await send(100);
    await engine.close();
    const size = statSync(file).size;
    const second = open(file, { keepAnswers: 0 });
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 100 }, () => second.open(short, "a").send(1)));
    await second.close();
    expect(statSync(file).size).toBeLessThan(2 * size);
  });
});
