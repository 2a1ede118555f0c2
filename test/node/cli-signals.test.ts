// How a program that `corun run` runs as a task is ended from outside: by signals, and by a reader that goes away.

import { describe, expect, test } from "vitest";
import { program, Running, withServer } from "./command.ts";

describe.concurrent("Ctrl-C and SIGTERM", () => {
  /** Prints "up" and waits; its cleanup takes `ms` milliseconds. */
  const cleaning = (ms: number): string => `
    try { console.log("up"); yield* sleep(60_000); }
    finally { console.log("cleaning up"); yield* sleep(${ms}); console.log("clean"); }`;

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: the cleanup runs to its end, then the exit code is %d", async (signal, code) => {
    const running = new Running(program(cleaning(300)));
    await running.shows("up");
    const start = performance.now();
    running.kill(signal);
    expect(await running.end).toEqual({ code, signal: null, out: "up\ncleaning up\nclean\n", err: "" });
    expect(performance.now() - start).toBeGreaterThan(290);
  });

  test("a second one ends it at once, after it was told that there is one", async () => {
    const running = new Running(program(cleaning(60_000)));
    await running.shows("up");
    running.kill("SIGINT");
    await running.shows("again");
    running.kill("SIGINT");
    expect(await running.end).toEqual({
      code: 130,
      signal: null,
      out: "up\ncleaning up\n",
      err: "corun: cleanup is running; press Ctrl-C again to end at once\n",
    });
  });

  test("a second one is heard before that is told; SIGTERM has its own code", async () => {
    const running = new Running(program(cleaning(60_000)));
    await running.shows("up");
    running.kill("SIGINT");
    await running.shows("cleaning up");
    await new Promise((resolve) => void setTimeout(resolve, 150));
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ code: 143, out: "up\ncleaning up\n" });
  });

  test("what the cleanup prints goes out whole, however slow its reader is", async () => {
    const body = `
      try { console.log("up"); yield* sleep(60_000); }
      finally { process.stdout.write("x".repeat(1_000_000)); }`;
    const running = new Running(program(body));
    await running.shows("up");
    running.child.stdout!.pause();
    running.kill("SIGINT");
    await new Promise((resolve) => void setTimeout(resolve, 300));
    running.child.stdout!.resume();
    const { code, out } = await running.end;
    expect([code, out.length]).toEqual([130, 1_000_003]);
  });

  // Both must come within a tenth of a second, which a busy machine does not always manage.
  test("one that comes twice, from the terminal and from an npm in between, is one", { retry: 3 }, async () => {
    const body = `
      try { console.log("up"); yield* sleep(60_000); }
      finally { process.kill(process.pid, "SIGINT"); yield* sleep(300); console.log("clean"); }`;
    const running = new Running(program(body));
    await running.shows("up");
    running.kill("SIGINT");
    expect(await running.end).toMatchObject({ code: 130, out: "up\nclean\n", err: "" });
  });

  test("all tasks are cancelled, with a reason that names the signal; promises get it, too", async () => {
    const body = `
      spawn(function* () { try { yield* sleep(60_000); } finally { console.log("task"); } });
      yield* yieldNow();
      console.log("up");
      yield* until((signal) => {
        signal.onabort = () => console.log(String(signal.reason));
        return fetch(args[0], { signal });
      });`;
    const answer = (): undefined => undefined;
    await withServer(answer, async (url) => {
      const running = new Running(program(body), url);
      await running.shows("up");
      running.kill("SIGINT");
      const { code, out } = await running.end;
      expect(code).toBe(130);
      expect(out.split("\n").toSorted()).toEqual(["", "Interrupt: interrupted by SIGINT", "task", "up"]);
    });
  });

  test("what is shielded goes on, also if it yields", async () => {
    const body = `
      yield* shield(function* () {
        console.log("up");
        yield* sleep(300);
        for (let n = 0; n < 3; n++) yield n;
        console.log("done");
      });
      console.log("not reached");`;
    const running = new Running(program(body));
    await running.shows("up");
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ code: 143, out: "up\ndone\n", err: "" });
  });

  test("a failure in the cleanup is one of the program", async () => {
    const body = `try { console.log("up"); yield* sleep(60_000); } finally { throw new Error("can't clean up"); }`;
    const running = new Running(program(body));
    await running.shows("up");
    running.kill("SIGINT");
    expect(await running.end).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^corun: Error: can't clean up\n {4}at main \(a\.mjs:3:\d+\)\n$/),
    });
  });

  test.each(["on", "once"])("a program that listens itself, by %s, decides", async (listen) => {
    const body = `
      process.${listen}("SIGINT", () => console.log("not now"));
      console.log("up");
      yield* sleep(400);
      console.log("by itself");`;
    const running = new Running(program(body));
    await running.shows("up");
    running.kill("SIGINT");
    expect(await running.end).toMatchObject({ code: 0, out: "up\nnot now\nby itself\n", err: "" });
  });

  test("a program that has ended, but for what it left running outside, is killed as any other", async () => {
    const running = new Running(program("setTimeout(() => console.log('up'), 1); setInterval(() => {}, 1000);"));
    await running.shows("up");
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ code: null, signal: "SIGTERM" });
  });
});

describe.concurrent("a reader that goes away", () => {
  test("cancels the program; it ends quietly, after the cleanup, which may write", async () => {
    const body = `
      try { for (;;) { console.log("line"); yield* sleep(1); } }
      finally { console.log("nobody reads this"); yield* sleep(100); console.error("clean"); }`;
    const running = new Running(program(body));
    await running.shows("line");
    running.child.stdout!.destroy();
    expect(await running.end).toMatchObject({ code: 0, err: "clean\n" });
  });

  test("of a program that never waits", async () => {
    const running = new Running(program('for (;;) { process.stdout.write("line\\n"); yield; }'));
    await running.shows("line");
    running.child.stdout!.destroy();
    expect(await running.end).toMatchObject({ code: 0, err: "" });
  });
});
