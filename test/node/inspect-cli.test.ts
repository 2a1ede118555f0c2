// `corun inspect`: the live page of a program, over real HTTP, from a real process.

import { type ChildProcess, spawn } from "node:child_process";
import { get, request, type RequestOptions } from "node:http";
import { createServer } from "node:net";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import type { LiveEvents, TraceData } from "../../src/inspect/trace-format.ts";
import { command, corun, environment, folder, imports, misused, program } from "./command.ts";

/** `corun inspect` that runs. */
class Inspecting {
  readonly child: ChildProcess;
  readonly end: Promise<number | null>;
  out = "";

  constructor(files: Record<string, string>, ...options: string[]) {
    const line = [command, "inspect", ...options, Object.keys(files)[0]!];
    this.child = spawn(process.execPath, line, { cwd: folder(files), env: environment });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.end = new Promise((resolve) => void this.child.on("exit", resolve));
    onTestFinished(async () => {
      this.child.kill("SIGKILL");
      await this.end;
    });
  }

  async shows(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.out);
      if (found) return found[1] ?? found[0];
      if (this.child.exitCode !== null) throw new Error(`it ended without ${pattern}: ${this.out}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  url(): Promise<string> {
    return this.shows(/ at (http:\S+)/);
  }
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

function ask(url: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** The server-sent events of a live page, merged as the page does it, until `isEnough`. */
function follow(url: string, isEnough: (seen: Partial<LiveEvents>) => boolean): Promise<Partial<LiveEvents>> {
  return new Promise((resolve, reject) => {
    const seen: Partial<LiveEvents> = {};
    const sent = get(`${url}events`, (response) => {
      let rest = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        const blocks = (rest + part).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!;
          merge(seen, name as keyof LiveEvents, JSON.parse(data!) as unknown);
        }
        if (!isEnough(seen)) return;
        sent.destroy();
        resolve(seen);
      });
    });
    sent.on("error", (error) => {
      if (!sent.destroyed) reject(error);
    });
  });
}

function merge(seen: Partial<LiveEvents>, name: keyof LiveEvents, data: unknown): void {
  if (name !== "more") {
    Object.assign(seen, { [name]: data });
    return;
  }
  const more = data as LiveEvents["more"];
  const trace = seen.trace!;
  for (const lane of more.lanes) trace.lanes[lane.id] = lane;
  trace.steps.push(...more.steps);
  trace.labels.push(...more.labels);
}

const stateOf = (trace: TraceData | undefined, name: string): string | undefined => {
  const lane = trace?.lanes.find((each) => each.name === name);
  return lane && [lane.state, lane.waitsFor].filter((part) => part !== null).join(" ");
};

const TWO_STEPS = program(`
  const numbers = new Channel(3, { name: "numbers" });
  spawn.background(function* worker() { for (;;) yield* numbers.receive(); });
  yield* yieldNow();
  console.log("up");
  yield* until(new Promise((resolve) => process.stdin.once("data", resolve)));
  process.stdin.pause();
  yield* numbers.send(1);
  throw new RangeError("after all");`);

test("the page follows the program, survives its failure, and ends with Ctrl-C and the program's code", async () => {
  const inspecting = new Inspecting(TWO_STEPS);
  const url = await inspecting.url();
  const early = await follow(url, ({ trace, dump }) => stateOf(trace, "worker") !== undefined && dump !== undefined);
  expect(stateOf(early.trace, "worker")).toBe("waiting receive from numbers");
  expect(early.dump).toEqual({
    channels: [{ name: "numbers", capacity: 3, queued: 0, senders: [], receivers: ["worker"] }],
  });

  const late = follow(url, ({ end }) => end !== undefined);
  inspecting.child.stdin!.write("\n");
  const { trace, end } = await late;
  expect(end).toEqual({ exitCode: 1 });
  expect([stateOf(trace, "main"), stateOf(trace, "worker")]).toEqual(["failed", "cancelled"]);
  await inspecting.shows(/corun: a\.mjs has ended with code 1; the page stays until Ctrl-C\n/);
  expect(inspecting.out).toContain("RangeError: after all");

  // Who comes now sees all of it, too.
  const { status, text } = await ask(url);
  expect(status).toBe(200);
  expect(text).toContain("after all");
  expect((await follow(url, (seen) => seen.end !== undefined)).trace!.steps).toEqual(trace!.steps);

  inspecting.child.kill("SIGINT");
  expect(await inspecting.end).toBe(1);
});

test("while the program runs Ctrl-C is the program's; the next one ends the page", async () => {
  const inspecting = new Inspecting(
    program('try { console.log("up"); yield* sleep(60_000); } finally { yield* sleep(50); console.log("clean"); }'),
  );
  await inspecting.shows(/^up$/m);
  inspecting.child.kill("SIGINT");
  await inspecting.shows(/^clean\n(?:.*\n)*.*has ended with code 130/m);
  inspecting.child.kill("SIGINT");
  expect(await inspecting.end).toBe(130);
});

test("only who has the address with its token, by this machine's name, and from no other page, is answered; all else 403", async () => {
  const inspecting = new Inspecting(program("yield* sleep(60_000);"));
  const url = await inspecting.url();
  const { port, origin, pathname } = new URL(url);
  const token = pathname.split("/")[1]!;
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  const status = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
    (await ask(`${origin}${path}`, { headers, method })).status;

  expect(await status(pathname)).toBe(200);
  expect(await status(pathname, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
  const paths = ["/", "/events", `/${token.replace(/./g, "0")}/`, `/${token}0/`, `/${token.slice(1)}/`, "//"];
  const hosts = ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1.evil.example:${port}`];
  const origins = ["http://evil.example", "null", `https://127.0.0.1:${port}`, `${origin}.evil.example`];
  const refused: [string, Record<string, string>][] = [
    ...paths.map((path): [string, {}] => [path, {}]),
    ...hosts.map((host): [string, Record<string, string>] => [pathname, { host }]),
    ...origins.map((each): [string, Record<string, string>] => [pathname, { origin: each }]),
    ...origins.map((each): [string, Record<string, string>] => [`${pathname}events`, { origin: each }]),
  ];
  const answers = await Promise.all(refused.map(async (each) => [await status(...each), ...each]));
  expect(answers).toEqual(refused.map((each) => [403, ...each]));
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) expect(await status(pathname, {}, method)).toBe(405);
  expect(await status(`${pathname}other`)).toBe(404);

  const { headers, text } = await ask(url);
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect(text).not.toContain(token);
});

test("a program without a default export, and one that exits by itself, are seen to their end", async () => {
  const inspecting = new Inspecting({
    "a.mjs": `${imports.replace("{ Ch", "{ run, Ch")}await run(function* first() { yield* sleep(1); });\nprocess.exit(3);`,
  });
  const url = await inspecting.url();
  const { trace, end } = await follow(url, (seen) => seen.end !== undefined);
  expect(end).toEqual({ exitCode: 3 });
  expect(stateOf(trace, "first")).toBe("done");
});

test("a program that deadlocks is told as anywhere", async () => {
  const inspecting = new Inspecting(
    program("const never = new Channel(0, { name: 'never' }); yield* never.receive();"),
  );
  await inspecting.shows(/DeadlockError/);
  const { trace, end } = await follow(await inspecting.url(), (seen) => seen.end !== undefined);
  expect(end).toEqual({ exitCode: 1 });
  expect(stateOf(trace, "main")).toMatch(/failed|cancelled/);
});

test("a program that does more than a trace keeps is followed to its last step", async () => {
  const inspecting = new Inspecting(program("for (let i = 0; i < 300_000; i++) yield* yieldNow(); yield* sleep(10);"));
  const url = await inspecting.url();
  const { trace } = await follow(url, (seen) => seen.end !== undefined);
  expect(stateOf(trace, "main")).toBe("done");
  expect(trace!.steps.length).toBeGreaterThan(50_000);
});

test("a port can be chosen; one that somebody has is told", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const path = folder(program(""));
  expect(corun(["inspect", "--port", String(port), "a.mjs"], path)).toEqual({
    ...misused(`corun: can't listen on port ${port}: somebody else has it; leave --port out for any that is free`),
    code: 1,
  });
  await new Promise((resolve) => taken.close(resolve));
  const inspecting = new Inspecting(program("yield* sleep(60_000);"), "--port", String(port));
  expect(await inspecting.url()).toMatch(`http://127.0.0.1:${port}/`);
});

test.each([
  [[], "inspect what? Name a program: corun inspect main.ts"],
  [["--port", "much", "a.mjs"], "--port needs a port, a number below 65536, but got much"],
  [["--port", "65536", "a.mjs"], "--port needs a port, a number below 65536, but got 65536"],
])("corun inspect %j says what is wrong", (args, text) => {
  expect(corun(["inspect", ...args])).toEqual(misused(`corun: ${text}`));
});

test("corun inspect --help says what it does", () => {
  expect(corun(["inspect", "--help"])).toMatchObject({ code: 0, err: "" });
  expect(corun(["help", "inspect"]).out).toContain("Usage: corun inspect [options] <program> [args…]");
});
