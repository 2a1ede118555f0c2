// What the commands say to a command line that makes no sense.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { durable, embedded } from "corun/durable";
import { expect, onTestFinished, test, vi } from "vitest";
import { Problem } from "../../src/cli/problem.ts";
import { Remote } from "../../src/cli/remote.ts";
import { openDatabase } from "../../src/durable/sqlite/driver.ts";
import { counter, infinite, pair } from "./coroutines.ts";
import { serve } from "./harness.ts";

const commands: Record<string, () => Promise<{ help: string; main: (args: string[]) => Promise<void> }>> = {
  serve: () => import("../../src/cli/serve.ts"),
  send: () => import("../../src/cli/send.ts"),
  ls: () => import("../../src/cli/ls.ts"),
  show: () => import("../../src/cli/show.ts"),
  replay: () => import("../../src/cli/replay.ts"),
  retry: () => import("../../src/cli/retry.ts"),
  drop: () => import("../../src/cli/drop.ts"),
};

// The programs and stores do not exist: what is wrong with an option is said before anybody looks for them.
test.each<[args: string[], code: number, said: string]>([
  [["serve"], 2, "serve what?"],
  [["serve", "a.mjs", "b.mjs"], 2, "takes one program, but got b.mjs, too"],
  [["serve", "none.mjs"], 1, "no such file: none.mjs"],
  [["serve", "a.mjs", "--prot", "1"], 2, "unknown option --prot; did you mean --port?"],
  [["serve", "a.mjs", "--port", "70000"], 2, "--port must be a whole number from 0 to 65535"],
  [["serve", "a.mjs", "--port", "--host"], 2, "--port needs a value"],
  [["serve", "a.mjs", "--port", "1", "--port", "2"], 2, "--port is given more than once"],
  [["serve", "a.mjs", "--log-level", "loud"], 2, "--log-level must be"],
  [["serve", "a.mjs", "--allow-origin", "example.org"], 2, "--allow-origin must be an origin"],
  [["serve", "a.mjs", "--token", "two words"], 2, "the token must be"],
  [["send", "counter"], 2, "which coroutine?"],
  [["send", "counter", "a", "{x}"], 2, "the value is not JSON"],
  [["send", "counter", "a", "hello"], 2, `for a text, write '"hello"'`],
  [["send", "counter", "a", "1", "2"], 2, "takes one value"],
  [
    ["send", "counter", "a", "1", "--url", "http://127.0.0.1:1", "--timeout", "300"],
    1,
    "is corun serve running there?",
  ],
  [["send", "counter", "a", "1", "--url", "ftp://x"], 2, "--url must be"],
  [["send", "counter", "a", "1", "--url", "http://127.0.0.1:1/?a"], 2, "no user, query or fragment"],
  [["send", "counter", "a", "1", "--token", "two words"], 2, "a token is"],
  [["send", "counter", "a", "[1e400]"], 2, "what is sent to counter/a can't be kept in a journal: $[0] is Infinity"],
  [["ls", "--state", "happy"], 2, "--state must be"],
  [["ls", "--store="], 2, '--store needs the path of a file, but got ""'],
  [["ls", "--store", ":memory:"], 2, '--store needs the path of a file, but got ":memory:"'],
  [["ls", "--store", "none.db"], 1, "no such store: none.db"],
  [["ls", "--store", "none.db", "--url", "http://x"], 2, "two sources"],
  [["show", "counter"], 2, "which coroutine?"],
  [["retry", "counter", "a", "b"], 2, "takes nothing more"],
  [["drop"], 2, "which coroutine?"],
  [["replay"], 2, "replay with what code?"],
])("corun %j: %d, %s", async ([name, ...args], code, said) => {
  const { main } = await commands[name!]!();
  const error = await main(args).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ exitCode: code, message: expect.stringContaining(said) as string });
});

test.each(Object.keys(commands))("corun %s --help says what it is", async (name) => {
  const { help, main } = await commands[name]!();
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await main(["--help"]);
    expect(write).toHaveBeenCalledExactlyOnceWith(help);
  } finally {
    write.mockRestore();
  }
  expect(help).toContain(`Usage: corun ${name} `);
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(90);
});

test("a negative number is a value, and what follows -- is one, too", async () => {
  const { readArguments } = await import("../../src/cli/arguments.ts");
  const options = { id: { type: "string" }, json: { type: "boolean" } } as const;
  const read = (...args: string[]): unknown => {
    const given = readArguments(args, options, "corun send");
    return [given.words, given.text("id"), [...given.flags]];
  };
  expect(read("c", "k", "-5", "--id", "7")).toEqual([["c", "k", "-5"], "7", []]);
  expect(read("c", "--id=-7", "-1.5e3", "--json")).toEqual([["c", "-1.5e3"], "-7", ["json"]]);
  expect(read("--", "--id", "-x")).toEqual([["--id", "-x"], undefined, []]);
  expect(() => read("--json=1")).toThrow("--json takes no value");
});

/** What the command writes from now on. */
function written(stream: NodeJS.WriteStream): { text: string; onText: (text: string) => void } {
  const all = { text: "", onText: (_text: string): void => {} };
  const write = vi.spyOn(stream, "write").mockImplementation((text) => {
    all.text += String(text);
    all.onText(String(text));
    return true;
  });
  onTestFinished(() => write.mockRestore());
  return all;
}

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const answering = (): Server =>
  createServer((request, response) => {
    request.resume().on("end", () => response.end('{"id":"1","done":false,"value":5}'));
  });

test("no server: soon one line on stderr says what is being done; when it comes, its answer is printed", async () => {
  const first = createServer();
  const port = await listen(first);
  await new Promise((resolve) => void first.close(resolve));
  const out = written(process.stdout);
  const err = written(process.stderr);
  const url = `http://127.0.0.1:${port}`;
  err.onText = () => void listen(answering(), port);
  const { main } = await commands["send"]!();
  await main(["counter", "a", "1", "--url", url]);
  expect(out.text).toBe("5\n");
  expect(err.text).toBe(`corun: no answer from ${url} yet; trying for 59 s more: is corun serve running there?\n`);
});

test("a server that takes its time: the line says that its answer is waited for", async () => {
  const err = written(process.stderr);
  const out = written(process.stdout);
  const slow = createServer((request, response) => {
    request.resume();
    err.onText = () => response.end('{"id":"1","done":false,"value":5}');
  });
  const url = `http://127.0.0.1:${await listen(slow)}`;
  const { main } = await commands["send"]!();
  await main(["counter", "a", "1", "--url", url, "--timeout", "30000"]);
  expect([out.text, err.text]).toEqual(["5\n", `corun: no answer from ${url} yet; waiting for 29 s more\n`]);
});

test("a command that asks several times says so once; one that is answered says nothing, also not later", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const err = written(process.stderr);
  const remote = new Remote("http://127.0.0.1:1", undefined, 60_000);
  const later = (ms: number): Promise<number> => new Promise((resolve) => setTimeout(resolve, ms, ms));
  const ask = async (ms: number): Promise<string> => {
    const answer = remote.ask(() => later(ms));
    await vi.advanceTimersByTimeAsync(ms);
    expect(await answer).toBe(ms);
    return err.text;
  };
  expect(await ask(1400)).toBe("");
  await expect(remote.ask(() => Promise.reject(new TypeError("no")))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(err.text).toBe("");
  expect(await ask(1600)).toBe("corun: no answer from http://127.0.0.1:1 yet; waiting for 59 s more\n");
  expect(await ask(30_000)).toBe("corun: no answer from http://127.0.0.1:1 yet; waiting for 59 s more\n");
});

const RAN = 'console.log("the program has run");';

test.each<[what: string, args: string[], said: string]>([
  ["a text", ["replay", "app.mjs", "--store", "README.md"], "README.md is no store: it is no file of SQLite"],
  ["a text", ["serve", "app.mjs", "--store", "README.md"], "README.md is no store: it is no file of SQLite"],
  ["a text", ["ls", "--store", "README.md"], "README.md is no store: it is no file of SQLite"],
  ["a folder", ["serve", "app.mjs", "--store", "."], ". is a folder, no store: name a file in it"],
  ["an empty file", ["replay", "app.mjs", "--store", "empty.db"], "empty.db is an empty file, no store"],
  ["another's", ["serve", "app.mjs", "--store", "other.db"], "other.db is no store: it is a SQLite file of something"],
  ["another's", ["show", "a", "b", "--store", "other.db"], "other.db is no store: it is a SQLite file of something"],
  ["nowhere", ["serve", "app.mjs", "--store", "no/a.db"], "the store no/a.db can't be made: there is no folder no"],
  ["nowhere", ["replay", "app.mjs", "--store", "a.db"], "no such store: a.db"],
])(
  "a store that is %s: corun %j says so, before the program runs, and leaves nothing behind",
  async (_, args, said) => {
    const cwd = mkdtempSync(join(tmpdir(), "corun-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, "app.mjs"), RAN);
    writeFileSync(join(cwd, "README.md"), "# A text that is longer than a header of SQLite is\n".repeat(10));
    writeFileSync(join(cwd, "empty.db"), "");
    const other = openDatabase(join(cwd, "other.db"), { readonly: false });
    other.exec("create table t (a); insert into t values (1)");
    other.close();
    const files = readdirSync(cwd);
    const before = process.cwd();
    process.chdir(cwd);
    onTestFinished(() => process.chdir(before));
    const out = written(process.stdout);
    const [name, ...rest] = args;
    const { main } = await commands[name!]!();
    const error = await main(rest).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining(said) as string });
    expect(out.text).toBe("");
    expect(readdirSync(cwd)).toEqual(files);
  },
);

test("one that yields what can't be kept is not told to have failed", async () => {
  const { url } = await serve({ infinite });
  const { main } = await commands["send"]!();
  const told = main(["infinite", "a", '"bad"', "--url", url]);
  await expect(told).rejects.toThrow(/^what infinite\/a yields can't be kept in a journal: \$\.n is Infinity/);
});

test("a failure is told in lines, and without what a terminal would obey", async () => {
  const failing = durable("failing", function* (): Generator<void, void, unknown> {
    yield;
    throw new RangeError("no\u001b[31m such\nthing\r");
  });
  const { url } = await serve({ failing });
  const { main } = await commands["send"]!();
  const error = await main(["failing", "a", "--url", url]).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).message).toBe("it failed with RangeError: no\\u{1b}[31m such\nthing\\u{d}");
});

test("a store does not tell what is parked: ls and show say so of those that may be, and ls --state parked refuses", async () => {
  const home = mkdtempSync(join(tmpdir(), "corun-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const path = join(home, "corun.db");
  const engine = embedded(path);
  onTestFinished(() => engine.close());
  await engine.open(counter, "goes on").send(1);
  await engine.open(pair, "ended").send("a");
  await engine.open(pair, "ended").cancel();
  const out = written(process.stdout);
  const err = written(process.stderr);
  const said = "which coroutines are parked is not in a store: ask the server that has the code";
  const ask = async (name: string, ...args: string[]): Promise<string> => {
    out.text = err.text = "";
    await (await commands[name]!()).main([...args, "--store", path]);
    return err.text;
  };
  expect(await ask("ls")).toContain(said);
  expect(out.text).toMatch(/goes on" +waiting/);
  expect(await ask("show", "counter", "goes on")).toContain(said);
  expect(await ask("ls", "pair")).toBe("");
  expect(await ask("show", "pair", "ended")).toBe("");
  const refused = ask("ls", "--state", "parked");
  await expect(refused).rejects.toBeInstanceOf(Problem);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(said) as string });
});
