// Every example is run as a program of its own and must print what its source says that it prints.
import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the examples of tasks print. */
const together: Record<string, string> = {
  // The answer that the kill has swallowed is given again, and counted once.
  "durable-consumer": `
sent 5: wanted
it has ended by SIGKILL
sent 4: wanted
sent 3: enough
sent 2: enough
it was sent 4 numbers
`,
  "approval-order": `
  0 h  please approve: a piano for 9000
  0 h  please approve: a boat for 70000
 20 h  Ada has approved: a piano
 80 h  boat: done, "nobody has approved it in three days"
 80 h  piano: done, "receipt order/piano/0.3"
 80 h  tea: done, "receipt order/tea/0.1"
`,
  // What was taken from Ada and stopped by the bank is hers again.
  "saga-transfer": `
1: 30 from ada to bob
1: 30 from ada to bob
2: no transfer: the bank stops 50 from ada to mallory
3: no transfer: only 70 are there
ada has 70
bob has 130
mallory has 100
`,
  // Nine nights in a journal of less than seven.
  cron: `
day 0, 3 h: backup 0, 1 in all
day 1, 3 h: backup 1, 2 in all
day 2, 3 h: backup 2, 3 in all
day 3, 3 h: backup 3, 4 in all
day 4, 3 h: backup failed: the disk is full
day 5, 3 h: backup 5, 5 in all
day 6, 3 h: backup 6, 6 in all
day 7, 3 h: backup 7, 7 in all
day 8, 3 h: backup 8, 8 in all
started over 1 time, busy; wakes on day 9
its journal has 11 entries
`,
  // At a load of 3/4: M/M/1 waits load / (1 - load) services, and Erlang's C for two gives 9/7.
  "bank-queue": `
                           waits, minutes in theory      inside         in theory
one teller                 3.12 ± 0.28    3.00           3.10           3.00
two tellers, a line each   2.85 ± 0.18    3.00           5.75           6.00
two tellers, one line      1.29 ± 0.12    1.29           3.43           3.43
`,
  // All pages that there are, each once; who asked for the one that is never answered has hung up.
  crawler: `
cake/: 200
cake/cheese: no answer in time
cake/plum: 200
tea/: 200
tea/black: 200
tea/green: 200
tea/lost: 404
tea/white: 200
its server saw this request end: /cheese
never more than two at once: true
`,
  // Who reads hears all, who does not loses old messages, but not the last ones.
  "chat-server": `
ada: hello?; bob joined; cleo joined
bob has heard 64 messages
cleo has heard fewer: true
the last that she has heard are 62 63 64
bob left
the server has closed
`,
  // The lines are those of its source.
  "bank-transfer-race": `
a schedule fails: CheckError: 40 were to go from Ada to Bob, but they have 70 and 130
seed 1, run 1 of 1000, shrunk 4 -> 4 switches

0: race#1                            | 1: transfer#2                        | 2: transfer#3
-------------------------------------|--------------------------------------|-------------------------------------
starts 1 transfer                    |                                      |
starts 2 transfer                    |                                      |
waits for the tasks of scope         |                                      |
                                     | reads bank.ada: 100                  |
                                     | reads bank.bob: 100                  |
                                     | waits for sleep(20)                  |
                                     |                                      | reads bank.ada: 100
                                     |                                      | reads bank.bob: 100
                                     |                                      | waits for sleep(20)
                                     |                                      | writes bank.ada = 90
                                     |                                      | writes bank.bob = 110
                                     |                                      | ends
                                     | writes bank.ada = 70                 |
                                     | writes bank.bob = 130                |
                                     | ends                                 |
reads bank.ada: 70                   |                                      |
reads bank.bob: 130                  |                                      |
fails: CheckError: 40 were to go     |                                      |
  from Ada to Bob, but they have 70  |                                      |
  and 130                            |                                      |

replay: "s1:"
or: CORUN_SCHEDULE='s1:', and run this test alone

with a lock, complete: all 4 schedules
`,
  "deadlock-report": `
no task can go on: bank waits for receive from sums; transfer waits for mutex "current" held by task audit; audit waits for mutex "savings" held by task transfer
  transfer#2 waits for mutex "current" held by task audit (#3), for 1 ms; holds mutex "savings"
      at locked (deadlock-report.ts:15:37)
      at debit (deadlock-report.ts:31:12)
      at locked (deadlock-report.ts:17:19)
      at transfer (deadlock-report.ts:28:10)
      started at bank (deadlock-report.ts:49:3)
  audit#3 waits for mutex "savings" held by task transfer (#2), for 1 ms; holds mutex "current"
      at locked (deadlock-report.ts:15:37)
      at audit (deadlock-report.ts:40:17)
      at add (deadlock-report.ts:42:12)
      at locked (deadlock-report.ts:17:19)
      at audit (deadlock-report.ts:40:17)
      started at bank (deadlock-report.ts:50:3)
  bank#1 waits for receive from sums, for 1 ms
      at bank (deadlock-report.ts:51:41)
      started at deadlock-report.ts:55:9
  cycle: transfer#2 -> audit#3 -> transfer#2
`,
  "dining-philosophers": `
each takes the left fork first:
  DeadlockError: each waits for a fork that a neighbour holds
  meals: Plato 0, Hypatia 0, Kong Zi 0, Spinoza 0, Simone 0
the last one takes the right fork first:
  meals: Plato 3, Hypatia 3, Kong Zi 3, Spinoza 3, Simone 3
`,
  // Of twenty requests the three networks have 12, 5 and 3; the four sizes come equally often, 2,000 bytes on average.
  "log-analysis": `
203.0.113.0/24             60000 requests     120.0 MB
198.51.100.0/24            25000 requests      50.0 MB
192.0.2.0/24               15000 requests      30.0 MB
not understood               100 requests       0.0 MB
`,
  "prime-sieve": `
2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97
`,
  // The same as by hand
  "producer-consumer-tasks": `
我拿到了5!
我拿到了4!
我拿到了3!
我只要3,4,5就行啦
程序结束
`,
  // Pauses: 100 (0.5 + 0.8 / 2) = 90, 200 (0.5 + 0.3 / 2) = 130; 50 ms after request 3 comes 4, which takes 30.
  "retry-hedged": `
   0 ms  request 1
  10 ms  request 1 failed
  10 ms  attempt 1: Error: 503; again in 90 ms
 100 ms  request 2
 110 ms  request 2 failed
 110 ms  attempt 2: Error: 503; again in 130 ms
 240 ms  request 3
 290 ms  request 4
 320 ms  request 4 is answered
 320 ms  request 3 is cancelled
 320 ms  the answer to everything
`,
};

/** What each example prints; none of it was taken from a run. */
const outputs: Record<string, string> = {
  ...together,
  // Killed in the midst of the second tool: that one is used again, and the model is asked three times in all.
  "agent-loop": `
the model is asked, with 1 message
  the population of Oslo is looked up
the model is asked, with 3 messages
  the population of Bergen is looked up
the process was killed by SIGKILL
  the population of Bergen is looked up
the model is asked, with 5 messages
1009650 people live there
the process has ended: 0
`,
  // Beazley's pipeline: a line comes once for each of the three words that it has.
  broadcast: `
python is fun
ply parses, and python runs it
ply parses, and python runs it
swig wraps it all for python and ply
swig wraps it all for python and ply
swig wraps it all for python and ply
-- end of the log
`,
  // CPython, test_generators: firstn(iter(fib), 17)
  "fibonacci-stream": `
1 2 3 5 8 13 21 34 55 89 144 233 377 610 987 1597 2584
`,
  // Programming in Lua, 9.2: string.format("%5d %s", line, x)
  "filter-pipeline": `
    1 Take this kiss upon the brow!
    2 And, in parting from you now,
    3 Thus much let me avow:
    4 You are not wrong, who deem
    5 That my days have been a dream;
`,
  // Lua, coroutine.lua: assert(#a == 22 and a[#a] == 79)
  "filter-sieve": `
2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79
22 primes, the last is 79
`,
  "function-or-coroutine": `
good
2
<coroutine consumer created>
TypeError: can't send "hello" to <coroutine consumer created>: … call next() first
good
5
<coroutine consumer suspended>
heard hello
{ value: undefined, done: true }
<coroutine consumer closed>
`,
  // CPython, test_generators: m235
  hamming: `
1 2 3 4 5 6 8 9 10 12 15 16 18 20 24
25 27 30 32 36 40 45 48 50 54 60 64 72 75 80
81 90 96 100 108 120 125 128 135 144 150 160 162 180 192
200 216 225 240 243 250 256 270 288 300 320 324 360 375 384
400 405 432 450 480 486 500 512 540 576 600 625 640 648 675
`,
  // CPython, test_generators: the first solution of Knights(10, 10)
  "knights-tour": `
+---+---+---+---+---+---+---+---+---+---+
|  1| 58| 27| 34|  3| 40| 29| 10|  5|  8|
+---+---+---+---+---+---+---+---+---+---+
| 26| 35|  2| 57| 28| 33|  4|  7| 30| 11|
+---+---+---+---+---+---+---+---+---+---+
| 59|100| 73| 36| 41| 56| 39| 32|  9|  6|
+---+---+---+---+---+---+---+---+---+---+
| 74| 25| 60| 55| 72| 37| 42| 49| 12| 31|
+---+---+---+---+---+---+---+---+---+---+
| 61| 86| 99| 76| 63| 52| 47| 38| 43| 50|
+---+---+---+---+---+---+---+---+---+---+
| 24| 75| 62| 85| 54| 71| 64| 51| 48| 13|
+---+---+---+---+---+---+---+---+---+---+
| 87| 98| 91| 80| 77| 84| 53| 46| 65| 44|
+---+---+---+---+---+---+---+---+---+---+
| 90| 23| 88| 95| 70| 79| 68| 83| 14| 17|
+---+---+---+---+---+---+---+---+---+---+
| 97| 92| 21| 78| 81| 94| 19| 16| 45| 66|
+---+---+---+---+---+---+---+---+---+---+
| 22| 89| 96| 93| 20| 69| 82| 67| 18| 15|
+---+---+---+---+---+---+---+---+---+---+
`,
  // The Art of Computer Programming, 1.4.2: the period belongs to the output.
  knuth: `
ABB BEE EEE E44 446 66F GZY W22 220 0PQ 999 999 999 R.
`,
  // PEP 342: whole pages, and on close the one that is not full.
  pager: `
page0001
  [ant] [bee] [cat]
  [dog] [eel] [fox]
page0002
  [gnu] [hen]
all written
`,
  // Programming in Lua, 9.3
  permutations: `
b c a
c b a
c a b
a c b
b a c
a b c
`,
  // The lesson that the project was founded on
  "producer-consumer": `
我拿到了5!
我拿到了4!
我拿到了3!
我只要3,4,5就行啦
程序结束
`,
  // CPython, test_generators: Queens(8)
  queens: `
Solution 1
+-+-+-+-+-+-+-+-+
|Q| | | | | | | |
+-+-+-+-+-+-+-+-+
| | | | |Q| | | |
+-+-+-+-+-+-+-+-+
| | | | | | | |Q|
+-+-+-+-+-+-+-+-+
| | | | | |Q| | |
+-+-+-+-+-+-+-+-+
| | |Q| | | | | |
+-+-+-+-+-+-+-+-+
| | | | | | |Q| |
+-+-+-+-+-+-+-+-+
| |Q| | | | | | |
+-+-+-+-+-+-+-+-+
| | | |Q| | | | |
+-+-+-+-+-+-+-+-+
Solution 2
+-+-+-+-+-+-+-+-+
|Q| | | | | | | |
+-+-+-+-+-+-+-+-+
| | | | | |Q| | |
+-+-+-+-+-+-+-+-+
| | | | | | | |Q|
+-+-+-+-+-+-+-+-+
| | |Q| | | | | |
+-+-+-+-+-+-+-+-+
| | | | | | |Q| |
+-+-+-+-+-+-+-+-+
| | | |Q| | | | |
+-+-+-+-+-+-+-+-+
| |Q| | | | | | |
+-+-+-+-+-+-+-+-+
| | | | |Q| | | |
+-+-+-+-+-+-+-+-+
92 solutions in all.
`,
  "same-fringe": `
shapes differ: true
a leaf differs: false
a leaf more: false
100,000 deep: true
100,000 deep, a leaf more: false
100,000 deep, the first differs: false
`,
  // Conway 1963: pairs are taken from the left, also over the border of two cards.
  squasher: `
a^b^*c^^d
a^b^*c^^d
a*b*
`,
  // makecontext(3) of the Linux manual
  swapcontext: `
main: swapcontext(&uctx_main, &uctx_func2)
func2: started
func2: swapcontext(&uctx_func2, &uctx_func1)
func1: started
func1: swapcontext(&uctx_func1, &uctx_func2)
func2: returning
func1: returning
main: exiting
`,
  // (5,000 mod 503) + 1
  "thread-ring": `
474
`,
  // PEP 342: each gets back what it sends, the connections take turns, and a lost one ends its handler only.
  trampoline: `
to Ada: one
to Bob: eins
Bob hung up
to Ada: two
to Ada: three
Ada hung up
`,
};

type Ended = { stdout: string; stderr: string; code: number | null };

function start(name: string, args: string[] = [], nodeOptions: string[] = []): ChildProcess {
  const file = join(root, "examples", `${name}.ts`);
  return spawn(process.execPath, [...nodeOptions, "--import", "tsx", file, ...args], { cwd: root });
}

/** What the process prints until it ends. */
function ended(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const out = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]!.setEncoding("utf8").on("data", (text: string) => (out[stream] += text));
    }
    child.on("error", reject).on("close", (code) => resolve({ ...out, code }));
  });
}

const run = (name: string, args?: string[], nodeOptions?: string[]): Promise<Ended> =>
  ended(start(name, args, nodeOptions));

/** The library's error text without its explanation, whose wording is not the example's matter. */
const shortened = (stdout: string): string => stdout.replace(/(?<=^TypeError: .*created>: ).*(?=call next)/m, "… ");

describe.concurrent("an example prints what its source says", () => {
  test.each(Object.entries(outputs))("%s", async (name, output) => {
    const { stdout, ...rest } = await run(name);
    expect({ stdout: shortened(stdout), ...rest }).toEqual({ stdout: output.slice(1), stderr: "", code: 0 });
  });

  test.each(Object.entries(together))("%s, by the command that users have", async (name, output) => {
    const line = ["dist/cli/main.js", "run", `examples/${name}.ts`];
    const child = spawn(process.execPath, line, { cwd: root, env: { ...process.env, NODE_OPTIONS: "" } });
    expect(await ended(child)).toEqual({ stdout: output.slice(1), stderr: "", code: 0 });
  });

  // The benchmark's specification: (hops mod 503) + 1. Millions of hops would overflow a stack that grew.
  test.each([
    ["0", "1\n"],
    ["502", "503\n"],
    ["503", "1\n"],
    ["1000", "498\n"],
    ["5000000", "181\n"],
  ])("thread-ring %s", async (hops, stdout) => {
    expect(await run("thread-ring", [hops])).toEqual({ stdout, stderr: "", code: 0 });
  });
});

test("the knight's tour is one: a hundred squares, each a knight's move from the one before, the first from the last", () => {
  const cells = [...outputs["knights-tour"]!.matchAll(/\d+/g)].map(([number]) => Number(number));
  const tour = Array.from({ length: 100 }, (_, i) => cells.indexOf(i + 1));
  expect(new Set(tour).size).toBe(100);
  for (const [i, to] of tour.entries()) {
    const from = tour.at(i - 1)!;
    const rows = Math.abs(Math.floor(from / 10) - Math.floor(to / 10));
    const columns = Math.abs((from % 10) - (to % 10));
    expect(rows * columns).toBe(2);
  }
});

test("every example is covered here, says in two to four lines what it is, and is short", () => {
  const names = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));
  expect(names.toSorted()).toEqual([...Object.keys(outputs), "grep"].map((name) => `${name}.ts`).toSorted());
  for (const name of names) {
    const lines = readFileSync(join(root, "examples", name), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.length, `${name}: lines`).toBeLessThan(80);
    const comment = lines.findIndex((line) => !line.startsWith("//"));
    expect([2, 3, 4], `${name}: lines of its first comment`).toContain(comment);
  }
});

describe("grep", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "corun-grep-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }
  const grep = (...args: string[]): Promise<Ended> => run("grep", args);

  test("several files, CRLF, a last line without a newline, an empty file", async () => {
    const crlf = file("crlf", "alpha\r\nbeta\r\n\r\nalphabet\r\n");
    const open = file("open", "gamma\nalpha");
    const empty = file("empty", "");
    expect(await grep("--count", "^alpha$|^$", crlf, open, empty)).toEqual({
      stdout: `${crlf}:1:alpha\n${crlf}:3:\n${open}:2:alpha\n${crlf}: 2\n${open}: 1\n${empty}: 0\n`,
      stderr: "",
      code: 0,
    });
  });

  test("lines longer than a chunk, characters and CRLF on its border", async () => {
    const long = `${"协同运行".repeat(20_000)}needle${"é".repeat(100_000)}`; // 440 KB
    const cut = `${"x".repeat(65_534)}€ needle`; // the € begins in the first chunk of this file
    const split = `needle ${"x".repeat(65_536 - 8)}`; // its \r is the last byte of the first chunk
    const paths = [file("long", `${long}\n${long}`), file("cut", cut), file("split", `${split}\r\nneedle`)] as const;
    expect(await grep("needle", ...paths)).toEqual({
      stdout: [
        `${paths[0]}:1:${long}`,
        `${paths[0]}:2:${long}`,
        `${paths[1]}:1:${cut}`,
        `${paths[2]}:1:${split}`,
        `${paths[2]}:2:needle`,
        "",
      ].join("\n"),
      stderr: "",
      code: 0,
    });
  });

  test("no match", async () => {
    expect(await grep("delta", file("greek", "alpha\n"))).toEqual({ stdout: "", stderr: "", code: 1 });
  });

  test("a pattern that is none", async () => {
    const { stdout, stderr, code } = await grep("(", file("greek", "alpha\n"));
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toMatch(/^grep: Invalid regular expression: \/\(\/.*\n$/);
  });

  test("a missing file and a folder are told, the others searched", async () => {
    const missing = join(folder, "missing");
    const greek = file("greek", "alpha\n");
    const { stdout, stderr, code } = await grep("alpha", missing, folder, greek);
    expect({ stdout, code }).toEqual({ stdout: `${greek}:1:alpha\n`, code: 2 });
    expect(stderr.split("\n")).toEqual([
      expect.stringContaining(`grep: ${missing}: ENOENT`),
      expect.stringContaining(`grep: ${folder}: EISDIR`),
      "",
    ]);
  });

  test.each([[[]], [["alpha"]]])("arguments are missing: %j", async (args) => {
    const stderr = "usage: grep [--follow] [--count] PATTERN FILE…\n";
    expect(await grep(...args)).toEqual({ stdout: "", stderr, code: 2 });
  });

  test("an unknown option", async () => {
    const { stdout, stderr, code } = await grep("--fast", "alpha", "greek");
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toMatch(/^grep: Unknown option '--fast'/);
  });

  test("follows files that grow, are cut off and are replaced, until Ctrl-C", async () => {
    const a = file("a", "match 1\nnothing\nmatch 3, not done");
    const b = file("b", "");
    const child = start("grep", ["--follow", "--count", "match", a, b]);
    const end = ended(child);
    let seen = "";
    child.stdout!.on("data", (text: string) => (seen += text));
    const shows = (line: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!seen.includes(`${line}\n`)) return;
          child.stdout!.off("data", look);
          resolve();
        };
        child.stdout!.on("data", look);
        look();
      });

    await shows(`${a}:1:match 1`);
    expect(seen).toBe(`${a}:1:match 1\n`);
    appendFileSync(a, " but now\nmatch 4\n");
    await shows(`${a}:4:match 4`);
    writeFileSync(a, "match anew\n"); // shorter than before
    await shows(`${a}:1:match anew`);
    rmSync(a);
    appendFileSync(b, "match in b\n");
    await shows(`${b}:1:match in b`);
    writeFileSync(a, "another file\nand a match\nthe last match");
    await shows(`${a}:2:and a match`);
    // Two turns of b have a turn of a between them, in which it is read to its end.
    appendFileSync(b, "match 2\n");
    await shows(`${b}:2:match 2`);
    appendFileSync(b, "match 3\n");
    await shows(`${b}:3:match 3`);
    child.kill("SIGINT");

    expect(await end).toEqual({
      stdout: [
        `${a}:1:match 1`,
        `${a}:3:match 3, not done but now`,
        `${a}:4:match 4`,
        `${a}:1:match anew`,
        `${b}:1:match in b`,
        `${a}:2:and a match`,
        `${b}:2:match 2`,
        `${b}:3:match 3`,
        `${a}:3:the last match`,
        `${a}: 6`,
        `${b}: 3`,
        "",
      ].join("\n"),
      stderr: "",
      code: 0,
    });
  });

  describe("300 MB", () => {
    let big: string;
    beforeAll(() => {
      big = join(folder, "big");
      const megabyte = Buffer.from(`${"some line of a log that says nothing\n".repeat(30_000)}a needle\n`);
      const descriptor = openSync(big, "w");
      for (let written = 0; written < 300e6; written += megabyte.length) writeSync(descriptor, megabyte);
      closeSync(descriptor);
    });

    test("in constant memory", async () => {
      const watch = `
        let peak = 0;
        setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10).unref();
        process.on("exit", () => console.error(peak));
      `;
      const options = ["--import", `data:text/javascript,${encodeURIComponent(watch)}`];
      const { stdout, stderr, code } = await run("grep", ["--count", "needle$", big], options);
      expect(code).toBe(0);
      expect(stdout.split("\n").slice(-3)).toEqual([`${big}:8130271:a needle`, `${big}: 271`, ""]);
      expect(Number(stderr)).toBeGreaterThan(20e6); // else nothing was measured
      expect(Number(stderr)).toBeLessThan(160e6);
    });

    test("ends quietly when nobody reads its output any more", async () => {
      const child = start("grep", ["log", big]);
      const end = ended(child);
      child.stdout!.once("data", () => child.stdout!.destroy());
      expect(await end).toMatchObject({ stderr: "", code: 0 });
    });

    test("Ctrl-C in the middle closes the sinks", async () => {
      const child = start("grep", ["--count", "needle", big]);
      const end = ended(child);
      child.stdout!.once("data", () => child.kill("SIGINT"));
      const { stdout, stderr, code } = await end;
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      const found = stdout.split("\n").filter((line) => line.endsWith(":a needle")).length;
      expect(found).toBeLessThan(271);
      expect(stdout.endsWith(`:a needle\n${big}: ${found}\n`)).toBe(true);
    });
  });
});
