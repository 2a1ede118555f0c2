// What the engines of ours do beside the contract: how effects run, what becomes of them when the engine is closed, and
// how what is under way goes on in the next process.

import path from "node:path";
import { type Coroutine, coroutine, sleep } from "corun";
import {
  call,
  checkReplay,
  durable,
  type Embedded,
  embedded,
  type Engine,
  inProcess,
  isDurable,
  isReplaying,
  type ListOptions,
  race,
  signal,
  step,
} from "corun/durable";
import { VirtualClock } from "corun/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Database, openDatabase } from "../../src/durable/sqlite/driver.ts";
import { counter } from "./bodies.ts";
import { caught } from "./caught.ts";
import { folder } from "./processes.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

const engines: Embedded[] = [];

function open(...args: Parameters<typeof embedded>): Embedded {
  const engine = embedded(...args);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const engine of engines.splice(0)) await engine.close({ grace: 0 });
});

/** A promise and what fulfils it. */
function gate(): { opened: Promise<string>; open: (value: string) => void } {
  let open!: (value: string) => void;
  return { opened: new Promise((resolve) => (open = resolve)), open };
}

describe("a step", () => {
  it("has its signal aborted when nobody waits for its result any more", async () => {
    const seen: unknown[] = [];
    const hedge = durable("hedge", function* (): Body<string> {
      for (let last = ""; ;) {
        yield last;
        const slow = step("slow", ({ signal }) => {
          signal.addEventListener("abort", () => seen.push("aborted"));
          return new Promise<string>(() => {});
        });
        last = yield* race([slow, step("fast", () => "fast")]);
      }
    });
    const engine = inProcess();
    expect(await engine.open(hedge, "a").send()).toBe("fast");
    expect(seen).toEqual(["aborted"]);
    expect((await engine.open(hedge, "a").inspect()).requests).toEqual([]);
  });

  it("waits between attempts, longer each time, and says how it stands", async () => {
    const clock = new VirtualClock({ auto: false });
    const times: number[] = [];
    const retry = { attempts: 4, delay: 100, factor: 3, maxDelay: 500 };
    const flaky = durable("flaky", function* (): Body<string> {
      yield "";
      const attempt = () => {
        times.push(clock.now());
        throw new Error(`no ${times.length}`);
      };
      yield* step("try", attempt, { retry });
    });
    const engine = inProcess({ clock });
    const f = engine.open(flaky, "a");
    const failure = caught(f.send());
    await clock.advance(150);
    expect((await f.inspect()).requests).toEqual([
      { n: 1, kind: "step", name: "try", attempts: 2, lastError: "Error: no 2" },
    ]);
    await clock.advance(1000);
    expect(await failure).toMatchObject({ message: "no 4" });
    expect(times).toEqual([0, 100, 400, 900]);
  });

  it("is not tried again after a failure that its retry does not want", async () => {
    let attempts = 0;
    const choosy = durable("choosy", function* (): Body<string> {
      yield "";
      const fail = () => {
        attempts++;
        throw new TypeError("a bug");
      };
      yield* step("try", fail, { retry: { attempts: 9, delay: 1, when: (e) => !(e instanceof TypeError) } });
    });
    await expect(inProcess().open(choosy, "a").send()).rejects.toThrow("a bug");
    expect(attempts).toBe(1);
  });

  it("fails with what its retry throws when that is asked", async () => {
    const asking = durable("asking", function* (): Body<string> {
      yield "";
      const fail = () => {
        throw new Error("the failure");
      };
      const when = () => {
        throw new RangeError("no idea");
      };
      yield* step("try", fail, { retry: { attempts: 9, delay: 1, when } });
    });
    const error = await caught(inProcess().open(asking, "a").send());
    expect(String(error)).toBe("RangeError: no idea");
  });

  it("is tried again without a wait as often as it needs", async () => {
    const restless = durable("restless", function* (): Body<number> {
      yield 0;
      const work = ({ attempt }: { attempt: number }) => {
        if (attempt < 1200) throw new Error("not yet"); // 2 ** 1024 is infinite
        return attempt;
      };
      yield yield* step("try", work, { retry: { attempts: Number.POSITIVE_INFINITY, delay: 0 } });
    });
    expect(await inProcess({ clock: new VirtualClock() }).open(restless, "a").send()).toBe(1200);
  });

  it.each([
    ["delay", { delay: Number.NaN }],
    ["delay", { delay: "50" as never }],
    ["delay", { delay: -1 }],
    ["delay", { delay: Number.POSITIVE_INFINITY }],
    ["factor", { factor: Number.NaN }],
    ["maxDelay", { maxDelay: "x" as never }],
    ["maxDelay", { maxDelay: Number.NaN }],
    ["when", { when: true as never }],
    ["attempt", { attempts: "2" as never }],
    ["attempt", { attempts: Number.NaN }],
  ])("is refused with a retry that is none, by its %s: %o", async (what, wrong) => {
    let calls = 0;
    const body = durable("refused", function* (): Body<void> {
      yield;
      yield* step("try", () => calls++, { retry: { attempts: 2, ...wrong } });
    });
    const error = await caught(inProcess().open(body, "k").send());
    expect(error).toMatchObject({ name: "TypeError" });
    expect(String(error)).toContain(what);
    expect(String(error)).toContain("but got");
    expect(calls).toBe(0);
  });

  it.each(["a\0b", "half of 🎈".slice(0, -1)])(
    "is refused with a name that no store gives back as it is: %j",
    async (name) => {
      const body = durable("misnamed", function* (): Body<void> {
        yield;
        yield* step(name, () => {});
      });
      const error = await caught(inProcess().open(body, "k").send());
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(`step needs a name, a text, but got ${JSON.stringify(name)}`);
    },
  );

  it("that gives what only the body can wait for says so", async () => {
    const body = durable("mixing", function* (): Body<void> {
      yield;
      yield* step("nap", () => sleep(5));
    });
    await expect(inProcess().open(body, "k").send()).rejects.toThrow(
      "step nap gives sleep(5), which only the body can wait for: `yield*` it there",
    );
  });

  it("fails in the body where its result can't be kept", async () => {
    const odd = durable("odd", function* (): Body<string> {
      yield "";
      yield* step("make", () => ({ at: new Date() }));
    });
    await expect(inProcess().open(odd, "a").send()).rejects.toThrow(
      "what step make of odd/a gives can't be kept in a journal: $.at is a Date; send getTime() or toISOString()",
    );
  });
});

describe("closing", () => {
  const gates = new Map<string, ReturnType<typeof gate>>();
  const calls: string[] = [];
  const slow = durable("slow", function* (): Body<string, string> {
    for (let last = ""; ;) {
      const what = yield last;
      last = yield* step("wait", ({ signal }) => {
        calls.push(what);
        signal.addEventListener("abort", () => calls.push(`${what} aborted`));
        return gates.get(what)!.opened;
      });
    }
  });

  it("waits for steps that run, and keeps what they give", async () => {
    const file = path.join(folder(), "store.db");
    gates.set("one", gate());
    const engine = open(file);
    const answer = engine.open(slow, "a").send("one", { id: "x" });
    await expect.poll(() => calls).toContain("one");
    const closed = engine.close();
    await expect(engine.open(slow, "b").send("one")).rejects.toMatchObject({ code: "CLOSED" });
    gates.get("one")!.open("done");
    await closed;
    expect(await answer).toBe("done");
  });

  it("aborts those that take longer than its grace, and the next engine does them again", async () => {
    const file = path.join(folder(), "store.db");
    gates.set("two", gate());
    const engine = open(file);
    const answer = caught(engine.open(slow, "a").send("two", { id: "x" }));
    await expect.poll(() => calls).toContain("two");
    await engine.close({ grace: 10 });
    expect(await answer).toMatchObject({ code: "CLOSED" });
    expect(calls.filter((each) => each.startsWith("two"))).toEqual(["two", "two aborted"]);
    gates.get("two")!.open("late"); // the old one's result is no news to anybody
    gates.set("two", gate());
    const next = open(file);
    next.serve(slow);
    await expect.poll(() => calls.filter((each) => each === "two")).toHaveLength(2);
    expect((await next.open(slow, "a").inspect()).state).toBe("busy");
    gates.get("two")!.open("again");
    expect(await next.open(slow, "a").send("two", { id: "x" })).toBe("again");
  });

  it("is done once, and for all", async () => {
    const engine = inProcess();
    await Promise.all([engine.close(), engine.close()]);
    await expect(engine.list()).rejects.toMatchObject({ code: "CLOSED" });
    await expect(engine.open(counter, "a").history()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("what is under way when an engine ends", () => {
  const told: string[] = [];
  const teller = durable("teller", function* (): Body<number, string> {
    for (let n = 0; ; n++) {
      const what = yield n;
      if (!isReplaying()) told.push(what);
    }
  });
  const waiter = durable("waiter", function* (): Body<unknown> {
    for (let last: unknown; ;) {
      yield last;
      last = [yield* signal("one"), yield* call(counter, "shared", 5)];
    }
  });

  it("goes on in the next when its code is served, though nobody opens it", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    void caught(first.open(waiter, "w").send(undefined, { id: "x" }));
    await first.open(waiter, "w").signal("one", 1);
    await expect.poll(async () => (await first.open("waiter", "w").inspect()).turns).toBe(1);
    await first.close();
    const second = open(file);
    second.serve(waiter);
    await expect.poll(async () => (await second.open("waiter", "w").inspect()).state).toBe("waiting");
    expect(await second.open(waiter, "w").send(undefined, { id: "x" })).toEqual([1, { n: 1, sum: 5 }]);
  });

  it("is replayed silently", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    for (const what of ["a", "b"]) await first.open(teller, "t").send(what);
    await first.close();
    await open(file).open(teller, "t").send("c");
    expect(told).toEqual(["a", "b", "c"]);
  });

  it("says what is missing where the code is not known", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    await first.open(counter, "a").send(1);
    await first.close();
    const second = open(file);
    const a = second.open("counter", "a");
    expect((await a.inspect()).turns).toBe(1);
    await expect(a.send(1)).rejects.toThrow("no code is known for counter: engine.serve(body), or open(body, key)");
    second.serve(counter);
    expect(await a.send(1)).toEqual({ n: 2, sum: 2 });
  });
});

describe("a drop that comes from a step, while something is being written", () => {
  it.each(["in memory", "in a file"])("%s: what comes after it is for the next one", async (where) => {
    const file = path.join(folder(), "store.db");
    const engine: Engine = where === "in a file" ? open(file) : inProcess();
    const c = engine.open(counter, "c");
    await c.send(5);
    const answers: Promise<unknown>[] = [];
    const dropper = durable("dropper", function* (): Body<string> {
      yield "";
      yield yield* step("drop", async () => {
        answers.push(caught(c.send(1)), c.drop(), c.send(2), c.signal("x"), c.cancel(), caught(c.send(3)));
        return "dropped";
      });
    });
    expect(await engine.open(dropper, "d").send()).toBe("dropped");
    const [before, , after, , , late] = await Promise.all(answers);
    expect(before).toMatchObject({ code: "DROPPED" });
    expect(after).toEqual({ n: 1, sum: 2 });
    expect(late).toMatchObject({ name: "CancelledError" });
    expect(await c.inspect()).toMatchObject({ state: "cancelled", turns: 1 });
    await engine.close();
    if (where !== "in a file") return;
    const next = open(file);
    checkReplay(counter, await next.open(counter, "c").history());
    expect(await next.open(counter, "c").inspect()).toMatchObject({ state: "cancelled", turns: 1 });
  });
});

describe("a call", () => {
  it("to a coroutine that is parked waits until there is code for it", async () => {
    const body = (name: string) =>
      durable("target", function* (): Body<string, string> {
        for (let last = ""; ;) {
          yield last;
          last = yield* step(name, () => name);
        }
      });
    const [good, bad] = [body("good"), body("bad")];
    const from = durable("from", function* (): Body<string> {
      for (let last = ""; ;) {
        yield last;
        last = yield* call(good, "t", "x");
      }
    });
    const engine = inProcess({ maxLive: 0 });
    await engine.open(good, "t").send("x");
    engine.serve(bad);
    const f = engine.open(from, "f");
    await expect(f.send(undefined, { id: "x", timeout: 20 })).rejects.toMatchObject({ name: "TimeoutError" });
    const [request] = (await f.inspect()).requests;
    expect(request).toMatchObject({ kind: "call", name: "target/t", attempts: 1 });
    expect(request!.lastError).toContain("target/t is parked");
    engine.serve(good);
    expect(await f.send(undefined, { id: "x" })).toBe("good");
  });
});

describe("one that is parked, and tried again", () => {
  let word = "pack";
  // A mistake: it hangs on a variable of the module.
  const careless = durable("careless", function* (): Body<string, string> {
    for (let last = ""; ;) {
      const what = yield last;
      last = yield* step(word, () => `${what} done`);
    }
  });

  it("goes on with all that has waited for it: a call to it, and posts", async () => {
    const asking = durable("asks", function* (): Body<string> {
      for (let last = ""; ;) {
        yield last;
        last = yield* call(careless, "c", "call");
      }
    });
    const clock = new VirtualClock({ auto: false });
    const engine = inProcess({ maxLive: 0, clock });
    const c = engine.open(careless, "c");
    await c.send("first");
    await c.post("post", { after: 100 });
    word = "wrap";
    await expect(c.send("x")).rejects.toMatchObject({ code: "MISMATCH" });
    const asked = engine.open(asking, "a").send(undefined, { id: "q" });
    await clock.advance(200);
    await expect(c.retry()).rejects.toMatchObject({ code: "MISMATCH" });
    word = "pack";
    await expect(c.send("x")).rejects.toMatchObject({ code: "MISMATCH" }); // it is not tried again by itself
    await c.retry();
    expect(await asked).toBe("call done");
    await expect.poll(async () => (await c.inspect()).turns).toBe(3);
    expect(await c.send("last")).toBe("last done");
  });

  it("lets those go on that have called it when it is dropped: they call the one that begins then", async () => {
    const version = (n: number) =>
      durable("odd", function* (): Body<number> {
        for (;;) yield n;
      });
    const file = path.join(folder(), "store.db");
    const first = open(file);
    await first.open(version(1), "b").send();
    await first.close();
    const odd = version(2);
    const asking = durable("asks", function* (): Body<number> {
      for (let last = 0; ;) {
        yield last;
        last = yield* call(odd, "b", undefined);
      }
    });
    const engine = open(file);
    const asked = engine.open(asking, "a").send();
    const b = engine.open(odd, "b");
    await expect.poll(async () => (await b.inspect()).state).toBe("parked");
    await b.drop();
    expect(await asked).toBe(2);
  });

  it("goes on when its damaged journal was put right in the store", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    await first.open(counter, "a").send(1);
    await first.close();
    const database = openDatabase(file, { readonly: false });
    database.exec("update journal set data = 'no JSON' where type = 'base'");
    const engine = open(file);
    const a = engine.open(counter, "a");
    const error = await caught(a.send(1));
    expect(error).toMatchObject({ code: "STORE" });
    expect(String(error)).toContain("the journal of counter/a can't be read");
    await expect(a.retry()).rejects.toMatchObject({ code: "STORE" });
    const base = JSON.stringify({
      type: "base",
      at: 0,
      version: "1",
      generation: 0,
      salt: "0".repeat(32),
      state: null,
      turns: 0,
      turn: null,
      signals: [],
    });
    database.exec(`update journal set data = '${base}' where type = 'base'`);
    database.close();
    await a.retry();
    expect(await a.send(1)).toEqual({ n: 2, sum: 2 });
  });
});

describe("those that are parked, in a list", () => {
  const one = durable("co", function* (): Coroutine.Body<number, void, number> {
    for (;;) yield 1;
  });
  const two = durable("co", function* (): Coroutine.Body<number, void, number> {
    for (;;) yield 2;
  });

  it.each<[kind: string, start: () => Engine]>([
    ["in process", () => inProcess()],
    ["embedded", () => open(path.join(folder(), "store.db"))],
  ])("come by name and key, in pages, and are in no other state: %s", async (_, start) => {
    const engine = start();
    // The last two are in this order in UTF-8, and in the other in UTF-16.
    const keys = ["a", "a/b", "b", "c", "\uffee", "😀"];
    for (const key of [...keys, "new"]) await engine.open(one, key).send(1);
    engine.serve(two);
    for (const key of keys.toReversed()) await caught(engine.open(two, key).send(1));
    const listed = async (options: ListOptions) => (await engine.list(options)).map(({ key, state }) => [key, state]);
    const parked = keys.map((key) => [key, "parked"]);
    expect(await listed({ state: "parked" })).toEqual(parked);
    expect(await listed({ state: "parked", name: "other" })).toEqual([]);
    const pages: unknown[] = [];
    for (let after: ListOptions["after"]; ;) {
      const page = await engine.list({ state: "parked", limit: 1, ...(after && { after }) });
      if (page.length === 0) break;
      pages.push(...page.map(({ key, state }) => [key, state]));
      after = page[0];
    }
    expect(pages).toEqual(parked);
    const all = [...parked.slice(0, 4), ["new", "waiting"], ...parked.slice(4)];
    expect(await listed({})).toEqual(all);
    expect(await listed({ state: "waiting" })).toEqual([["new", "waiting"]]);
    expect(await listed({ state: "waiting", limit: 1 })).toEqual([["new", "waiting"]]);
    expect(await listed({ state: "waiting", limit: 1, after: { name: "co", key: "new" } })).toEqual([]);
    await engine.close();
  });
});

describe("durable", () => {
  it("refuses a previous version that has the version of the new one: nothing would ever find it", () => {
    const body = function* (): Body<void> {};
    const old = durable("shop", body, { version: 2, previous: [durable("shop", body)] });
    for (const version of [undefined, 1, 2, "2"])
      expect(() => durable("shop", body, { ...(version !== undefined && { version }), previous: [old] })).toThrow(
        `a previous version of shop has version ${version ?? 1}, as the new one has`,
      );
    durable("shop", body, { version: 3, previous: [old] });
  });
});

describe("isDurable", () => {
  it("knows what durable has given, and nothing else", () => {
    const plain = coroutine(function* plain(): Generator<number> {
      yield 1;
    });
    const made = durable("made", plain);
    inProcess().open(plain, "a");
    expect([counter, made].map((each) => isDurable(each) && each.name)).toEqual(["counter", "made"]);
    for (const other of [plain, function* () {}, () => {}, {}, null, undefined, "counter"])
      expect(isDurable(other)).toBe(false);
  });
});

describe("posts and signals", () => {
  it("refuse a signal without a name on both sides", async () => {
    const waiting = durable("nameless", function* (): Body<string> {
      yield "";
      yield* signal("");
    });
    const w = inProcess().open(waiting, "k");
    await expect(w.send()).rejects.toThrow("signal needs a name, a text");
    await expect(w.signal("")).rejects.toThrow("the name of a signal, is a text");
  });

  it("to one that has ended: posts are forgotten, signals are refused", async () => {
    const once = durable("once", function* (): Body<string, void, string> {
      yield "";
      return "over";
    });
    const clock = new VirtualClock();
    const engine = inProcess({ clock });
    const o = engine.open(once, "a");
    await o.post(undefined, { after: 1000 });
    await caught(o.send());
    await expect(o.signal("x")).rejects.toMatchObject({ code: "ENDED" });
    await clock.advance(2000);
    expect(await o.inspect()).toMatchObject({ state: "done", turns: 1, outcome: { how: "returned", value: '"over"' } });
  });

  it("wakes coroutines in the order of their moments, days later", async () => {
    const order: string[] = [];
    const alarm = durable("alarm", function* (): Body<void, { name: string; ms: number }> {
      for (;;) {
        const { name, ms } = yield;
        yield* sleep(ms);
        yield* step("ring", () => order.push(name));
      }
    });
    const clock = new VirtualClock({ auto: false });
    const engine = inProcess({ clock });
    const day = 86_400_000;
    for (const [i, days] of [3, 1, 2, 1].entries())
      await engine.open(alarm, String(i)).post({ name: `${i} after ${days}`, ms: days * day });
    await clock.advance(4 * day);
    expect(order).toEqual(["1 after 1", "3 after 1", "2 after 2", "0 after 3"]);
  });
});

describe("many at once", () => {
  it("are written in few transactions: sends of many coroutines, and posts", async () => {
    const file = path.join(folder(), "store.db");
    let commits = 0;
    const database = openDatabase(file, { readonly: false });
    const counted: Database = {
      exec(sql) {
        if (sql === "commit") commits++;
        return database.exec(sql);
      },
      prepare: (sql) => database.prepare(sql),
      close: () => database.close(),
    };
    const engine = open(file, { database: counted });
    await engine.open(counter, "a").post(1);
    commits = 0;
    const sends = Array.from({ length: 200 }, (_, i) => engine.open(counter, `k${i}`).send(1));
    const posts = Array.from({ length: 200 }, (_, i) => engine.open(counter, "a").post(1, { id: `p${i % 100}` }));
    await Promise.all([...sends, ...posts]);
    await expect.poll(async () => (await engine.open(counter, "a").inspect()).turns).toBe(101);
    expect(commits).toBeLessThan(10);
  });

  it("keep their order where some are posted and some are sent", async () => {
    const engine = open(path.join(folder(), "store.db"));
    const c = engine.open(counter, "a");
    await c.post(1);
    await c.post(1);
    expect(await c.send(1)).toEqual({ n: 3, sum: 3 });
  });
});
