// What is particular to the engine on Restate: processes that only send, several that serve, what Restate tries again in
// silence, limits, and how the journal lies in its state.

import { TimeoutError } from "corun";
import { again, durable, type Engine, signal, step } from "corun/durable";
import { restate, type RestateOptions } from "corun/durable/restate";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { caught } from "../durable/caught.ts";
import { freePorts, pause, type Servers, startServers } from "./server.ts";

type Body<Y, S> = Generator<Y, never, S>;

let servers: Servers;
let port: number;
let serving: Engine;
let count = 0;
const newKey = () => `r${++count}`;
const engineOf = (options: RestateOptions = {}): Engine =>
  restate(servers.ingress, { admin: servers.admin, ...options });

const counter = durable("counter", function* (): Body<number, number> {
  for (let sum = 0; ;) sum += yield sum;
});

const short = durable("short", function* (sum: number = 0): Generator<number, never, number> {
  for (let turns = 0; turns < 40; turns++) sum += yield sum;
  return again(sum);
});

beforeAll(async () => {
  servers = await startServers();
  [port] = (await freePorts(1)) as [number];
  serving = engineOf({ serve: { port } });
  serving.serve(counter, short);
});

afterAll(async () => {
  await serving.close();
  await servers.stop();
});

/** What the admin API says. */
async function query(sql: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${servers.admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
  });
  return ((await response.json()) as { rows: Record<string, unknown>[] }).rows;
}

describe("a process that only sends", () => {
  it("needs neither the code nor the SDK, and gives the same", async () => {
    const engine = restate(servers.ingress);
    const key = newKey();
    expect(await serving.open(counter, key).send(5)).toBe(5);
    expect(await engine.open("counter", key).send(2)).toBe(7);
    expect(await engine.open(counter, key).send(1)).toBe(8);
    await engine.close();
  });

  it("says so when nobody has served the name", async () => {
    const engine = restate(servers.ingress);
    const error = await caught(engine.open("nobody", "1").send());
    expect(error).toMatchObject({ code: "UNKNOWN", message: "no process has served nobody on this Restate" });
    await engine.close();
  });

  it("gives up when Restate can't be reached for too long", async () => {
    const [nowhere] = await freePorts(1);
    const engine = restate(`http://127.0.0.1:${nowhere}`, { patience: 100 });
    const error = await caught(engine.open("counter", "1").send(1));
    expect(error).toMatchObject({ code: "UNAVAILABLE" });
    expect(String(error)).toContain("there is no way to Restate at");
    await engine.close();
  });

  it("asks the next node when one can't be reached", async () => {
    const [nowhere] = await freePorts(1);
    const engine = restate([`http://127.0.0.1:${nowhere}`, servers.ingress]);
    expect(await engine.open("counter", newKey()).send(3)).toBe(3);
    await engine.close();
  });

  it("can't send after it was closed", async () => {
    const engine = restate(servers.ingress);
    await engine.close();
    await expect(engine.open("counter", "1").send(1)).rejects.toMatchObject({ code: "CLOSED" });
  });
});

it("says that there is no Restate, where it is to serve and can't say so to it", async () => {
  const [ingress, admin, own] = (await freePorts(3)) as [number, number, number];
  const options = { admin: `http://127.0.0.1:${admin}`, serve: { port: own }, patience: 100 };
  const engine = restate(`http://127.0.0.1:${ingress}`, options);
  const error = await caught(engine.open(counter, "1").send(1));
  expect(error).toMatchObject({ code: "UNAVAILABLE" });
  expect(String(error)).toContain(`there is no way to Restate's admin API at http://127.0.0.1:${admin}`);
  await engine.close();
});

it("says that its port is taken", async () => {
  const engine = engineOf({ serve: { port } });
  const error = await caught(engine.open(counter, "1").send(1));
  expect(error).toMatchObject({ code: "RESTATE" });
  expect(String(error)).toMatch(/no port for Restate to reach this process: .*EADDRINUSE.*; give restate\(…\) another/);
  await engine.close();
});

it("takes what has come to one that is parked as soon as it is tried again and fits", async () => {
  const name = `hearing${newKey()}`;
  const hears = (what: string) =>
    durable(name, function* (): Body<unknown, void> {
      for (let last: unknown; ;) {
        yield last;
        yield* step(what, () => 0);
        last = yield* signal("news");
      }
    });
  const [other] = await freePorts(1);
  const engine = engineOf({ serve: { port: other! } });
  const [fits, differs] = [hears("listen"), hears("look")];
  engine.serve(fits);
  const c = engine.open(name, "1");
  await c.signal("news", "old");
  expect(await c.send()).toBe("old");
  engine.serve(differs);
  await expect(c.send()).rejects.toMatchObject({ code: "MISMATCH" });
  await c.signal("news", "fresh");
  await expect(c.retry()).rejects.toMatchObject({ code: "MISMATCH" });
  engine.serve(fits);
  await c.retry();
  // And not only when it is looked again by itself, after 30 s.
  await expect
    .poll(async () => (await c.history()).some((entry) => entry.type === "signal" && entry.value === '"fresh"'), {
      timeout: 25_000,
    })
    .toBe(true);
  expect(await c.send()).toBe("fresh");
  await engine.close();
});

it("serves as soon as Restate is there", async () => {
  const [ingress, admin, own] = (await freePorts(3)) as [number, number, number];
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const body = durable("early", function* (): Body<string, void> {
    for (;;) yield "here";
  });
  const engine = restate(`http://127.0.0.1:${ingress}`, {
    admin: `http://127.0.0.1:${admin}`,
    serve: { port: own },
  });
  engine.serve(body);
  await expect.poll(() => warn.mock.calls.length, { timeout: 30_000 }).toBe(1);
  warn.mockRestore();
  const late = await startServers({ ports: { ingress, admin } });
  const client = restate(late.ingress, { admin: late.admin });
  await expect.poll(() => client.open("early", "1").send().catch(String), { timeout: 30_000 }).toBe("here");
  await client.close();
  await engine.close();
  await late.stop();
});

it("refuses to serve without the admin API, and names that Restate does not take", () => {
  expect(() => restate("http://127.0.0.1:1", { serve: true })).toThrow("restate needs the address of the admin API");
  const odd = durable("bestellung für zwei", function* (): Generator<number> {
    yield 1;
  });
  expect(() => serving.open(odd, "1")).toThrow('begins with a letter, has letters, digits, "_", "-" and "." only');
});

describe("what Restate tries again in silence", () => {
  it("is told by a send that takes too long, and by inspect", async () => {
    const name = `cut${newKey()}`;
    const body = durable(name, function* (): Body<string, string> {
      for (let last = ""; ;) {
        const what = yield last;
        last = yield* step("work", () => what);
      }
    });
    const [other] = await freePorts(1);
    const engine = engineOf({ serve: { port: other! } });
    const c = engine.open(body, "1");
    expect(await c.send("before")).toBe("before");
    await engine.close();
    // Its process is gone: Restate finds nobody at its address.
    const client = engineOf();
    const error = await caught(client.open(name, "1").send("x", { id: "a", timeout: 3000 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toMatch(
      /its turn goes on, and its id asks again: a\. In Restate it is .* attempts: .*error/s,
    );
    expect(
      await query(
        `SELECT retry_count FROM sys_invocation WHERE target_service_name = '${name}' AND status <> 'completed'`,
      ),
    ).toHaveLength(1);
    // It comes back, and the turn has an answer.
    const back = engineOf({ serve: { port: other! } });
    back.serve(body);
    expect(await back.open(body, "1").send("x", { id: "a" })).toBe("x");
    await client.close();
    await back.close();
  });

  it("is paused, and not tried for ever, when the code changes in the midst of a turn; the old code goes on with it", async () => {
    const name = `changed${newKey()}`;
    const [other] = await freePorts(1);
    const withStep = (first: string) =>
      durable(name, function* (): Body<string, string> {
        for (let last = ""; ;) {
          const what = yield last;
          yield* step(first, () => what);
          yield* signal("go");
          last = yield* step("second", () => `${first} ${what}`);
        }
      });
    const old = engineOf({ serve: { port: other! } });
    const c = old.open(withStep("charge"), "1");
    const sent = caught(c.send("one", { id: "a" }));
    await expect.poll(async () => (await c.inspect()).state).toBe("busy");
    await old.close();
    expect(await sent).toMatchObject({ code: "CLOSED" });

    const changed = engineOf({ serve: { port: other! } });
    changed.serve(withStep("invoice"));
    const d = changed.open(name, "1");
    await expect
      .poll(async () => (await d.inspect()).problem, { timeout: 30_000 })
      .toMatch(/is paused after .*mismatch/is);
    await changed.close();

    const again = engineOf({ serve: { port: other! } });
    again.serve(withStep("charge"));
    const e = again.open(name, "1");
    await e.signal("go");
    expect(await e.send("one", { id: "a" })).toBe("charge one");
    await again.close();
  });
});

describe("limits", () => {
  it("refuses a value that is too large, and says how large it is", async () => {
    const engine = engineOf({ maxBytes: 1000 });
    const c = engine.open("counter", newKey());
    await expect(c.send("x".repeat(2000))).rejects.toThrow(
      /what is sent to counter\/\w+ is 2002 bytes of JSON, more than the 1000 that are allowed/,
    );
    await engine.close();
  });

  it("keeps a journal of several pages, and goes on after its process has forgotten it", async () => {
    const name = `wide${newKey()}`;
    const body = durable(name, function* (): Body<number, string> {
      for (let length = 0; ;) length += (yield length).length;
    });
    const [other] = await freePorts(1);
    const engine = engineOf({ serve: { port: other!, held: 0 } });
    const c = engine.open(body, "1");
    for (let n = 1; n <= 12; n++) expect(await c.send("x".repeat(700_000))).toBe(n * 700_000);
    expect(await c.history()).toHaveLength(1 + 2 * 12);
    await engine.close();
  });
});

describe("what is kept", () => {
  it("is one journal after many turns, without what is in the process", async () => {
    const key = newKey();
    const c = serving.open(counter, key);
    for (let n = 1; n <= 100; n++) expect(await c.send(1)).toBe(n);
    const [other] = await freePorts(1);
    const engine = engineOf({ serve: { port: other! } });
    expect(await engine.open(counter, key).send(1)).toBe(101);
    expect(await engine.open(counter, key).history()).toHaveLength(1 + 2 * 101);
    await engine.close();
    serving.serve(counter, short); // the newest address is where turns go
    expect(await c.send(1)).toBe(102);
  });

  it("does not grow when coroutines start over", async () => {
    const key = newKey();
    const c = serving.open(short, key);
    const keys = async () => (await query(`SELECT key FROM state WHERE service_key = '${key}'`)).length;
    for (let n = 1; n <= 130; n++) await c.send(1);
    const some = await keys();
    for (let n = 131; n <= 250; n++) await c.send(1);
    expect(await c.send(1)).toBe(251);
    expect(some).toBeLessThan(100);
    expect(await keys()).toBeLessThanOrEqual(some + 2);
  });

  it("is nothing after drop but what ids were given, posts included", async () => {
    const key = newKey();
    const c = serving.open(counter, key);
    await c.send(1);
    await c.post(5, { after: 500 });
    await c.drop();
    await pause(800);
    const left = await query(`SELECT key, value_utf8 AS value FROM state WHERE service_key = '${key}'`);
    expect(left).toEqual([{ key: "m", value: '{"origin":1}' }]);
    expect((await c.inspect()).state).toBe("new");
    expect((await engineOf().list({ name: "counter" })).map((each) => each.key)).not.toContain(key);
  });

  it("is no invocation with a journal of Restate's own", async () => {
    const key = newKey();
    const c = serving.open(counter, key);
    for (let n = 0; n < 5; n++) await c.send(1);
    const rows = await query(
      `SELECT journal_size FROM sys_invocation WHERE target_service_key = '${key}' AND target_handler_name = 'send'`,
    );
    expect(rows).toHaveLength(5);
    expect(rows.every((row) => row["journal_size"] === 0)).toBe(true);
  });
});

describe("several processes that serve", () => {
  it("go on with the coroutines of one another, each turn done once", async () => {
    const marks: string[] = [];
    const name = `shared${newKey()}`;
    const body = durable(name, function* (): Body<number, number> {
      for (let n = 0; ; n++) {
        const v = yield n;
        yield* step("mark", () => marks.push(String(v)));
      }
    });
    const ports = await freePorts(2);
    const [one, two] = ports.map((each) => engineOf({ serve: { port: each } })) as [Engine, Engine];
    for (let n = 1; n <= 10; n++) {
      // The one that was registered last has the turns.
      const engine = n % 2 ? one : two;
      engine.serve(body);
      expect(await engine.open(body, "1").send(n)).toBe(n);
    }
    expect(marks).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    await one.close();
    await two.close();
  });
});
