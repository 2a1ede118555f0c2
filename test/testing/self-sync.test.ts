// Locks, permits, events, barriers and sends to tasks under every schedule, against states that change in single steps;
// conditions and broadcasts, against what they promise.
import { Barrier, Broadcast, Condition, Event, Mutex, Semaphore, sleep, spawn, type Task, yieldNow } from "corun";
import { explore, type World } from "corun/testing";
import { expect, test, vi } from "vitest";
import { isLinearizable, type Model, trial, WAITS, RUNS, SEED } from "./linear.ts";

async function tried(program: (t: World) => Generator<unknown, void, unknown>): Promise<number> {
  const { runs } = await explore(program, { runs: RUNS, systematic: false, seed: SEED });
  return runs;
}

vi.setConfig({ testTimeout: 120_000 });

test("a mutex is held by one; who waits gets it; a lock that was cancelled holds nothing", async () => {
  const model: Model<string | null> = {
    start: null,
    steps(holder, { op, task }) {
      if (op === "unlock") return holder === task ? [[null, "unlocked"]] : [[holder, "SchedulerError"]];
      if (holder === null) return [[task, "locked"]];
      if (op === "tryLock") return [[holder, "refused"]];
      return holder === task ? [[holder, "SchedulerError"]] : [];
    },
    undo: (holder, _, outcome) => [outcome === "locked" ? null : holder],
  };
  const runs = await tried(function* (t: World) {
    const mutex = new Mutex();
    const history = yield* trial(t, ["lock", "tryLock", "unlock", "unlock"], function* (op) {
      if (op === "tryLock") return mutex.tryLock() === undefined ? "refused" : "locked";
      if (op === "unlock") mutex.unlock();
      else yield* mutex.lock();
      return `${op}ed`;
    });
    t.check(isLinearizable(history.calls, model), `no order explains\n${history.toString()}`);
    t.check(mutex.statistics().waiting === 0, "nobody stands in line");
  });
  expect(runs).toBe(RUNS);
});

test("a semaphore gives its permits, those of a cancelled task too, and the first in line is not passed over", async () => {
  const size = (op: string) => Number(op.at(-1));
  const model: Model<number> = {
    start: 2,
    steps(available, { op }) {
      const k = size(op);
      if (op.startsWith("release"))
        return available + k > 2 ? [[available, "SchedulerError"]] : [[available + k, true]];
      const taken: [number, unknown][] = available >= k ? [[available - k, true]] : [];
      // Also for those who were there before.
      return op.startsWith("try") ? [...taken, [available, false]] : taken;
    },
    undo: (available, { op }, outcome) => [
      outcome === true && op.startsWith("acquire") ? available + size(op) : available,
    ],
    final: (available, [first]) => first === undefined || size(first.op) > available,
  };
  const runs = await tried(function* (t: World) {
    const semaphore = new Semaphore(2);
    const ops = ["acquire 1", "acquire 2", "try 1", "release 1", "release 1", "release 2"];
    const history = yield* trial(t, ops, function* (op) {
      const k = size(op);
      if (op.startsWith("try")) return semaphore.tryAcquire(k);
      if (op.startsWith("release")) semaphore.release(k);
      else yield* semaphore.acquire(k);
      return true;
    });
    t.check(isLinearizable(history.calls, model), `no order explains\n${history.toString()}`);
    t.check(semaphore.statistics().waiting === 0, "nobody stands in line");
  });
  expect(runs).toBe(RUNS);
});

test("an event lets go who waits when it is set, and who comes while it is", async () => {
  const model: Model<boolean> = {
    start: false,
    steps: (isSet, { op }) => (op === "wait" ? (isSet ? [[isSet, "waited"]] : []) : [[op === "set", op]]),
  };
  const runs = await tried(function* (t: World) {
    const event = new Event();
    const history = yield* trial(t, ["wait", "wait", "set", "clear"], function* (op) {
      if (op === "set") event.set();
      else if (op === "clear") event.clear();
      else yield* event.wait();
      return op === "wait" ? "waited" : op;
    });
    t.check(isLinearizable(history.calls, model), `no order explains\n${history.toString()}`);
    t.check(event.statistics().waiting === 0, "nobody waits");
  });
  expect(runs).toBe(RUNS);
});

test("a barrier lets go as many as it is for, who are all there at the same time", async () => {
  /** Who has come, and until when the first of them is there. */
  interface Coming {
    count: number;
    until: number;
  }
  const model: Model<Coming> = {
    start: { count: 0, until: Number.MAX_VALUE },
    steps({ count, until }, { from, to }) {
      if (from > until) return [];
      const next =
        count === 1 ? { count: 0, until: Number.MAX_VALUE } : { count: count + 1, until: Math.min(until, to) };
      return [[next, "passed"]];
    },
    final: ({ count }, waiting) => count === 0 && waiting.length < 2,
  };
  const runs = await tried(function* (t: World) {
    const barrier = new Barrier(2);
    const history = yield* trial(t, ["wait"], function* () {
      yield* barrier.wait();
      return "passed";
    });
    t.check(isLinearizable(history.calls, model), `no order explains\n${history.toString()}`);
    t.check(barrier.statistics().waiting === 0, "nobody waits");
  });
  expect(runs).toBe(RUNS);
});

test("sends to a task are answered one by one, until it ends", async () => {
  /** What was sent so far. */
  interface Adding {
    sum: number;
    left: number;
    isCut: boolean;
  }
  const model: Model<Adding> = {
    start: { sum: 0, left: 3, isCut: false },
    steps(state, { op, arg }) {
      if (op === "cancel") return [[{ ...state, isCut: state.isCut || state.left > 0 }, "done"]];
      if (state.isCut) return [[state, "CancelledError"]];
      if (state.left === 0) return [[state, "StopIteration"]];
      const sum = state.sum + arg;
      const left = state.left - 1;
      return [[{ ...state, sum, left }, left === 0 ? "StopIteration" : sum]];
    },
  };
  const runs = await tried(function* (t: World) {
    const adder = spawn(function* adder(): Generator<number, void, number> {
      let sum = 0;
      for (let i = 0; i < 3; i++) {
        sum += yield sum;
        yield* yieldNow();
      }
    });
    const history = yield* trial(t, ["send", "send", "send", "cancel"], function* (op, arg) {
      if (op === "send") return yield* adder.send(arg);
      adder.cancel();
      return "done";
    });
    adder.cancel();
    t.check(isLinearizable(history.calls, model), `no order explains\n${history.toString()}`);
  });
  expect(runs).toBe(RUNS);
});

test("a notification is not lost, whoever is cancelled", async () => {
  const runs = await tried(function* (t: World) {
    const mutex = new Mutex();
    const filled = new Condition(mutex);
    const buffer: number[] = [];
    const idle = new Set<string>();
    const history = yield* trial(
      t,
      ["put", "take", "take"],
      function* (op, arg, task) {
        const guard = yield* mutex.lock();
        try {
          if (op === "put") {
            buffer.push(arg);
            filled.notify();
            return "put";
          }
          while (buffer.length === 0) {
            idle.add(task);
            try {
              yield* filled.wait();
            } finally {
              idle.delete(task);
              t.check(mutex.isLocked, "it comes back with the lock");
            }
          }
          return buffer.shift();
        } finally {
          guard[Symbol.dispose]();
        }
      },
      4,
    );
    const waits = history.calls.filter(({ outcome }) => outcome === WAITS).length;
    t.check(waits === 0 || buffer.length === 0, `${buffer.length} there, and ${waits} wait\n${history.toString()}`);
    t.check(!mutex.isLocked && mutex.statistics().waiting === 0, "the lock is free in the end");
    t.check(filled.statistics().waiting === 0 && idle.size === 0, "nobody waits in the end");
  });
  expect(runs).toBe(RUNS);
});

test("all subscribers of a broadcast get all values in one order, whoever else leaves", async () => {
  const runs = await tried(function* (t: World) {
    const broadcast = new Broadcast<number>();
    const seen: number[][] = [];
    const done: number[] = [];
    const begun = new Set<number>();
    const capacity = t.pick(3);
    const subscriptions = [0, 1, 2].map(() => broadcast.subscribe({ capacity }));
    const readers = subscriptions.map((subscription, i) => {
      seen[i] = [];
      return spawn(function* reader() {
        begun.add(i);
        try {
          for (;;) seen[i]!.push(yield* subscription.receive());
        } finally {
          subscription.close();
        }
      });
    });
    const writers = [1, 2].map((name) =>
      spawn(function* writer() {
        for (let i = 1; i <= 2; i++) {
          yield* broadcast.send(10 * name + i);
          done.push(10 * name + i);
        }
      }),
    );
    const all: Task[] = [...readers, ...writers];
    const victim = t.pick(all.length + 1);
    spawn(function* canceller() {
      all[victim]?.cancel();
      // Its body does not begin any more.
      if (!begun.has(victim)) subscriptions[victim]?.close();
    });
    yield* sleep(1);
    // A send that was cancelled may have come to some of them.
    const whole = (values: number[]) => String(values.filter((value) => done.includes(value)));
    const [first, ...others] = seen.filter((_, i) => i !== victim).map(whole);
    t.check(
      others.every((other) => other === first),
      `one order: ${seen.map(String).join(" | ")}`,
    );
    t.check(first!.split(",").length === done.length, `${done.join()} are done, but there came ${first}`);
    if (victim < 3 || victim === all.length) t.check(done.length === 4, "all come");
    for (const task of all) task.cancel();
  });
  expect(runs).toBe(RUNS);
});
