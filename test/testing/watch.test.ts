// `t.watch`: what it gives is as the object was, and every access is known.

import { all, scope, sleep, yieldNow } from "corun";
import { explore, type World } from "corun/testing";
import { describe, expect, test } from "vitest";
import { findingOf } from "./finding.ts";

/** Runs `body` once in a world. */
async function inWorld(body: (t: World) => void): Promise<void> {
  await explore(
    function* (t) {
      yield* sleep(0);
      body(t);
    },
    { runs: 1 },
  );
}

describe("what is watched", () => {
  test("works as before: objects, lists, methods, getters and setters", () =>
    inWorld((t) => {
      class Account {
        sum = 1;
        get double() {
          return this.sum * 2;
        }
        set double(value: number) {
          this.sum = value / 2;
        }
        add(n: number) {
          this.sum += n;
        }
      }
      const account = t.watch(new Account());
      account.add(2);
      account.double = 10;
      expect([account.sum, account.double, account instanceof Account]).toEqual([5, 10, true]);

      const list = t.watch<number[]>([3, 1]);
      list.push(2);
      list.sort((a, b) => a - b);
      expect([list.shift(), list.length, ...list, list.includes(3)]).toEqual([1, 2, 2, 3, true]);

      const record = t.watch<Record<string, number>>({ a: 1 });
      record["b"] = 2;
      delete record["a"];
      expect([Object.keys(record), "a" in record, { ...record }]).toEqual([["b"], false, { b: 2 }]);
    }));

  test("maps and sets, too", () =>
    inWorld((t) => {
      const map = t.watch(new Map([["a", 1]]));
      map.set("b", 2);
      expect([map.size, map.get("b"), [...map.keys()], map.has("c")]).toEqual([2, 2, ["a", "b"], false]);
      const set = t.watch(new Set([1]));
      set.add(2).delete(1);
      expect([...set]).toEqual([2]);
    }));

  test("is itself wherever it comes from, and is put back as it was", () =>
    inWorld((t) => {
      const inner = { n: 1 };
      const outer = t.watch({ inner, list: [inner] });
      expect(outer.inner).toBe(outer.list[0]);
      expect(t.watch(outer)).toBe(outer);
      const raw = { inner, list: [inner] };
      const watched = t.watch(raw);
      watched.list.push(watched.inner);
      expect(raw.list[1]).toBe(inner);
    }));

  test("is found in a list, be it asked for as it was put in or as it is read", () =>
    inWorld((t) => {
      const [me, you] = [{ id: 1 }, { id: 2 }];
      const queue = t.watch<{ id: number }[]>([]);
      queue.push(me, you, me);
      expect([queue.indexOf(me), queue.indexOf(queue[1]!), queue.lastIndexOf(me), queue.lastIndexOf(me, 1)]).toEqual([
        0, 1, 2, 0,
      ]);
      expect([queue.includes(you), queue.includes(queue[0]!), queue.includes({ id: 1 }), queue.indexOf(me, 1)]).toEqual(
        [true, true, false, 2],
      );
      const frozen = t.watch(Object.freeze([me]));
      expect([frozen.includes(me), frozen.indexOf(t.watch(me)), frozen.indexOf(you)]).toEqual([true, 0, -1]);
      class Job {
        id = 1;
      }
      const job = new Job();
      const jobs = t.watch([job]);
      const watchedJob = t.watch(job);
      expect([jobs.indexOf(job), jobs.indexOf(watchedJob), jobs[0] === watchedJob]).toEqual([0, 0, true]);
    }));

  test("can be iterated: a map and a set give what they hold, in order, and what is put in meanwhile", () =>
    inWorld((t) => {
      const map = t.watch(new Map([["a", { n: 1 }]]));
      map.set("b", { n: 2 });
      expect([...map].map(([key, { n }]) => `${key}${n}`)).toEqual(["a1", "b2"]);
      expect([...map.entries()].length).toBe(2);
      expect([...map.values()].map(({ n }) => n)).toEqual([1, 2]);
      expect([...map.values()][0]).toBe(map.get("a"));
      const seen: unknown[] = [];
      map.forEach(function (this: unknown, value, key, all) {
        seen.push(value === map.get(key), all === map, this);
      }, "self");
      expect(seen).toEqual([true, true, "self", true, true, "self"]);
      const set = t.watch(new Set([{ n: 1 }]));
      let count = 0;
      for (const each of set) if (count++ === 0) set.add({ n: each.n + 1 });
      expect([count, set.size, [...set.entries()].every(([a, b]) => a === b && set.has(a))]).toEqual([2, 2, true]);
      const iterator = set.values();
      expect([iterator[Symbol.iterator]() === iterator, iterator.next().value!.n]).toEqual([true, 1]);
      class Ordered extends Map<string, number> {}
      const ordered = t.watch(new Ordered());
      expect(ordered.set("a", 1)).toBe(ordered);
    }));

  test("a frozen object can be read", () =>
    inWorld((t) => {
      const frozen = t.watch(Object.freeze({ inner: { n: 1 } }));
      expect(frozen.inner.n).toBe(1);
    }));

  test("must be an object", async () => {
    const error = await findingOf(
      explore(function* (t) {
        yield* sleep(0);
        t.watch(5 as never);
      }),
    );
    expect(String(error.cause)).toBe("TypeError: t.watch needs an object that tasks share, but got 5");
  });
});

/** How many schedules tell the bodies apart. */
async function orders(make: (t: World) => (() => void)[]): Promise<number> {
  const result = await explore(
    function* (t) {
      const actions = make(t);
      yield* scope(function* () {
        yield* all(
          actions.map(
            (act) =>
              function* () {
                yield* yieldNow();
                act();
                yield* yieldNow();
              },
          ),
        );
      });
    },
    { strategy: "systematic", shared: "watched" },
  );
  expect(result.complete).toBe(true);
  return result.runs;
}

describe("two steps depend on each other", () => {
  test("if one writes what the other reads or writes", async () => {
    expect(
      await orders((t) => {
        const o = t.watch({ x: 0, y: 0 });
        return [() => void o.x++, () => void o.x];
      }),
    ).toBe(2);
    expect(
      await orders((t) => {
        const list = t.watch<number[]>([]);
        return [() => void list.push(1), () => void list.push(2)];
      }),
    ).toBe(2);
    expect(
      await orders((t) => {
        const o = t.watch<Record<string, number>>({ x: 0 });
        return [() => void (o["z"] = 1), () => void Object.keys(o)];
      }),
    ).toBe(2);
    expect(
      await orders((t) => {
        const map = t.watch(new Map<string, number>());
        return [() => void map.set("a", 1), () => void map.get("b")];
      }),
    ).toBe(2);
    expect(
      await orders((t) => {
        const o = t.watch({ inner: { list: [1] } });
        return [() => void o.inner.list.pop(), () => void o.inner.list.length];
      }),
    ).toBe(2);
  });

  test("if one writes what the other has reached through a map or a set, in whatever way", async () => {
    type Cell = { n: number };
    const ways: ((map: Map<string, Cell>, set: Set<Cell>) => Cell | undefined)[] = [
      (map) => map.get("a"),
      (map) => [...map][0]![1],
      (map) => [...map.values()][0],
      (map) => map.entries().next().value?.[1],
      (map) => {
        let found: Cell | undefined;
        map.forEach((cell) => (found = cell));
        return found;
      },
      (_, set) => [...set][0],
      (_, set) => set.values().next().value,
      (_, set) => set.keys().next().value,
      (_, set) => set.entries().next().value?.[0],
      (_, set) => {
        let found: Cell | undefined;
        set.forEach((cell) => (found = cell));
        return found;
      },
      (map) => new Map(map).get("a"),
      (_, set) => [...new Set(set)][0],
    ];
    for (const [index, way] of ways.entries()) {
      const count = await orders((t) => {
        const map = t.watch(new Map([["a", { n: 0 }]]));
        const set = t.watch(new Set([{ n: 0 }]));
        return [() => void way(map, set)!.n++, () => void way(map, set)!.n++];
      });
      expect([index, count]).toEqual([index, 2]);
    }
  });

  test("if an iteration goes on in a later step, and one changes the map in between", async () => {
    const found = new Set<number>();
    await explore(
      function* (t) {
        const map = t.watch(new Map([["a", 1]]));
        let count = 0;
        yield* scope(function* () {
          yield* all([
            function* () {
              for (const _ of map) {
                count++;
                yield* yieldNow();
              }
            },
            function* () {
              map.set("b", 2);
              yield* yieldNow();
            },
          ]);
        });
        found.add(count);
      },
      { strategy: "systematic", shared: "watched" },
    );
    expect([...found].toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  test("if one puts a function or a symbol's value where the other reads it", async () => {
    const key = Symbol("key");
    expect(
      await orders((t) => {
        const o = t.watch<{ act: (() => void) | null }>({ act: null });
        return [() => void (o.act = () => {}), () => o.act?.()];
      }),
    ).toBe(2);
    expect(
      await orders((t) => {
        const o = t.watch({ [key]: 0 });
        return [() => void (o[key] = 1), () => void o[key]];
      }),
    ).toBe(2);
  });

  test("and not if both read, or use different parts", async () => {
    expect(
      await orders((t) => {
        const o = t.watch({ x: 0, y: 0 });
        return [() => void o.x, () => void o.x];
      }),
    ).toBe(1);
    expect(
      await orders((t) => {
        const o = t.watch({ x: 0, y: 0 });
        return [() => void o.x++, () => void o.y++];
      }),
    ).toBe(1);
    expect(
      await orders((t) => {
        const map = t.watch(new Map<string, number>());
        return [() => void map.size, () => void map.has("b")];
      }),
    ).toBe(1);
  });
});
