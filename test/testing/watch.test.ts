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
