// What comes to a durable coroutine from outside, past its journal: it is refused at once, before anything comes of it.

import path from "node:path";
import { Channel, type Coroutine, Event, spawn } from "corun";
import { durable, embedded, type Engine, inProcess, signal } from "corun/durable";
import { afterEach, describe, expect, it } from "vitest";
import { caught } from "./caught.ts";
import { folder } from "./processes.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;

const engines: Engine[] = [];

function use<E extends Engine>(engine: E): E {
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close({ grace: 0 });
});

describe.each([
  ["in process", () => inProcess()],
  ["embedded", () => embedded(path.join(folder(), "store.db"))],
] satisfies [string, () => Engine][])("a durable body, %s", (_, make: () => Engine) => {
  it.each<[string, () => Generator<never, unknown, unknown>]>([
    [
      "an event that a timer of the host sets",
      function* () {
        const ready = new Event();
        setTimeout(() => ready.set(), 1);
        yield* ready.wait();
      },
    ],
    [
      "a channel that is sent to from outside",
      function* () {
        const channel = new Channel<number>(1);
        setTimeout(() => channel.trySend(1), 1);
        yield* channel.receive();
      },
    ],
  ])("that %s has woken is parked at once, and says where it waited", async (_what, wait) => {
    const bodyThat = (waits: () => Generator<never, unknown, unknown>) =>
      durable("woken", function* (): Body<string> {
        spawn.background(function* () {
          yield* signal("other");
        });
        yield "first";
        yield* waits();
        yield "mended";
      });
    const mended = bodyThat(function* () {
      yield* signal("ready");
    });
    const engine = use(make());
    const w = engine.open(bodyThat(wait), "k");
    const error = await caught(w.send(undefined, { id: "x" }));
    expect(error).toMatchObject({ name: "ReplayError", code: "MISMATCH", turn: 1 });
    expect(String(error)).toMatch(
      /woken\/k is parked: something outside of it, that no journal has, has woken .*outside\.test\.ts:\d+:\d+.*in turn 1/,
    );
    expect(String(error)).toContain("Do it in a step(name, fn)");
    expect(await w.inspect()).toMatchObject({ state: "parked" });
    // With code that waits for something that a journal has, it goes on.
    engine.serve(mended);
    await w.signal("ready");
    expect(await w.send(undefined, { id: "x" })).toBe("mended");
  });
});
