// What users of other libraries complain about: leaks, hangs, backpressure. Each title says what Corun does instead.
import {
  Channel,
  coroutine,
  type Coroutine,
  DeadlockError,
  Event,
  Mutex,
  OverflowError,
  race,
  run,
  runSync,
  scope,
  select,
  Semaphore,
  sleep,
  spawn,
  type Task,
  until,
  yieldNow,
} from "corun";
import { expect, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

test("Node #54614, Deno #24842: a run leaves nothing on a signal that lives longer, and no scope puts anything there", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  let during = 0;
  await run.with({ signal })(function* () {
    for (let i = 0; i < 100; i++) yield* scope(() => spawn(yieldNow()));
    during = listeners;
  });
  expect([during, listeners]).toEqual([1, 0]);
});

test("Node #17469: a thousand races against one pending promise put one callback on it", { tags: "slow" }, async () => {
  let callbacks = 0;
  const pending = new Promise<void>(() => {});
  // oxlint-disable-next-line unicorn/no-thenable
  pending.then = (...args: Parameters<typeof pending.then>) => {
    callbacks++;
    return Promise.prototype.then.apply(pending, args) as never;
  };
  await run(function* () {
    for (let i = 0; i < 1000; i++) yield* race([until(pending), yieldNow()]);
  });
  expect(callbacks).toBe(1);
});

test("Effect #5221: a break from `for await` over a channel leaves no receiver behind", async () => {
  const channel = new Channel<number>();
  const running = run(function* () {
    yield* channel.send(1);
    yield* channel.send(2);
  });
  for await (const value of channel) {
    expect(value).toBe(1);
    break;
  }
  expect(channel.statistics().receivers).toBe(0);
  expect(channel.tryReceive()).toEqual({ value: 2, done: false });
  await running;
});

test("redux-chat-front #47: a task that loops for ever ends with the scope that it was started in", async () => {
  const log: string[] = [];
  await runVirtually(function* () {
    const page = spawn(function* () {
      spawn(function* () {
        try {
          for (;;) yield* sleep(10);
        } finally {
          log.push("loop ended");
        }
      });
      yield* sleep(1000);
    });
    yield* sleep(25);
    yield* page.cancel();
    log.push(page.state);
  });
  expect(log).toEqual(["loop ended", "cancelled"]);
});

test(
  "Sentry #9319, Polykey #307: tasks that wait for each other for ever are an error that names them and their waits",
  { tags: "slow" },
  async () => {
    const [left, right] = [new Channel<number>(0, { name: "left" }), new Channel<number>(0, { name: "right" })];
    const log: string[] = [];
    const philosopher = function* (from: Channel<number>, to: Channel<number>) {
      try {
        yield* to.send(yield* from.receive());
      } finally {
        log.push("cleaned up");
      }
    };
    const failure = await failureOf(function* () {
      spawn(philosopher, left, right);
      spawn(philosopher, right, left);
    });
    expect(failure).toBeInstanceOf(DeadlockError);
    expect((failure as Error).message).toContain("philosopher waits for receive from left");
    expect((failure as Error).message).toContain("philosopher waits for receive from right");
    expect(log).toEqual(["cleaned up", "cleaned up"]);
  },
);

test(
  "redux-saga #1592 and #856: a hundred thousand steps without a wait, calls or tasks are no stack overflow",
  { tags: "large" },
  () => {
    const step = coroutine(function* (): Coroutine.Body {
      yield* sleep(0);
    });
    const count = runSync(function* () {
      let steps = 0;
      for (; steps < 100_000; steps++) yield* step();
      let chain: Task<never, void, never> | undefined;
      for (let i = 0; i < 10_000; i++) {
        const before = chain;
        chain = spawn(function* () {
          if (before !== undefined) yield* before;
        });
      }
      yield* chain!;
      return steps;
    });
    expect(count).toBe(100_000);
  },
);

test("thi.ng/csp: the loser of a select takes its own waiter away, not that of another select", () => {
  runSync(function* () {
    const [shared, own] = [new Channel<string>(), new Channel<string>()];
    const other = spawn(() => select({ shared: shared.receive() }));
    const loser = spawn(() => select({ shared: shared.receive(), own: own.receive() }));
    yield* rest();
    yield* own.send("decides the second");
    expect((yield* loser).key).toBe("own");
    expect(shared.statistics().receivers).toBe(1);
    yield* shared.send("for the first");
    expect(yield* other).toEqual({ key: "shared", value: "for the first" });
  });
});

test("js-csp #129: close does not drop what senders wait to hand over", () => {
  const got = runSync(function* () {
    const channel = new Channel<number>(1);
    for (let n = 0; n < 5; n++) {
      spawn(() => channel.send(n));
      yield* rest();
    }
    channel.close();
    const all: number[] = [];
    for (let next = yield* channel.next(); !next.done; next = yield* channel.next()) all.push(next.value);
    return all;
  });
  expect(got).toEqual([0, 1, 2, 3, 4]);
});

test("js-csp: the 1,025th sender that waits is served like the first", { tags: "large" }, () => {
  const sum = runSync(function* () {
    const channel = new Channel<number>(0);
    for (let n = 1; n <= 5000; n++) spawn(() => channel.send(n));
    yield* rest();
    let sum = 0;
    for (let n = 1; n <= 5000; n++) sum += yield* channel.receive();
    return sum;
  });
  expect(sum).toBe((5000 * 5001) / 2);
});

test("Effection #144, RxJS #71: a sender without a reader waits, it does not fill the memory", async () => {
  let sent = 0;
  await runVirtually(function* () {
    const channel = new Channel<number>(16);
    spawn.background(function* () {
      for (; ; sent++) yield* channel.send(sent);
    });
    yield* sleep(1000);
    expect(sent).toBe(16);
    yield* channel.receive();
    yield* rest();
    expect(sent).toBe(17);
  });
});

test("redux-saga, measured: a full buffer makes the sender wait; that it throws is a choice of its own", () => {
  runSync(function* () {
    const waits = new Channel<number>(1);
    yield* waits.send(1);
    const sender = spawn(() => waits.send(2));
    yield* rest();
    expect(sender.state).toBe("waiting");
    yield* sender.cancel();
    const strict = new Channel<number>(1, { overflow: "error" });
    yield* strict.send(1);
    expect(() => strict.trySend(2)).toThrow(OverflowError);
  });
});

test("p-queue #219: a job that is cancelled while it waits for its turn takes no permit", async () => {
  await runVirtually(function* () {
    const turns = new Semaphore(1);
    yield* turns.acquire();
    const [first, second] = [spawn(() => turns.acquire()), spawn(() => turns.acquire())];
    yield* yieldNow();
    yield* first.cancel();
    turns.release();
    yield* second;
    expect(turns.statistics()).toEqual({ permits: 1, available: 0, waiting: 0 });
    turns.release();
  });
});

test("p-limit #25: who waits for a job that is taken off the queue is told, and does not hang", async () => {
  const failure = await failureOf(function* () {
    const job = spawn(sleep(1000));
    const waiting = spawn(function* () {
      yield* job;
    });
    yield* yieldNow();
    yield* job.cancel("cleared");
    yield* waiting;
  });
  expect(failure).toMatchObject({ name: "CancelledError", reason: "cleared" });
});

test("eslint-plugin-effect #14: a promise that is yielded without until is an error that says what is missing", async () => {
  const failure = await failureOf(function* () {
    yield Promise.resolve(1);
  });
  expect(failure).toBeInstanceOf(TypeError);
  expect((failure as Error).message).toContain("received a Promise; did you mean until(promise)?");
});

test.each(["yieldNow()", "sleep(0)", "a channel", "a mutex", "an event", "a value", "a join"])(
  "Effection, co, measured: a timer of the host fires while a task goes on with %s without end",
  async (what) => {
    const [channel, mutex, event] = [new Channel<number>(1), new Mutex(), new Event()];
    event.set();
    const timer = { fired: false };
    setTimeout(() => (timer.fired = true), 1);
    const stopAt = Date.now() + 4000;
    await run(function* () {
      const ended = spawn(sleep(0));
      yield* ended;
      while (!timer.fired && Date.now() < stopAt) {
        if (what === "yieldNow()") yield* yieldNow();
        else if (what === "sleep(0)") yield* sleep(0);
        else if (what === "an event") yield* event.wait();
        else if (what === "a value") yield* until(1);
        else if (what === "a join") yield* ended;
        else if (what === "a mutex") (yield* mutex.lock())[Symbol.dispose]();
        else {
          yield* channel.send(1);
          yield* channel.receive();
        }
      }
    });
    expect(timer.fired).toBe(true);
  },
);

test("Streams #1343, Node #23730: two readers of one source: the end of one neither hangs nor ends the other", async () => {
  const got: number[] = [];
  await runVirtually(function* () {
    const channel = new Channel<number>(0);
    const reader = spawn(function* () {
      for (let next = yield* channel.next(); !next.done; next = yield* channel.next()) got.push(next.value);
    });
    const leaver = spawn(() => channel.next());
    yield* rest();
    for (let n = 0; n < 6; n++) yield* channel.send(n);
    channel.close();
    yield* leaver;
    yield* reader;
  });
  expect(got.length).toBe(5);
});
