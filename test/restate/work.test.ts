// What goes on beside the turns: the tasks of a body that nobody who sends waits for.

import { sleep, spawn } from "corun";
import { call, durable, type Engine, step } from "corun/durable";
import { restate } from "corun/durable/restate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts, pause, type Servers, startServers } from "./server.ts";

type Body<Y, S> = Generator<Y, never, S>;

let servers: Servers;
let serving: Engine;
let count = 0;
const newKey = () => `w${++count}`;

const counter = durable("counter", function* (): Body<number, number> {
  for (let sum = 0; ;) sum += yield sum;
});

beforeAll(async () => {
  servers = await startServers();
  const [port] = (await freePorts(1)) as [number];
  serving = restate(servers.ingress, { admin: servers.admin, serve: { port } });
});

afterAll(async () => {
  await serving.close();
  await servers.stop();
});

describe("work beside the turns", () => {
  it("does a step of a task in the background once, though it outlives the turn that began it", async () => {
    const marks: string[] = [];
    const name = `beside${newKey()}`;
    const body = durable(name, function* (): Body<string, string> {
      let last = "nothing yet";
      spawn(function* () {
        last = yield* step("slow", async () => {
          marks.push("slow");
          await pause(300);
          return "done";
        });
      });
      for (;;) yield last;
    });
    const c = serving.open(body, "1");
    expect(await c.send("a")).toBe("nothing yet");
    expect(await c.send("b")).toBe("nothing yet"); // sends do not wait for it
    await expect.poll(() => c.send("c"), { timeout: 20_000, interval: 50 }).toBe("done");
    expect(marks).toEqual(["slow"]);
  });

  it("gives the result of work that a later turn waits for to that turn", async () => {
    const name = `joined${newKey()}`;
    const body = durable(name, function* (): Body<string, void> {
      const task = spawn(function* () {
        yield* sleep(200);
        return yield* call(counter, "joined", 1);
      });
      yield "begun";
      yield "going on";
      yield `it is ${yield* task}`;
      for (;;) yield "over";
    });
    const c = serving.open(body, "1");
    expect(await c.send()).toBe("going on");
    expect(await c.send()).toBe("it is 1");
  });

  it("aborts a step that nobody waits for any more", async () => {
    const name = `left${newKey()}`;
    let isAborted = false;
    const body = durable(name, function* (): Body<string, void> {
      for (;;) {
        yield "ready";
        const task = spawn.supervised(function* () {
          yield* step("long", ({ signal: stop }) => {
            return new Promise((resolve) => {
              stop.addEventListener("abort", () => {
                isAborted = true;
                resolve(null);
              });
            });
          });
        });
        yield* sleep(50);
        yield* task.cancel();
      }
    });
    expect(await serving.open(body, "1").send()).toBe("ready");
    expect(isAborted).toBe(true);
  });
});
