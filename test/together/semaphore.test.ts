import { run, runSync, sleep, spawn, until, yieldNow } from "corun";
import { expect, test } from "vitest";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { rest } from "./rest.ts";

test("no more tasks are inside than there are permits, and they enter in order", { tags: "default-order" }, () => {
  const semaphore = new Semaphore(3);
  const entered: number[] = [];
  let inside = 0;
  let most = 0;
  runSync(function* () {
    for (let id = 0; id < 20; id++) {
      spawn(function* () {
        yield* semaphore.acquire();
        entered.push(id);
        most = Math.max(most, ++inside);
        for (let turn = 0; turn <= id % 3; turn++) yield* yieldNow();
        inside--;
        semaphore.release();
      });
    }
    yield* yieldNow();
  });
  expect(most).toBe(3);
  expect(entered).toEqual(Array.from({ length: 20 }, (_, id) => id));
  expect(semaphore.statistics()).toEqual({ permits: 3, available: 3, waiting: 0 });
});

test("a large acquire is not overtaken by a small one behind it", () => {
  const semaphore = new Semaphore(3);
  const order: string[] = [];
  runSync(function* () {
    yield* semaphore.acquire(2);
    spawn(function* () {
      yield* semaphore.acquire(3);
      order.push("large");
      semaphore.release(3);
    });
    yield* rest();
    spawn(function* () {
      yield* semaphore.acquire(1);
      order.push("small");
      semaphore.release(1);
    });
    yield* rest();
    expect(semaphore.statistics()).toEqual({ permits: 3, available: 1, waiting: 2 });
    expect(semaphore.tryAcquire()).toBe(false);
    semaphore.release(1);
    yield* rest();
    expect(order).toEqual([]);
    semaphore.release(1);
  });
  expect(order).toEqual(["large", "small"]);
});

test("a large acquire in front that is cancelled lets those behind it in that fit", { tags: "default-order" }, () => {
  const semaphore = new Semaphore(3);
  const order: string[] = [];
  runSync(function* () {
    yield* semaphore.acquire(1);
    const large = spawn(function* () {
      yield* semaphore.acquire(3);
    });
    for (const name of ["a", "b", "c"]) {
      spawn(function* () {
        yield* semaphore.acquire();
        order.push(name);
      });
    }
    yield* rest();
    large.cancel();
    yield* rest();
    expect(order).toEqual(["a", "b"]);
    semaphore.release();
  });
  expect(order).toEqual(["a", "b", "c"]);
});

test(
  "a task that was handed permits and is cancelled before it runs gives them to the next",
  { tags: "default-order" },
  () => {
    const semaphore = new Semaphore(2);
    const order: string[] = [];
    runSync(function* () {
      yield* semaphore.acquire(2);
      const both = spawn(function* () {
        yield* semaphore.acquire(2);
        order.push("both");
      });
      for (const name of ["a", "b"]) {
        spawn(function* () {
          yield* semaphore.acquire();
          order.push(name);
          semaphore.release();
        });
      }
      yield* rest();
      semaphore.release(2);
      expect(both.state).toBe("ready");
      both.cancel();
    });
    expect(order).toEqual(["a", "b"]);
    expect(semaphore.available).toBe(2);
  },
);

test("tryAcquire takes permits only if there are enough now", () => {
  const semaphore = new Semaphore(3);
  runSync(function* () {
    expect(semaphore.tryAcquire(2)).toBe(true);
    expect(semaphore.tryAcquire(2)).toBe(false);
    expect(semaphore.tryAcquire()).toBe(true);
    expect(semaphore.available).toBe(0);
    semaphore.release(3);
    yield* yieldNow();
  });
});

test("permits can be given back by another task, or by a callback of the host", async () => {
  const semaphore = new Semaphore(1);
  await run(function* () {
    yield* semaphore.acquire();
    setTimeout(() => semaphore.release(), 0);
    const waiter = spawn(function* () {
      yield* semaphore.acquire();
    });
    yield* sleep(5);
    yield* waiter;
    yield* spawn(function* () {
      semaphore.release();
    });
  });
  expect(semaphore.available).toBe(1);
});

test("misuse of a semaphore is an error that names the value", () => {
  expect(() => new Semaphore(0)).toThrow(new RangeError("Semaphore needs a positive integer, but got 0"));
  expect(() => new Semaphore(1.5)).toThrow(/got 1\.5/);
  expect(() => new Semaphore("3" as never)).toThrow(new TypeError('Semaphore needs a positive integer, but got "3"'));
  expect(() => new Semaphore({} as never)).toThrow(/got \[object Object\]/);
  const semaphore = new Semaphore(2);
  expect(() => semaphore.acquire(-1)).toThrow(/acquire needs a positive integer, but got -1/);
  expect(() => semaphore.acquire(3)).toThrow(/acquire\(3\) can never be done: the semaphore has 2 permits/);
  expect(() => semaphore.tryAcquire(Number.NaN)).toThrow(/tryAcquire needs a positive integer, but got NaN/);
  expect(() => semaphore.tryAcquire()).toThrow(/belongs to a running task/);
  expect(() => semaphore.release(0)).toThrow(/release needs a positive integer, but got 0/);
  expect(() => semaphore.release()).toThrow(/release\(1\), but 0 of 2 permits are out/);
  expect(semaphore.acquire(2).describe()).toBe("acquire(2) of a semaphore with 2 of 2 permits available");
});

test("a semaphore can't be used by two runs at once, but by one after the other", async () => {
  const semaphore = new Semaphore(2);
  const acquires = function* () {
    yield* semaphore.acquire();
  };
  await run(function* () {
    yield* semaphore.acquire();
    yield* until(() => expect(run(acquires)).rejects.toThrow(/this semaphore is in use by tasks of another run/));
    semaphore.release();
  });
  await run(function* () {
    yield* semaphore.acquire(2);
    semaphore.release(2);
  });
});
