// Posts: each is done once, and those to one key in the order in which they were made, with the sends between them.

import path from "node:path";
import { type Coroutine, run } from "corun";
import { again, durable, type Embedded, embedded, type Engine, inProcess, step } from "corun/durable";
import { VirtualClock } from "corun/testing";
import { afterEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/durable/sqlite/driver.ts";
import { folder } from "./processes.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

const engines: Engine[] = [];

function use<E extends Engine>(engine: E): E {
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close({ grace: 0 });
});

const NUMBERS = Array.from({ length: 16 }, (_, i) => i);

const list = durable("list", function* (): Body<unknown[], unknown> {
  for (const all: unknown[] = []; ;) all.push(yield all);
});

/** The ids of the posts that are in the store. */
function postsIn(file: string): unknown[] {
  const database = openDatabase(file, { readonly: true });
  const rows = database.prepare("select id from post").all() as { id: string }[];
  database.close();
  return rows.map(({ id }) => id);
}

describe.each([
  ["in process", () => inProcess()],
  ["embedded", () => embedded(path.join(folder(), "store.db"))],
  ["embedded, with a replay for each turn", () => embedded(path.join(folder(), "store.db"), { maxLive: 0 })],
] satisfies [string, () => Engine][])("posts, %s", (_, make: () => Engine) => {
  it("that are due in the same moment are delivered in their order", async () => {
    const l = use(make()).open(list, "l");
    await Promise.all(NUMBERS.map((i) => l.post(i, { after: 20 })));
    await expect.poll(async () => (await l.inspect()).turns).toBe(NUMBERS.length);
    expect(await l.send("last")).toEqual([...NUMBERS, "last"]);
  });

  it("and sends are taken in the order in which they were made, also where nobody waits between them", async () => {
    const l = use(make()).open(list, "l");
    void l.post(0);
    void l.send(1);
    void l.post(2);
    expect(await l.send(3)).toEqual([0, 1, 2, 3]);
  });
});

describe("posts in a store", () => {
  it("come before all that is sent in the next process", async () => {
    const file = path.join(folder(), "store.db");
    const first = use(embedded(file));
    for (const i of [0, 1, 2]) await first.open("list", "l").post(i, { id: String(i) });
    await first.close();
    const l = use(embedded(file)).open(list, "l");
    void l.post(3);
    const again = l.send("none", { id: "1" });
    expect(await l.send(4)).toEqual([0, 1, 2, 3, 4]);
    expect(await again).toEqual([0, 1]);
  });

  it("are delivered in their order in the next process", async () => {
    const file = path.join(folder(), "store.db");
    const first = use(embedded(file));
    await Promise.all(NUMBERS.map((i) => first.open("list", "l").post(i)));
    await first.close();
    const l = use(embedded(file)).open(list, "l");
    await expect.poll(async () => (await l.inspect()).turns).toBe(NUMBERS.length);
    expect(await l.send("last")).toEqual([...NUMBERS, "last"]);
    expect(postsIn(file)).toEqual([]);
  });

  it("come with an id again while its turn is under way: it is done once, and nothing is left of it", async () => {
    const file = path.join(folder(), "store.db");
    let charge!: () => void;
    let charged = 0;
    const shop = durable("shop", function* (n: number = 0): Body<number, string> {
      yield n;
      yield* step("charge", () => new Promise<void>((resolve) => (charged++, (charge = resolve))));
      return again(n + 1);
    });
    const options = { keepAnswers: 0 };
    const first: Embedded = use(embedded(file, options));
    const s = first.open(shop, "s");
    await s.post("pay", { id: "order 1" });
    await expect.poll(() => charged).toBe(1);
    await s.post("pay", { id: "order 1" });
    void s.post("pay", { id: "order 1" });
    charge();
    await expect.poll(async () => (await s.inspect()).state).toBe("waiting");
    expect(postsIn(file)).toEqual([]);
    await first.close();
    const second = use(embedded(file, options));
    expect((await second.open(shop, "s").inspect()).turns).toBe(1);
    expect(charged).toBe(1);
  });

  it("with the id of a send that waits for its turn, or whose turn is under way, leave nothing", async () => {
    const file = path.join(folder(), "store.db");
    let charge!: () => void;
    const shop = durable("shop", function* (): Body<string, string> {
      for (let last = ""; ;) {
        const what = yield last;
        last = yield* step("charge", () => new Promise<string>((resolve) => (charge = () => resolve(what))));
      }
    });
    const s = use(embedded(file)).open(shop, "s");
    const [a, b] = [s.send("a", { id: "a" }), s.send("b", { id: "b" })];
    await Promise.all([s.post("a", { id: "a" }), s.post("b", { id: "b" })]);
    charge();
    expect(await a).toBe("a");
    await s.post("b", { id: "b" });
    charge();
    expect(await b).toBe("b");
    await Promise.all([s.post("a", { id: "a" }), s.post("b", { id: "b" })]);
    expect((await s.inspect()).turns).toBe(2);
    expect(postsIn(file)).toEqual([]);
  });

  it("that could not be written are not done", async () => {
    const file = path.join(folder(), "store.db");
    const database = openDatabase(file, { readonly: false });
    const engine = use(embedded(file, { database }));
    let end!: () => void;
    const slow = durable("slow", function* (): Body<number, string> {
      for (let turns = 0; ; turns++) {
        const what = yield turns;
        if (what === "wait") yield* step("wait", () => new Promise<void>((resolve) => (end = resolve)));
      }
    });
    const s = engine.open(slow, "s");
    const waits = s.send("wait");
    await expect.poll(() => end).toBeDefined();
    const { page_count } = database.prepare("pragma page_count").get() as { page_count: number };
    database.exec(`pragma max_page_count = ${page_count}`);
    const large = "x".repeat(100_000);
    await expect(s.post(large, { id: "large" })).rejects.toMatchObject({ code: "NOT_KEPT" });
    database.exec("pragma max_page_count = 100000");
    end();
    await waits;
    expect(await s.send("next")).toBe(2);
  });
});

describe("a post to one that sleeps", () => {
  it("comes before what is sent after it, also in a task", async () => {
    const clock = new VirtualClock();
    const l = use(inProcess({ clock })).open(list, "l");
    const all = await run(function* () {
      yield* l.post(1);
      return yield* l.send(2);
    });
    expect(all).toEqual([1, 2]);
  });
});
