// A barrier in several clauses of one select.
import { Barrier, run, select, spawn } from "corun";
import { describe, expect, test } from "vitest";
import { rest } from "./rest.ts";

describe("a task that waits for a barrier in two clauses has come once", () => {
  test("so the others are waited for", async () => {
    await run(function* () {
      const barrier = new Barrier(3);
      const twice = spawn(select({ a: barrier.wait(), b: barrier.wait() }));
      yield* rest();
      const second = spawn(barrier.wait());
      yield* rest();
      expect([twice.state, second.state, barrier.statistics().waiting]).toEqual(["waiting", "waiting", 2]);
      expect(yield* barrier.wait()).toBe(2);
      expect([(yield* twice).value, yield* second]).toEqual([0, 1]);
    });
  });

  test("and leaves as one", async () => {
    await run(function* () {
      const barrier = new Barrier(3);
      const twice = spawn(select({ a: barrier.wait(), b: barrier.wait() }));
      yield* rest();
      yield* twice.cancel();
      expect(barrier.statistics().waiting).toBe(0);
    });
  });
});
