// What the engine on Restate says when there is no Restate: it needs no server for that.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { restate } from "corun/durable/restate";
import { expect, onTestFinished, test } from "vitest";
import { errorOf, post, serve } from "../serve/harness.ts";
import { counter } from "./bodies.ts";
import { caught } from "./caught.ts";

/** An address where nobody listens. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A server that answers everything with this. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("Restate that can't be reached is UNAVAILABLE: with the address, the reason, what to do, and the id", async () => {
  const url = await nowhere();
  const c = restate(url, { patience: 50 }).open(counter, "a");
  const error = await caught(c.send(1, { id: "x" }));
  expect(error).toMatchObject({ name: "DurableError", code: "UNAVAILABLE" });
  expect((error as Error).message).toMatch(
    new RegExp(
      `^send to counter/a \\(id x\\) has no answer: there is no way to Restate at ${url} \\(.*ECONNREFUSED.*\\); ` +
        "start it, or give restate\\(…\\) the address of its ingress; then ask again, with the same id$",
    ),
  );
  for (const asked of [c.post(1), c.signal("x"), c.cancel(), c.drop(), c.inspect(), c.history()]) {
    expect(await caught(asked)).toMatchObject({ code: "UNAVAILABLE" });
  }
});

test("of several nodes, all are named", async () => {
  const urls = [await nowhere(), await nowhere()];
  const error = await caught(restate(urls, { patience: 200 }).open(counter, "a").send(1));
  expect((error as Error).message).toContain(`no way to Restate at ${urls.join(", ")} (`);
});

test("an admin API that can't be reached is UNAVAILABLE, too", async () => {
  const [url, admin] = [await nowhere(), await nowhere()];
  const engine = restate(url, { admin, patience: 50 });
  const error = await caught(engine.list());
  expect(error).toMatchObject({ code: "UNAVAILABLE" });
  expect((error as Error).message).toContain(`there is no way to Restate's admin API at ${admin} (`);
});

test("Restate that is busy for longer than is waited for is UNAVAILABLE; what it refuses is RESTATE", async () => {
  const busy = await answering(503, '{"message": "no partition is there"}');
  const first = await caught(restate(busy, { patience: 50 }).open(counter, "a").send(1));
  expect(first).toMatchObject({ code: "UNAVAILABLE" });
  expect((first as Error).message).toContain(`Restate at ${busy} answered 503: no partition is there`);
  const refusing = await answering(413, "too large");
  const second = await caught(restate(refusing).open(counter, "a").send(1, { id: "y" }));
  expect(second).toMatchObject({ code: "RESTATE" });
  expect((second as Error).message).toBe(
    `send to counter/a (id y) was refused: Restate at ${refusing} answered 413: too large`,
  );
});

test("corun serve answers 503, and when to ask again; no other answer is made of it", async () => {
  const engine = restate(await nowhere(), { patience: 50 });
  const { url, log } = await serve({ counter }, { engine });
  for (const action of ["send", "post", "cancel"]) {
    const answer = await post(url, `/v1/counter/a/${action}`, {});
    expect([action, answer.status, answer.headers["retry-after"]]).toEqual([action, 503, "1"]);
    expect(errorOf(answer)).toMatchObject({ type: "unavailable", name: "DurableError", code: "UNAVAILABLE" });
  }
  expect(log.filter(({ event }) => event === "defect")).toEqual([]);
});

test("what Restate refuses is a defect for corun serve: 500, and no failure of the coroutine", async () => {
  const engine = restate(await answering(413, "too large"), { patience: 50 });
  const { url, log } = await serve({ counter }, { engine });
  const answer = await post(url, "/v1/counter/a/send", {});
  expect([answer.status, errorOf(answer).type]).toEqual([500, "internal"]);
  expect(log.find(({ event }) => event === "defect")).toBeDefined();
});
