// The coroutine of the crash tests. A step writes to the file of witnesses that it was really done.

import { appendFileSync } from "node:fs";
import { type Coroutine, sleep } from "corun";
import { again, durable, step } from "corun/durable";

interface State {
  n: number;
  sum: number;
}

/** Each turn: a step that takes a while, now and then a sleep, and every 30 turns a new start. */
export const account = durable("account", function* (state: State = { n: 0, sum: 0 }): Coroutine.Body<
  State,
  void,
  { witness: string; line: string; add: number }
> {
  let { n, sum } = state;
  for (let turns = 0; turns < 30; turns++) {
    const { witness, line, add } = yield { n, sum };
    if (add % 3 === 0) {
      yield* step("witness", async ({ id }) => {
        appendFileSync(witness, `${line} ${id}\n`);
        await new Promise((resolve) => setTimeout(resolve, add % 2 === 0 ? 5 : 0));
      });
    } else if (add % 7 === 0) {
      yield* sleep(3);
    }
    n++;
    sum += add;
  }
  return again({ n, sum });
});
