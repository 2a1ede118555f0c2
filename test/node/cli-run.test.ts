// `corun run` of a program whose default export is a coroutine: it runs as a task.

import { describe, expect, test } from "vitest";
import { ended, failed, imports, program, run, Running, withServer } from "./command.ts";

describe("a coroutine as the default export", () => {
  test("waits, starts tasks, and ends when they have", () => {
    const body = `
      const names = new Channel();
      spawn(function* () { for (const arg of args) { yield* sleep(5); yield* names.send(arg); } names.close(); });
      spawn(function* () { yield* sleep(60); console.log("last"); });
      for (let got = yield* names.next(); !got.done; got = yield* names.next()) console.log(got.value);`;
    expect(run(program(body), "Ada", "Bob")).toEqual(ended("Ada\nBob\nlast\n"));
  });

  test("waits for promises, as of fetch", async () => {
    const body = `
      const response = yield* until((signal) => fetch(args[0], { signal }));
      console.log(yield* until(response.text()));`;
    const answer = (path: string): string => `you asked for ${path}`;
    await withServer(answer, async (url) => {
      expect(await new Running(program(body), `${url}/tea`).end).toMatchObject(ended("you asked for /tea\n"));
    });
  });

  test.each(["export default function* main", "export default function*", "const main = function* main"])(
    "may be a plain generator function: %s",
    (start) => {
      const named = start.startsWith("const");
      const text = `import { sleep } from "corun";
        ${start}(...args) { try { yield* sleep(1); yield 1; console.log(args.join()); } finally { console.log("end"); } }
        ${named ? "export { main as default };" : ""}`;
      expect(run({ "a.mjs": text }, "x", "-y")).toEqual(ended("x,-y\nend\n"));
    },
  );

  test.each(["a.cjs", "a.js"])("of a CommonJS module may be a generator function: %s", (name) => {
    const text = `const { sleep } = require("corun");
      module.exports = function* main(arg) { yield; yield* sleep(1); console.log(arg); };`;
    expect(run({ [name]: text }, "x")).toMatchObject({ code: 0, out: "x\n" });
  });

  test("yields values that are dropped; it and its tasks go on", () => {
    const body = `
      let turns = 0;
      spawn.background(function* () { for (;;) { turns++; yield* yieldNow(); } });
      console.log(yield 1, yield { two: 2 }, yield null);
      for (let n = 0; n < 50; n++) yield n;
      yield* sleep(5);
      yield;
      console.log(turns > 50);`;
    expect(run(program(body))).toEqual(ended("undefined undefined undefined\ntrue\n"));
  });

  test("yields a promise: it is told how to wait for it, and closed", () => {
    const body = "try { yield Promise.resolve(1); } finally { console.log('closed'); }";
    expect(run(program(body))).toEqual({
      code: 1,
      out: "closed\n",
      err: expect.stringMatching(
        /^corun: TypeError: task main received a Promise; did you mean until\(promise\)\? .*\n {4}at a\.mjs\n$/,
      ),
    });
  });

  test("sets the exit code", () => {
    expect(run(program("yield* sleep(1); process.exitCode = 7;"))).toEqual({ ...ended(), code: 7 });
    expect(run(program("yield* sleep(1); process.exit(4);"))).toEqual({ ...ended(), code: 4 });
  });

  test("leaves the process running for what it has started outside of it", () => {
    expect(run(program("setTimeout(() => console.log('later'), 30);"))).toEqual(ended("later\n"));
  });

  test("with a corun that can't run it", () => {
    const old = {
      "node_modules/corun/package.json": '{ "name": "corun", "type": "module", "exports": "./index.js" }',
      "node_modules/corun/index.js": "export const coroutine = 1;",
    };
    expect(run({ "a.mjs": "export default function* main() {}", ...old })).toEqual(
      failed("corun: the corun that is installed for a.mjs has no run(); install a newer one: npm i corun"),
    );
  });
});

describe("a coroutine that fails", () => {
  test("tells the calls through all delegations, after waits, too", () => {
    const body = `
const load = coroutine(function* load() {
  yield* sleep(1);
  throw new RangeError("lost");
});
yield* sleep(1);
yield* load();`;
    expect(run(program(body))).toEqual(
      failed("corun: RangeError: lost", "    at load (a.mjs:6:9)", "    at main (a.mjs:9:8)"),
    );
  });

  test("by a task of its own: its failure is told once, its other tasks clean up", () => {
    const body = `
spawn(function* () { try { yield* sleep(1000); } finally { console.log("cleaned up"); } });
spawn(function* bad() { yield* sleep(1); throw new Error("bad luck"); });
yield 1;
yield* sleep(1000);`;
    expect(run(program(body))).toEqual({
      code: 1,
      out: "cleaned up\n",
      err: "corun: Error: bad luck\n    at bad (a.mjs:5:48)\n    at spawn bad (a.mjs:5:1)\n",
    });
  });

  test("by a default of its parameters", () => {
    const text = `${imports}export default coroutine(function* main(a = null.x) {});`;
    expect(run({ "a.mjs": text })).toMatchObject({
      code: 1,
      err: expect.stringContaining("(reading 'x')\n    at main"),
    });
  });

  test("by a deadlock: it says who waits for what, after the cleanup", () => {
    const body = `
      const never = new Channel(0, { name: "never" });
      try { yield* never.receive(); } finally { console.log("cleaned up"); }`;
    const { code, out, err } = run(program(body));
    expect({ code, out }).toEqual({ code: 1, out: "cleaned up\n" });
    expect(err).toMatch(/^corun: DeadlockError: .*main waits for .*never/);
  });

  test("by waiting for a promise that nothing is left to settle", () => {
    const waits = "it waits for a promise that nothing is left to settle";
    const never = "until(new Promise(() => {}))";
    const cleaned = `try { yield* ${never}; } finally { yield* sleep(20); console.log("cleaned up"); }`;
    const { code, out, err } = run(program(cleaned));
    expect({ code, out }).toEqual({ code: 1, out: "cleaned up\n" });
    expect(err.split("\n")).toEqual([
      `corun: a.mjs can't go on: ${waits}`,
      expect.stringMatching(/^run of main: .*1 wait for the outside$/),
      expect.stringMatching(/^ {2}main#2 waits for until\(promise\), for \d+ ms$/),
      expect.stringMatching(/^ {6}at main \(a\.mjs:3:\d+\)$/),
      "",
    ]);

    const failing = `try { yield* ${never}; } finally { throw new Error("broken"); }`;
    expect(run(program(failing)).err).toMatch(
      /^corun: a\.mjs can't go on: .*\. Its cleanup failed, too\n[^]*\ncaused by Error: broken\n {4}at main \(a\.mjs:3:\d+\)\n$/,
    );
    expect(run(program(`try { yield* ${never}; } finally { yield* ${never}; }`)).err).toMatch(
      /^corun: a\.mjs can't go on: its cleanup waits for a promise that nothing is left to settle\n.*\n {2}main#2 waits for until.*, cancelled\n/,
    );
  });
});
