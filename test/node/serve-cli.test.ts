// `corun serve` and the commands around it, as they are installed: real processes, real HTTP, real kills.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { connect } from "corun/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { command, environment, folder, type Outcome } from "./command.ts";

// Many processes are started, one after the other, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000 });

const env = { ...environment, CORUN_TOKEN: undefined, CORUN_URL: undefined, TZ: "UTC" };

/** Runs the command to its end. */
function corun(cwd: string, args: string[], more: Record<string, string> = {}): Outcome {
  const options = { cwd, encoding: "utf8", env: { ...env, ...more }, timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], options);
  return { code: status, out: stdout, err: stderr };
}

interface Event {
  level: string;
  event: string;
  [field: string]: unknown;
}

/** A `corun serve` that runs. */
class Server {
  readonly child: ChildProcess;
  readonly end: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  err = "";

  constructor(cwd: string, args: string[], more: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [command, "serve", ...args], { cwd, env: { ...env, ...more } });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    this.end = new Promise((resolve) => void this.child.on("close", (code, signal) => resolve({ code, signal })));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  get log(): Event[] {
    const lines = this.err.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Event);
  }

  /** Waits for an event of the log. */
  async tells(event: string): Promise<Event> {
    for (;;) {
      const found = this.err.includes(`"${event}"`) ? this.log.find((each) => each.event === event) : undefined;
      if (found !== undefined) return found;
      const { exitCode } = this.child;
      if (exitCode !== null) throw new Error(`it ended with ${exitCode}: ${this.err}`);
      await pause(10);
    }
  }

  async url(): Promise<string> {
    return String((await this.tells("serving"))["url"]);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const COUNTER = `import { durable, step } from "corun/durable";
import { appendFileSync } from "node:fs";
export const counter = durable("counter", function* () {
  for (let sum = 0; ; ) {
    const n = yield sum;
    sum += yield* step("witness", async ({ id }) => {
      appendFileSync("witness", id + "\\n");
      await new Promise((resolve) => setTimeout(resolve, 5));
      return n;
    });
  }
});
export const slow = durable("slow", function* () {
  for (let last = 0; ; ) {
    const ms = yield last;
    last = yield* step("wait", () => new Promise((resolve) => setTimeout(resolve, ms, ms)));
  }
});
export const strict = durable("strict", function* () {
  const value = yield* one();
  if (value !== "end") throw new RangeError("no " + value);
  return "the end";
});
function* one() { return yield "nothing"; }
`;

/** A port that was free a moment ago: a server that starts again must have the same. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => void server.close(resolve));
  return String(port);
}

test("serve, send, ls, show: what was sent is answered, listed and told, by the server and from its store", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const server = new Server(cwd, ["app.mjs", "--port", "0"]);
  const url = await server.url();
  expect(await server.tells("serving")).toMatchObject({ program: "app.mjs", coroutines: "counter slow strict" });
  const ask = (...args: string[]): Outcome => corun(cwd, args, { CORUN_URL: url });

  expect(ask("send", "counter", "a b", "5", "--id", "1")).toEqual({ code: 0, out: "5\n", err: "" });
  expect(ask("send", "counter", "a b", "5", "--id", "1")).toEqual({ code: 0, out: "5\n", err: "" });
  expect(ask("send", "counter", "a b", "-2")).toEqual({ code: 0, out: "3\n", err: "" });
  expect(ask("send", "strict", "1", '"end"')).toEqual({
    code: 0,
    out: '"the end"\n',
    err: "corun: strict/1 has ended: that is what it returned\n",
  });
  expect(ask("send", "strict", "2", '"x"')).toEqual({
    code: 1,
    out: "",
    err: "corun: it failed with RangeError: no x\n",
  });

  const rows = [
    /^NAME +KEY +STATE +TURNS +VERSION +LAST$/,
    /^counter +"a b" +waiting +2 +1 +\d+ s ago$/,
    /^strict +1 +done +1 +1 +\d+ s ago$/,
    /^strict +2 +failed +1 +1 +\d+ s ago$/,
  ];
  const story = [
    /^\d{4}-\d\d-\d\d$/,
    /^\d\d:\d\d:\d\d {2}began, with version 1 of its code$/,
    /^\d\d:\d\d:\d\d {2}send 5 \(id 1\)$/,
    /^\d\d:\d\d:\d\d {4}step witness began$/,
    /^\d\d:\d\d:\d\d {4}step witness → gave 5$/,
    /^\d\d:\d\d:\d\d {2}turn 1 → answered 5$/,
  ];
  for (const from of [
    ["--url", url],
    ["--store", "corun.db"],
  ]) {
    const list = ask("ls", ...from)
      .out.trimEnd()
      .split("\n");
    expect(list).toEqual(rows.map((row) => expect.stringMatching(row) as string));
    const [head, ...lines] = ask("show", "counter", "a b", ...from)
      .out.trimEnd()
      .split("\n");
    expect(head).toBe("counter/a b  waiting  2 turns");
    const told = lines.filter((line) => !line.includes("waits for a send")).slice(0, story.length);
    expect(told).toEqual(story.map((line) => expect.stringMatching(line) as string));
    expect(JSON.parse(ask("show", "strict", "1", "--json", ...from).out)).toMatchObject({ state: "done", turns: 1 });
    expect(ask("ls", "counter", "--json", "--limit", "1", ...from).out).toMatch(
      /^\{"name":"counter","key":"a b",.*\}\n$/,
    );
    expect(ask("ls", "--state", "busy", ...from).out).toBe("there are none\n");
    expect(ask("show", "counter", "nobody", ...from)).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no counter/nobody") as string,
    });
  }
  server.child.kill("SIGTERM");
  expect(await server.end).toEqual({ code: 0, signal: null });
  expect(server.log.at(-1)).toMatchObject({ event: "ended" });
});

test("kill -9 in the midst of sends: started again it goes on, and a client that goes on gets the same answers", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const port = await freePort();
  let server = new Server(cwd, ["app.mjs", "--port", port]);
  const client = connect({ url: await server.url(), timeout: 120_000 });
  const keys = ["a", "b", "c"];
  const times = 40;
  let answered = 0;
  const sums = keys.map(async (key) => {
    const counter = client.open<() => Generator<number, void, number>>("counter", key);
    const answers: number[] = [];
    for (let i = 1; i <= times; i++) {
      answers.push(await counter.send(i));
      answered++;
    }
    return answers;
  });
  for (let kill = 1; kill <= 4; kill++) {
    while (answered < (kill * keys.length * times) / 5) await pause(1);
    server.child.kill("SIGKILL");
    expect(await server.end).toMatchObject({ signal: "SIGKILL" });
    server = new Server(cwd, ["app.mjs", "--port", port]);
  }
  const expected = Array.from({ length: times }, (_, i) => ((i + 1) * (i + 2)) / 2);
  expect(await Promise.all(sums)).toEqual(keys.map(() => expected));
  // Each step was done, at least once; those that a kill has cut off, again, with the same id.
  const done = readFileSync(join(cwd, "witness"), "utf8").trimEnd().split("\n");
  expect(new Set(done).size).toBe(keys.length * times);
  expect(done.length).toBeLessThanOrEqual(keys.length * times + 4 * keys.length);
  expect(await client.open("counter", "a").inspect()).toMatchObject({ turns: times });
});

test("SIGTERM: it takes no more, answers the turn under way, and ends with 0; its store is free then", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const server = new Server(cwd, ["app.mjs", "--port", "0"]);
  const slow = connect({ url: await server.url() }).open("slow", "1");
  const answer = slow.send(1500);
  while ((await slow.inspect().catch(() => null))?.state !== "busy") await pause(10);
  server.child.kill("SIGTERM");
  expect(await answer).toBe(1500);
  expect(await server.end).toEqual({ code: 0, signal: null });
  const again = new Server(cwd, ["app.mjs", "--port", "0"]);
  expect(
    await connect({ url: await again.url() })
      .open("slow", "1")
      .inspect(),
  ).toMatchObject({ turns: 1 });
});

test("a second signal ends it at once; the turn that it cut off goes on in the next one", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const server = new Server(cwd, ["app.mjs", "--port", "0"]);
  const slow = connect({ url: await server.url() }).open("slow", "1");
  await slow.post(2000, { id: "x" });
  while ((await slow.inspect()).state !== "busy") await pause(10);
  const waits = slow.send(1, { timeout: 2000 }).catch(String);
  await pause(50);
  server.child.kill("SIGINT");
  await server.tells("ending");
  await pause(150);
  server.child.kill("SIGINT");
  expect(await server.end).toEqual({ code: 130, signal: null });
  expect(await waits).toContain("NoAnswerError");
  const again = new Server(cwd, ["app.mjs", "--port", "0"]);
  expect(
    await connect({ url: await again.url() })
      .open("slow", "1")
      .send(2000, { id: "x" }),
  ).toBe(2000);
});

test("an address that others can reach needs a token, and then each request does", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const refused = corun(cwd, ["serve", "app.mjs", "--host", "0.0.0.0"]);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining("a token is needed: set CORUN_TOKEN") as string,
  });
  const server = new Server(cwd, ["app.mjs", "--host", "0.0.0.0", "--port", "0"], { CORUN_TOKEN: "s3cret" });
  const url = (await server.url()).replace("0.0.0.0", "127.0.0.1");
  expect(corun(cwd, ["send", "counter", "a", "1", "--url", url])).toMatchObject({
    code: 1,
    err: "corun: a token is needed: Authorization: Bearer …\n",
  });
  expect(corun(cwd, ["send", "counter", "a", "1", "--url", url, "--token", "wrong"])).toMatchObject({ code: 1 });
  expect(corun(cwd, ["send", "counter", "a", "1", "--url", url], { CORUN_TOKEN: "s3cret" })).toMatchObject({
    out: "1\n",
  });
});

test.each<[what: string, source: string, said: string]>([
  ["exports nothing", "", "exports no durable coroutine (it exports nothing)"],
  [
    "exports other things, such as a coroutine that is to be called by hand",
    'import { coroutine } from "corun"; export const plain = coroutine(function* plain() {}); export const n = 1;',
    "exports no durable coroutine (it exports n, plain)",
  ],
  [
    "exports two of one name",
    'import { durable } from "corun/durable"; export const a = durable("x", function* () {}); export const b = durable("x", function* () {});',
    'exports two durable coroutines with the name "x": a and b',
  ],
  [
    "exports an older version, too",
    'import { durable } from "corun/durable"; export const a = durable("x", function* () {}); export const b = durable("x", function* () {}, { version: 2, previous: [a] });',
    "of two versions of one, export the newer alone, which has the older among its previous ones",
  ],
])("a program that %s: said, and no store is made", (_, source, said) => {
  const cwd = folder({ "app.mjs": source });
  expect(corun(cwd, ["serve", "app.mjs"])).toMatchObject({ code: 1, err: expect.stringContaining(said) as string });
  expect(existsSync(join(cwd, "corun.db"))).toBe(false);
});

test("one coroutine under two names, and as the default, is one", async () => {
  const source =
    'import { durable } from "corun/durable"; const a = durable("x", function* () { yield 1; }); export { a, a as b, a as default };';
  const server = new Server(folder({ "app.mjs": source }), ["app.mjs", "--port", "0"]);
  expect(await server.tells("serving")).toMatchObject({ coroutines: "x" });
});

test("a program in TypeScript, and one in CommonJS", async () => {
  const source =
    'import { durable } from "corun/durable"; export const n: unknown = durable("x", function* (): Generator<number, void, number> { for (let n = 0; ; ) n = 2 * (yield n); });';
  for (const name of ["app.ts", "app.cts"]) {
    const server = new Server(folder({ [name]: source }), [name, "--port", "0"]);
    expect([
      name,
      await connect({ url: await server.url() })
        .open("x", "1")
        .send(4),
    ]).toEqual([name, 8]);
  }
});

test("a port that is taken, a store that is in use: said, with what to do", async () => {
  const cwd = folder({ "app.mjs": COUNTER });
  const server = new Server(cwd, ["app.mjs", "--port", "0"]);
  const { port } = new URL(await server.url());
  expect(corun(cwd, ["serve", "app.mjs", "--port", port, "--store", "other.db"])).toEqual({
    code: 1,
    out: "",
    err: `corun: port ${port} of 127.0.0.1 is taken; --port 0 takes one that is free\n`,
  });
  const owned = corun(cwd, ["serve", "app.mjs", "--port", "0"]);
  expect(owned.code).toBe(1);
  expect(owned.err).toMatch(/^corun: .*corun\.db/);
  expect(owned.err.split("\n")).toHaveLength(2);
});

const changed = (what: string): string => `import { durable, step } from "corun/durable";
export const job = durable("job", function* () {
  for (let n = 0; ; n++) {
    yield n;
    yield* step("${what}", () => 1);
  }
});
`;

test("replay: all match; else what the difference is, and 1. A parked one: retry says so, too; with the code put right it goes on; drop forgets it", async () => {
  const cwd = folder({ "app.mjs": changed("pack"), "new.mjs": changed("wrap") });
  let server = new Server(cwd, ["app.mjs", "--port", "0"]);
  let url = await server.url();
  for (const key of ["1", "2"]) for (const id of ["a", "b"]) await connect({ url }).open("job", key).send(0, { id });
  expect(corun(cwd, ["replay", "app.mjs"])).toEqual({ code: 0, out: "all 2 match app.mjs\n", err: "" });
  server.child.kill("SIGTERM");
  await server.end;

  const checked = corun(cwd, ["replay", "new.mjs"]);
  expect(checked.code).toBe(1);
  expect(checked.out).toMatch(
    /^job\/1 would be parked: .*step pack.*step wrap.*\n\njob\/2 would be parked: .*\n\n2 of 2 do not match new\.mjs\n$/s,
  );
  expect(corun(cwd, ["replay", "new.mjs", "--store", "none.db"])).toMatchObject({
    code: 1,
    err: "corun: no such store: none.db\n",
  });

  server = new Server(cwd, ["new.mjs", "--port", "0"]);
  url = await server.url();
  const parked = { code: 1, err: expect.stringMatching(/^corun: job\/1 is parked: .*step pack/) as string };
  expect(corun(cwd, ["send", "job", "1", "0", "--url", url])).toMatchObject(parked);
  expect(corun(cwd, ["retry", "job", "1", "--url", url])).toMatchObject(parked);
  expect(corun(cwd, ["ls", "--state", "parked", "--url", url]).out).toMatch(/\njob +1 +parked/);
  expect(corun(cwd, ["drop", "job", "2", "--url", url])).toEqual({ code: 0, out: "job/2 is forgotten\n", err: "" });
  expect(corun(cwd, ["drop", "job", "2", "--url", url])).toMatchObject({ code: 1 });
  server.child.kill("SIGTERM");
  await server.end;

  writeFileSync(join(cwd, "new.mjs"), changed("pack"));
  server = new Server(cwd, ["new.mjs", "--port", "0"]);
  url = await server.url();
  expect(corun(cwd, ["retry", "job", "1", "--url", url])).toEqual({
    code: 0,
    out: "job/1 fits its code, and goes on\n",
    err: "",
  });
  expect(corun(cwd, ["send", "job", "1", "0", "--url", url])).toMatchObject({ out: "3\n" });
  expect(corun(cwd, ["send", "job", "2", "0", "--url", url])).toMatchObject({ out: "1\n" });
});
