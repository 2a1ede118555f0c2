// `corun run --trace`: a page, or a trace for other viewers, at the end of a program, however it ends.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChromeTrace, TraceData } from "corun/inspect";
import { KINDS } from "../../src/inspect/trace-format.ts";
import { corun, folder, imports, misused, program, Running } from "./command.ts";

const BY_HAND = `import { coroutine } from "corun";

const consumer = coroutine(function* consumer(): Coroutine.Body<boolean, void, number> {
  for (let wanted = true; ; ) {
    const n = yield wanted;
    if (n === 2) wanted = false;
  }
});

const c = consumer();
c.next();
for (let n = 1; c.send(n); n++);
`;

/** The data in a page. */
function dataIn(html: string): TraceData {
  const [, text] = /<script type="application\/json" id="trace">(.*?)<\/script>/s.exec(html)!;
  return JSON.parse(text!) as TraceData;
}

const read = (path: string): TraceData => dataIn(readFileSync(path, "utf8"));

/** The steps of some kinds, each on a line, with the text of its line in the source. */
function told({ steps, lanes, labels, values, sites, sources }: TraceData, ...kinds: string[]): string[] {
  return steps
    .filter(([, kind]) => kinds.includes(KINDS[kind]!))
    .map(([, kind, lane, other, site, value, label]) => {
      const { file = "", line = 0 } = sites[site] ?? {};
      const code = sources[file]?.split("\n")[line - 1]?.trim();
      const parts = [
        KINDS[kind],
        lanes[lane]?.name,
        lanes[other]?.name,
        labels[label],
        values[value],
        code && `| ${code}`,
      ];
      return parts.filter((part) => part !== undefined).join(" ");
    });
}

/** Runs a program with a trace in out.html beside it. */
function traced(files: Record<string, string>, ...args: string[]) {
  const path = folder(files);
  const outcome = corun(["run", "--trace", "out.html", Object.keys(files)[0]!, ...args], path);
  return { ...outcome, data: read(join(path, "out.html")), path };
}

test("the page holds each step of a program by hand, with the lines of its TypeScript source", () => {
  const { code, err, data } = traced({ "by-hand.ts": BY_HAND.replace("import {", "import { type Coroutine,") });
  expect([code, err]).toEqual([0, "corun: the trace is in out.html\n"]);
  expect(data.title).toBe("by-hand.ts");
  expect(Object.keys(data.sources)).toEqual(["by-hand.ts"]);
  expect(told(data, "resume")).toEqual([
    "resume program consumer next | c.next();",
    "resume program consumer send 1 | for (let n = 1; c.send(n); n++);",
    "resume program consumer send 2 | for (let n = 1; c.send(n); n++);",
  ]);
  expect(told(data, "yield")).toEqual([
    "yield consumer program true | const n = yield wanted;",
    "yield consumer program true | const n = yield wanted;",
    "yield consumer program false | const n = yield wanted;",
  ]);
});

test("the page holds tasks, whom they woke with what, and on which line they wait", () => {
  const { code, out, data } = traced(
    program(`const numbers = new Channel(0, { name: "numbers" });
      spawn(function* producer() { yield* sleep(5); yield* numbers.send(7); });
      console.log(yield* numbers.receive());`),
  );
  expect([code, out]).toEqual([0, "7\n"]);
  expect(told(data, "wake")).toContain(
    "wake producer main receive from numbers 7 | spawn(function* producer() { yield* sleep(5); yield* numbers.send(7); });",
  );
  expect(told(data, "wait")).toContain("wait main receive from numbers | console.log(yield* numbers.receive());");
});

test("a file that ends in .json is Chrome's format", () => {
  const path = folder(program("yield* sleep(1);"));
  expect(corun(["run", "--trace", "out.json", "a.mjs"], path)).toMatchObject({ code: 0 });
  const { traceEvents } = JSON.parse(readFileSync(join(path, "out.json"), "utf8")) as ChromeTrace;
  expect(traceEvents.filter(({ ph }) => ph === "X").length).toBeGreaterThan(2);
  expect(traceEvents.some(({ name, args }) => name === "thread_name" && args!["name"] === "main")).toBe(true);
});

describe("it is written however the program ends:", () => {
  test("by a failure", () => {
    const { code, err, data } = traced(program('yield* sleep(1); throw new RangeError("too far");'));
    expect(code).toBe(1);
    expect(err).toMatch(/^corun: RangeError: too far\n(?: .*\n)+corun: the trace is in out\.html\n$/);
    expect(told(data, "end")[0]).toBe("end main failed RangeError: too far");
  });

  test("by a deadlock", () => {
    const { code, err, data } = traced(program("const never = new Channel(); yield* never.receive();"));
    expect(code).toBe(1);
    expect(err).toMatch(/DeadlockError/);
    expect(told(data, "end")[0]).toMatch(/^end main (failed|cancelled)/);
  });

  test("by an exit of its own", () => {
    const { code, data } = traced(program("yield* sleep(1); process.exit(7);"));
    expect(code).toBe(7);
    expect(told(data, "wait")).toContain("wait main sleep(1) | yield* sleep(1); process.exit(7);");
  });

  test("by an error while it loads", () => {
    const { code, data } = traced({ "a.mjs": `${imports}throw new Error("at once");` });
    expect(code).toBe(1);
    expect(data.steps).toEqual([]);
  });

  test.each([
    [
      "Ctrl-C, after its cleanup",
      program('try { console.log("up"); yield* sleep(60_000); } finally { yield* sleep(1); console.log("clean"); }'),
      { code: 130, signal: null },
    ],
    [
      "Ctrl-C that kills it, as it has no default export",
      {
        "a.mjs": `${imports}run(function* main() { console.log("up"); yield* sleep(60_000); });`.replace(
          "{ Ch",
          "{ run, Ch",
        ),
      },
      { code: null, signal: "SIGINT" },
    ],
  ])("by %s", async (_, files, ending) => {
    const file = join(folder({}), "out.html");
    const running = new Running(files, { options: ["--trace", file] });
    await running.shows("up");
    running.kill("SIGINT");
    expect(await running.end).toMatchObject({ ...ending, err: `corun: the trace is in ${file}\n` });
    expect(told(read(file), "wait").join("\n")).toMatch(/^wait main sleep\(60000\)/m);
  });
});

test.each([
  [["--trace", "out.txt", "a.mjs"], /^corun: --trace writes a page \(\.html\), or .* but no \.txt: out\.txt\n$/],
  [["--trace", "b.mjs", "a.mjs"], /^corun: --trace writes .* but no \.mjs: b\.mjs\n$/],
  [["--trace=out", "a.mjs"], /^corun: --trace writes .* but no file without an ending: out\n$/],
])("corun run %j says what is wrong", (args, text) => {
  const path = folder(program("console.log(1);"));
  const { code, out, err } = corun(["run", ...args], path);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(text);
  expect(readdirSync(path)).toEqual(["a.mjs"]);
});

test("a trace that can't be written is told before the program runs", () => {
  const { code, out, err } = corun(["run", "--trace", "no/out.html", "a.mjs"], folder(program("console.log(1);")));
  expect({ code, out, err }).toEqual({
    ...misused("corun: can't write the trace to no/out.html: there is no folder no"),
    code: 1,
  });
});
