// Cleanup that waits for what the same cancellation has cancelled: that is no failure.
import {
  all,
  CancelledError,
  defer,
  race,
  run,
  scope,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  TimeoutError,
  yieldNow,
} from "corun";
import { describe, expect, test } from "vitest";
import { errorOf } from "./error-of.ts";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

type Body = Generator<unknown, void, unknown>;

function* worker(): Body {
  yield* sleep(1000);
}

const ends: Record<string, () => Body> = {
  *"joins it"() {
    const child = spawn(worker);
    try {
      yield* sleep(100);
    } finally {
      yield* child;
    }
  },
  *"joins it with others"() {
    const child = spawn(worker);
    try {
      yield* sleep(100);
    } finally {
      yield* all([child]);
    }
  },
  *"sends to it"() {
    const child = spawn(worker);
    try {
      yield* sleep(100);
    } finally {
      yield* child.send(undefined);
    }
  },
  *"joins it in a deferred cleanup"() {
    const child = spawn(worker);
    defer(function* () {
      yield* child;
    });
    yield* sleep(100);
  },
  *"joins it in a scope of its own"() {
    yield* scope(function* () {
      const child = spawn(worker);
      try {
        yield* sleep(100);
      } finally {
        yield* child;
      }
    });
  },
  *"joins one that was shielded to its end"() {
    const child = spawn(() => shield(() => sleep(10)));
    try {
      yield* sleep(100);
    } finally {
      yield* child;
    }
  },
};

describe.each(Object.entries(ends))("a body whose cleanup waits for its own child, and %s,", (_, parent) => {
  test("is cancelled, and has not failed", async () => {
    await runVirtually(function* () {
      const task: Task<unknown, void> = spawn(parent);
      yield* rest();
      yield* task.cancel("stop");
      expect(task.state).toBe("cancelled");
      expect(yield* errorOf(task)).toMatchObject({ name: "CancelledError", reason: "stop" });
    });
  });

  test("may lose a race", async () => {
    const won = runVirtually(function* () {
      return yield* race([parent, () => sleep(5)]);
    });
    await expect(won).resolves.toBe(undefined);
  });

  test("ends in a TimeoutError where its time is over", async () => {
    expect(await failureOf(() => timeout(5, parent) as never)).toBeInstanceOf(TimeoutError);
    expect(await failureOf(() => scope(parent, { deadline: 5 }) as never)).toBeInstanceOf(TimeoutError);
  });

  test("adds nothing to the failure of a sibling", async () => {
    const oops = new RangeError("oops");
    const main = function* () {
      spawn(parent);
      yield* rest();
      throw oops;
    };
    expect(await failureOf(main)).toBe(oops);
  });

  test("may be in the background of a scope that ends", async () => {
    const ended = runVirtually(function* () {
      spawn.background(parent);
      yield* rest();
    });
    await expect(ended).resolves.toBe(undefined);
  });
});

test("`await using` a task gives nothing back", async () => {
  let ended: Promise<unknown> | undefined;
  await run(function* () {
    const task = spawn(worker);
    yield* rest();
    ended = task[Symbol.asyncDispose]();
  });
  expect(await ended).toBe(undefined);
});

test("a task that was cancelled for another reason is a failure for the cleanup that joins it", async () => {
  const failure = await failureOf(function* () {
    const stranger = spawn(worker);
    const task = spawn(function* () {
      try {
        yield* sleep(100);
      } finally {
        yield* stranger;
      }
    });
    yield* rest();
    stranger.cancel("something else");
    yield* task.cancel("stop");
  });
  expect(failure).toBeInstanceOf(CancelledError);
  expect(failure).toMatchObject({ reason: "something else" });
});

test("the grace of a shield counts though the cancellation comes from a callback of the host", async () => {
  let time = 0;
  let armed = Number.POSITIVE_INFINITY;
  let wake = (): void => {};
  const clock = {
    now: () => time,
    wakeAt(at: number, call: () => void) {
      armed = at;
      wake = call;
      return () => void (armed = Number.POSITIVE_INFINITY);
    },
  };
  const controller = new AbortController();
  const done = run.with({ clock, signal: controller.signal })(function* () {
    yield* yieldNow();
    yield* shield(() => sleep(3000), { grace: 10 });
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  await turn();
  expect(armed).toBe(3000);
  controller.abort("enough");
  await turn();
  expect(armed).toBe(10);
  time = 10;
  wake();
  await expect(done).rejects.toMatchObject({ name: "CancelledError", reason: "enough" });
});
