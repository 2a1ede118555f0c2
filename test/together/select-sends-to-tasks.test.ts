// A select of sends to tasks: exactly one happens, or it is refused as a broadcast's send is.
import { type Coroutine, run, select, spawn } from "corun";
import { expect, test } from "vitest";
import { rest } from "./rest.ts";

test("of two tasks that both wait for a send, one gets it", async () => {
  const got: string[] = [];
  const server = function* (name: string): Coroutine.Body<string, void, string> {
    for (;;) got.push(name + (yield name));
  };
  await run(function* () {
    const a = spawn.background(server, "a");
    const b = spawn.background(server, "b");
    yield* rest();
    let refused: unknown = null;
    try {
      yield* select({ a: a.send("!"), b: b.send("!") });
    } catch (error) {
      refused = error;
    }
    yield* rest();
    if (refused === null) expect(got).toHaveLength(1);
    else expect(refused).toBeInstanceOf(TypeError);
  });
});
