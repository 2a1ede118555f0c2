import { Barrier, CancelledError, coroutine, run, runSync, spawn, yieldNow } from "corun";
import { expect, test } from "vitest";
import { type Guard, Mutex } from "../../src/sync/mutex.ts";

test("ten thousand tasks share one mutex", { tags: "large" }, async () => {
  const mutex = new Mutex();
  const order: number[] = [];
  let shared = 0;
  const user = coroutine(function* (id: number) {
    const guard = yield* mutex.lock();
    const seen = shared;
    yield* yieldNow();
    shared = seen + 1;
    order.push(id);
    guard[Symbol.dispose]();
  });
  await run(function* () {
    for (let id = 0; id < 10_000; id++) spawn(user, id);
    yield* yieldNow();
  });
  expect(shared).toBe(10_000);
  expect(order.every((id, at) => id === at)).toBe(true);
});

test("ten thousand waiters are cancelled, and the line is empty", { tags: "large" }, async () => {
  const mutex = new Mutex();
  await run(function* () {
    const guard = yield* mutex.lock();
    const group = spawn(function* () {
      for (let i = 0; i < 10_000; i++) spawn(() => locked(mutex));
    });
    yield* yieldNow();
    yield* yieldNow();
    expect(mutex.statistics().waiting).toBe(10_000);
    group.cancel();
    expect(mutex.statistics().waiting).toBe(0);
    try {
      yield* group;
    } catch (error) {
      expect(error).toBeInstanceOf(CancelledError);
    }
    guard[Symbol.dispose]();
  });
});

function* locked(mutex: Mutex): Generator<never, Guard, unknown> {
  return yield* mutex.lock();
}

test("philosophers who take the lower fork first all dine", () => {
  const SEATS = 5;
  const forks = Array.from({ length: SEATS }, () => new Mutex());
  const meals: number[] = Array.from({ length: SEATS }, () => 0);
  const eating = new Set<number>();
  function* philosopher(seat: number) {
    const [low, high] = seat + 1 < SEATS ? [seat, seat + 1] : [0, seat];
    for (let meal = 0; meal < 20; meal++) {
      const first = yield* forks[low]!.lock();
      try {
        yield* yieldNow();
        const second = yield* forks[high]!.lock();
        try {
          expect(eating.has((seat + 1) % SEATS) || eating.has((seat + SEATS - 1) % SEATS)).toBe(false);
          eating.add(seat);
          yield* yieldNow();
          eating.delete(seat);
          meals[seat]!++;
        } finally {
          second[Symbol.dispose]();
        }
      } finally {
        first[Symbol.dispose]();
      }
      yield* yieldNow();
    }
  }
  runSync(function* () {
    for (let seat = 0; seat < SEATS; seat++) spawn(philosopher, seat);
    yield* yieldNow();
  });
  expect(meals).toEqual([20, 20, 20, 20, 20]);
  expect(forks.some((fork) => fork.isLocked)).toBe(false);
});

test(
  "philosophers who all take the left fork first end in a DeadlockError, and their cleanup gives the forks back",
  { tags: "slow" },
  async () => {
    const forks = [new Mutex(), new Mutex(), new Mutex()];
    const all = new Barrier(3);
    function* philosopher(seat: number) {
      const left = yield* forks[seat]!.lock();
      try {
        yield* all.wait();
        const right = yield* forks[(seat + 1) % 3]!.lock();
        right[Symbol.dispose]();
      } finally {
        left[Symbol.dispose]();
      }
    }
    await expect(
      run(function* () {
        for (let seat = 0; seat < 3; seat++) spawn(philosopher, seat);
        yield* yieldNow();
      }),
    ).rejects.toThrow(expect.objectContaining({ name: "DeadlockError" }));
    expect(forks.some((fork) => fork.isLocked)).toBe(false);
  },
);
