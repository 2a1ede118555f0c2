// What the report of a failure looks like: its table, and what it says of switches, locks and places.

import { all, type DeadlockError, Mutex, scope, spawn, yieldNow } from "corun";
import { explore, replay, type World } from "corun/testing";
import { describe, expect, test } from "vitest";
import { shrunk } from "../../src/testing/report.ts";
import { philosophers } from "./faults.ts";
import { findingOf } from "./finding.ts";

/** Two tasks of one name that take two locks in the wrong order. */
function* crossed() {
  const [a, b] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];
  const taking = (first: Mutex, second: Mutex) =>
    function* phil() {
      const one = yield* first.lock();
      const other = yield* second.lock();
      other[Symbol.dispose]();
      one[Symbol.dispose]();
    };
  yield* all([taking(a, b), taking(b, a)]);
}

describe("the table", () => {
  test("tells a lock that was taken from one that is waited for, and which task of a name holds it", async () => {
    const { message } = await findingOf(explore(crossed, { seed: 1 }));
    expect(message).toMatch(/^[ |]*takes mutex "a"/m);
    expect(message).toMatch(/^[ |]*takes mutex "b"/m);
    expect(message.replaceAll(/[\s|]+/g, " ")).toMatch(/waits for mutex "b" held by task phil#3/);
    expect(message).not.toMatch(/^[ |]*mutex "/m);
  });

  test("has straight columns, whatever the width of the letters", async () => {
    const { message } = await findingOf(
      explore(
        function* (t: World) {
          yield* scope(function* () {
            spawn(function* 我的任务() {
              t.log("我拿到了锁");
              t.log("e\u0301te\u0301");
              yield* yieldNow();
            });
            spawn(function* other() {
              t.log("\u001B[31mred");
              t.log("我".repeat(40));
              yield* yieldNow();
            });
          });
          t.check(false, "no");
        },
        { seed: 1 },
      ),
    );
    const lines = message.split("\n");
    const head = lines.findIndex((line) => line.startsWith("0: "));
    const widthOf = (text: string) =>
      Array.from(text).reduce((sum, char) => sum + (/[\u4E00-\u9FFF]/.test(char) ? 2 : char === "\u0301" ? 0 : 1), 0);
    const bars = lines[head + 1]!.indexOf("-|-") + 1;
    const rows = lines.slice(head, lines.indexOf("", head)).filter((line) => line.includes(" | "));
    expect(rows.length).toBeGreaterThan(4);
    for (const row of rows) expect(widthOf(row.slice(0, row.indexOf("|")))).toBe(bars);
    for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(lines[head + 1]!.length);
    expect(message).not.toContain("\u001B");
  });
});

describe("the report", () => {
  test("says how much shorter the schedule has become: in switches, or in departures where these have not grown fewer", () => {
    expect(shrunk({ departures: 5, switches: 9 }, { departures: 2, switches: 4 })).toBe("shrunk 9 -> 4 switches");
    expect(shrunk({ departures: 1, switches: 4 }, { departures: 1, switches: 4 })).toBe("shrunk 4 -> 4 switches");
    expect(shrunk({ departures: 5, switches: 4 }, { departures: 2, switches: 6 })).toBe("shrunk 5 -> 2 departures");
    expect(shrunk({ departures: 5, switches: 4 }, { departures: 1, switches: 6 })).toBe("shrunk 5 -> 1 departure");
    expect(shrunk({ departures: 5, switches: 4 }, { departures: 1, switches: 1 })).toBe("shrunk 4 -> 1 switch");
  });

  test("counts one as one", async () => {
    const many = function* () {
      yield* all([() => yieldNow(), () => yieldNow()]);
    };
    expect(String(await explore(many, { runs: 1, seed: 3 }))).toBe("1 schedule, seed 3");
    expect(String(await explore(many, { runs: 2, seed: 3, systematic: false }))).toBe("2 schedules, seed 3");
  });

  test("of a deadlock says where each task was started, however many were before", async () => {
    // So many tasks are started that the host's stack is looked at no more.
    await explore(philosophers(3), { strategy: "random", seed: 1, runs: 1 }).catch(() => undefined);
    for (let seed = 1; seed <= 5; seed++) {
      const found = await findingOf(explore(philosophers(3), { strategy: "random", seed }));
      const again = await findingOf(replay(found.schedule, philosophers(3)));
      for (const { cause } of [found, again]) {
        const { tasks } = cause as DeadlockError;
        expect(tasks.map(({ startedAt }) => startedAt === null)).toEqual(tasks.map(() => false));
      }
    }
  });
});
