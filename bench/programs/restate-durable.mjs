// The programs of the suite `durable` on Restate: handlers of its own that keep and answer the same, without Corun, and
// Corun's engine, on a fresh server of one node that they share; the services are this process.
//
// It runs on the Node of tools/restate, where the server and its SDK are installed, too.

import { rmSync } from "node:fs";
import { createServer } from "node:http2";
import { register } from "node:module";
import { durable, step } from "corun/durable";
import { restate } from "corun/durable/restate";
import { freePorts, startServers } from "../../test/restate/server.ts";
import { atEnd, plain, sends, withStep } from "./durable-common.mjs";

/** @typedef {import("./durable-common.mjs").Keys} Keys */
/** @typedef {"plain" | "step"} Body */

const PACKAGES = new URL("../../tools/restate/node_modules/", import.meta.url);
const SDK = new URL("@restatedev/restate-sdk/dist/index.js", PACKAGES).href;
// The engine asks for it by its name.
register(
  `data:text/javascript,export const resolve = (name, context, next) =>
    name === "@restatedev/restate-sdk" ? { url: ${JSON.stringify(SDK)}, shortCircuit: true } : next(name, context);`,
);

/** @type {Promise<import("../../test/restate/server.ts").Servers> | undefined} */
let server;

/** The server, that is there until this process ends. */
function started() {
  return (server ??= start());
}

async function start() {
  const servers = await startServers();
  const [{ pid }] = servers.nodes;
  atEnd(() => {
    process.kill(pid, "SIGKILL");
    rmSync(servers.folder, { recursive: true, force: true });
  });
  return servers;
}

const bodies = { plain: durable("plain", plain), step: durable("step", withStep(step)) };

/** @param {Body} body @param {Keys} keys */
function onRestate(body, keys) {
  /** @param {number} callers */
  return async (callers) => {
    const { ingress, admin } = await started();
    const [port] = await freePorts(1);
    const engine = restate(ingress, { admin, serve: { port } });
    engine.serve(...Object.values(bodies));
    await engine.list({ limit: 1 });
    return sends(callers, keys, (key) => {
      const handle = engine.open(bodies[body], key);
      return (value) => handle.send(value);
    });
  };
}

/**
 * What the engine keeps of a turn, written by hand: a state that says how many turns there were, and a key for each of
 * them. The answer to an id is kept for 10 minutes, and no journal, as in the engine.
 *
 * @param {object} sdk what Restate's package exports @param {Body} body
 */
function handlerOf(sdk, body) {
  const options = { enableLazyState: true, journalRetention: 0, idempotencyRetention: 600_000 };
  return sdk.handlers.object.exclusive(options, async (context, { value }) => {
    const { n, sum } = (await context.get("m")) ?? { n: 0, sum: 0 };
    const sent = body === "step" ? await context.run("work", () => Number(value)) : Number(value);
    context.set(`t${n}`, { value: sent });
    const next = { n: n + 1, sum: sum + sent };
    context.set("m", next);
    return next;
  });
}

/** @param {Body} body @param {Keys} keys */
function byHand(body, keys) {
  /** @param {number} callers */
  return async (callers) => {
    const sdk = await import(SDK);
    const { ingress, admin } = await started();
    const [port] = await freePorts(1);
    const service = sdk.object({ name: "by-hand", handlers: { send: handlerOf(sdk, body) } });
    const server = createServer(sdk.createEndpointHandler({ services: [service], logger: () => {} }));
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    await post(`${admin}/deployments`, { uri: `http://127.0.0.1:${port}` }, {});
    return sends(callers, keys, (key) => (value) => {
      const message = { id: crypto.randomUUID(), at: Date.now(), value: String(value) };
      return post(`${ingress}/by-hand/${key}/send`, message, { "idempotency-key": message.id });
    });
  };
}

/** @param {string} url @param {unknown} body @param {Record<string, string>} headers */
async function post(url, body, headers) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {
  plain: onRestate("plain", "own"),
  plainOneKey: onRestate("plain", "one"),
  step: onRestate("step", "own"),
  stepOneKey: onRestate("step", "one"),
  byHandPlain: byHand("plain", "own"),
  byHandPlainOneKey: byHand("plain", "one"),
  byHandStep: byHand("step", "own"),
  byHandStepOneKey: byHand("step", "one"),
};
