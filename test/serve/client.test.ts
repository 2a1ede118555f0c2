// The client, with a server that answers, fails, vanishes and comes again.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CancelledError, StopIteration } from "corun";
import {
  connect,
  FailedError,
  NoAnswerError,
  NotSerializableError,
  ParkedError,
  type RemoteHandle,
  ServerError,
} from "corun/client";
import { inProcess, NotSerializableError as KeptError } from "corun/durable";
import { expect, onTestFinished, test, vi } from "vitest";
import { counter, echo, pair, slow, strict, tidy, waiting } from "./coroutines.ts";
import { serve } from "./harness.ts";

/**
 * A server in front of another one: `meddle` may answer, or destroy, a request itself; else it goes on. It is asked again,
 * with a negative number, when there is an answer.
 */
async function proxy(
  target: string,
  meddle: (...args: [...Parameters<RequestListener>, n: number]) => boolean,
): Promise<string> {
  let n = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const number = ++n;
    if (meddle(request, response, number)) return;
    const answer = await forward(target + request.url!, request.method!, await text(request));
    if (meddle(request, response, -number)) return;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function forward(url: string, method: string, body: string): Promise<Response> {
  return fetch(url, { method, headers: { "content-type": "application/json" }, ...(body === "" ? {} : { body }) });
}

test("send, post, signal, inspect, history, list, cancel, drop: as a handle of the engine", async () => {
  const { url } = await serve({ counter, waiting, tidy });
  const client = connect({ url: `${url}/` });
  const c = client.open<typeof counter>("counter", "a/b?");
  expect(await c.send(5)).toBe(5);
  await c.post(2);
  expect(await c.send(1)).toBe(8);
  expect(await c.inspect()).toMatchObject({ key: "a/b?", turns: 3 });
  expect((await c.history()).filter(({ type }) => type === "send")).toHaveLength(3);
  const w = client.open<typeof waiting>("waiting", "..");
  await w.signal("go", { to: "the market" });
  expect(await w.send()).toEqual({ to: "the market" });
  expect((await client.list()).map(({ key }) => key)).toEqual(["a/b?", ".."]);
  expect((await client.list({ after: { name: "counter", key: "a/b?" }, limit: 1 })).map(({ key }) => key)).toEqual([
    "..",
  ]);
  expect(await client.list({ name: "counter", state: "done" })).toEqual([]);
  const t = client.open<typeof tidy>("tidy", "1");
  await t.send();
  await t.cancel({ why: "enough" });
  const error = await t.send().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(CancelledError);
  expect((error as CancelledError).reason).toEqual({ why: "enough" });
  await t.drop();
  expect(await t.send()).toBe(1);
});

test("what the coroutine returns is a StopIteration, what it fails with has its name, message and code", async () => {
  const { url } = await serve({ pair, strict });
  const client = connect({ url });
  const p = client.open<typeof pair>("pair", "1");
  expect(await p.send("Ada")).toBe("Ada");
  const end = await p.send("Bob").catch((error: unknown) => error);
  expect(end).toBeInstanceOf(StopIteration);
  expect((end as StopIteration).value).toBe("Ada and Bob");
  const failed = await client
    .open<typeof strict>("strict", "1")
    .send("x")
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(FailedError);
  expect(failed).toMatchObject({ name: "RangeError", message: "x is no number", code: "E_NUMBER", status: 422 });
  expect(String(failed)).toBe("RangeError: x is no number");
});

test("what the server says against it is an error at once, of a class of its own where that helps", async () => {
  const { url } = await serve({ counter }, { token: "right" });
  const wrong = connect({ url, token: "wrong" }).open<typeof counter>("counter", "a");
  await expect(wrong.send(1)).rejects.toMatchObject({ name: "ServerError", type: "unauthorized", status: 401 });
  const client = connect({ url, token: "right" });
  expect(await client.open<typeof counter>("counter", "a").send(1)).toBe(1);
  await expect(client.open("nobody", "a").send(1)).rejects.toThrow('no coroutine "nobody" is served here');
  expect(() => client.open("counter", "\ud800")).toThrow(TypeError);
  expect(() => client.open("counter", "")).toThrow(TypeError);
  expect(() => connect({ url: "" })).toThrow(TypeError);
});

test("one that is parked is a ParkedError", async () => {
  const url = await proxy("", (_, response) => {
    const error = { type: "parked", name: "ReplayError", message: "in turn 3", code: "MISMATCH" };
    response.writeHead(409).end(JSON.stringify({ error }));
    return true;
  });
  const error = await connect({ url })
    .open("job", "1")
    .send(1)
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ParkedError);
  expect(error).toMatchObject({ name: "ParkedError", message: "in turn 3", code: "MISMATCH" });
});

test("a send happens once, wherever the connection is lost: before the server has it, or with the answer on its way", async () => {
  const { url } = await serve({ counter });
  const flaky = await proxy(url, (request, response, n) => {
    if (n > 0 && n % 3 === 1) request.destroy();
    else if (n < 0 && -n % 3 === 2) response.destroy();
    else return false;
    return true;
  });
  const c = connect({ url: flaky }).open<typeof counter>("counter", "a");
  expect([await c.send(1), await c.send(1), await c.send(1)]).toEqual([1, 2, 3]);
  expect((await c.inspect()).turns).toBe(3);
});

test("a drop whose answer was lost is done when it is asked again; one of what never was is told", async () => {
  const { url } = await serve({ counter });
  const flaky = await proxy(url, ({ method }, response, n) => {
    if (method !== "DELETE" || n !== -2) return false;
    response.destroy();
    return true;
  });
  const client = connect({ url: flaky });
  await client.open<typeof counter>("counter", "a").send(1);
  await client.open("counter", "a").drop();
  expect(await client.list()).toEqual([]);
  await expect(client.open("counter", "a").drop()).rejects.toMatchObject({ type: "not-begun" });
});

test("a server that ends, a proxy without one, too many requests: it is asked again, with the same id", async () => {
  const { url } = await serve({ counter });
  const bodies: string[] = [];
  const busy = await proxy(url, (request, response, n) => {
    if (n > 0) request.on("data", (chunk: Buffer) => bodies.push(String(chunk)));
    const status = [503, 502, 429][n - 1];
    if (status === undefined) return false;
    request.resume().on("end", () => response.writeHead(status, { "retry-after": "0.01" }).end("<html>"));
    return true;
  });
  expect(await connect({ url: busy }).open<typeof counter>("counter", "a").send(7)).toBe(7);
  expect(bodies).toHaveLength(4);
  expect(new Set(bodies.map((body) => (JSON.parse(body) as { id: string }).id)).size).toBe(1);
});

test("a turn that takes longer than an attempt is asked for again, until it is answered", async () => {
  const { url, log } = await serve({ slow });
  const impatient = await proxy(url, (request, response, n) => {
    if (n <= 0 || n > 2) return false;
    // A server that has no answer yet, after the turn has begun.
    const early = async (): Promise<void> => {
      const body = JSON.stringify({ ...(JSON.parse(await text(request)) as object), timeout: 5 });
      const answer = await forward(url + request.url!, "POST", body);
      response.writeHead(answer.status).end(await answer.text());
    };
    void early();
    return true;
  });
  expect(await connect({ url: impatient }).open<typeof slow>("slow", "a").send(1000)).toBe(2000);
  expect(log.filter(({ event }) => event === "send").map(({ status }) => status)).toEqual([504, 504, 200]);
});

test("time that is up: a NoAnswerError with the id, by which the answer is there later", async () => {
  const { url } = await serve({ slow });
  const c = connect({ url }).open<typeof slow>("slow", "a");
  const error = (await c.send(300, { timeout: 30 }).catch((error: unknown) => error)) as NoAnswerError;
  expect(error).toBeInstanceOf(NoAnswerError);
  expect(error.message).toMatch(/^no answer to \/v1\/slow\/a\/send within 30 ms; .* ask again with the id/);
  expect(await c.send(300, { id: error.id! })).toBe(600);
  expect((await c.inspect()).turns).toBe(1);
});

test("nobody there: a NoAnswerError that says why", async () => {
  const { url, service } = await serve({ counter });
  await service.close(0);
  const c = connect({ url, timeout: 200 }).open<typeof counter>("counter", "a");
  await expect(c.send(1)).rejects.toMatchObject({
    name: "NoAnswerError",
    message: expect.stringContaining("fetch failed") as string,
  });
});

test("what answers there, and is no corun serve, is told; a redirect is not followed", async () => {
  const page = await proxy("", (_, response) => {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>");
    return true;
  });
  await expect(connect({ url: page }).list()).rejects.toThrow(
    "what is at this address answered 404 Not Found: it is no corun serve",
  );
  const app = await proxy("", (_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    return true;
  });
  await expect(connect({ url: app }).open("a", "b").send(1)).rejects.toThrow(
    new ServerError("what is at this address answered 200 OK without JSON: it is no corun serve", {
      type: "internal",
      status: 200,
    }),
  );
  const elsewhere = await proxy("", (_, response) => {
    response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
    return true;
  });
  const error = await connect({ url: elsewhere })
    .open("a", "b")
    .send(1)
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ServerError);
  expect(String(error)).toContain("sent the request elsewhere");
});

test("a signal gives up: before, while it waits for an answer, and between two attempts; no listener is left on it", async () => {
  const { url, service } = await serve({ slow });
  const c = connect({ url }).open<typeof slow>("slow", "a");
  const reason = new Error("enough");
  await expect(c.send(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  expect(await c.send(1, { signal })).toBe(2);
  expect(listeners).toBe(0);
  const sent = c.send(60_000, { signal });
  setTimeout(() => controller.abort(reason), 20);
  await expect(sent).rejects.toBe(reason);
  expect(listeners).toBe(0);
  await service.close(0);
  const late = new AbortController();
  setTimeout(() => late.abort(reason), 20);
  await expect(c.send(1, { signal: late.signal })).rejects.toBe(reason);
});

test("a server that is killed and started again has what it was sent; who waits meanwhile gets the answer", async () => {
  const engine = inProcess();
  const first = await serve({ echo }, { engine });
  const port = Number(new URL(first.url).port);
  const c = connect({ url: first.url }).open<typeof echo>("echo", "a");
  expect(await c.send("one")).toBe("one");
  await first.service.close(0);
  const sent = c.send("two");
  await new Promise((resolve) => void setTimeout(resolve, 100));
  await serve({ echo }, { engine, port });
  expect(await sent).toBe("two");
  expect((await c.inspect()).turns).toBe(2);
});

/** What goes over the wire to a server that answers all with 1. */
function recorder(): { fetch: typeof fetch; bodies: unknown[] } {
  const bodies: unknown[] = [];
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(JSON.parse(init?.body as string));
    return Response.json({ id: "1", done: false, value: 1 });
  };
  return { fetch, bodies };
}

const cycle: { self?: unknown } = {};
cycle.self = cycle;

test.each<[value: unknown, said: string]>([
  [{ when: new Date(0) }, "$.when is a Date; send getTime() or toISOString()"],
  [[Number.NaN], "$[0] is NaN"],
  [{ m: new Map() }, "$.m is a Map"],
  [[undefined], "$[0] is undefined"],
  [() => 1, "$ is a function"],
  [5n, "$ is a bigint"],
  [cycle, "$.self is an object that it is inside of"],
])("what can't be kept is an error at once, with its path, and nothing is sent: %s", async (value, said) => {
  const { fetch, bodies } = recorder();
  const c = connect({ url: "http://127.0.0.1:1", fetch }).open("echo", "k");
  for (const [ask, what] of [
    [() => c.send(value), "what is sent to echo/k"],
    [() => c.post(value), "what is posted to echo/k"],
    [() => c.signal("go", value), "the signal go for echo/k"],
  ] as const) {
    const error = await ask().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NotSerializableError);
    expect((error as Error).message).toContain(`${what} can't be kept in a journal: ${said}`);
  }
  expect(bodies).toEqual([]);
  expect(NotSerializableError).toBe(KeptError);
});

test("a value goes over the wire as it was when it was sent, however often that is tried", async () => {
  const { fetch, bodies } = recorder();
  let attempts = 0;
  const flaky: typeof fetch = async (...args) => {
    if (attempts++ > 0) return fetch(...args);
    value.list.push(2);
    throw new TypeError("the connection is lost");
  };
  const value = { list: [1] };
  await connect({ url: "http://127.0.0.1:1", fetch: flaky }).open("echo", "k").send(value, { id: "7" });
  expect(bodies).toMatchObject([{ value: { list: [1] }, id: "7" }]);
});

test("a reason that can't be kept cancels all the same: what it says goes over the wire", async () => {
  const { fetch, bodies } = recorder();
  const c = connect({ url: "http://127.0.0.1:1", fetch }).open("echo", "k");
  for (const reason of [undefined, "enough", { why: 1 }, new RangeError("too late"), 5n]) await c.cancel(reason);
  const texts = ["enough", { why: 1 }, "RangeError: too late", "5"];
  expect(bodies).toEqual([{}, ...texts.map((reason) => ({ reason }))]);
});

test.each<[options: Record<string, unknown>, said: string]>([
  [{ url: "localhost:8787" }, 'but got "localhost:8787"'],
  [{ url: "127.0.0.1:8787" }, 'but got "127.0.0.1:8787"'],
  [{ url: "" }, 'but got ""'],
  [{ url: "ftp://x" }, 'but got "ftp://x"'],
  [{ url: undefined }, "but got undefined"],
  [{ url: "http://me:secret@host" }, "no user, query or fragment"],
  [{ url: "http://host/?a=1" }, "no user, query or fragment"],
  [{ token: "two\nlines" }, "a token is one or more visible ASCII characters"],
  [{ token: "" }, "a token is one or more visible ASCII characters"],
  [{ token: 5 }, "but got 5"],
  [{ timeout: Number.NaN }, "the timeout of connect is a number of milliseconds from 0 on, but got NaN"],
  [{ timeout: "1000" }, 'but got "1000"'],
  [{ timeout: -1 }, "but got -1"],
  [{ fetch: "fetch" }, "connect needs a fetch"],
])("connect says what is wrong with %j, and does not wait for an answer that can't come", (options, said) => {
  const connecting = () => connect({ url: "http://127.0.0.1:1", ...options });
  expect(connecting).toThrow(TypeError);
  expect(connecting).toThrow(said);
  expect(connecting).not.toThrow("secret");
});

test("in a page, a path on its own host is a url; a host without http:// is none there either", async () => {
  vi.stubGlobal("location", { href: "https://app.example/page" });
  onTestFinished(() => void vi.unstubAllGlobals());
  const { fetch, bodies } = recorder();
  await connect({ url: "/corun", fetch }).open("echo", "k").send(1);
  expect(bodies).toHaveLength(1);
  for (const url of ["", "127.0.0.1:8787", "app.example", "localhost:8787"])
    expect(() => connect({ url, fetch })).toThrow(TypeError);
});

test("a timeout or a delay that is none is an error at once", async () => {
  const { fetch, bodies } = recorder();
  const c: RemoteHandle = connect({ url: "http://127.0.0.1:1", fetch }).open("echo", "k");
  await expect(c.send(1, { timeout: Number.NaN })).rejects.toThrow(
    new TypeError("the timeout of a request is a number of milliseconds from 0 on, but got NaN"),
  );
  await expect(c.inspect({ timeout: -1 })).rejects.toThrow(TypeError);
  await expect(c.post(1, { after: Number.NaN })).rejects.toThrow(
    new TypeError("the delay of a post is a number of milliseconds from 0 on, but got NaN"),
  );
  expect(bodies).toEqual([]);
});
