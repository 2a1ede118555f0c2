// What a process that begins brings back at once, and what it leaves where it is until it is needed.

import path from "node:path";
import { sleep } from "corun";
import { all, durable, type Embedded, embedded, step } from "corun/durable";
import { afterEach, describe, expect, it } from "vitest";
import type { Place } from "../../src/durable/engine/store.ts";
import type { Entry } from "../../src/durable/port.ts";
import { SqliteStore } from "../../src/durable/sqlite/store.ts";
import { caught } from "./caught.ts";
import { folder } from "./processes.ts";

const HOUR = 3_600_000;

const engines: Embedded[] = [];

function open(file: string): Embedded {
  const engine = embedded(file);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

const sleeper = durable("recovered-sleeper", function* (): Generator<string, void, number> {
  for (let said = "nothing"; ; said = "slept") yield* sleep(yield said);
});

describe("a process that begins", () => {
  it("leaves a coroutine that sleeps in a turn where it is, and wakes it in time", async () => {
    const file = path.join(folder(), "store.db");
    const first = open(file);
    const asleep = [first.open(sleeper, "long").send(HOUR), first.open(sleeper, "short").send(30, { id: "x" })];
    const ends = asleep.map(caught);
    await engines.pop()!.close();
    for (const end of ends) expect(await end).toMatchObject({ code: "CLOSED" });

    const second = open(file);
    second.serve(sleeper);
    const long = second.open(sleeper, "long");
    await expect.poll(async () => (await second.open(sleeper, "short").inspect()).state).toBe("waiting");
    // What waits in memory says for what.
    expect(await long.inspect()).toMatchObject({ state: "busy", turns: 1, waits: null });
    expect((await long.inspect()).wakeAt).toBeGreaterThan(Date.now());
    expect(await second.open(sleeper, "short").send(30, { id: "x" })).toBe("slept");
  });

  it("goes on at once with a step that was under way, also where the coroutine sleeps beside it", async () => {
    const file = path.join(folder(), "store.db");
    const done: string[] = [];
    const workerOf = (work: () => Promise<void> | void) =>
      durable("recovered-worker", function* (): Generator<number, void, number> {
        for (;;) {
          yield 0;
          yield* all([step("work", work), sleep(HOUR)]);
        }
      });
    const first = open(file);
    const end = caught(
      first
        .open(
          workerOf(() => new Promise(() => {})),
          "w",
        )
        .send(1),
    );
    await expect.poll(async () => (await first.open("recovered-worker", "w").inspect()).requests.length).toBe(1);
    await engines.pop()!.close({ grace: 0 });
    expect(await end).toMatchObject({ code: "CLOSED" });

    open(file).serve(workerOf(() => void done.push("done")));
    await expect.poll(() => done).toEqual(["done"]);
  });
});

describe("a store tells who waits for what it has asked for", () => {
  const asked = (n: number): Entry => ({ type: "asked", n, kind: "step", name: "work" });
  const result = (n: number): Entry => ({ type: "result", at: 1, n, outcome: { how: "returned", value: "1" } });
  const withdrawn = (n: number): Entry => ({ type: "withdrawn", n });

  it.each<[what: string, entries: Entry[], waits: boolean]>([
    ["nothing was asked for", [], false],
    ["what was asked for has not come", [asked(1)], true],
    ["it has come", [asked(1), result(1)], false],
    ["it is not needed any more", [asked(1), withdrawn(1)], false],
    ["one has come, the other has not", [asked(1), asked(2), result(2)], true],
    [
      "one came when it was not needed any more, the other has not",
      [asked(1), asked(2), result(1), withdrawn(1)],
      true,
    ],
  ])("%s", (_, entries, waits) => {
    const store = new SqliteStore(":memory:", { isReadonly: false, keepAnswers: 0, database: undefined });
    const place: Place = { name: "a", key: "b", ref: 0, next: 0 };
    const rest = {
      version: "1",
      generation: 0,
      origin: 0,
      turns: 1,
      state: "busy",
      wakeAt: null,
      posted: null,
    } as const;
    store.write([{ type: "kept", place, entries, isAnew: false, ...rest }], 1);
    expect(store.busy("a")).toEqual(waits ? ["b"] : []);
    store.close();
  });
});
