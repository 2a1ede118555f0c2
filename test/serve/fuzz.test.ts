// Anything may come in: the server stays up, tells no stack, and what it refuses leaves no trace in a journal.

import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { embedded, type Engine, inProcess } from "corun/durable";
import { expect, onTestFinished, test } from "vitest";
import { counter, echo, strict } from "./coroutines.ts";
import { ask, errorOf, post, serve, type Served } from "./harness.ts";

const STACK = /\n\s+at |node:internal|\.ts:\d+/;

/** Sends bytes, and gives what comes back. */
function exchange(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connectSocket(Number(port), hostname, () => socket.end(bytes));
    let heard = "";
    socket.on("data", (chunk) => (heard += String(chunk)));
    socket.on("error", () => {}); // it may be reset
    socket.on("close", () => resolve(heard));
  });
}

/** All that is kept. */
async function kept({ engine }: Served): Promise<string> {
  const all = await engine.list({ limit: 10_000 });
  const histories = await Promise.all(all.map(({ name, key }) => engine.open(name, key).history()));
  return JSON.stringify(histories);
}

const segment = fc.oneof(
  fc.constantFrom(
    "v1",
    "echo",
    "counter",
    "strict",
    "a",
    "send",
    "post",
    "signal",
    "cancel",
    "retry",
    "history",
    "health",
  ),
  fc.constantFrom("", ".", "..", "%", "%2e%2e", "%ff", "~", "__proto__", "constructor", "toString"),
  fc.string({ unit: "binary", maxLength: 8 }).map((text) => encodeURIComponent(text)),
);
/** Some that are right, as it is in them that much can happen. */
const meant = fc
  .tuple(
    fc.constantFrom("echo", "counter", "strict"),
    segment,
    fc.constantFrom("/send", "/send", "/post", "/signal", "/cancel", "/retry", "/history", ""),
  )
  .map(([name, key, action]) => `/v1/${name}/${key}${action}`);
const random = fc
  .tuple(fc.array(segment, { maxLength: 6 }), fc.option(fc.string({ unit: "grapheme-ascii", maxLength: 20 })))
  .map(([parts, query]) => `/${parts.join("/")}${query === null ? "" : `?${encodeURI(query)}`}`);
const path = fc.oneof(meant, random);
const method = fc.constantFrom("GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE");
const type = fc.constantFrom(
  "application/json",
  "application/json",
  "application/json; charset=utf-8",
  "text/plain",
  "application/json;x=y",
  "",
);
const body = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.json({ maxDepth: 2 }).map((json) => `{"value": ${json}}`),
  fc
    .record(
      {
        value: fc.jsonValue(),
        id: fc.jsonValue(),
        timeout: fc.jsonValue(),
        after: fc.jsonValue(),
        name: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.string({ unit: "binary", maxLength: 30 }),
);

const request = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(method, path, type, body) },
  // What is right, so that there is something that may go wrong.
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant("POST"),
      fc.constantFrom("/v1/echo/a/send", "/v1/counter/b/send", "/v1/strict/c/send"),
      fc.constant("application/json"),
      fc.json({ maxDepth: 2 }).map((json) => `{"value": ${json}}`),
    ),
  },
);

const ANSWERS: ReadonlySet<number> = new Set([200, 202, 204, 400, 403, 404, 405, 409, 413, 415, 422, 504]);
/** Nothing has happened. After a 422, a 409 or a 504 it may have. */
const NOTHING: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415]);

/** A store in a file of its own. */
function inFile(): Engine {
  const path = mkdtempSync(join(tmpdir(), "corun-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return embedded(join(path, "corun.db"));
}

test.each([
  ["in memory", inProcess, 400],
  ["in a file", inFile, 200],
])(
  "requests of every kind, %s: a status that is meant, no stack, and nothing kept of one that is refused",
  async (_, engine, numRuns) => {
    const served = await serve({ counter, echo, strict }, { engine: engine(), timeout: 100, maxBody: 200 });
    let before = await kept(served);
    await fc.assert(
      fc.asyncProperty(request, async ([method, path, type, text]) => {
        const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
        const answer = await ask(served.url, path, { method, headers, ...(method === "POST" ? { text } : {}) });
        const after = await kept(served);
        const isRefused = NOTHING.has(answer.status);
        expect({
          status: answer.status,
          isMeant: ANSWERS.has(answer.status),
          hasStack: STACK.test(answer.text),
          saysWhy: answer.status < 400 || method === "HEAD" || typeof errorOf(answer).type === "string",
          kept: isRefused ? after : before,
        }).toEqual({ status: answer.status, isMeant: true, hasStack: false, saysWhy: true, kept: before });
        before = after;
      }),
      { numRuns },
    );
    expect(served.log.filter(({ level }) => level === "error")).toEqual([]);
    expect(served.log.some(({ event, status }) => event === "send" && status === 200)).toBe(true);
  },
);

const key = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).filter((text) => !text.includes("\0"));

test("sends of any JSON: each comes back as it was, or is refused", async () => {
  const { url } = await serve({ echo });
  await fc.assert(
    fc.asyncProperty(key, fc.jsonValue(), async (key, value) => {
      const answer = await post(url, `/v1/echo/~${encodeURIComponent(key)}/send`, { value });
      // JSON has no minus zero, and nor has the journal.
      expect(JSON.stringify((answer.body as { value: unknown }).value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 200 },
  );
});

const line = fc.oneof(
  fc.constantFrom(
    "GET / HTTP/1.1",
    "POST /v1/echo/a/send HTTP/1.1",
    "GET http://evil/ HTTP/1.1",
    "CONNECT a:1 HTTP/1.1",
    "PRI * HTTP/2.0",
    "GET /v1 HTTP/9.9",
  ),
  fc.constantFrom(
    "Host: localhost",
    "Host:",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: x",
    "Upgrade: websocket",
    "Connection: upgrade",
    "Expect: 100-continue",
    "Expect: x",
    "Content-Type: application/json",
  ),
  fc.constantFrom("", "5", "0", '{"value": 5}', "hello"),
  fc.string({ unit: "binary", maxLength: 30 }),
);

test("bytes of every kind: the server stays up, tells no stack, and keeps nothing", async () => {
  const served = await serve({ counter, echo });
  const before = await kept(served);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const heard = await exchange(served.url, Buffer.from(lines.join("\r\n") + "\r\n\r\n"));
      expect(heard).not.toMatch(STACK);
      expect(heard).toMatch(/^(HTTP\/1\.1 \d{3} |$)/);
    }),
    { numRuns: 300 },
  );
  // A well-formed send may come about by chance; then it is there, and whole.
  const after = await kept(served);
  const isSent = served.log.some(({ event, status }) => event === "send" && status === 200);
  expect(after === before || isSent).toBe(true);
  expect(await ask(served.url, "/health")).toMatchObject({ status: 200 });
  expect(served.log.filter(({ level }) => level === "error")).toEqual([]);
});

test("a request that is cut off in its body: nothing of it has happened, and no defect is told", async () => {
  const served = await serve({ echo });
  const head =
    "POST /v1/echo/a/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n";
  await exchange(served.url, Buffer.from(`${head}{"value": 5}`));
  expect(await served.engine.list()).toEqual([]);
  expect(served.log.filter(({ level }) => level === "error")).toEqual([]);
});
