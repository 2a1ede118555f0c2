// The documents are programs too: every `ts` block, and every `@example` in the source, is compiled and run.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Block, blocksOf, examplesOf, programsOf } from "./docs/blocks.ts";
import { deadLinks, headingsOf, wrongCommands } from "./docs/markdown.ts";
import { compile, output, root, run, sweep } from "./docs/run.ts";

const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const below = (folder: string, ending: string) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.posix.join(folder, file.split(path.sep).join("/")))
    .toSorted();

const documents = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below("docs", ".md")];
const sources = below("src", ".ts");
const blocks = new Map<string, Block[]>([
  ...documents.map((file): [string, Block[]] => [file, blocksOf(file, read(file))]),
  ...sources.map((file): [string, Block[]] => [file, examplesOf(file, read(file))]),
]);

const programs = [...blocks.values()].flatMap(programsOf);
const commands = documents.flatMap((file) =>
  blocks.get(file)!.flatMap((block, i, all) => {
    const next = all[i + 1];
    const shown = block.lang === "sh" && block.code.startsWith("$ npx corun run ") && next?.lang === "text";
    return shown ? [{ name: `${file}:${block.line}`, command: block.code, stdout: next.code }] : [];
  }),
);

afterAll(sweep);

describe("what the documents show is what happens", () => {
  test.each(programs.map((program) => ({ name: program.name, program })))("$name", async ({ program }) => {
    expect(await run(program)).toEqual([]);
  });

  test.each(commands)("$name", ({ command, stdout }) => {
    expect(output(command).trimEnd()).toBe(stdout);
  });

  test("all of it compiles, strictly", () => {
    expect(compile(programs)).toEqual([]);
  });

  test("there is something to show in the source too", () => {
    expect(programs.filter(({ name }) => name.startsWith("src/")).length).toBeGreaterThan(3);
  });
});

describe("a document", () => {
  test.each(documents)("%s names commands, scripts and files that exist", (file) => {
    const shell = blocks.get(file)!.filter(({ lang }) => lang === "sh");
    expect(shell.flatMap((block) => wrongCommands(block, root))).toEqual([]);
  });

  test.each(documents)("%s has no dead link", (file) => {
    expect(deadLinks(file, read(file), root)).toEqual([]);
  });

  const chinese = documents.filter((file) => file.endsWith(".zh-CN.md"));
  test.each(chinese)("%s has the sections and the code of the English one", (file) => {
    const english = file.replace(".zh-CN", "");
    const code = (name: string) => blocks.get(name)!.map(({ lang, info, code }) => ({ lang, info, code }));
    const levels = (name: string) => headingsOf(name, read(name)).map(({ level }) => level);
    expect(code(file)).toEqual(code(english));
    expect(levels(file)).toEqual(levels(english));
  });

  test("the decisions are all in their index", () => {
    const records = below("docs/decisions", ".md").filter((file) => /\/\d{4}-/.test(file));
    const index = read("docs/decisions/README.md");
    expect(records.filter((file) => !index.includes(`(${path.basename(file)})`))).toEqual([]);
    expect(records.filter((file) => read(file).split("\n").length > 60)).toEqual([]);
  });
});

describe("the harness", () => {
  const name = "test/node/docs/fixture.md";
  const fixture = blocksOf(name, read(name));
  const [first, second] = programsOf(fixture);

  test("finds blocks, what continues them, and what they print", () => {
    expect(fixture.map(({ lang, line }) => [lang, line])).toEqual([
      ["ts", 4],
      ["text", 12],
      ["ts", 16],
      ["text", 27],
      ["ts", 31],
      ["sh", 35],
    ]);
    expect(first!.parts.map(({ stdout }) => stdout)).toEqual(["printed", "printed, but not so"]);
  });

  test("says which promise is broken, where, and what came instead", async () => {
    expect(await run(first!)).toEqual([
      `${name}:16: wanted 4, but got 3`,
      `${name}:17: nothing was thrown; wanted Error`,
      `${name}:18: wanted TypeError\n  but got RangeError: no luck`,
      `${name}:21: not reached: 1`,
      `${name}:16: wanted the output\nprinted, but not so\n  but got\nprinted`,
    ]);
  });

  test("says what does not compile, and where", () => {
    expect(compile([first!, second!])).toEqual([
      `${name}:31: error TS2322: Type 'number' is not assignable to type 'string'.`,
    ]);
  });

  test("says what a program throws", async () => {
    const [program] = programsOf(blocksOf("x.md", '```ts\nthrow new Error("boom");\n```'));
    expect(await run(program!)).toEqual(["x.md:2: Error: boom"]);
  });

  test("compares what was thrown, and coroutines as they are printed", async () => {
    const code = [
      'import { coroutine, CoroutineError } from "corun";',
      "const c = coroutine(function* c() {})(); // -> <coroutine c suspended>",
      "String(c); // -> <coroutine c created>",
      "throw 5; // throws 6",
      'throw new CoroutineError("CLOSED", "m"); // throws CoroutineError [CLOSED]: m',
      'throw new CoroutineError("CLOSED", "m"); // throws CoroutineError [FOREIGN]: m',
      "throw 5; // throws Error",
    ];
    const [program] = programsOf(blocksOf("x.md", `\`\`\`ts\n${code.join("\n")}\n\`\`\``));
    expect(await run(program!)).toEqual([
      "x.md:3: wanted <coroutine c suspended>, but got '<coroutine c created>'",
      "x.md:5: wanted 6 thrown, but got 5",
      "x.md:7: wanted CoroutineError [FOREIGN]: m\n  but got CoroutineError: m",
      "x.md:8: wanted Error\n  but got 5",
    ]);
  });

  test("says which files, scripts, links and headings do not exist", () => {
    expect(wrongCommands(fixture.at(-1)!, root)).toEqual([
      `${name}:35: there is no examples/not-there.ts`,
      `${name}:36: there is no script not-there`,
    ]);
    expect(deadLinks(name, read(name), root)).toEqual([
      `${name}:39: not-there.md does not exist`,
      `${name}:39: ${name} has no heading #not-there`,
    ]);
  });

  test("refuses a block that is not closed, and one that continues nothing", () => {
    expect(() => blocksOf("x.md", "```ts\n1;")).toThrow("x.md:1: the code block is not closed");
    expect(() => programsOf(blocksOf("x.md", "```ts continue\n1;\n```"))).toThrow(
      "x.md:2: there is no block to continue",
    );
  });

  test("takes examples out of comments, up to the next tag or source", () => {
    const source = "/**\n * Text.\n *\n * @example\n * const a = 1;\n *\n * a; // -> 1\n *\n * Source: here.\n */";
    expect(examplesOf("x.ts", source)).toEqual([
      { file: "x.ts", line: 5, lang: "ts", info: [], code: "const a = 1;\n\na; // -> 1" },
    ]);
  });
});
