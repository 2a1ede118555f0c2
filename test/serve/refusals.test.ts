// What the service refuses, and that nothing of it has happened then.

import { connect as connectSocket } from "node:net";
import type { Coroutine } from "corun";
import { durable, inProcess, step } from "corun/durable";
import { expect, test } from "vitest";
import { counter, echo, slow } from "./coroutines.ts";
import { ask, errorOf, post, type Request, type Response, serve } from "./harness.ts";

const JSON_TYPE = { "content-type": "application/json" };
const send = (url: string, request: Request): Promise<Response> =>
  ask(url, "/v1/echo/a/send", { method: "POST", ...request });

test.each<[what: string, status: number, type: string, request: Request]>([
  ["JSON that is cut off", 400, "bad-request", { text: '{"value": ', headers: JSON_TYPE }],
  ["no UTF-8", 400, "bad-request", { text: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_TYPE }],
  ["a text instead of an object", 400, "bad-request", { json: "x" }],
  ["an array instead of an object", 400, "bad-request", { json: [5] }],
  ["null instead of an object", 400, "bad-request", { json: null }],
  ["a field that is misspelt", 400, "bad-request", { json: { vaule: 5 } }],
  ["the field __proto__", 400, "bad-request", { text: '{"__proto__": {"value": 5}}', headers: JSON_TYPE }],
  ["an id that is no text", 400, "bad-request", { json: { value: 5, id: 7 } }],
  ["an empty id", 400, "bad-request", { json: { value: 5, id: "" } }],
  ["an id that is too long", 400, "bad-request", { json: { value: 5, id: "x".repeat(1025) } }],
  ["an empty id in the header", 400, "bad-request", { json: { value: 5 }, headers: { "idempotency-key": '""' } }],
  ["an id that stores would change", 400, "bad-request", { text: '{"id": "\\ud800"}', headers: JSON_TYPE }],
  ["a timeout that is no number", 400, "bad-request", { json: { value: 5, timeout: "1" } }],
  ["a timeout that is negative", 400, "bad-request", { json: { value: 5, timeout: -1 } }],
  ["a timeout that is infinite", 400, "bad-request", { text: '{"timeout": 1e999}', headers: JSON_TYPE }],
  [
    "501 arrays in one another",
    400,
    "bad-request",
    { text: `${"[".repeat(501)}${"]".repeat(501)}`, headers: JSON_TYPE },
  ],
  ["a million of them", 400, "bad-request", { text: "[".repeat(1_000_000), headers: JSON_TYPE }],
  ["a form", 415, "not-json", { text: "value=5", headers: { "content-type": "application/x-www-form-urlencoded" } }],
  ["a text", 415, "not-json", { text: '{"value": 5}', headers: { "content-type": "text/plain" } }],
  ["no type", 415, "not-json", { text: '{"value": 5}' }],
  ["another charset", 415, "not-json", { text: "{}", headers: { "content-type": "application/json; charset=utf-16" } }],
  ["a compressed body", 415, "not-json", { text: "{}", headers: { ...JSON_TYPE, "content-encoding": "gzip" } }],
  ["a body that is too large", 413, "too-large", { text: `"${"x".repeat(1024 * 1024)}"`, headers: JSON_TYPE }],
  ["a page of somewhere else", 403, "forbidden", { json: { value: 5 }, headers: { origin: "https://evil.example" } }],
  ["a page of nowhere", 403, "forbidden", { json: { value: 5 }, headers: { origin: "null" } }],
  ["a name that was rebound", 403, "forbidden", { json: { value: 5 }, headers: { host: "evil.example:8787" } }],
  ["a name that looks local", 403, "forbidden", { json: { value: 5 }, headers: { host: "127.0.0.1.evil.example" } }],
])("%s: %d %s, and no journal", async (_, status, type, request) => {
  const { url, engine, log } = await serve({ echo });
  const answer = await send(url, request);
  expect([answer.status, errorOf(answer).type]).toEqual([status, type]);
  expect(await engine.list()).toEqual([]);
  expect(log.at(-1)).toMatchObject({ status });
});

test("an id in the header that is there twice, or is not ASCII: 400 that names the way, and no journal", async () => {
  const { url, engine } = await serve({ echo });
  const socket = connectSocket(Number(new URL(url).port), "127.0.0.1");
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  const head = "POST /v1/echo/a/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
  socket.write(`${head}Idempotency-Key: 1\r\nIdempotency-Key: 1\r\n\r\n`);
  socket.write(`${head}Idempotency-Key: päckchen\r\nConnection: close\r\n\r\n`);
  await new Promise((resolve) => void socket.on("close", resolve));
  expect(heard.match(/^HTTP\/1.1 400/gm)).toHaveLength(2);
  expect(heard).toContain("the header Idempotency-Key is there more than once; give the id in the body");
  expect(heard).toContain("the header Idempotency-Key is not ASCII; give the id in the body");
  expect(await engine.list()).toEqual([]);
});

test("texts are no levels: 501 brackets in one are fine, and so are 500 levels", async () => {
  const { url } = await serve({ echo });
  const texts = `${"[".repeat(501)}\\"${"[".repeat(501)}`;
  expect((await send(url, { text: `{"value": "${texts}"}`, headers: JSON_TYPE })).status).toBe(200);
  const deep = `{"value": ${"[".repeat(499)}${"]".repeat(499)}}`;
  expect((await send(url, { text: deep, headers: JSON_TYPE })).status).toBe(200);
});

test("the limit of a body is exact, also for one that comes in chunks of unknown number", async () => {
  const { url, engine } = await serve({ echo }, { maxBody: 100 });
  const chunked = { ...JSON_TYPE, "transfer-encoding": "chunked" };
  const body = (size: number): string => `{"value": "${"x".repeat(size - 13)}"}`;
  for (const headers of [JSON_TYPE, chunked]) {
    expect((await send(url, { text: body(101), headers })).status).toBe(413);
    expect(await engine.list()).toEqual([]);
  }
  expect((await send(url, { text: body(100), headers: chunked })).status).toBe(200);
});

test("a limit may be large", async () => {
  const { url } = await serve({ echo }, { maxBody: 20 * 1024 * 1024 });
  const value = "x".repeat(17 * 1024 * 1024);
  const answer = await send(url, { json: { value } });
  expect([answer.status, (answer.body as { value: string }).value.length]).toEqual([200, value.length]);
});

test.each(["localhost", "LOCALHOST:1", "127.0.0.1:80", "127.1.2.3", "[::1]:8787"])(
  "the host %s is this machine",
  async (host) => {
    const { url } = await serve({ echo });
    expect((await send(url, { json: {}, headers: { host } })).status).toBe(200);
  },
);

test("a host that is allowed by name, and any where none is named", async () => {
  const named = await serve({ echo }, { hosts: new Set(["corun.example"]) });
  expect((await send(named.url, { json: {}, headers: { host: "Corun.example:443" } })).status).toBe(200);
  expect((await send(named.url, { json: {}, headers: { host: "other.example" } })).status).toBe(403);
  const any = await serve({ echo }, { hosts: null, token: "t" });
  expect(
    (await send(any.url, { json: {}, headers: { host: "other.example", authorization: "Bearer t" } })).status,
  ).toBe(200);
});

test("a page that is allowed may ask and read the answer; its browser is told before", async () => {
  const { url } = await serve({ echo }, { origins: new Set(["https://app.example"]), token: "t" });
  const origin = "https://app.example";
  // As a browser does it: without the token.
  const before = await ask(url, "/v1/echo/a/send", { method: "OPTIONS", headers: { origin } });
  expect(before.status).toBe(204);
  expect(before.headers).toMatchObject({
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
  });
  const answer = await send(url, { json: {}, headers: { origin, authorization: "Bearer t" } });
  expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, origin]);
  // A page must be able to read what was wrong, too.
  const refused = await send(url, { json: {}, headers: { origin } });
  expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([401, origin]);
});

test("without the token nothing but the health is told: 401", async () => {
  const { url, engine } = await serve({ echo }, { token: "s3cret-Token" });
  for (const authorization of [
    undefined,
    "",
    "Bearer",
    "Bearer s3cret-Toke",
    "Bearer s3cret-Token2",
    "Basic s3cret-Token",
    "s3cret-Token",
  ]) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await send(url, { json: {}, headers });
    expect([authorization, answer.status, answer.headers["www-authenticate"]]).toEqual([authorization, 401, "Bearer"]);
    for (const path of ["/v1", "/metrics", "/v1/echo/a"]) expect((await ask(url, path, { headers })).status).toBe(401);
  }
  expect(await engine.list()).toEqual([]);
  expect(await ask(url, "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  expect((await send(url, { json: {}, headers: { authorization: "Bearer s3cret-Token" } })).status).toBe(200);
  expect((await send(url, { json: {}, headers: { authorization: "bearer  s3cret-Token" } })).status).toBe(200);
});

test("one whose code does not match its journal is parked: 409, with the difference; when it matches again, it goes on", async () => {
  const was = durable("job", function* (): Coroutine.Body<number, void, number> {
    for (let n = 0; ; n++) {
      yield n;
      yield* step("pack", () => 1);
    }
  });
  const is = durable("job", function* (): Coroutine.Body<number, void, number> {
    for (let n = 0; ; n++) {
      yield n;
      yield* step("wrap", () => 1);
    }
  });
  const engine = inProcess();
  const coroutines = new Map([["job", was]]);
  const { url } = await serve({ job: was }, { engine, coroutines });
  const turn = (id: string): Promise<Response> => post(url, "/v1/job/1/send", { value: 1, id });
  await turn("1");
  await turn("2");
  coroutines.set("job", is);
  engine.serve(is);
  const retry = (): Promise<Response> => post(url, "/v1/job/1/retry", {});
  for (const refused of [await retry(), await turn("3"), await turn("3"), await retry()]) {
    expect(refused.status).toBe(409);
    expect(errorOf(refused)).toMatchObject({ type: "parked", name: "ReplayError" });
    expect(errorOf(refused).message).toContain("asked for step pack");
  }
  expect((await ask(url, "/v1?state=parked")).body).toMatchObject({ coroutines: [{ name: "job", key: "1" }] });
  coroutines.set("job", was);
  engine.serve(was);
  expect(await post(url, "/v1/job/1/retry", {})).toMatchObject({ status: 204 });
  expect(await turn("3")).toMatchObject({ status: 200, body: { value: 3 } });
});

test("a signal to one that has ended: 409", async () => {
  const { url } = await serve({ counter });
  await post(url, "/v1/counter/a/send", { value: 1 });
  await post(url, "/v1/counter/a/cancel", {});
  const late = await post(url, "/v1/counter/a/signal", { name: "x" });
  expect([late.status, errorOf(late).type]).toEqual([409, "ended"]);
});

test("what nobody has thought of: 500 without a word of it, and all of it in the log", async () => {
  const engine = inProcess();
  engine.list = () => Promise.reject(new TypeError("secret detail"));
  const { url, log } = await serve({ counter }, { engine });
  const answer = await ask(url, "/v1");
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain("secret");
  expect(log.find(({ event }) => event === "defect")).toMatchObject({
    level: "error",
    error: expect.stringMatching(/^TypeError: secret detail\n +at /) as string,
  });
});

test("while it ends: turns under way are answered, others are refused with 503, on the connections that there are", async () => {
  const { url, service, engine } = await serve({ slow, counter });
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname);
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  const says = async (text: string): Promise<void> => {
    while (!heard.includes(text)) await new Promise((resolve) => void setTimeout(resolve, 5));
  };
  socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await says('{"status":"ok"}');
  // On the same connection a turn begins, and another request is sent behind it.
  const body = '{"value": 1000}';
  const head = (path: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  socket.write(head("/v1/slow/a/send", body.length) + body);
  while ((await engine.open(slow, "a").inspect()).state !== "busy")
    await new Promise((resolve) => void setTimeout(resolve, 5));
  const closed = service.close(30_000);
  const ended = new Promise((resolve) => void socket.on("close", resolve));
  expect(await closed).toBe(true);
  await ended;
  expect(heard).toContain('"value":2000');
  expect(heard.match(/Connection: close/gi)).toHaveLength(1);
  await expect(ask(url, "/health")).rejects.toThrow("ECONNREFUSED");
});

test("a request that has come before the end, and is read after it began: 503 with a hint when to ask again", async () => {
  const { url, service, engine } = await serve({ slow, counter });
  const { hostname, port } = new URL(url);
  const turn = post(url, "/v1/slow/a/send", { value: 1000 });
  const socket = connectSocket(Number(port), hostname);
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  await new Promise<void>((resolve) => void socket.write("GET /v1 HTTP/1.1\r\nHost: local", () => resolve()));
  await ask(url, "/health"); // the server has read that, too
  while ((await engine.open(slow, "a").inspect()).state !== "busy")
    await new Promise((resolve) => void setTimeout(resolve, 5));
  const closed = service.close(30_000);
  socket.write("host\r\n\r\n");
  await new Promise((resolve) => void socket.on("close", resolve));
  expect(heard).toMatch(/^HTTP\/1.1 503 .*Retry-After: 1/s);
  expect((await turn).status).toBe(200);
  expect(await closed).toBe(true);
});

test("while turns end, who comes anew is told so with 503, also who asks for its health; nobody holds it up", async () => {
  const { url, service, engine } = await serve({ slow, counter });
  const turn = post(url, "/v1/slow/a/send", { value: 1000 });
  while ((await engine.open(slow, "a").inspect()).state !== "busy")
    await new Promise((resolve) => void setTimeout(resolve, 5));
  const closed = service.close(30_000);
  for (const asked of [ask(url, "/health"), ask(url, "/v1"), post(url, "/v1/counter/a/send", { value: 1 })]) {
    const answer = await asked;
    expect([answer.status, errorOf(answer).type]).toEqual([503, "unavailable"]);
    expect(answer.headers).toMatchObject({ "retry-after": "1", connection: "close" });
  }
  // This one says what it wants, and never sends it.
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname);
  const cut = new Promise((resolve) => void socket.resume().on("close", resolve));
  socket.write("POST /v1/counter/a/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n");
  expect((await turn).status).toBe(200);
  expect(await closed).toBe(true);
  await cut;
  expect(await engine.list({ name: "counter" })).toEqual([]);
});

test("turns that take longer than the grace are not waited for", async () => {
  const { url, service, engine } = await serve({ slow });
  const turn = post(url, "/v1/slow/a/send", { value: 60_000 }).catch(String);
  while ((await engine.open(slow, "a").inspect()).state !== "busy")
    await new Promise((resolve) => void setTimeout(resolve, 5));
  expect(await service.close(20)).toBe(false);
  expect(await turn).toContain("socket hang up");
});

test("an engine that has been closed: 503", async () => {
  const { url, engine } = await serve({ counter });
  await engine.close();
  const answer = await post(url, "/v1/counter/a/send", { value: 1 });
  expect([answer.status, errorOf(answer).type, answer.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
});
