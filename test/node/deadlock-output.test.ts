// A deadlock is told also where the program has printed, or has asked for its input: Node then lists these with what may
// call in, although nobody does. In processes of their own, without the command.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environment, folder, root } from "./command.ts";

const stuck = `await run(function* main() {
  yield* new Channel(0, { name: "orders" }).receive();
});
`;
const told = "DeadlockError: no task can go on: main waits for receive from orders";
const prints = "console.log('out'); console.error('err');\n";
/** Is there for a while, and can call in as long as it is. */
const helper = `import { spawn as start } from "node:child_process";
const helper = start(process.execPath, ["-e", "setTimeout(() => console.log('helped'), 500)"]);
helper.stdout.on("data", (text) => console.log(String(text).trim()));
`;

/** A program with `text`, where `first` runs before corun is loaded. */
function programIn(text: string, first = ""): string {
  const imports = 'import "./first.mjs";\nimport { Channel, run } from "corun";\n';
  const path = folder({ "a.mjs": imports + text, "first.mjs": first });
  mkdirSync(join(path, "node_modules"));
  symlinkSync(root, join(path, "node_modules/corun"));
  return path;
}

function inPipes(text: string, first = ""): { code: number | null; out: string; err: string } {
  const options = { cwd: programIn(text, first), encoding: "utf8", env: environment, timeout: 20_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["a.mjs"], options);
  return { code: status, out: stdout, err: stderr };
}

describe("a deadlock behind a pipe", () => {
  test.each([
    ["nothing is printed", stuck, ""],
    ["both outputs are printed on", prints + stuck, "out\n"],
    ["one is", `console.log('out');\n${stuck}`, "out\n"],
    ["it prints again in the run", `${prints}${stuck.replace("{\n", "{\n  console.log('main');\n")}`, "out\nmain\n"],
  ])("is told: %s", (_, text, out) => {
    const ended = inPipes(text);
    expect(ended.err).toContain(told);
    expect(ended).toMatchObject({ code: 1, out });
  });

  test.each([
    ["and there is nothing else", "", ""],
    ["and there is a helper", helper, "helped\n"],
  ])("is told where they were open when corun was loaded, %s", (_, more, out) => {
    const ended = inPipes(more + stuck, "process.stdout.write('first\\n'); process.stderr.write('err\\n');\n");
    expect(ended.out).toBe(`first\n${out}`);
    expect(ended.err).toContain(told);
  });

  test.each([
    ["that prints", prints],
    ["that prints nothing itself", ""],
  ])("is told when the helper of a program has ended, %s", (_, first) => {
    const ended = inPipes(first + helper + stuck);
    expect(ended.out).toBe(`${first === "" ? "" : "out\n"}helped\n`);
    expect(ended.err).toContain(told);
  });

  test.each([
    ["is asked for and not read", "if (process.stdin.isTTY) console.log('never');\n"],
    ["was read to its end", "for await (const _ of process.stdin);\n"],
    ["is paused", "process.stdin.on('data', () => {}).pause();\n"],
  ])("is told where the input %s", (_, first) => {
    expect(inPipes(first + stuck).err).toContain(told);
  });

  test("what comes by the input may still call in", async () => {
    const program = `${prints}const orders = new Channel(0, { name: "orders" });
process.stdin.once("data", (text) => orders.trySend(String(text)));
console.log(await run(() => orders.receive()));
process.stdin.pause();
`;
    const child = spawn(process.execPath, ["a.mjs"], { cwd: programIn(program), env: environment });
    let out = "";
    const ended = new Promise((resolve) => void child.on("close", resolve));
    child.stdout.on("data", (text: Buffer) => (out += String(text)));
    child.stderr.once("data", () => setTimeout(() => child.stdin.end("late"), 300));
    expect([await ended, out]).toEqual([0, "out\nlate\n"]);
  });

  test("what comes by a pipe of the program's own may, too", async () => {
    const cwd = programIn(`${prints}import { connect } from "node:net";
const orders = new Channel(0, { name: "orders" });
connect("socket").once("data", (text) => orders.trySend(String(text)));
console.log(await run(() => orders.receive()));
`);
    const server = createServer((socket) => setTimeout(() => socket.end("late"), 300)).listen(join(cwd, "socket"));
    const child = spawn(process.execPath, ["a.mjs"], { cwd, env: environment });
    let out = "";
    child.stdout.on("data", (text: Buffer) => (out += String(text)));
    const code = await new Promise((resolve) => void child.on("close", resolve));
    server.close();
    expect([code, out]).toEqual([0, "out\nlate\n"]);
  });

  test("what a helper prints may still call in", () => {
    const ended = inPipes(`${prints}${helper}
const orders = new Channel(0, { name: "orders" });
helper.stdout.on("data", () => orders.trySend("late"));
console.log(await run(() => orders.receive()));
`);
    expect(ended).toEqual({ code: 0, out: "out\nhelped\nlate\n", err: "err\n" });
  });
});

describe("a job of the host's thread pool, which it does not list,", () => {
  const imports = `import { pbkdf2, scrypt } from "node:crypto";
import { gzip } from "node:zlib";
`;
  const feeds = (job: string): string => `${imports}const orders = new Channel(0, { name: "orders" });
const late = () => orders.trySend("late");
console.log(await run(function* main() {
  ${job}
  return yield* orders.receive();
}));
`;

  test.each([
    ["scrypt", "scrypt('password', 'salt', 32, { N: 2 ** 15, maxmem: 2 ** 27 }, late);"],
    ["pbkdf2", "pbkdf2('password', 'salt', 300_000, 32, 'sha256', late);"],
    ["gzip", "gzip(Buffer.alloc(2e7), late);"],
    ["WebCrypto", "void crypto.subtle.digest('SHA-256', Buffer.alloc(5e7)).then(late);"],
    [
      "a CompressionStream",
      "void new Response(new Blob([Buffer.alloc(1e7)]).stream().pipeThrough(new CompressionStream('gzip'))).text().then(late);",
    ],
  ])("may still call in: %s", (_, job) => {
    expect(inPipes(feeds(job))).toEqual({ code: 0, out: "late\n", err: "" });
    expect(inPipes(prints + feeds(job))).toEqual({ code: 0, out: "out\nlate\n", err: "err\n" });
  });

  test("keeps a deadlock from being told until it has ended", () => {
    const ended = inPipes(feeds("gzip(Buffer.alloc(2e7), () => console.log('zipped'));"));
    expect(ended).toMatchObject({ code: 1, out: "zipped\n" });
    expect(ended.err).toContain(told);
  });
});

test("several runs that are stuck are all told, at once", () => {
  const ended = inPipes(`const began = performance.now();
const runs = await Promise.allSettled([1, 2, 3].map(() => run(() => new Channel().receive())));
console.log(runs.map(({ reason }) => reason.name).join(), performance.now() - began < 1000);
`);
  expect(ended).toEqual({ code: 0, out: "DeadlockError,DeadlockError,DeadlockError true\n", err: "" });
});

test("where Error itself is frozen, runs go on, and a deadlock is told", () => {
  const ended = inPipes(`Object.freeze(Error);
console.log(await run(function* main() {
  return yield* new Channel(1).send(1);
}));
${stuck}`);
  expect(ended).toMatchObject({ code: 1, out: "undefined\n" });
  expect(ended.err).toContain(told);
});

// The command has opened the input before it loads the program, as has `import "node:process"`.
test.each([
  ["where it was opened before", ["a.mjs"], 'import "node:process";'],
  ["under corun run", [join(root, "dist/cli/main.js"), "run", "a.mjs"], ""],
])("a program that reads its input is not stuck, %s", (_, args, first) => {
  const reads = `const lines = new Channel(1);
process.stdin.once("data", (text) => lines.trySend(String(text)));
console.log("got", await run(function* main() {
  return yield* lines.receive();
}));
`;
  const line = `(sleep 0.3; echo five) | "${process.execPath}" ${args.map((each) => `"${each}"`).join(" ")}`;
  const options = { cwd: programIn(reads, first), encoding: "utf8", env: environment, timeout: 20_000 } as const;
  const { stdout, stderr } = spawnSync("sh", ["-c", line], options);
  expect({ stdout, stderr }).toEqual({ stdout: "got five\n\n", stderr: "" });
});

test.skipIf(spawnSync("script", ["-qec", "true", "/dev/null"]).status !== 0)("a deadlock on a terminal is told", () => {
  const line = `"${process.execPath}" a.mjs`;
  const options = { cwd: programIn(prints + stuck), encoding: "utf8", env: environment, timeout: 20_000 } as const;
  const { stdout } = spawnSync("script", ["-qec", line, "/dev/null"], { ...options, input: "" });
  expect(stdout).toContain("out\r\nerr\r\n");
  expect(stdout).toContain(told);
});
