// What the service answers.

import { expect, test } from "vitest";
import { counter, echo, infinite, pair, slow, strict, tidy, untidy, waiting } from "./coroutines.ts";
import { ask, errorOf, post, serve } from "./harness.ts";

test("a send gives what the coroutine yields next, and its id", async () => {
  const { url } = await serve({ counter });
  const first = await post(url, "/v1/counter/visits/send", { value: 5, id: "1" });
  expect(first).toMatchObject({ status: 200, body: { id: "1", done: false, value: 5 } });
  expect(first.headers["content-type"]).toBe("application/json");
  const second = await post(url, "/v1/counter/visits/send", { value: 2 });
  expect(second.body).toMatchObject({ done: false, value: 7, id: expect.stringMatching(/^[\w-]{36}$/) as string });
});

test("the same id is answered the same and happens once: in the body, in the header, with and without quotes", async () => {
  const { url } = await serve({ counter });
  const answers = [
    await post(url, "/v1/counter/a/send", { value: 5, id: "x" }),
    await post(url, "/v1/counter/a/send", { value: 5 }, { "idempotency-key": "x" }),
    await post(url, "/v1/counter/a/send", { value: 5 }, { "idempotency-key": '"x"' }),
    await post(url, "/v1/counter/a/send", { value: 5, id: "x" }, { "idempotency-key": "x" }),
  ];
  expect(answers.map(({ body }) => body)).toEqual(answers.map(() => ({ id: "x", done: false, value: 5 })));
  const other = await post(url, "/v1/counter/a/send", { value: 5, id: "y" }, { "idempotency-key": "x" });
  expect(other.status).toBe(400);
  expect((await post(url, "/v1/counter/a/send", { value: 1 })).body).toMatchObject({ value: 6 });
});

test("many sends at once to one coroutine are each answered once, in some order", async () => {
  const { url } = await serve({ counter });
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(url, "/v1/counter/a/send", { value: 1 })));
  const values = answers.map(({ body }) => (body as { value: number }).value);
  expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
});

test("no value is undefined, and null is null", async () => {
  const { url, engine } = await serve({ echo });
  expect((await post(url, "/v1/echo/a/send", { id: "1" })).body).toEqual({ id: "1", done: false });
  expect((await post(url, "/v1/echo/a/send", { id: "2", value: null })).body).toEqual({
    id: "2",
    done: false,
    value: null,
  });
  await ask(url, "/v1/echo/a/send", { method: "POST" });
  const sends = (await engine.open(echo, "a").history()).filter(({ type }) => type === "send");
  expect(sends.map((entry) => (entry as { value: unknown }).value)).toEqual([null, "null", null]);
});

test("a coroutine that returns says so, and says so again", async () => {
  const { url } = await serve({ pair });
  await post(url, "/v1/pair/a/send", { value: "Ada" });
  const last = { id: "2", done: true, value: "Ada and Bob" };
  expect(await post(url, "/v1/pair/a/send", { value: "Bob", id: "2" })).toMatchObject({ status: 200, body: last });
  expect((await post(url, "/v1/pair/a/send", { value: "Cleo" })).body).toMatchObject({
    done: true,
    value: "Ada and Bob",
  });
});

test("a coroutine that fails: 422 with name, message and code, and no stack", async () => {
  const { url } = await serve({ strict });
  const failed = await post(url, "/v1/strict/a/send", { value: "x" });
  expect(failed.status).toBe(422);
  expect(failed.body).toEqual({
    error: { type: "failed", name: "RangeError", message: "x is no number", code: "E_NUMBER" },
  });
});

test("a coroutine that does not answer in time: 504; its turn goes on, and the same id asks for it", async () => {
  const { url } = await serve({ slow });
  const late = await post(url, "/v1/slow/a/send", { value: 300, id: "1", timeout: 20 });
  expect(late.status).toBe(504);
  expect(errorOf(late)).toMatchObject({ type: "timeout", message: expect.stringContaining('the id "1"') as string });
  expect(await post(url, "/v1/slow/a/send", { value: 300, id: "1" })).toMatchObject({
    status: 200,
    body: { value: 600 },
  });
});

test("post and signal are accepted; what they do is seen by the next that asks", async () => {
  const { url } = await serve({ counter, waiting });
  expect(await post(url, "/v1/counter/a/post", { value: 3, id: "p" })).toMatchObject({
    status: 202,
    body: { id: "p" },
  });
  expect(await post(url, "/v1/counter/a/post", { value: 3, id: "p" })).toMatchObject({
    status: 202,
    body: { id: "p" },
  });
  expect((await post(url, "/v1/counter/a/send", { value: 1 })).body).toMatchObject({ value: 4 });
  expect(await post(url, "/v1/waiting/a/signal", { name: "go", value: [1], id: "s" })).toMatchObject({ status: 202 });
  expect((await post(url, "/v1/waiting/a/send", {})).body).toMatchObject({ value: [1] });
});

test("cancel ends it after its cleanup; the sends that come then are told: 422", async () => {
  const { url } = await serve({ tidy });
  await post(url, "/v1/tidy/a/send", {});
  expect(await post(url, "/v1/tidy/a/cancel", { reason: "closed" })).toMatchObject({ status: 204, text: "" });
  const told = await post(url, "/v1/tidy/a/send", {});
  expect(told.status).toBe(422);
  expect(errorOf(told)).toMatchObject({ type: "cancelled", name: "CancelledError", reason: "closed" });
  expect(await post(url, "/v1/tidy/nobody/cancel", {})).toMatchObject({ status: 204 });
});

test("a cancel whose cleanup fails is told as a failure, with name, message and code: 422", async () => {
  const { url, log } = await serve({ untidy });
  await post(url, "/v1/untidy/a/send", {});
  const error = { type: "failed", name: "RangeError", message: "the broom is broken", code: "E_BROOM" };
  expect(await post(url, "/v1/untidy/a/cancel", {})).toMatchObject({ status: 422, body: { error } });
  expect((await post(url, "/v1/untidy/a/send", {})).body).toEqual({ error });
  expect(log.filter(({ event }) => event === "defect")).toEqual([]);
});

test("a value that is JSON and can't be kept: 400 with its path, and no journal", async () => {
  const { url, engine, log } = await serve({ echo });
  const headers = { "content-type": "application/json" };
  for (const [action, text, said] of [
    ["send", '{"value": {"a": [1e400]}}', "what is sent to echo/k can't be kept in a journal: $.a[0] is Infinity"],
    ["post", '{"value": -1e400}', "what is posted to echo/k can't be kept in a journal: $ is -Infinity"],
    [
      "signal",
      '{"name": "go", "value": [-1e400]}',
      "the signal go for echo/k can't be kept in a journal: $[0] is -Infinity",
    ],
  ] as const) {
    const refused = await ask(url, `/v1/echo/k/${action}`, { method: "POST", headers, text });
    expect([action, refused.status]).toEqual([action, 400]);
    expect(errorOf(refused)).toMatchObject({ type: "bad-request", name: "NotSerializableError" });
    expect(errorOf(refused).message).toContain(said);
  }
  expect(await engine.list()).toEqual([]);
  expect(log.filter(({ event }) => event === "defect")).toEqual([]);
});

test("a coroutine that answers with what can't be kept: 422 with the path; it goes on", async () => {
  const { url } = await serve({ infinite });
  const failed = await post(url, "/v1/infinite/a/send", { value: "bad", id: "1" });
  expect(failed.status).toBe(422);
  expect(errorOf(failed)).toMatchObject({ type: "failed", name: "NotSerializableError" });
  expect(errorOf(failed).message).toContain("what infinite/a yields can't be kept in a journal: $.n is Infinity");
  expect((await post(url, "/v1/infinite/a/send", { value: "bad", id: "1" })).body).toEqual(failed.body);
  expect((await post(url, "/v1/infinite/a/send", { value: "fine" })).body).toMatchObject({ value: 1 });
});

test("inspect and history tell of one, list of all, by name, state and page", async () => {
  const { url } = await serve({ counter, pair });
  for (const key of ["a", "b"]) await post(url, `/v1/counter/${key}/send`, { value: 1, id: "1" });
  for (const value of ["x", "y"]) await post(url, "/v1/pair/c/send", { value });
  expect((await ask(url, "/v1/counter/a")).body).toMatchObject({
    name: "counter",
    key: "a",
    state: "waiting",
    turns: 1,
  });
  const history = (await ask(url, "/v1/counter/a/history")).body as { type: string }[];
  expect(history.map(({ type }) => type)).toEqual(["base", "send", "answer"]);

  const list = async (path: string) =>
    ((await ask(url, path)).body as { coroutines: { name: string; key: string }[] }).coroutines.map(
      ({ name, key }) => `${name}/${key}`,
    );
  expect(await list("/v1")).toEqual(["counter/a", "counter/b", "pair/c"]);
  expect(await list("/v1/counter")).toEqual(["counter/a", "counter/b"]);
  expect(await list("/v1?state=done")).toEqual(["pair/c"]);
  expect(await list("/v1?limit=1")).toEqual(["counter/a"]);
  expect(await list("/v1?limit=1&after-name=counter&after-key=a")).toEqual(["counter/b"]);
  expect(await list("/v1/nobody")).toEqual([]);
  for (const query of ["limit=0", "limit=1001", "limit=x", "state=happy"]) {
    expect([query, (await ask(url, `/v1?${query}`)).status]).toEqual([query, 400]);
  }
});

test("a parameter that is not known, comes twice, or needs another one: 400 that says so", async () => {
  const { url } = await serve({ counter });
  await post(url, "/v1/counter/a/send", { value: 1 });
  for (const [path, said] of [
    ["/v1?after-key=a", "after-name and after-key go together"],
    ["/v1/counter?after-key=a", "after-name and after-key go together"],
    ["/v1?after-name=counter", "after-name and after-key go together"],
    ["/v1?stat=done", 'the query has the parameter "stat"; known are: state, limit, after-name, after-key'],
    ["/v1?limit=1&limit=2", 'the query has "limit" more than once'],
    ["/v1/counter/a?limit=1", 'the query has the parameter "limit"; none is taken here'],
    ["/v1/counter/a/history?x", 'the query has the parameter "x"; none is taken here'],
  ] as const) {
    const refused = await ask(url, path);
    expect([path, refused.status, errorOf(refused).type]).toEqual([path, 400, "bad-request"]);
    expect(errorOf(refused).message).toContain(said);
  }
  // What watches over a server may add what it likes.
  for (const path of ["/health?now", "/metrics?a=1"]) expect((await ask(url, path)).status).toBe(200);
});

test("what has not begun is not there: 404 for inspect, history, retry and drop", async () => {
  const { url } = await serve({ counter });
  const asked = [
    await ask(url, "/v1/counter/a"),
    await ask(url, "/v1/counter/a/history"),
    await ask(url, "/v1/counter/a", { method: "DELETE" }),
    await post(url, "/v1/counter/a/retry", {}),
  ];
  expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect(errorOf(asked[0]!)).toMatchObject({ type: "not-begun" });
});

test("a coroutine that is not served: 404, and those that are", async () => {
  const { url } = await serve({ counter, pair });
  const unknown = await post(url, "/v1/conter/a/send", { value: 1 });
  expect(unknown.status).toBe(404);
  expect(errorOf(unknown)).toMatchObject({
    type: "unknown",
    message: 'no coroutine "conter" is served here; there are "counter", "pair"',
  });
});

test("drop forgets it: the next send begins a new one", async () => {
  const { url } = await serve({ counter });
  await post(url, "/v1/counter/a/send", { value: 5 });
  expect(await ask(url, "/v1/counter/a", { method: "DELETE" })).toMatchObject({ status: 204 });
  expect((await post(url, "/v1/counter/a/send", { value: 1 })).body).toMatchObject({ value: 1 });
});

test("a path that is not there: 404; a method that it has not: 405, with those that it has", async () => {
  const { url } = await serve({ counter });
  const paths = [
    "/",
    "/v2",
    "/v1/",
    "/v1//a",
    "/v1/counter/",
    "/v1/counter/a/b",
    "/v1/counter/a/send/x",
    "/v1/counter/a/toString",
  ];
  for (const path of paths) expect([path, (await ask(url, path)).status]).toEqual([path, 404]);
  const wrong = await ask(url, "/v1/counter/a/send");
  expect([wrong.status, wrong.headers.allow]).toEqual([405, "POST"]);
  const other = await ask(url, "/v1/counter/a", { method: "PUT", json: {} });
  expect([other.status, other.headers.allow]).toEqual([405, "GET, HEAD, DELETE"]);
});

test("HEAD has the head of GET, and no body", async () => {
  const { url } = await serve({ counter });
  const get = await ask(url, "/health");
  const head = await ask(url, "/health", { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, text: "" });
  expect(head.headers["content-length"]).toBe(String(get.text.length));
});

test.each([".", "..", "~", "~x", "a/b", "a b", "%", "?#&=", "héllo", "我", "😀", "\n", "send"])(
  "the key %j comes back as it was",
  async (key) => {
    const { toSegment } = await import("../../src/client/segment.ts");
    const { url } = await serve({ echo });
    // By fetch, which swallows dots.
    const response = await fetch(`${url}/v1/echo/${toSegment(key)}/send`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"value": 1}',
    });
    expect(response.status).toBe(200);
    const { coroutines } = (await (await fetch(`${url}/v1`)).json()) as { coroutines: { key: string }[] };
    expect(coroutines.map((each) => each.key)).toEqual([key]);
  },
);

test("a key that is encoded wrongly, too long, or has what stores change: 400", async () => {
  const { url } = await serve({ counter });
  for (const key of ["%", "%ff", "%C0%80", "a%00", "x".repeat(1025)]) {
    expect((await post(url, `/v1/counter/${key}/send`, { value: 1 })).status).toBe(400);
  }
});
