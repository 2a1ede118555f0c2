// Lua's tests of what becomes of a suspended coroutine that nobody asks for: collected, or alive at exit.

import { execFileSync } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { coroutine } from "corun";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Lets pending jobs run first, as they keep what a WeakRef was asked for, then collects. */
async function collected(refs: WeakRef<object>[]): Promise<boolean[]> {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
  return refs.map((ref) => ref.deref() === undefined);
}

const log: string[] = [];

const holder = coroutine(function* holder(held: object) {
  try {
    yield Object.keys(held);
  } finally {
    log.push("closed");
  }
});

const outer = coroutine(function* outer(held: object) {
  yield* holder(held);
});

test("LU40: a suspended coroutine that nothing refers to is collected, with all that its bodies hold", async () => {
  const kept = { name: "kept" };
  const start = (make: typeof outer, held: object) => {
    const c = make(held);
    c.next();
    return c;
  };
  const reference = start(outer, kept);
  const refs = (() => {
    const inner = { name: "held by the inner body" };
    const plain = { name: "held by a plain one" };
    return [inner, start(outer, inner), plain, start(holder, plain)].map((object) => new WeakRef<object>(object));
  })();
  const alive = [new WeakRef<object>(kept), new WeakRef<object>(reference)];
  expect(await collected([...refs, ...alive])).toEqual([true, true, true, true, false, false]);
  // Native generators have it so as well: what is collected does not run its `finally` (difference 11).
  expect(log).toEqual([]);
  reference.close();
  expect(log).toEqual(["closed"]);
});

test("LU49: a coroutine that is suspended when the program ends does not keep it alive, nor run on", () => {
  const program = `
    import { coroutine } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
    const c = coroutine(function* () {
      try {
        yield 1;
      } finally {
        console.log("closed");
      }
    })();
    console.log(c.next().value, c.state);
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", program];
  // A failure, or more than ten seconds, would throw here.
  const output = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 10_000, stdio: "pipe" });
  expect(output).toBe("1 suspended\n");
});
