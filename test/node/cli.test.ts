// The command, as it is installed: every test runs the built dist/cli/main.js in a process of its own.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { command, corun, ended, environment, failed, folder, misused, root, run } from "./command.ts";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Whether this Node removes types by itself; if not, tsx does it, which also compiles. */
const native = Boolean((process.features as { typescript?: unknown }).typescript);

describe("what it says of itself", () => {
  test("without arguments, and for --help, -h and help, it says what it can do, with examples", () => {
    const { code, out, err } = corun([]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`corun ${version}: coroutines for TypeScript`);
    expect(out).toMatch(/\n {2}run <program> \[args…\] +run a TypeScript or JavaScript program\n/);
    expect(out).toMatch(/\nExamples\n {2}corun run /);
    for (const word of ["--help", "-h", "help"]) expect(corun([word])).toEqual(ended(out));
  });

  test("a command has help of its own", () => {
    const { code, out } = corun(["run", "--help"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Usage: corun run \[options\] <program> \[args…\]\n/)]);
    expect(corun(["help", "run"])).toEqual(ended(out));
    expect(corun(["--help", "run"])).toEqual(ended(out));
  });

  test("the example in its help does what it says", () => {
    const [, example] = /\n {2}\/\/ greet\.ts\n([^]*?)\n\n {2}corun run/.exec(corun(["help", "run"]).out)!;
    expect(run({ "greet.ts": example! }, "Ada")).toEqual(ended("Hello, Ada!\n"));
  });

  test("--version and -V give the package's version", () => {
    expect(corun(["--version"])).toEqual(ended(`${version}\n`));
    expect(corun(["-V"])).toEqual(ended(`${version}\n`));
  });

  test("a reader that goes away ends it quietly", async () => {
    const child = spawn(process.execPath, [command, "--help"], { env: environment });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([0, ""]);
  });
});

describe("a wrong command line", () => {
  test.each([
    [["rnu"], "corun: unknown command rnu; did you mean corun run?"],
    [["frobnicate"], "corun: unknown command frobnicate; see: corun --help"],
    [["help", "rum"], "corun: unknown command rum; did you mean corun run?"],
    [["main.ts"], "corun: unknown command main.ts; to run a program: corun run main.ts"],
    [["--hlep"], "corun: unknown option --hlep; did you mean --help?"],
    [["-x"], "corun: unknown option -x; see: corun --help"],
    [["run", "--hepl", "main.ts"], "corun: unknown option --hepl; did you mean --help?"],
    [["--help=yes"], "corun: --help takes no value"],
    [["run"], "corun: run what? Name a program: corun run main.ts"],
  ])("%j is told clearly, with exit code 2", (args, message) => {
    expect(corun(args)).toEqual(misused(message));
  });
});

describe("a program", () => {
  test("finds its own path and all that follows it in process.argv", () => {
    const path = folder({ "args.mjs": "console.log(JSON.stringify(process.argv));" });
    const { out } = corun(["run", "args.mjs", "--help", "-x", "--", "a b"], path);
    expect(JSON.parse(out)).toEqual([process.execPath, join(path, "args.mjs"), "--help", "-x", "--", "a b"]);
  });

  test.each(["main.ts", "main.mts", "main.tsx", "main.js", "main.mjs"])(
    "%s is driven to its end with its arguments, and finds corun where none is installed",
    (name) => {
      const typed = name.includes("ts") ? ": string[]" : "";
      const text = `import { coroutine, current } from "corun";
        const twice = coroutine(function* twice(word) { yield word; yield word; return "done"; });
        export default coroutine(function* main(...args${typed}) {
          for (const arg of args) console.log(arg, yield* twice(arg), current()?.name);
        });`.replace("(word)", typed ? "(word: string)" : "(word)");
      expect(run({ [name]: text }, "a", "-b")).toEqual(ended("a done main\n-b done main\n"));
    },
  );

  test.each(["main.cjs", "main.js", "main.cts"])("%s may be a CommonJS module that requires corun", (name) => {
    const text = (left: string) => `const { coroutine, sleep } = require("corun");
      ${left} = coroutine(function* main(a${name === "main.cts" ? ": string" : ""}) {
        yield;
        yield* sleep(1);
        console.log("ran", a);
      });`;
    for (const left of ["module.exports", "exports.default"]) {
      const { code, out } = run({ [name]: text(left) }, "x");
      expect([code, out]).toEqual([0, "ran x\n"]);
    }
  });

  test("may be TypeScript that was compiled to CommonJS", () => {
    const text = `"use strict";
      Object.defineProperty(exports, "__esModule", { value: true });
      exports.default = (0, require("corun").coroutine)(function* main() { console.log("ran"); yield; });`;
    expect(run({ "main.js": text })).toMatchObject({ code: 0, out: "ran\n" });
  });

  test("may be of several files, none of which a package.json describes", () => {
    const files = {
      "main.ts": `import { part } from "./part.ts"; import { other } from "./other.js"; import old from "./old.cjs";
        const ready = await Promise.resolve("ready");
        console.log(part(), other, old.x, ready, import.meta.url.startsWith("file:"));`,
      "part.ts": `import { coroutine } from "corun";
        export function part(): string { return coroutine(function* part() {})().name; }`,
      "other.js": "export const other = 'other';",
      "old.cjs": "module.exports = { x: 'old' };",
    };
    expect(run(files)).toEqual(ended("part other old ready true\n"));
  });

  test("uses the corun that is installed for it", () => {
    const copy = {
      "node_modules/corun/package.json": '{ "name": "corun", "type": "module", "exports": "./index.js" }',
      "node_modules/corun/index.js": "export const mark = 'its own';",
    };
    for (const name of ["main.ts", "main.mjs"]) {
      expect(run({ [name]: 'import { mark } from "corun"; console.log(mark);', ...copy })).toEqual(ended("its own\n"));
    }
  });

  test("is driven also if its coroutine function comes from another copy of corun", () => {
    const path = folder({
      "main.mjs": `import { coroutine } from "corun";
        import { sleep } from "corun";
        export default coroutine(function* main() { yield 1; yield* sleep(1); console.log("driven"); throw new Error("late"); });`,
    });
    for (const part of ["dist", "src", "package.json"]) {
      cpSync(join(root, part), join(path, "lib", part), { recursive: true });
    }
    mkdirSync(join(path, "node_modules"));
    symlinkSync(join(path, "lib"), join(path, "node_modules/corun"));
    expect(corun(["run", "main.mjs"], path)).toEqual({
      code: 1,
      out: "driven\n",
      err: "corun: Error: late\n    at main (main.mjs:3:108)\n",
    });
  });

  test("without a default export simply runs", () => {
    expect(run({ "a.ts": 'const word: string = "ran"; console.log(word);' })).toEqual(ended("ran\n"));
    expect(run({ "a.mjs": 'export const x = 1; console.log("ran");' })).toEqual(ended("ran\n"));
    expect(run({ "a.cjs": 'exports.x = 1; console.log("ran");' })).toEqual(ended("ran\n"));
  });

  test("sets the exit code", () => {
    expect(run({ "a.mjs": "process.exitCode = 7;" })).toEqual({ ...ended(), code: 7 });
    expect(run({ "a.mjs": "process.exit(4);" })).toEqual({ ...ended(), code: 4 });
  });

  test("is killed by Ctrl-C as any other", async () => {
    const path = folder({ "a.mjs": "console.log('up'); setInterval(() => {}, 1000);" });
    const child = spawn(process.execPath, [command, "run", "a.mjs"], { cwd: path, env: environment });
    child.stdout.once("data", () => child.kill("SIGINT"));
    const signal = await new Promise((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
    expect(signal).toBe("SIGINT");
  });

  test("in the library's own repository: the mission's", () => {
    expect(corun(["run", "examples/producer-consumer.ts"])).toEqual(
      ended("我拿到了5!\n我拿到了4!\n我拿到了3!\n我只要3,4,5就行啦\n程序结束\n"),
    );
  });
});

describe("a program that is not there, or no program", () => {
  test("a missing file, with the one that was probably meant", () => {
    const path = folder({ "grep.ts": "", "data.txt": "" });
    expect(corun(["run", "nowhere.ts"], path)).toEqual(failed("corun: no such file: nowhere.ts"));
    expect(corun(["run", "./gerp.ts"], path)).toEqual(failed("corun: no such file: ./gerp.ts; did you mean grep.ts?"));
    expect(corun(["run", "grep"], path)).toEqual(failed("corun: no such file: grep; did you mean grep.ts?"));
  });

  test("a folder", () => {
    expect(corun(["run", "src"])).toEqual(failed("corun: src is a folder; name a program in it"));
  });

  test("a file of another kind", () => {
    expect(corun(["run", "LICENSE"])).toEqual(
      failed("corun: can't run LICENSE: a program is a file .ts, .mts, .cts, .tsx, .js, .mjs, .cjs"),
    );
  });
});

describe("a program that can't be loaded", () => {
  test("wrong syntax in TypeScript", () => {
    const text = native ? "Expression expected" : 'Unexpected "="';
    expect(run({ "a.ts": "const a: number = 1;\n  const b = = 2;\n" })).toEqual(
      failed(`corun: a.ts:2:13: SyntaxError: ${text}`, "    const b = = 2;", "              ^"),
    );
  });

  test.each(["a.mjs", "a.cjs", "a.js"])("wrong syntax in JavaScript: %s", (name) => {
    const first = name === "a.js" ? 'import "node:fs";' : "const a = 1;";
    expect(run({ [name]: `${first}\nconst b = = 2;\n` })).toEqual(
      failed(`corun: ${name}:2:11: SyntaxError: Unexpected token '='`, "    const b = = 2;", "              ^"),
    );
  });

  test("wrong syntax in a file that it imports", () => {
    expect(run({ "a.mjs": 'import "./lib/b.mjs";', "lib/b.mjs": "let b = 1;\nlet b = 2;\n" })).toEqual(
      failed(
        "corun: lib/b.mjs:2:5: SyntaxError: Identifier 'b' has already been declared",
        "    let b = 2;",
        "        ^",
      ),
    );
  });

  test.runIf(native)("TypeScript that is more than types, where Node only removes them", () => {
    const why =
      "Node runs TypeScript by removing the types, so it takes only syntax that leaves JavaScript behind. " +
      'For the rest install tsx (npm i -D tsx), and set NODE_OPTIONS="--import tsx".';
    const what = (kind: string) => `SyntaxError: TypeScript ${kind} is not supported in strip-only mode`;
    expect(run({ "a.ts": "\nenum Colour {\n  Red,\n}\n" })).toEqual(
      failed(`corun: a.ts:2: ${what("enum")}`, "    enum Colour {", why),
    );
    expect(run({ "a.ts": "class A {\n  constructor(private a: number) {}\n}\n" })).toEqual(
      failed(
        `corun: a.ts:2:23: ${what("parameter property")}`,
        "    constructor(private a: number) {}",
        "                        ^",
        why,
      ),
    );
  });

  test("an import of a package that is not installed", () => {
    for (const name of ["a.ts", "a.mjs", "a.js"]) {
      expect(run({ [name]: 'import "node:fs";\nimport { x } from "no-such-package/sub";\nx();\n' })).toEqual(
        failed(`corun: ${name}:2: cannot find the package "no-such-package"; is it installed?`),
      );
    }
  });

  test("a require of what is not there", () => {
    const { code, err } = run({ "a.cjs": '"use strict";\nrequire("no-such-package");\n' });
    expect(code).toBe(1);
    expect(err).toBe('corun: a.cjs:2: cannot find the package "no-such-package"; is it installed?\n    at a.cjs:2:1\n');
  });

  test("an import of a file that is not there, with the one that was probably meant", () => {
    expect(run({ "a.mjs": '\nimport "./lib.mjs";\n' })).toEqual(
      failed('corun: a.mjs:2: cannot find the module "./lib.mjs"'),
    );
    expect(run({ "a.mjs": 'import "./lib";\n', "lib.mjs": "" })).toEqual(
      failed('corun: a.mjs:1: cannot find the module "./lib"; did you mean "./lib.mjs"?'),
    );
  });

  test.runIf(native)("an import of a TypeScript file by the name that its output would have", () => {
    expect(run({ "a.ts": 'import "./lib.js";\n', "lib.ts": "" })).toEqual(
      failed('corun: a.ts:1: cannot find the module "./lib.js"; did you mean "./lib.ts"?'),
    );
  });

  test("an import of a name that a module does not export", () => {
    expect(run({ "a.mjs": 'import { y } from "./b.mjs";\n', "b.mjs": "export const x = 1;\n" })).toEqual(
      failed(
        "corun: a.mjs:1:10: SyntaxError: The requested module './b.mjs' does not provide an export named 'y'",
        '    import { y } from "./b.mjs";',
        "             ^",
      ),
    );
  });

  test("a promise at the top level that nothing settles", () => {
    expect(run({ "a.mjs": "await new Promise(() => {});" })).toEqual(
      failed("corun: a.mjs can't go on: it waits at its top level for a promise that nothing settles"),
    );
  });
});

describe("a default export that is no coroutine function", () => {
  const instead = (name = "main") => `export default coroutine(function* ${name}(…) { … })`;
  const uncalled = (what: string, also: string, name?: string) =>
    `${what}, which corun run doesn't call; write ${instead(name)}, or ${also} no default`;

  test.each([
    ["function go() {}", uncalled("a plain function", "export", "go")],
    ["() => 1", uncalled("a plain function", "export")],
    ["class Pump {}", uncalled("a class", "export", "Pump")],
    ["async function go() {}", uncalled("an async function", "call it and export", "go")],
    ["async function* go() {}", uncalled("an async generator function", "call it and export", "go")],
    ["c()", "a coroutine already; export the function that makes it, without calling it"],
    ["(function* () {})()", `a generator; export the function that makes it, wrapped: ${instead()}`],
    ["{ a: 1 }", `an object, not a coroutine function; write ${instead()}, or export no default`],
    ["5", `a number, not a coroutine function; write ${instead()}, or export no default`],
    ["null", `null, not a coroutine function; write ${instead()}, or export no default`],
  ])("%s: it says what it is, and what to write", (value, text) => {
    const program = `import { coroutine } from "corun";\nconst c = coroutine(function* c() {});\nexport default ${value};\nc;`;
    expect(run({ "a.mjs": program })).toEqual(failed(`corun: a.mjs:3: the default export is ${text}`));
  });

  test("of a CommonJS module, too, unless it is a mere object", () => {
    expect(run({ "a.cjs": "\nmodule.exports = function pump() {};" })).toEqual(
      failed(`corun: a.cjs:2: the default export is ${uncalled("a plain function", "export", "pump")}`),
    );
  });
});

describe("a program that fails", () => {
  test("tells the calls through all delegations, with the lines of the TypeScript file, and the cause", () => {
    const { code, out, err } = corun(["run", "test/node/fixtures/deep.ts", "7"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err.replaceAll(/:\d+\)/g, ")")).toBe(
      [
        "corun: TypeError: no bill",
        "    at main (test/node/fixtures/deep.ts:21)",
        "caused by Error: order 7 is lost",
        "    at read (test/node/fixtures/deep.ts:10)",
        "    at fetch (test/node/fixtures/deep.ts:14)",
        "    at main (test/node/fixtures/deep.ts:19)",
        "",
      ].join("\n"),
    );
  });

  test("shows its files relative to the working folder if they are in it, and else whole", () => {
    const path = folder({ "an b/ü.mjs": "null.x;" });
    const text = "corun: TypeError: Cannot read properties of null (reading 'x')";
    expect(corun(["run", "an b/ü.mjs"], path)).toEqual(failed(text, "    at an b/ü.mjs:1:6"));
    expect(corun(["run", join(path, "an b/ü.mjs")])).toEqual(failed(text, `    at ${join(path, "an b/ü.mjs")}:1:6`));
  });

  test("keeps the built-in functions that it called, and tells a recursion once", () => {
    const text = `function down(n) { return n ? down(n - 1) : ["{"].map((x) => JSON.parse(x)); }\ndown(9);`;
    const { err } = run({ "a.mjs": text });
    expect(err.split("\n").slice(1)).toEqual([
      "    at JSON.parse (<anonymous>)",
      "    at a.mjs:1:67",
      "    at Array.map (<anonymous>)",
      "    at down (a.mjs:1:51)",
      "    at down (a.mjs:1:31), 9 times",
      "    at a.mjs:2:1",
      "",
    ]);
  });

  test("names an error's code", () => {
    const text = `import { coroutine } from "corun";
let me;
const self = coroutine(function* self() { me.next(); });
export default coroutine(function* main() { me = self(); me.next(); });`;
    expect(run({ "a.mjs": text }).err).toMatch(
      /^corun: CoroutineError \[ALREADY_RUNNING\]: <coroutine self running> .*\n {4}at self \(a\.mjs:3:46\)\n {4}at main \(a\.mjs:4:61\)\n$/,
    );
  });

  test("with what is no Error", () => {
    const program = (thrown: string) =>
      `import { coroutine } from "corun";\nexport default coroutine(function* main() { yield; throw ${thrown}; });`;
    expect(run({ "a.mjs": program("{ five: 5 }") })).toEqual(
      failed("corun: a.mjs threw { five: 5 }, which is no Error, so where is not known"),
    );
    expect(run({ "a.mjs": program("undefined") })).toEqual(
      failed("corun: a.mjs threw undefined, which is no Error, so where is not known"),
    );
  });

  test("with several errors, and a cause that is its own cause", () => {
    const text = `const b = new Error("b"), c = new Error("c");\nb.cause = c; c.cause = b;
await Promise.any([Promise.reject(b), Promise.reject(3)]);`;
    expect(run({ "a.mjs": text })).toEqual(
      failed(
        "corun: AggregateError: All promises were rejected",
        "    at a.mjs",
        "one of them: Error: b",
        "    at a.mjs:1:11",
        "caused by Error: c",
        "    at a.mjs:1:31",
        "one of them: 3",
      ),
    );
  });

  test("after it was loaded: an uncaught exception", () => {
    expect(run({ "a.mjs": "setTimeout(function tick() { throw new TypeError('late'); });" })).toEqual(
      failed("corun: TypeError: late", "    at Timeout.tick (a.mjs:1:36)"),
    );
  });

  test("after it was loaded: an unhandled rejection", () => {
    expect(
      run({ "a.mjs": "async function go() {\n  await 1;\n  throw new RangeError('late');\n}\nvoid go();" }),
    ).toEqual(failed("corun: RangeError: late", "    at go (a.mjs:3:9)"));
    expect(run({ "a.mjs": "void Promise.reject(5);" })).toEqual(
      failed("corun: a.mjs: a promise was rejected with 5, which is no Error, so where is not known"),
    );
  });

  test("hears of its errors itself if it wants to", () => {
    const text =
      "process.on('uncaughtException', (e) => console.log('own', e.message)); setTimeout(() => { throw new Error('x'); });";
    expect(run({ "a.mjs": text })).toEqual(ended("own x\n"));
  });
});

test.skipIf(native)("without tsx, a Node that can't run TypeScript says what to install", () => {
  const path = folder({ "a.ts": "export const a: number = 1;", "a.mjs": 'import "corun"; console.log("ran");' });
  const installed = join(path, "node_modules/corun");
  cpSync(join(root, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  const main = join(installed, "dist/cli/main.js");
  const why = `which Node ${process.versions.node} can't run by itself`;
  expect(corun(["run", "a.ts"], path, main)).toEqual(
    failed(`corun: a.ts is in TypeScript, ${why}; install tsx (npm i -D tsx), or use Node 22.18 or newer`),
  );
  expect(corun(["run", "a.mjs"], path, main)).toEqual(ended("ran\n"));
});

describe.skipIf(spawnSync("script", ["-qec", "true", "/dev/null"]).status !== 0)("colours", () => {
  function inTerminal(extra: Record<string, string>): string {
    const path = folder({ "a.mjs": "null.x;" });
    const line = `"${process.execPath}" "${command}" run a.mjs`;
    const env = { ...environment, ...extra };
    return spawnSync("script", ["-qec", line, "/dev/null"], { cwd: path, encoding: "utf8", env, input: "" }).stdout;
  }

  test("are shown in a terminal", () => {
    expect(inTerminal({})).toContain("\u001B[31mcorun:\u001B[39m TypeError: ");
  });

  test("are not shown where NO_COLOR is set", () => {
    expect(inTerminal({ NO_COLOR: "1" })).toMatch(/^corun: TypeError: .*\r\n {4}at a\.mjs:1:6\r\n$/);
  });
});
