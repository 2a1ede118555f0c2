// Classic programs of concurrency with known answers: those whose tasks share locks, conditions and barriers.
import {
  Barrier,
  Condition,
  DeadlockError,
  Mutex,
  run,
  runSync,
  Semaphore,
  sleep,
  spawn,
  type Waitable,
  yieldNow,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";

type Wait<R = void> = Generator<never, R, unknown>;

const SEATS = 5;

/** A philosopher who takes the left fork, then waits for `others`, and takes the right one. */
function* dine(seat: number, forks: Mutex[], meals: number[], others: () => Waitable<unknown> = yieldNow): Wait {
  const left = yield* forks[seat]!.lock();
  try {
    yield* others();
    const right = yield* forks[(seat + 1) % SEATS]!.lock();
    try {
      yield* yieldNow();
      meals[seat]!++;
    } finally {
      right[Symbol.dispose]();
    }
  } finally {
    left[Symbol.dispose]();
  }
}

test("dining philosophers: with a waiter who lets four sit down, all five dine", () => {
  const forks = Array.from({ length: SEATS }, () => new Mutex());
  const meals = forks.map(() => 0);
  let most = 0;
  runSync(function* () {
    const waiter = new Semaphore(SEATS - 1);
    const first = new Barrier(SEATS - 1);
    let sat = 0;
    for (let seat = 0; seat < SEATS; seat++) {
      spawn(function* () {
        for (let meal = 0; meal < 10; meal++) {
          yield* waiter.acquire();
          most = Math.max(most, SEATS - 1 - waiter.available);
          if (sat++ < SEATS - 1) yield* first.wait(); // so that four sit together once
          yield* dine(seat, forks, meals);
          waiter.release();
        }
      });
    }
  });
  expect(meals).toEqual([10, 10, 10, 10, 10]);
  expect(most).toBe(SEATS - 1);
});

test(
  "dining philosophers: without one, all wait in a circle, and the run fails with a DeadlockError that names each",
  { tags: "slow" },
  async () => {
    const forks = Array.from({ length: SEATS }, () => new Mutex());
    const meals = forks.map(() => 0);
    const names = ["Plato", "Kant", "Hume", "Mill", "Weil"];
    const failure: unknown = await run(function* table() {
      const all = new Barrier(SEATS);
      for (const [seat, name] of names.entries()) {
        const philosopher = {
          *[name]() {
            yield* dine(seat, forks, meals, () => all.wait());
          },
        };
        spawn(philosopher[name]!);
      }
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DeadlockError);
    for (const [seat, name] of names.entries()) {
      const holder = names[(seat + 1) % SEATS]!;
      expect((failure as Error).message).toContain(`${name} waits for lock held by task ${holder}`);
    }
    expect(meals).toEqual([0, 0, 0, 0, 0]);
    expect(forks.some((fork) => fork.isLocked)).toBe(false); // the cleanup gave them back
  },
);

/** Many readers or one writer; readers that come later wait behind a writer that waits. */
class ReadersWriters {
  readonly #mutex = new Mutex();
  readonly #changed = new Condition(this.#mutex);
  #readers = 0;
  #writing = false;
  #writersWaiting = 0;

  *read(body: () => Wait): Wait {
    yield* this.#begin(() => {
      if (this.#writing || this.#writersWaiting > 0) return false;
      this.#readers++;
      return true;
    });
    yield* body();
    yield* this.#end(() => this.#readers--);
  }

  *write(body: () => Wait): Wait {
    this.#writersWaiting++;
    yield* this.#begin(() => {
      if (this.#writing || this.#readers > 0) return false;
      this.#writersWaiting--;
      return (this.#writing = true);
    });
    yield* body();
    yield* this.#end(() => (this.#writing = false));
  }

  /** Waits until `change` is possible, and done. */
  *#begin(change: () => boolean): Wait {
    const guard = yield* this.#mutex.lock();
    try {
      while (!change()) yield* this.#changed.wait();
    } finally {
      guard[Symbol.dispose]();
    }
  }

  *#end(change: () => void): Wait {
    const guard = yield* this.#mutex.lock();
    try {
      change();
      this.#changed.notifyAll();
    } finally {
      guard[Symbol.dispose]();
    }
  }
}

test("readers and writers: readers share, a writer is alone, and a waiting writer goes before later readers", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const shared = new ReadersWriters();
      const plan: [name: string, kind: "read" | "write", start: number, takes: number][] = [
        ["r1", "read", 0, 10],
        ["r2", "read", 1, 10],
        ["w1", "write", 2, 5],
        ["r3", "read", 3, 10],
        ["w2", "write", 4, 5],
        ["r4", "read", 5, 12],
      ];
      for (const [name, kind, start, takes] of plan) {
        spawn(function* () {
          yield* sleep(start);
          yield* shared[kind](function* () {
            log.push(`${clock.now()} ${name} begins`);
            yield* sleep(takes);
            log.push(`${clock.now()} ${name} ends`);
          });
        });
      }
    },
    { clock },
  );
  expect(log).toEqual([
    "0 r1 begins",
    "1 r2 begins",
    "10 r1 ends",
    "11 r2 ends",
    "11 w1 begins",
    "16 w1 ends",
    "16 w2 begins",
    "21 w2 ends",
    "21 r3 begins",
    "21 r4 begins",
    "31 r3 ends",
    "33 r4 ends",
  ]);
});

test("the game of life: a task a row, a barrier between looking and writing: a glider is one down and right after four steps", () => {
  const SIZE = 8;
  const draw = (grid: boolean[][]) => grid.map((row) => row.map((cell) => (cell ? "#" : ".")).join(""));
  const glider = [".#......", "..#.....", "###.....", ...Array.from({ length: 5 }, () => "........")];
  const grid = glider.map((row) => Array.from(row, (cell) => cell === "#"));
  const alive = (row: number, column: number) => grid[(row + SIZE) % SIZE]![(column + SIZE) % SIZE]!;
  const around = [-1, 0, 1]
    .flatMap((y) => [-1, 0, 1].map((x) => [y, x] as const))
    .filter(([y, x]) => y !== 0 || x !== 0);
  runSync(function* () {
    const barrier = new Barrier(SIZE);
    for (let row = 0; row < SIZE; row++) {
      spawn(function* () {
        for (let generation = 0; generation < 4; generation++) {
          const next = grid[row]!.map((cell, column) => {
            const neighbours = around.filter(([y, x]) => alive(row + y, column + x)).length;
            return neighbours === 3 || (cell && neighbours === 2);
          });
          yield* barrier.wait(); // all have looked
          for (let turn = 0; turn < row; turn++) yield* yieldNow(); // some are slower
          grid[row] = next;
          yield* barrier.wait(); // all have written
        }
      });
    }
    yield* yieldNow();
  });
  expect(draw(grid)).toEqual([
    "........",
    "..#.....",
    "...#....",
    ".###....",
    "........",
    "........",
    "........",
    "........",
  ]);
});
