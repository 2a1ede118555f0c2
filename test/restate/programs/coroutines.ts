// The coroutines of the tests that kill processes: every send leaves its mark in a file, calls another coroutine and
// sleeps, so that a kill finds it in the midst of something.

import { appendFileSync } from "node:fs";
import type { Coroutine } from "../../../src/index.ts";
import { again, call, durable, self, sleep, step } from "../../../src/durable/index.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Where steps leave their marks; a line for each time that one is really done. */
const marks = process.env["MARKS"] ?? "/dev/null";

export interface Answer {
  /** How many sends there were. */
  n: number;
  /** What the ledger says. */
  sum: number;
}

/** Counts what it is sent; starts over now and then. */
export const ledger = durable("ledger", function* (state: Answer = { n: 0, sum: 0 }): Coroutine.Body<
  Answer,
  never,
  number
> {
  let { n, sum } = state;
  for (let turns = 0; turns < 20; turns++, n++) sum += yield { n, sum };
  return again({ n, sum });
});

/** Has each number that it is sent marked, and entered in a ledger of its own. */
export const clerk = durable("clerk", function* (): Coroutine.Body<Answer, never, number> {
  const { key } = self();
  for (let n = 0, sum = 0; ; n++) {
    const v = yield { n, sum };
    yield* step("mark", async ({ id }) => {
      appendFileSync(marks, `${key} ${v} ${id}\n`);
      await pause(20);
    });
    if (v % 5 === 0) yield* sleep(10);
    ({ sum } = yield* call(ledger, key, v));
  }
});
