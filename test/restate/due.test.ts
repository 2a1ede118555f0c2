// What happens to a coroutine at a time when something of it is due that Restate has not woken it for, as its clock, or that
// of whoever sends, goes otherwise. That comes first, and may end the coroutine or have it start over.

import { StopIteration } from "corun";
import { checkReplay, type Engine } from "corun/durable";
import { restate } from "corun/durable/restate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { caught } from "../durable/caught.ts";
import { idleFor } from "../durable/idle.ts";
import { freePorts, type Servers, startServers } from "./server.ts";

const HOUR = 3_600_000;

const { session, renewed } = idleFor(HOUR);

let servers: Servers;
let engine: Engine;

beforeAll(async () => {
  servers = await startServers();
  const [port] = (await freePorts(1)) as [number];
  engine = restate(servers.ingress, { admin: servers.admin, serve: { port, held: 0 } });
});

afterAll(async () => {
  await engine.close();
  await servers.stop();
});

/** A send of two hours later. */
async function sendLater(name: string, id: string): Promise<unknown> {
  const response = await fetch(`${servers.ingress}/${name}/k/send`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, at: Date.now() + 2 * HOUR, value: null }),
    signal: AbortSignal.timeout(10_000),
  });
  return ((await response.json()) as { outcome: unknown }).outcome;
}

it("a send is answered with the end, if that was due before, and so are those after it", async () => {
  const s = engine.open(session, "k");
  expect(await s.send()).toBe(1);
  for (const id of ["a", "a", "b"])
    expect(await sendLater("session", id)).toEqual({ how: "returned", value: '"expired"' });
  expect(await caught(s.send())).toBeInstanceOf(StopIteration);
  expect(await s.inspect()).toMatchObject({ state: "done", turns: 1 });
  checkReplay(session, await s.history());
});

it("a send is for the one that has started over, if that was due before, and is in its journal", async () => {
  const r = engine.open(renewed, "k");
  expect(await r.send()).toBe(1);
  expect(await sendLater("renewed", "a")).toEqual({ how: "yielded", value: "1" });
  checkReplay(renewed, await r.history());
  expect(await r.send()).toBe(2);
});
