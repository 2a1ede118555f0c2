// What every engine keeps: the same coroutines give the same answers in all of them.
//
// Keys are new for each test, so that a store may be shared.

import { CancelledError, coroutine, run, spawn, StopIteration, TimeoutError, until } from "corun";
import { checkReplay, durable, type DurableBody, type Engine, NoAnswerError, step } from "corun/durable";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as bodies from "./bodies.ts";
import { caught, seen } from "./caught.ts";

const { approval, begun, brief, caller, careful, consumer, counter, done, failing, first, hanging, lucky } = bodies;
const { impatient, maker, making, numbered, persistent, short, sleeper, stubborn, thrower, ticking, together, worker } =
  bodies;

/** A store that an engine can be opened on again and again, as by one process after the other. */
export interface Site {
  /** An engine that has this code; the one before is closed. */
  start(...code: DurableBody[]): Promise<Engine>;
  /** To be called when all is over. */
  end(): Promise<void>;
}

export interface Traits {
  /** Whether what is kept survives the engine. */
  lasts: boolean;
}

const CODE = Object.values(bodies).filter((body) => typeof body === "function") as DurableBody[];

let count = 0;
const newKey = () => `k${++count}`;

export function contract(name: string, makeSite: () => Promise<Site>, { lasts }: Traits): void {
  describe(`${name}: what every engine keeps`, () => {
    let site: Site;
    let engine: Engine;
    let key: string;
    beforeAll(async () => {
      site = await makeSite();
      engine = await site.start(...CODE);
    });
    afterAll(async () => {
      await engine.close();
      await site.end();
    });
    beforeEach(() => {
      key = newKey();
    });

    describe("sends", () => {
      it("gives what is yielded next, and drops what is yielded first", async () => {
        const c = engine.open(counter, key);
        expect([await c.send(5), await c.send(2)]).toEqual([
          { n: 1, sum: 5 },
          { n: 2, sum: 7 },
        ]);
      });

      it("gives the consumer of the lesson the answers that it gives by hand and as a task", async () => {
        const sent = [5, 4, 3, 2];
        const byHand = consumer();
        byHand.next();
        const asTask = await run(function* () {
          const task = spawn.background(consumer);
          const answers = [];
          for (const n of sent) answers.push(yield* task.send(n));
          return answers;
        });
        const d = engine.open(consumer, key);
        const onEngine = [];
        for (const n of sent) onEngine.push(await d.send(n));
        expect(onEngine).toEqual(sent.map((n) => byHand.send(n)));
        expect(onEngine).toEqual(asTask);
        expect(onEngine).toEqual([true, true, false, false]);
      });

      it("serves those to one key in their order, and each key by itself", async () => {
        const [a, b] = [engine.open(counter, key), engine.open(counter, newKey())];
        const answers = await Promise.all([a.send(1), b.send(10), a.send(2), b.send(20), a.send(3)]);
        expect(answers.map(({ sum }) => sum)).toEqual([1, 10, 3, 30, 6]);
      });

      it("answers 8 coroutines of 125 sends each, all at once, every one in order", async () => {
        const keys = Array.from({ length: 8 }, newKey);
        const answers = await Promise.all(
          keys.map((each) => {
            const c = engine.open(counter, each);
            return Promise.all(Array.from({ length: 125 }, () => c.send(1)));
          }),
        );
        for (const each of answers) expect(each.map(({ n }) => n)).toEqual(each.map((_, i) => i + 1));
      });

      it("gives the recorded answer to an id that comes again, and does nothing", async () => {
        const c = engine.open(counter, key);
        const before = await c.send(5, { id: "a" });
        await c.send(1, { id: "b" });
        expect(await c.send(5, { id: "a" })).toEqual(before);
        expect(await c.send(1)).toEqual({ n: 3, sum: 7 });
      });

      it("gives one answer to one id that is sent twice at once", async () => {
        const w = engine.open(worker, key);
        const [a, b] = await Promise.all([w.send(key, { id: "x" }), w.send(key, { id: "x" })]);
        expect(a).toBe(b);
        expect(done.filter((each) => each === key)).toEqual([key]);
      });

      it("gives each an own copy of what it yields", async () => {
        const c = engine.open(counter, key);
        const answer = await c.send(1, { id: "a" });
        answer.sum = 1000;
        expect(await c.send(1, { id: "a" })).toEqual({ n: 1, sum: 1 });
        expect(await c.send(1)).toEqual({ n: 2, sum: 2 });
      });

      it("takes keys of any text", async () => {
        for (const odd of ["ключ 鍵 🗝", "a/b?c=d&e#f", "..", " ", "'; drop table journal; --", "%2F"]) {
          const c = engine.open(counter, `${key} ${odd}`);
          expect(await c.send(1)).toEqual({ n: 1, sum: 1 });
          expect((await c.inspect()).key).toBe(`${key} ${odd}`);
        }
      });

      it("refuses a name that is none", () => {
        // With a slash, it would be the name of one coroutine and the beginning of the key of another.
        expect(() => engine.open("a/b", key)).toThrow(TypeError);
        expect(() => engine.open("", key)).toThrow(TypeError);
        for (const name of ["a\0b", "half\ud800"]) {
          expect(() => engine.open(name, key)).toThrow(TypeError);
          expect(() => durable(name, function* () {})).toThrow("durable needs a name, a text");
        }
      });

      it("refuses a key that is none, and a body without a name", () => {
        expect(() => engine.open(counter, "")).toThrow('a durable coroutine needs a key, a text, but got ""');
        const anonymous = coroutine(function* () {});
        expect(() => engine.open(anonymous, key)).toThrow("needs a name, by which its journal is found");
        expect(() => engine.open((() => {}) as never, key)).toThrow("is what durable(name, body)");
      });

      it("refuses an id, or the name of a signal, that is none, and begins nothing", async () => {
        const c = engine.open(counter, key);
        for (const none of ["", 5, null, {}, "\0", "\ud800"] as never[]) {
          expect(await caught(c.send(1, { id: none }))).toBeInstanceOf(TypeError);
          expect(await caught(c.post(1, { id: none }))).toBeInstanceOf(TypeError);
          expect(await caught(c.signal(none))).toBeInstanceOf(TypeError);
          expect(await caught(c.signal("x", 1, { id: none }))).toBeInstanceOf(TypeError);
        }
        expect((await c.inspect()).state).toBe("new");
      });

      it("refuses a timeout that is none before it sends, also where the coroutine fails", async () => {
        const c = engine.open(counter, key);
        const f = engine.open(failing, key);
        for (const timeout of [Number.NaN, "5" as never]) {
          expect(await caught(c.send(1, { timeout }))).toBeInstanceOf(TypeError);
          expect(await caught(f.send("end", { timeout }))).toBeInstanceOf(TypeError);
        }
        await new Promise((resolve) => setTimeout(resolve)); // no rejection is left to nobody
        expect(await c.send(1, { timeout: 60_000 })).toEqual({ n: 1, sum: 1 });
        expect((await f.inspect()).state).toBe("new");
      });
    });

    describe("effects", () => {
      it("does a step, and gives its result to the body", async () => {
        const w = engine.open(worker, key);
        expect(await w.send(key)).toBe(`${key} as worker/${key}/0.1`);
        expect(await w.send("again")).toBe(`again as worker/${key}/0.2`);
      });

      it("does those that stand before the first yield with the first send", async () => {
        expect(await engine.open(careful, key).send("x")).toBe("opened x");
      });

      it("throws the failure of a step, with its name, message and code", async () => {
        expect(await engine.open(failing, key).send("luck")).toBe("true TypeError no luck E_NO");
      });

      it.each<[what: string, thrown: unknown]>([
        [
          "cause",
          {
            is: "TypeError",
            says: "TypeError: fetch failed",
            cause: { is: "Error", says: "Error: refused", code: "ECONNREFUSED" },
          },
        ],
        [
          "several",
          {
            is: "AggregateError",
            says: "AggregateError: all of them",
            errors: [
              { is: "RangeError", says: "RangeError: one" },
              { is: "Error", says: "Error: two", cause: { is: "Error", says: "Error: a text" } },
            ],
          },
        ],
        ["text", { is: "Error", says: "Error: just a text" }],
        ["nothing", { is: "Error", says: "Error: undefined" }],
        ["record", { is: "Error", says: 'Error: {"status":404}' }],
        ["like", { is: "Error", says: "OtherRealm: not of this one", code: 7 }],
        ["odd", { is: "Error", says: 'Error: {"toString":null}' }],
      ])(
        "throws what a step has thrown, with all that is kept of it, now and at a replay: %s",
        async (what, thrown) => {
          const t = engine.open(thrower, key);
          expect(await t.send({ what, isCaught: true })).toEqual(thrown);
          checkReplay(thrower, await t.history(), key);
          const failure = await caught(t.send({ what, isCaught: false }));
          expect(seen(failure)).toEqual({ is: "Error", says: "Error: it has failed", cause: thrown });
          checkReplay(thrower, await t.history(), key);
        },
      );

      it("fails in the body where its result can't be kept, and says where that is", async () => {
        const m = engine.open(making, key);
        expect(await m.send("a date")).toEqual({
          name: "NotSerializableError",
          path: '$.list[1]["a b"]',
          message: `what step make of making/${key} gives can't be kept in a journal: $.list[1]["a b"] is a Date; send getTime() or toISOString()`,
        });
        expect(await m.send("a number")).toBe(5);
        checkReplay(making, await m.history(), key);
      });

      it("may be caught, and tried again by the body itself", async () => {
        const p = engine.open(persistent, key);
        expect(await p.send(3)).toEqual(["1 is too few", "2 is too few", "got 3"]);
        expect(await p.send(1)).toEqual(["got 1"]);
      });

      it("tries again as a step's retry says", async () => {
        const s = engine.open(stubborn, key);
        expect(await s.send(3)).toBe(3);
        await expect(s.send(6)).rejects.toThrow("attempt 5");
      });

      it("waits for all, for the first of some, and for tasks", async () => {
        const t = engine.open(together, key);
        expect(await t.send(5)).toEqual([[10, 6], "fast", "child"]);
        expect(await t.send(1)).toEqual([[2, 2], "fast", "child"]);
      });

      it("sleeps within a turn, and the next send waits for that", async () => {
        const s = engine.open(sleeper, key);
        expect(await Promise.all([s.send(20), s.send(1)])).toEqual(["slept 20", "slept 1"]);
      });

      it("calls another coroutine, once", async () => {
        const to = newKey();
        const c = engine.open(caller, key);
        expect(await c.send({ to, add: 5 })).toEqual({ n: 1, sum: 5 });
        expect(await engine.open(counter, to).send(1)).toEqual({ n: 2, sum: 6 });
        expect(await c.send({ to, add: 1 })).toEqual({ n: 3, sum: 7 });
      });

      it("goes on with tasks of the body between two turns", async () => {
        const t = engine.open(ticking, key);
        await t.send();
        await expect.poll(() => t.send(), { timeout: 10_000, interval: 5 }).toBe(3);
        expect(done.filter((each) => each === `tick ${key}`)).toHaveLength(3);
      });

      it("draws the same chance at each replay, and another one for each key", async () => {
        const [a, b] = [engine.open(lucky, key), engine.open(lucky, newKey())];
        const drawn = [await a.send(), await a.send(), await b.send(), await b.send()];
        expect(new Set(drawn.flat()).size).toBe(8);
        for (const [n, id] of drawn) {
          expect(n >= 0 && n < 1).toBe(true);
          expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        }
        checkReplay(lucky, await a.history());
      });
    });

    describe("again", () => {
      it("starts over with the state, and goes on as if nothing had been", async () => {
        const s = engine.open(short, key);
        for (let n = 1; n <= 35; n++) expect(await s.send(2)).toEqual({ n, sum: 2 * n });
        const { turns, generation } = await s.inspect();
        expect({ turns, generation }).toEqual({ turns: 35, generation: 3 });
      });

      it("drops the history, and still answers an id from before", async () => {
        const s = engine.open(short, key);
        for (let n = 1; n <= 25; n++) await s.send(1, { id: `s${n}` });
        const sends = (await s.history()).filter(({ type }) => type === "send");
        expect(sends.length).toBeLessThan(10);
        expect(await s.send(1, { id: "s3" })).toEqual({ n: 3, sum: 3 });
        expect(await s.send(1, { id: "s20" })).toEqual({ n: 20, sum: 20 });
        expect(await s.send(1)).toEqual({ n: 26, sum: 26 });
      });

      it("is a failure of the coroutine with a state that can't be kept", async () => {
        await expect(engine.open(maker, key).send("again")).rejects.toThrow("$.map is a Map");
        await expect(engine.open(maker, key).send("more")).rejects.toThrow("$.map is a Map");
      });
    });

    describe("signals and posts", () => {
      it("gives a signal to the body that waits for it", async () => {
        const a = engine.open(approval, key);
        const answer = a.send("ok");
        await expect.poll(async () => (await a.inspect()).state).toBe("busy");
        await a.signal("other", 1);
        await a.signal("ok", { by: "Ada" });
        expect(await answer).toEqual({ by: "Ada" });
      });

      it("keeps signals that come before somebody waits, in their order, by name", async () => {
        const a = engine.open(approval, key);
        await a.signal("x", 1);
        await a.signal("y", 2);
        await a.signal("x", 3);
        expect([await a.send("y"), await a.send("x"), await a.send("x")]).toEqual([2, 1, 3]);
      });

      it("takes a signal with an id once", async () => {
        const a = engine.open(approval, key);
        await Promise.all([a.signal("x", 1, { id: "1" }), a.signal("x", 1, { id: "1" })]);
        await a.signal("x", 1, { id: "1" });
        await a.signal("x", 2);
        expect([await a.send("x"), await a.send("x")]).toEqual([1, 2]);
      });

      it("delivers a post, before the sends that come after it", async () => {
        const c = engine.open(counter, key);
        await c.post(5);
        expect(await c.send(1)).toEqual({ n: 2, sum: 6 });
      });

      it("refuses a post that would never be delivered, and one in the past is delivered at once", async () => {
        const c = engine.open(counter, key);
        for (const after of [Number.POSITIVE_INFINITY, Number.NaN]) {
          await expect(c.post(5, { after })).rejects.toThrow(
            new TypeError(`the delay of a post is a number of milliseconds from 0 on, but got ${after}`),
          );
        }
        await c.post(5, { after: -1000 });
        expect(await c.send(1)).toEqual({ n: 2, sum: 6 });
      });

      it("delivers a post after its time, once for one id", async () => {
        const c = engine.open(counter, key);
        await c.post(5, { after: 300, id: "p" });
        await c.post(5, { after: 300, id: "p" });
        expect(await c.send(1)).toEqual({ n: 1, sum: 1 });
        await expect.poll(async () => (await c.inspect()).turns, { timeout: 10_000 }).toBe(2);
        expect(await c.send(5, { id: "p" })).toEqual({ n: 2, sum: 6 });
        expect(await c.send(1)).toEqual({ n: 3, sum: 7 });
      });
    });

    describe("ends", () => {
      it("rejects with StopIteration when the body returns, with what it returned, and from then on", async () => {
        const b = engine.open(brief, key);
        expect(await b.send("one")).toBe("second?");
        for (const id of ["end", "end", "later"]) {
          const end = await caught(b.send("two", { id }));
          expect(end).toBeInstanceOf(StopIteration);
          expect((end as StopIteration).value).toEqual({ heard: ["one", "two"] });
        }
        expect((await b.inspect()).state).toBe("done");
      });

      it("rejects with the failure of the body, and from then on", async () => {
        const f = engine.open(failing, key);
        for (const what of ["end", "more"]) {
          const error = await caught(f.send(what));
          expect(error).toBeInstanceOf(RangeError);
          expect(error).toMatchObject({ message: "it is over", code: "OVER" });
        }
        expect((await f.inspect()).state).toBe("failed");
      });

      it("runs the cleanup when it is cancelled, with its effects, before that is over", async () => {
        const c = engine.open(careful, key);
        await c.send("x");
        await c.cancel("enough");
        expect(done).toContain(`closed ${key}`);
        const error = await caught(c.send("y"));
        expect(error).toBeInstanceOf(CancelledError);
        expect((error as CancelledError).reason).toBe("enough");
        expect((await c.inspect()).state).toBe("cancelled");
        await c.cancel();
      });

      it("cancels a turn that is under way, and its sender is told", async () => {
        const s = engine.open(sleeper, key);
        const answer = caught(s.send(3_600_000));
        await expect.poll(async () => (await s.inspect()).state).toBe("busy");
        await s.cancel("too long");
        expect(await answer).toBeInstanceOf(CancelledError);
      });

      it("is not cancelled when it has ended, however that was", async () => {
        const f = engine.open(failing, key);
        await caught(f.send("end"));
        await f.cancel("too late");
        expect((await f.inspect()).state).toBe("failed");
      });

      it("does not begin one that is cancelled before it exists", async () => {
        const c = engine.open(careful, key);
        await c.cancel();
        expect((await c.inspect()).state).toBe("new");
      });

      it("forgets one that is dropped: the next send begins a new one", async () => {
        const c = engine.open(counter, key);
        await c.send(5, { id: "a" });
        await c.drop();
        expect((await c.inspect()).state).toBe("new");
        expect(await c.history()).toEqual([]);
        expect(await c.send(1, { id: "a" })).toEqual({ n: 1, sum: 1 });
      });

      it("rejects a send that takes too long; its turn goes on, and its id gives the answer", async () => {
        const a = engine.open(approval, key);
        const error = await caught(a.send("ok", { id: "q", timeout: 20 }));
        expect(error).toBeInstanceOf(TimeoutError);
        expect(error).toBeInstanceOf(NoAnswerError);
        expect(error).toMatchObject({ name: "TimeoutError", code: "NO_ANSWER", id: "q" });
        expect(String(error)).toContain(
          `send to approval/${key} took more than 20 ms; its turn goes on, and its id asks again: q`,
        );
        const answer = a.send("ok", { id: "q" });
        await a.signal("ok", "yes");
        expect(await answer).toBe("yes");
      });

      it("names the id that it has made for a send that takes too long", async () => {
        const a = engine.open(approval, key);
        const { id } = (await caught(a.send("ok", { timeout: 20 }))) as NoAnswerError;
        await a.signal("ok", "yes");
        expect(await a.send("not taken", { id })).toBe("yes");
      });

      it("tells the time that was up in the body from that of a send", async () => {
        const error = await caught(engine.open(impatient, key).send("at once", { timeout: 60_000 }));
        expect(error).toBeInstanceOf(TimeoutError);
        expect(error).not.toBeInstanceOf(NoAnswerError);
      });
    });

    describe("after a drop", () => {
      it("gives no id of a step or a call again, however often it starts over or is dropped", async () => {
        const c = engine.open(numbered, key);
        const ids = async (sends: number) => {
          const given: string[] = [];
          for (let n = 0; n < sends; n++) given.push((await c.send()).slice(`numbered/${key}/`.length));
          return given;
        };
        await c.drop(); // there was none
        expect(await ids(5)).toEqual(["0.1", "0.2", "1.1", "1.2", "2.1"]);
        await c.drop();
        expect((await engine.list({ name: "numbered" })).map((each) => each.key)).not.toContain(key);
        expect(await ids(3)).toEqual(["3.1", "3.2", "4.1"]);
        expect(await c.inspect()).toMatchObject({ turns: 3, generation: 1 });
        checkReplay(numbered, await c.history(), key);
        await c.drop();
        await c.drop();
        expect(await ids(1)).toEqual(["5.1"]);
      });

      it("has its step begin under another id, also where the one before runs", async () => {
        const h = engine.open(hanging, key);
        const sent = caught(h.send("hang"));
        await expect.poll(() => begun).toContain(`hanging/${key}/0.1`);
        await h.drop();
        expect(await sent).toMatchObject({ code: "DROPPED" });
        expect(await h.send("go")).toBe(`hanging/${key}/1.1`);
      });

      it("calls another one anew", async () => {
        const to = newKey();
        const c = engine.open(caller, key);
        expect(await c.send({ to, add: 5 })).toEqual({ n: 1, sum: 5 });
        await c.drop();
        expect(await c.send({ to, add: 5 })).toEqual({ n: 2, sum: 10 });
      });

      it("draws other chance", async () => {
        const l = engine.open(lucky, key);
        const drawn = await l.send();
        await l.drop();
        expect(new Set([...drawn, ...(await l.send())]).size).toBe(4);
      });

      it("leaves those alone whose keys begin like its own", async () => {
        const h = engine.open(hanging, `${key}/more`);
        const sent = caught(h.send("hang", { timeout: 500 }));
        await expect.poll(() => begun).toContain(`hanging/${key}/more/0.1`);
        await engine.open(hanging, key).send("go");
        await engine.open(hanging, key).drop();
        expect(await sent).toBeInstanceOf(TimeoutError);
        expect(await h.inspect()).toMatchObject({ state: "busy", requests: [{ name: "hang" }] });
        await h.drop();
      });
    });

    describe("values", () => {
      it("refuses what would not come back as it is, and says where", async () => {
        const m = engine.open(maker, key);
        const send = (value: unknown) => m.send(value as string);
        await expect(send({ a: [1, 2, { when: new Date() }] })).rejects.toThrow("$.a[2].when is a Date");
        await expect(send(Number.NaN)).rejects.toThrow("$ is NaN");
        await expect(send([undefined])).rejects.toThrow("$[0] is undefined");
        await expect(send({ "a b": 1n })).rejects.toThrow('$["a b"] is a bigint');
        await expect(send(Promise.resolve(1))).rejects.toThrow("$ is a Promise");
        expect((await m.inspect()).state).toBe("new");
      });

      it("tells the sender when what is yielded can't be kept, and goes on", async () => {
        const m = engine.open(maker, key);
        const error = await caught(m.send("map"));
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({ name: "NotSerializableError", path: "$.list[1]" });
        expect(await m.send("fine")).toBe("fine");
      });

      it("takes all of JSON, and undefined", async () => {
        const m = engine.open(maker, key);
        const values = [undefined, null, 0, "", "\u0000\ud800 ∞ 🎈", [[]], { a: { b: [1.5e300, -1, true] }, "": null }];
        for (const value of values) expect(await m.send(value as string)).toEqual(value);
      });
    });

    describe("looking at them", () => {
      it("lists those that there are, by name, in pages", async () => {
        const keys = ["a", "b", "c"].map((each) => `${key}-${each}`);
        const name = `listed${key}`;
        const body = durable(name, function* (): Generator<number, void, number> {
          for (;;) yield 1;
        });
        engine.serve(body);
        for (const each of keys) await engine.open(body, each).send(1);
        const all = await engine.list({ name });
        expect(all.map((each) => each.key)).toEqual(keys);
        expect(all[0]).toMatchObject({ name, state: "waiting", turns: 1, generation: 0, version: "1" });
        const page = await engine.list({ name, limit: 1, after: { name, key: keys[0]! } });
        expect(page.map((each) => each.key)).toEqual([keys[1]]);
      });

      it("says which options of a list are none", async () => {
        const limits: [limit: unknown, shown: string][] = [
          [Number.NaN, "NaN"],
          [1.5, "1.5"],
          [0, "0"],
          [-1, "-1"],
          ["5", '"5"'],
        ];
        for (const [limit, shown] of limits)
          await expect(engine.list({ limit: limit as number })).rejects.toThrow(
            new TypeError(`the limit of list is a whole number from 1 on, or Infinity, but got ${shown}`),
          );
        await expect(engine.list({ state: "happy" as never })).rejects.toThrow(
          new TypeError('the state for list is one of waiting, busy, done, failed, cancelled, parked, but got "happy"'),
        );
        await expect(engine.list({ after: { name: "a" } as never })).rejects.toThrow(TypeError);
      });

      it("says what one is doing", async () => {
        const a = engine.open(approval, key);
        expect(await a.inspect()).toMatchObject({ name: "approval", key, state: "new", turns: 0 });
        const answer = a.send("ok", { id: "q" });
        await expect.poll(async () => (await a.inspect()).state).toBe("busy");
        expect(await a.inspect()).toMatchObject({ turn: { turn: 1, id: "q" }, turns: 1 });
        await a.signal("ok");
        await answer;
        expect(await a.inspect()).toMatchObject({ state: "waiting", turn: null });
      });

      it("gives the history, which replays", async () => {
        const w = engine.open(worker, key);
        await w.send("x", { id: "s" });
        const history = await w.history();
        expect(history.map(({ type }) => type)).toEqual(["base", "send", "asked", "result", "answer"]);
        expect(history[1]).toMatchObject({ type: "send", id: "s", value: '"x"' });
        expect(history[2]).toMatchObject({ type: "asked", n: 1, kind: "step", name: "work" });
        checkReplay(worker, history, key);
      });
    });

    describe("what is counted", () => {
      it("are turns and attempts of steps, by how they ended", async () => {
        const name = `counted${key}`;
        const body = durable(name, function* (): Generator<string, void, string> {
          for (let what = yield ""; what !== "end"; what = yield what) {
            const work = ({ attempt }: { attempt: number }) => {
              if (attempt < 3) throw new Error(what);
            };
            yield* step("work", work, { retry: { attempts: what === "fail" ? 1 : 3, delay: 1 } });
          }
        });
        const one = engine.open(body, key);
        for (const what of ["go", "go", "end", "late"]) await one.send(what).catch(() => {});
        await caught(engine.open(body, newKey()).send("fail"));
        expect(engine.counts().find((each) => each.name === name)).toMatchObject({
          turns: { yielded: 2, returned: 1, failed: 1, cancelled: 0 },
          steps: { returned: 2, failed: 5 },
        });
      });
    });

    describe("code that does something else", () => {
      const old = durable("changing", function* (): Generator<string, void, string> {
        for (let last = ""; ;) {
          const what = yield last;
          last = yield* step("charge", () => `charged ${what}`);
        }
      });
      const other = durable("changing", function* (): Generator<string, void, string> {
        for (let last = ""; ;) {
          const what = yield last;
          last = yield* step("invoice", () => `invoiced ${what}`);
        }
      });
      const newer = durable("changing", other as never, { version: 2, previous: [old] }) as typeof other;
      const alone = durable("changing", other as never, { version: 2 }) as typeof other;

      afterEach(() => {
        engine.serve(old);
      });

      it("parks the coroutine, with a readable difference, and others go on", async () => {
        const c = engine.open(old, key);
        await c.send("one");
        engine.serve(other);
        const before = await c.history();
        for (const id of ["x", "y"]) {
          const error = await caught(c.send("two", { id }));
          expect(error).toMatchObject({ name: "ReplayError", code: "MISMATCH", turn: 1, entry: 2 });
          expect(String(error)).toContain(
            `changing/${key} is parked: its code does not do what its journal says. In turn 1 (entry 2), the journal says that it asked for step charge (request 1), and now the code asked for step invoice (request 1)`,
          );
          expect(String(error)).toMatch(/contract\.ts:\d+:\d+/);
        }
        expect(await c.inspect()).toMatchObject({ state: "parked", turns: 1 });
        expect(await c.history()).toEqual(before);
        expect(await engine.open(other, newKey()).send("one")).toBe("invoiced one");
        engine.serve(old);
        expect(await c.send("two", { id: "x" })).toBe("charged two");
      });

      it("is tried again when that is asked: it stays parked while the code does not fit, and goes on when it does", async () => {
        const c = engine.open(old, key);
        await c.send("one");
        engine.serve(other);
        await expect(c.send("two", { id: "x" })).rejects.toMatchObject({ code: "MISMATCH" });
        await expect(c.retry()).rejects.toMatchObject({ name: "ReplayError", code: "MISMATCH", turn: 1, entry: 2 });
        expect((await c.inspect()).state).toBe("parked");
        engine.serve(old);
        await c.retry();
        expect((await c.inspect()).state).toBe("waiting");
        await c.retry();
        expect(await c.send("two", { id: "x" })).toBe("charged two");
      });

      it("has nothing to try again where it does not exist, and begins nothing", async () => {
        const c = engine.open(old, key);
        await c.retry();
        expect((await c.inspect()).state).toBe("new");
      });

      it("begins a new one when it is dropped, with ids that the old one has not given", async () => {
        const naming = (name: string) =>
          durable("renamed", function* (): Generator<string, void, void> {
            for (let last = ""; ;) {
              yield last;
              last = yield* step(name, ({ id }) => id);
            }
          });
        engine.serve(naming("charge"));
        const c = engine.open("renamed", key);
        expect(await c.send(1)).toBe(`renamed/${key}/0.1`);
        engine.serve(naming("invoice"));
        await expect(c.send(1)).rejects.toMatchObject({ code: "MISMATCH" });
        await c.drop();
        expect(await c.send(1)).toBe(`renamed/${key}/1.1`);
      });

      it("goes on with the version that one has begun with, and begins new ones with the newest", async () => {
        const c = engine.open(old, key);
        await c.send("one");
        engine.serve(newer);
        expect(await c.send("two")).toBe("charged two");
        expect((await c.inspect()).version).toBe("1");
        const fresh = engine.open(newer, newKey());
        expect(await fresh.send("one")).toBe("invoiced one");
        expect((await fresh.inspect()).version).toBe("2");
      });

      it("parks one whose version is not there", async () => {
        const c = engine.open(old, key);
        await c.send("one");
        engine.serve(alone);
        await expect(c.send("two")).rejects.toMatchObject({ code: "VERSION" });
        await expect(c.send("two")).rejects.toThrow(
          "was begun by version 1 of its code, and this program has version 2",
        );
      });
    });

    describe("bodies that go wrong", () => {
      it("tells one that waits for a promise of the host to do so in a step", async () => {
        const waiting = durable(`waiting${key}`, function* (): Generator<number, void, number> {
          yield 0;
          yield* until(Promise.resolve(1));
        });
        await expect(engine.open(waiting, key).send(1)).rejects.toThrow("do it in a step(name, fn)");
      });

      it("does not leave the promise of such a wait to nobody: a rejection of it would end the process", async () => {
        const refusing = durable(`refusing${key}`, function* (): Generator<number, void, number> {
          yield 0;
          yield* until(Promise.reject(new Error("nobody hears this")));
        });
        await expect(engine.open(refusing, key).send(1)).rejects.toThrow("do it in a step(name, fn)");
        await new Promise((resolve) => setTimeout(resolve));
      });

      it("refuses what a body does with a handle, before anything comes of it", async () => {
        const c = engine.open(counter, key);
        const sending = durable(`sending${key}`, function* (): Generator<unknown, void, number> {
          const n = yield 0;
          yield* c.send(n) as unknown as Generator<never>;
        });
        const error = await caught(engine.open(sending, key).send(5));
        expect(error).toMatchObject({ name: "SchedulerError" });
        checkReplay(sending, await engine.open(sending, key).history());
        const asking = durable(`asking${key}`, function* (): Generator<unknown, void, number> {
          const n = yield 0;
          for (const ask of [() => c.post(n), () => c.signal("x"), () => c.cancel(), () => c.drop()]) {
            // Of some engines, the promise tells it.
            void caught((async () => ask())());
          }
          yield "asked";
        });
        expect(await engine.open(asking, key).send(5)).toBe("asked");
        expect(await c.send(1)).toEqual({ n: 1, sum: 1 });
      });

      it("finds coroutines that wait for one another in a circle", async () => {
        const error = await caught(engine.open(first, key).send(key));
        expect(error).toMatchObject({ name: "DeadlockError" });
      });

      it("refuses a second body of the same name", () => {
        const body = () => coroutine(function* twin(): Generator<number, void, number> {});
        engine.open(body(), key);
        expect(() => engine.open(body(), key)).toThrow("twin is the name of another body in this engine");
      });
    });

    describe.runIf(lasts)("the end of its process", () => {
      const restart = async () => {
        await engine.close();
        engine = await site.start(...CODE);
      };

      it("goes on where it stood", async () => {
        await engine.open(counter, key).send(5);
        await engine.open(short, key).send(5);
        await restart();
        expect(await engine.open(counter, key).send(1)).toEqual({ n: 2, sum: 6 });
        expect(await engine.open(short, key).send(1)).toEqual({ n: 2, sum: 6 });
      });

      it("still answers an id from before", async () => {
        const before = await engine.open(worker, key).send(key, { id: "x" });
        await restart();
        expect(await engine.open(worker, key).send(key, { id: "x" })).toBe(before);
        expect(done.filter((each) => each === key)).toEqual([key]);
      });

      it("wakes from a sleep that began before, and gives the answer to the id", async () => {
        await expect(engine.open(sleeper, key).send(300, { id: "z", timeout: 10 })).rejects.toThrow(TimeoutError);
        await restart();
        expect(await engine.open(sleeper, key).send(300, { id: "z" })).toBe("slept 300");
      });

      it("delivers a post that was made before", async () => {
        await engine.open(counter, key).post(5, { after: 200 });
        await restart();
        await expect.poll(async () => (await engine.open(counter, key).inspect()).turns, { timeout: 10_000 }).toBe(1);
      });

      it("keeps signals that nobody has taken", async () => {
        await engine.open(approval, key).signal("x", "kept");
        await restart();
        expect(await engine.open(approval, key).send("x")).toBe("kept");
      });

      it("counts a replay, and the entries that it goes through", async () => {
        for (let n = 0; n < 3; n++) await engine.open(consumer, key).send(n);
        await restart();
        await engine.open(consumer, key).send(3);
        const { replays, entries, turns } = engine.counts().find(({ name }) => name === "consumer")!;
        expect(turns.yielded).toBe(1);
        expect(entries).toBe(replays * 7);
        expect(replays).toBeGreaterThan(0);
      });

      it("still gives no id of one that was dropped", async () => {
        await engine.open(numbered, key).send();
        await engine.open(numbered, key).drop();
        await restart();
        expect(await engine.open(numbered, key).send()).toBe(`numbered/${key}/1.1`);
      });

      it("keeps how one has ended", async () => {
        const b = engine.open(brief, key);
        await b.send("one");
        await caught(b.send("two"));
        await restart();
        expect(await caught(engine.open(brief, key).send("x"))).toBeInstanceOf(StopIteration);
      });
    });
  });
}
