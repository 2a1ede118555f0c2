// What happens to a coroutine at a time when something of it is due that has not been done: its process was busy, or not
// there. That comes first, and may end the coroutine or have it start over.

import path from "node:path";
import { race, sleep, StopIteration } from "corun";
import { again, checkReplay, durable, embedded, type Engine, inProcess, signal, step } from "corun/durable";
import { afterEach, describe, expect, it } from "vitest";
import type { Entry, Event, Output } from "../../src/durable/port.ts";
import { definitionOf } from "../../src/durable/define.ts";
import { begin, restore } from "../../src/durable/replay.ts";
import { caught } from "./caught.ts";
import { idleFor } from "./idle.ts";
import { folder } from "./processes.ts";

/** Is over when nobody has sent to it for as long as this, in milliseconds. */
const IDLE = 250;

const { session, renewed } = idleFor(IDLE);

/** Begins anew before its first `yield`. */
const late = durable("late", function* (isOld: boolean = false): Generator<unknown, never, unknown> {
  if (!isOld) {
    yield* sleep(IDLE);
    return again(true);
  }
  for (let last: unknown; ; last = yield* signal("s")) yield last;
});

/** Has the process busy for longer than that. */
function busy(): void {
  const since = performance.now();
  while (performance.now() - since < 1.2 * IDLE);
}

const engines: Engine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

describe.each([
  ["in process", () => inProcess()],
  ["in process, with a replay for each turn", () => inProcess({ maxLive: 0 })],
  ["embedded", () => embedded(path.join(folder(), "store.db"))],
] satisfies [string, () => Engine][])("what comes when something was due before, %s", (_, make: () => Engine) => {
  it("is answered with the end, if that was due: a send, also with its id again, a post, a signal", async () => {
    const engine = make();
    engines.push(engine);
    const s = engine.open(session, "s");
    expect(await s.send(0)).toBe(1);
    busy();
    const posted = s.post(0);
    for (const id of ["a", "a", "b"]) {
      const end = await caught(s.send(0, { id }));
      expect(end).toBeInstanceOf(StopIteration);
      expect((end as StopIteration).value).toBe("expired");
    }
    await posted;
    expect(await s.inspect()).toMatchObject({ state: "done", turns: 1, queued: 0 });
    checkReplay(session, await s.history());

    const other = engine.open(session, "t");
    await other.send(0);
    busy();
    expect(await caught(other.signal("s"))).toMatchObject({ code: "ENDED" });
    checkReplay(session, await other.history());
    const third = engine.open(session, "u");
    await third.send(0);
    busy();
    await third.cancel();
    expect((await third.inspect()).state).toBe("done");
  });

  it("is for the one that has started over, if that was due, and is in its journal", async () => {
    const engine = make();
    engines.push(engine);
    const r = engine.open(renewed, "r");
    expect(await r.send(0)).toBe(1);
    busy();
    expect(await r.send(0)).toBe(1);
    expect((await r.history()).map(({ type }) => type)).toEqual(["base", "send", "answer"]);
    checkReplay(renewed, await r.history());
    expect(await r.send(0)).toBe(2);

    const l = engine.open(late, "l");
    await l.signal("s", 1);
    busy();
    await l.signal("s", 2);
    checkReplay(late, await l.history());
    expect([await l.send(0), await l.send(0)]).toEqual([1, 2]);
  });
});

describe("a journal", () => {
  const racer = durable("racer", function* (): Generator<unknown, void, unknown> {
    for (let last: unknown; ;) {
      yield last;
      last = yield* race([step("slow", () => {}), sleep(10)]);
    }
  });
  const send: Event = { type: "send", at: 100, id: "a", value: null };
  const result: Event = { type: "result", at: 200, n: 1, outcome: { how: "returned", value: "1" } };

  it("has what was due as an entry of its own, and no result that nobody has waited for then", () => {
    const { live, output } = begin(definitionOf(racer), "k", 0, "0".repeat(32));
    const journal: Entry[] = [output, live.feed(send)].flatMap(({ entries }) => entries);
    const { entries, isTaken }: Output = live.feed(result);
    expect({ types: entries.map(({ type }) => type), isTaken }).toEqual({
      types: ["timer", "withdrawn", "answer"],
      isTaken: false,
    });
    expect(restore(definitionOf(racer), "k", [...journal, ...entries]).turn).toBeNull();
  });

  it("of before, that has both as one, is still gone through", () => {
    const { live, output } = begin(definitionOf(racer), "k", 0, "0".repeat(32));
    const journal: Entry[] = [output, live.feed(send)].flatMap(({ entries }) => entries);
    const old: Entry[] = [
      result,
      { type: "withdrawn", n: 1 },
      { type: "answer", turn: 1, id: "a", outcome: { how: "yielded", value: null } },
    ];
    expect(restore(definitionOf(racer), "k", [...journal, ...old]).turn).toBeNull();
  });
});
