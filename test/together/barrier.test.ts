import { run, runSync, spawn, until, yieldNow } from "corun";
import { expect, test } from "vitest";
import { Barrier } from "../../src/sync/barrier.ts";
import { rest } from "./rest.ts";

test("nobody goes on before all have come, and each is told its place in the order of arrival", () => {
  const barrier = new Barrier(3);
  const places: [string, number][] = [];
  runSync(function* () {
    for (const name of ["a", "b", "c"]) {
      spawn(function* () {
        places.push([name, yield* barrier.wait()]);
      });
      yield* rest();
    }
  });
  expect(Object.fromEntries(places)).toEqual({ a: 0, b: 1, c: 2 });
  expect(barrier.statistics()).toEqual({ parties: 3, waiting: 0 });
});

test("a barrier is ready for the next round as soon as one is over", async () => {
  const barrier = new Barrier(4);
  const rounds = [0, 0, 0, 0];
  let firsts = 0;
  await run(function* () {
    for (let id = 0; id < 4; id++) {
      spawn(function* () {
        for (let round = 0; round < 100; round++) {
          for (let turn = 0; turn < (id * round) % 3; turn++) yield* yieldNow();
          rounds[id] = round;
          if ((yield* barrier.wait()) === 0) firsts++;
          expect(Math.min(...rounds)).toBeGreaterThanOrEqual(round);
        }
      });
    }
    yield* yieldNow();
  });
  expect(firsts).toBe(100);
});

test("a barrier for one never waits", () => {
  runSync(function* () {
    expect(yield* new Barrier(1).wait()).toBe(0);
  });
});

test("a task that is cancelled while it waits has not come", () => {
  const barrier = new Barrier(3);
  const places: [string, number][] = [];
  function* party(name: string) {
    places.push([name, yield* barrier.wait()]);
  }
  runSync(function* () {
    const a = spawn(party, "a");
    spawn(party, "b");
    yield* rest();
    a.cancel();
    expect(barrier.statistics().waiting).toBe(1);
    spawn(party, "c");
    yield* rest();
    expect(places).toEqual([]);
    spawn(party, "d");
  });
  expect(Object.fromEntries(places)).toEqual({ b: 0, c: 1, d: 2 });
});

test("a task that is cancelled when all have come holds nobody", { tags: "at-once" }, () => {
  const barrier = new Barrier(2);
  runSync(function* () {
    const a = spawn(function* () {
      yield* barrier.wait();
      expect.unreachable();
    });
    yield* rest();
    expect(yield* barrier.wait()).toBe(1);
    expect(a.state).toBe("ready");
    a.cancel();
    expect(barrier.statistics().waiting).toBe(0);
  });
});

test("misuse of a barrier is an error that names what is wrong", { tags: "slow" }, async () => {
  expect(() => new Barrier(-2)).toThrow(new RangeError("Barrier needs a positive integer, but got -2"));
  expect(() => new Barrier(undefined as never)).toThrow(
    new TypeError("Barrier needs a positive integer, but got [object Undefined]"),
  );
  const barrier = new Barrier(2);
  const wait = function* () {
    yield* barrier.wait();
  };
  await run(function* () {
    spawn(wait);
    yield* rest();
    yield* until(() => expect(run(wait)).rejects.toThrow(/this barrier is in use by tasks of another run/));
    yield* barrier.wait();
  });
  await expect(run(wait)).rejects.toThrow(/barrier that 1 of 2 tasks have come to/);
});
