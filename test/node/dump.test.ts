// Dumps on Node: local variables, the signal that prints one, and what may be collected.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Channel, coroutine, type Coroutine, on, run, runSync, scope, sleep, spawn, until, yieldNow } from "corun";
import { type Dropped, dump, type DumpedTask, leaks, watchLeaks } from "corun/inspect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runningRoots } from "../../src/scheduler/running.ts";
import { corun, misused, run as corunIn, Running } from "./command.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function collected(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    collect();
  }
}

afterEach(() => vi.restoreAllMocks());

const tasksIn = (root: DumpedTask): DumpedTask[] => [
  root,
  ...root.scopes.flatMap((each) => each.tasks).flatMap(tasksIn),
];

describe("local variables", () => {
  /** What a dump with locals tells of a task that runs `body`, by the names of its bodies. */
  function localsOf(body: () => Generator<unknown, unknown, never>): Record<string, Record<string, string>> {
    return runSync(function* main() {
      const task = spawn(body);
      yield* yieldNow();
      yield* yieldNow();
      const { root } = dump({ of: task, locals: true }).runs[0]!;
      task.cancel();
      return Object.fromEntries(root.locals!.map(({ frame, variables }) => [frame, variables]));
    });
  }
  const never = new Channel<unknown>();

  test("of each body of a task: parameters, blocks, loops, what was caught", () => {
    const inner = coroutine(function* inner(job: string, retries: number) {
      for (const step of [1, 2]) {
        try {
          if (retries > 0) throw new RangeError("full");
        } catch (error) {
          const doubled = step * 2;
          yield* never.receive();
          return [error, doubled, job];
        }
      }
      return [];
    });
    const found = localsOf(function* outer() {
      const key = Symbol("k");
      const big = 12n;
      yield* inner("a.txt", 3);
      return [key, big];
    });
    expect(Object.keys(found)).toEqual(["inner", "outer"]);
    expect(found["inner"]).toMatchObject({ job: '"a.txt"', retries: "3", step: "1", doubled: "2" });
    expect(found["inner"]!["error"]).toMatch(/^RangeError: full/);
    expect(found["outer"]).toMatchObject({ key: "Symbol(k)", big: "12n" });
  });

  test("not of what this library runs around them", () => {
    const found = localsOf(function* outer() {
      const mine = 1;
      yield* scope(function* inside() {
        yield* never.receive();
      });
      return mine;
    });
    expect(found).toEqual({ inside: {}, outer: { mine: "1" } });
  });

  test("values are short, and no getter and no proxy is asked", () => {
    let asked = 0;
    const found = localsOf(function* body() {
      const plain = { a: 1, b: "two", c: [3] };
      const list = [1, "x", null];
      const touchy = {
        get secret() {
          return ++asked;
        },
      };
      const proxy = new Proxy({}, { get: () => ++asked, ownKeys: () => (asked++, []) });
      const long = "x".repeat(500);
      const nothing = undefined;
      const no = false;
      const call = () => 5;
      const map = new Map([[1, 2]]);
      yield* never.receive();
      return [no, plain, list, touchy, proxy, long, nothing, call, map];
    });
    expect(found["body"]).toMatchObject({
      plain: '{ a: 1, b: "two", c: Array(1) }',
      list: '[1, "x", null]',
      no: "false",
      nothing: "undefined",
      call: "<function>",
      map: "Map(1)",
    });
    expect(found["body"]!["long"]!.length).toBeLessThan(70);
    expect(asked).toBe(0);
  });

  test("also of a body at a bare yield, which then has its line", () => {
    runSync(function* main() {
      const asks = spawn(function* asks(): Coroutine.Body<number, void, string> {
        let count = 7;
        for (;;) if ((yield count) === "more") count++;
      });
      yield* asks.send("more");
      const { root } = dump({ of: asks, locals: true }).runs[0]!;
      expect(root.locals![0]!.variables).toMatchObject({ count: "8" });
      expect(root.lines).toEqual([expect.stringMatching(/^at asks \(.*\/dump\.test\.ts:\d+:\d+\), in a yield$/)]);
      asks.cancel();
    });
  });

  test("of a thousand tasks some are looked into, and the inspector is closed then", () => {
    runSync(function* main() {
      for (let i = 0; i < 1000; i++)
        spawn.background(function* body() {
          yield* never.receive();
        });
      yield* yieldNow();
      const { root } = dump({ locals: true, tasks: 500 }).runs[0]!;
      const looked = tasksIn(root).filter(({ locals }) => locals !== undefined);
      expect(looked.length).toBeGreaterThan(50);
      expect(looked.length).toBeLessThan(200);
    });
    expect(Object.getOwnPropertySymbols(globalThis).map(String)).not.toContain("Symbol(corun.inspect.bodies)");
  });
});

describe("what nobody can reach", () => {
  test("a run that nobody can wake any more is collected, though dumps know it", async () => {
    const before = runningRoots().length;
    let ref: WeakRef<object>;
    (() => {
      const key = { held: "by the run" };
      ref = new WeakRef(key);
      void run(function* abandoned() {
        yield* until(new Promise(() => {}));
        return key;
      });
    })();
    expect(dump().runs.map(({ root }) => root.name)).toContain("abandoned");
    await collected();
    expect(ref!.deref()).toBeUndefined();
    expect(runningRoots().length).toBe(before);
  });

  test("coroutines that are dropped in the middle are told, with the place where they were made", async () => {
    const found: Dropped[] = [];
    const stop = watchLeaks((leak) => found.push(leak));
    const body = coroutine(function* dropped(): Coroutine.Body<number> {
      try {
        yield 1;
      } finally {
        found.length += 0;
      }
    });
    const use = coroutine(function* used(): Coroutine.Body<number> {
      yield 1;
    });
    (() => {
      body().next(); // suspended, and forgotten
      body(); // never started
      for (const _ of use()) break; // closed by the loop
      Array.from(use()); // run to its end
      body().close();
    })();
    await vi.waitFor(async () => {
      await collected();
      expect(found).not.toEqual([]);
    });
    await collected();
    stop();
    expect(found).toEqual([{ name: "dropped", madeAt: expect.stringContaining("dump.test.ts") }]);
    expect(leaks().dropped).toEqual(found);
    (() => body().next())();
    await collected();
    expect(found).toHaveLength(1);
  });

  test("while it is watched, coroutines and tasks do what they do", async () => {
    const stop = watchLeaks(() => {});
    try {
      const double = coroutine(function* (n: number) {
        yield* sleep(1);
        return n * 2;
      });
      expect(await run(() => double(21))).toBe(42);
      const echo = coroutine(function* (): Coroutine.Body<number, string, number> {
        const got = yield 1;
        return `got ${got}`;
      })();
      expect([echo.next().value, echo.next(5), echo.state]).toEqual([1, { value: "got 5", done: true }, "closed"]);
    } finally {
      stop();
    }
  });
});

test("a server that nobody calls is no deadlock, however long it is idle", async () => {
  const warn = vi.spyOn(console, "warn");
  const error = vi.spyOn(console, "error");
  const answer = await run(function* main() {
    const server = createServer();
    const requests = on(server, "request") as Channel<[unknown, { end: (text: string) => void }]>;
    yield* until(new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
    spawn.background(function* serve() {
      for (;;) (yield* requests.receive())[1].end("here");
    });
    // Nothing in the run sleeps meanwhile: it only waits for the server and the promise.
    yield* until(new Promise((resolve) => setTimeout(resolve, 1500)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = yield* until(fetch(url).then((response) => response.text()));
    server.closeAllConnections();
    server.close();
    return text;
  });
  expect(answer).toBe("here");
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
});

const stuck = `import { Channel, Mutex, spawn, sleep, until } from "corun";
const book: Mutex = new Mutex({ name: "book" });
type Page = { text: string };

function* reads(page: Page) {
  const guard = yield* book.lock();
  yield* until(new Promise<void>(() => setTimeout(() => {}, 60_000)));
  return [guard, page];
}

export default function* main() {
  spawn(reads, { text: "one" });
  spawn(reads, { text: "two" });
  console.log("ready");
  yield* sleep(60_000);
}
`;

describe.skipIf(process.platform === "win32")("corun run --dump-on", () => {
  test("prints what all tasks do, with the lines of the TypeScript file, each time, and the program goes on", async () => {
    const program = new Running({ "a.ts": stuck }, { options: ["--dump-on", "SIGQUIT"] });
    await program.shows("ready");
    for (let times = 1; times <= 2; times++) {
      program.kill("SIGQUIT");
      await vi.waitFor(() => expect(program.err.match(/ {2}scope shield\n/g)).toHaveLength(times), 20_000);
    }
    expect(program.err).toMatch(
      /main#2 waits for sleep\(60000\) \[\d+ ms left\], for \d+ ms\n {8}at main \(a\.ts:15:10\)\n/,
    );
    expect(program.err).toMatch(
      /reads#3 waits for until\(promise\), for \d+ ms; holds mutex "book"\n {10}at reads \(a\.ts:7:10\)\n {10}started at main \(a\.ts:12:3\)\n/,
    );
    expect(program.err).toMatch(
      /reads#4 waits for mutex "book" held by task reads \(#3\) \[1 wait\], for \d+ ms\n {10}at reads \(a\.ts:6:\d+\)\n/,
    );
    program.kill("SIGINT");
    expect(await program.end).toMatchObject({ code: 130, out: "ready\n" });
  });

  test("also of runs at the top level of a program, and before any run there is none", async () => {
    const text = `import { run, until } from "corun";
      const wait = () => until(new Promise((resolve) => process.stdin.once("data", resolve)));
      console.log("loaded");
      await new Promise((resolve) => process.stdin.once("data", resolve));
      const running = run(function* top() { yield* wait(); });
      console.log("running");
      await running;`;
    const program = new Running({ "a.mjs": text }, { options: ["--dump-on=SIGUSR2"] });
    await program.shows("loaded");
    program.kill("SIGUSR2");
    await program.shows("corun: SIGUSR2: no task runs\n");
    program.child.stdin!.write("\n");
    await program.shows("running");
    program.kill("SIGUSR2");
    await program.shows("top#1 waits for until(promise)");
    program.child.stdin!.write("\n");
    program.child.stdin!.end();
    expect(await program.end).toMatchObject({ code: 0 });
  });

  test("a name that is no signal, or one with another meaning, is told", () => {
    const on = (...args: string[]) => corun(["run", ...args]);
    expect(on("--dump-on", "SIGQIUT", "a.ts")).toEqual(
      misused("corun: --dump-on: there is no signal SIGQIUT here; did you mean SIGQUIT?"),
    );
    expect(on("--dump-on", "SIGKILL", "a.ts")).toEqual(
      misused("corun: --dump-on: SIGKILL has another meaning; take SIGQUIT or SIGUSR2"),
    );
    expect(on("--dump-on")).toEqual(misused("corun: --dump-on needs a value; see: corun run --help"));
  });
});

describe("a deadlock of a program in TypeScript", () => {
  test("is told with the lines of that file, relative to where the command was called", () => {
    const text = `import { Mutex, spawn, yieldNow } from "corun";
interface Named { name: string }
const [a, b]: Mutex[] = [new Mutex({ name: "a" }), new Mutex({ name: "b" })];

function* take(first: Mutex, second: Mutex) {
  yield* first.lock();
  yield* yieldNow();
  yield* second.lock();
}

export default function* main(): Generator<never, Named, unknown> {
  spawn(take, a!, b!);
  yield* spawn(take, b!, a!);
  return { name: "x" };
}
`;
    const { code, err } = corunIn({ "a.ts": text });
    expect(code).toBe(1);
    expect(err).toMatch(/^corun: DeadlockError: no task can go on: .*take waits for mutex "b" held by task take/);
    expect(err).toMatch(
      /\n {2}take#3 waits for mutex "b" held by task take \(#4\), for \d+ ms; holds mutex "a"\n {6}at take \(a\.ts:8:17\)\n {6}started at main \(a\.ts:12:3\)\n/,
    );
    expect(err).toContain("\n  cycle: take#4 -> take#3 -> take#4\n");
  });

  test("at the top level, a run that waits for a promise that nothing settles is told with its lines", () => {
    const text = `import { run, until } from "corun";
await run(function* top() {
  yield* until(new Promise(() => {}));
});
`;
    const { code, err } = corunIn({ "a.mjs": text });
    expect(code).toBe(1);
    expect(err).toMatch(/^corun: a\.mjs can't go on: it waits at its top level for a promise that nothing settles\n/);
    expect(err).toMatch(
      / {2}top#1 waits for until\(promise\), for \d+ ms\n {6}at top \(a\.mjs:3:\d+\)\n {6}started at a\.mjs:2:\d+\n/,
    );
  });
});
