// Measures a send beside a handler of Restate's own that reads and writes the same, in one run, on one fresh node:
// node --import tools/restate/resolve.mjs tools/restate/latency.ts

import { createServer } from "node:http2";
import * as sdk from "@restatedev/restate-sdk";
import { durable, step } from "../../src/durable/index.ts";
import { restate } from "../../src/durable/restate/index.ts";
import { freePorts, startServers } from "../../test/restate/server.ts";

type Body = Generator<{ n: number; sum: number }, never, number>;

const plain = durable("plain", function* (): Body {
  for (let n = 0, sum = 0; ; n++) sum += yield { n, sum };
});
const effectful = durable("effectful", function* (): Body {
  for (let n = 0, sum = 0; ; n++) {
    const v = yield { n, sum };
    sum += yield* step("work", () => v);
  }
});

interface State {
  n: number;
  sum: number;
}

const options = { enableLazyState: true, journalRetention: 0, idempotencyRetention: 600_000 };
const byHand = (isEffectful: boolean) =>
  sdk.handlers.object.exclusive(options, async (context: sdk.ObjectContext, { value }: { value: string }) => {
    const { n, sum } = (await context.get<State>("m")) ?? { n: 0, sum: 0 };
    const v = isEffectful ? await context.run("work", () => Number(value)) : Number(value);
    context.set(`t${n}`, { value: v });
    const next: State = { n: n + 1, sum: sum + v };
    context.set("m", next);
    return next;
  });

const servers = await startServers();
const [port, ownPort] = (await freePorts(2)) as [number, number];
const service = sdk.object({ name: "by-hand", handlers: { plain: byHand(false), effectful: byHand(true) } });
const server = createServer(sdk.createEndpointHandler({ services: [service], logger: () => {} }) as never);
await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
const engine = restate(servers.ingress, { admin: servers.admin, serve: { port: ownPort } });
engine.serve(plain, effectful);
await engine.list();
const registered = await fetch(`${servers.admin}/deployments`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
});
if (!registered.ok) throw new Error(await registered.text());

const call = async (handler: string, value: number): Promise<unknown> => {
  const response = await fetch(`${servers.ingress}/by-hand/1/${handler}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ id: crypto.randomUUID(), at: Date.now(), value: String(value) }),
  });
  return response.json();
};

const cases: [what: string, send: (n: number) => Promise<unknown>][] = [
  ["a send, by hand", (n) => call("plain", n)],
  ["a send, Corun", (n) => engine.open(plain, "1").send(n)],
  ["a send with one step, by hand", (n) => call("effectful", n)],
  ["a send with one step, Corun", (n) => engine.open(effectful, "1").send(n)],
];

const times = new Map<string, number[]>(cases.map(([what]) => [what, []]));
// In turn, so that whatever else the machine does falls on all of them.
for (let round = 0; round < 12; round++) {
  for (const [what, send] of cases) {
    for (let i = 0; i < 60; i++) {
      const start = performance.now();
      await send(i);
      if (round > 1) times.get(what)!.push(performance.now() - start);
    }
  }
}
for (const [what, all] of times) {
  all.sort((a, b) => a - b);
  const at = (part: number) => all[Math.floor(all.length * part)]!.toFixed(1);
  console.log(`${what.padEnd(32)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`);
}
await engine.close();
server.close();
await servers.stop();
process.exit();
