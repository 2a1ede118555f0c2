// Coroutines whose turns wait for one another, and for nothing else: they get a DeadlockError. As long as anything else may
// still free one of them, they wait.

import path from "node:path";
import { type Coroutine, DeadlockError, sleep, spawn } from "corun";
import { all, call, durable, embedded, type Engine, inProcess, race, signal, step } from "corun/durable";
import { afterEach, describe, expect, it } from "vitest";
import { caught } from "./caught.ts";
import { folder } from "./processes.ts";

type Body<Y, S = void, R = void> = Coroutine.Body<Y, R, S>;
type Ring = (state?: never) => Generator<unknown, void, number>;

const engines: Engine[] = [];

function use<E extends Engine>(engine: E): E {
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close({ grace: 0 });
});

/** `head` has a turn that does `work`, which may call `tail`: and that calls `head/k` in each of its own. */
function ring(work: (tail: Ring) => Generator<unknown, unknown, unknown>): { head: Ring; tail: Ring } {
  const head: Ring = durable("head", function* (): Body<unknown, number> {
    for (let last: unknown; ;) {
      yield last;
      last = yield* work(tail);
    }
  });
  const tail: Ring = durable("tail", function* (): Body<unknown, number> {
    for (let last: unknown; ;) {
      const n = yield last;
      last = yield* call(head, "k", n);
    }
  });
  return { head, tail };
}

describe.each([
  ["in process", () => inProcess()],
  ["embedded", () => embedded(path.join(folder(), "store.db"))],
] satisfies [string, () => Engine][])("a circle of calls, %s", (_, make: () => Engine) => {
  const never = () => new Promise<never>(() => {});
  const soon = () => new Promise<string>((resolve) => setTimeout(resolve, 1, "done"));

  it.each<[string, (tail: Ring) => Generator<unknown, unknown, unknown>]>([
    [
      "of one call",
      function* (tail) {
        return yield* call(tail, "k", 1);
      },
    ],
    [
      "of several at once",
      function* (tail) {
        return yield* all([call(tail, "k", 1), call(tail, "k2", 2)]);
      },
    ],
    [
      "of the first of several",
      function* (tail) {
        return yield* race([call(tail, "k", 1), call(tail, "k2", 2)]);
      },
    ],
    [
      "of tasks of its own",
      function* (tail) {
        const tasks = [1, 2, 3].map((n) =>
          spawn(function* () {
            return yield* call(tail, `k${n}`, n);
          }),
        );
        for (const task of tasks) yield* task;
      },
    ],
    [
      "beside a step that has ended meanwhile",
      function* (tail) {
        return yield* all([call(tail, "k", 1), step("soon", soon)]);
      },
    ],
    [
      "beside a step that has failed meanwhile, and was caught",
      function* (tail) {
        spawn(function* () {
          try {
            return yield* step("failing", () => soon().then(() => Promise.reject(new Error("failed"))));
          } catch (error) {
            return (error as Error).message;
          }
        });
        return yield* call(tail, "k", 1);
      },
    ],
    [
      "beside a sleep that has ended meanwhile",
      function* (tail) {
        spawn.background(function* () {
          yield* sleep(1);
        });
        return yield* call(tail, "k", 1);
      },
    ],
  ])("is a DeadlockError: %s", async (_what, work) => {
    const { head } = ring(work);
    const error = await caught(use(make()).open(head, "k").send(0));
    expect(error).toBeInstanceOf(DeadlockError);
    expect(String(error)).toMatch(/no answer can come: (head|tail)\/k\d? calls .*, whose turn waits for that/);
  });

  it("is one where a signal that came was the last that could free it", async () => {
    const { head } = ring(function* (tail) {
      return yield* all([call(tail, "k", 1), signal("go")]);
    });
    const h = use(make()).open(head, "k");
    const answer = h.send(0);
    await expect.poll(async () => (await h.inspect()).requests.length).toBe(1);
    await expect.poll(async () => (await h.inspect()).queued).toBe(1);
    await h.signal("go");
    expect(await caught(answer)).toBeInstanceOf(DeadlockError);
  });

  it("is none while something else of one of them may free it: it goes on with that", async () => {
    const works: ((tail: Ring) => Generator<unknown, unknown, unknown>)[] = [
      function* (tail) {
        return yield* race([call(tail, "k", 1), step("soon", soon)]);
      },
      function* (tail) {
        return yield* race([call(tail, "k", 1), sleep(5)]);
      },
      function* (tail) {
        return yield* race([call(tail, "k", 1), call(slow, "s", 1)]);
      },
    ];
    const slow = durable("slow", function* (): Body<unknown, number> {
      for (;;) {
        yield "slow";
        yield* step("soon", soon);
      }
    });
    const answers = [];
    for (const work of works) answers.push(await use(make()).open(ring(work).head, "k").send(0));
    expect(answers).toEqual(["done", undefined, "slow"]);
  });

  it("is none while a signal from outside may free it", async () => {
    const { head } = ring(function* (tail) {
      return yield* race([call(tail, "k", 1), signal("go")]);
    });
    const h = use(make()).open(head, "k");
    const answer = h.send(0);
    await expect.poll(async () => (await h.inspect()).queued).toBe(1);
    await h.signal("go", "freed");
    expect(await answer).toBe("freed");
  });

  it("is none where the one that is called between two turns calls back", async () => {
    const { tail } = ring(function* () {});
    const host = durable("head", function* (): Body<unknown, number> {
      const got: unknown[] = [];
      spawn.background(function* () {
        got.push(yield* call(tail, "k", 1));
      });
      for (;;) got.push(yield got);
    });
    const engine = use(make());
    const h = engine.open(host, "k");
    await expect.poll(() => h.send(5)).toContain(1);
  });

  it("is none where a step of one that is called does not end", async () => {
    const idle = durable("idle", function* (): Body<string, number> {
      yield "";
      yield* step("never", never);
    });
    const { head } = ring(function* (tail) {
      return yield* all([call(tail, "k", 1), call(idle, "i", 1)]);
    });
    const h = use(make()).open(head, "k");
    const answer = h.send(0, { timeout: 30 });
    await expect(answer).rejects.toMatchObject({ code: "NO_ANSWER" });
    await h.cancel();
  });
});

describe("a circle of calls that a process has left", () => {
  it("is found in the next one, when nothing else may free it any more", async () => {
    const file = path.join(folder(), "store.db");
    const { head, tail } = ring(function* (of) {
      return yield* all([call(of, "k", 1), signal("go")]);
    });
    const first = use(embedded(file));
    void caught(first.open(head, "k").send(0, { id: "x" }));
    await expect.poll(async () => (await first.open(tail, "k").inspect()).requests.length).toBe(1);
    await first.close();
    const second = use(embedded(file));
    second.serve(head, tail);
    const h = second.open(head, "k");
    const answer = caught(h.send(0, { id: "x" }));
    await expect.poll(async () => (await second.open(tail, "k").inspect()).requests[0]?.attempts).toBe(1);
    await h.signal("go");
    expect(await answer).toBeInstanceOf(DeadlockError);
  });
});
