// Classic programs of concurrency with known answers: those whose tasks talk over channels, and by send.
import { Channel, type Coroutine, run, runSync, scope, select, sleep, spawn, StopIteration, type Task } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";
import { rest } from "./rest.ts";

type Wait<R = void> = Generator<never, R, unknown>;

test("the concurrent prime sieve: a task for each prime, the first fifty", () => {
  function* generate(to: Channel<number>): Wait {
    for (let n = 2; ; n++) yield* to.send(n);
  }
  function* filter(from: Channel<number>, to: Channel<number>, prime: number): Wait {
    for (;;) {
      const n = yield* from.receive();
      if (n % prime !== 0) yield* to.send(n);
    }
  }
  const primes = runSync(function* () {
    const found: number[] = [];
    let source = new Channel<number>();
    spawn.background(generate, source);
    while (found.length < 50) {
      const prime = yield* source.receive();
      found.push(prime);
      const rest = new Channel<number>();
      spawn.background(filter, source, rest, prime);
      source = rest;
    }
    return found;
  });
  expect(primes).toEqual([
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229,
  ]);
});

test("Hoare's bounded buffer: a process between producer and consumer takes while it has room, and gives while it has some", () => {
  const SIZE = 10;
  let most = 0;
  function* buffer(put: Channel<number>, more: Channel<void>, get: Channel<number>): Wait {
    const portions: number[] = [];
    let [into, out] = [0, 0];
    for (let isOpen = true; isOpen || out < into;) {
      const hit = yield* select({
        put: isOpen && into < out + SIZE ? put.next() : null,
        more: out < into ? more.receive() : null,
      });
      if (hit.key === "more") yield* get.send(portions[out++ % SIZE]!);
      else if (hit.value.done) isOpen = false;
      else portions[into++ % SIZE] = hit.value.value;
      most = Math.max(most, into - out);
    }
    get.close();
  }
  const consumed = runSync(function* () {
    const [put, more, get] = [new Channel<number>(), new Channel<void>(), new Channel<number>()];
    spawn(buffer, put, more, get);
    spawn(function* () {
      for (let n = 0; n < 100; n++) yield* put.send(n);
      put.close();
    });
    yield* rest(); // slow to begin with: the buffer fills
    const got: number[] = [];
    for (;;) {
      // Asks, unless the buffer has closed: then nobody takes a request any more.
      const hit = yield* select({ asked: more.send(), end: get.next() });
      const next = hit.key === "end" ? hit.value : yield* get.next();
      if (next.done) return got;
      got.push(next.value);
    }
  });
  expect(consumed).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(most).toBe(SIZE);
});

test("ping-pong: two players hit one ball over a table, until the game takes it away", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const hits = await runVirtually(
    function* () {
      const table = new Channel<{ hits: number }>();
      for (const name of ["ping", "pong"]) {
        spawn.background(function* () {
          for (;;) {
            const ball = yield* table.receive();
            log.push(`${name} ${++ball.hits}`);
            yield* sleep(10);
            yield* table.send(ball);
          }
        });
        yield* rest();
      }
      yield* table.send({ hits: 0 });
      yield* sleep(55);
      return (yield* table.receive()).hits;
    },
    { clock },
  );
  expect(log).toEqual(["ping 1", "pong 2", "ping 3", "pong 4", "ping 5", "pong 6", "ping 7"]);
  // At 60 the other player, who waited longer, has it; at 70 the game.
  expect([hits, clock.now()]).toEqual([7, 70]);
});

interface Tree {
  left: Tree | null;
  value: number;
  right: Tree | null;
}

test("the same fringe: two trees of any shape are walked side by side, up to the first difference", () => {
  const insert = (tree: Tree | null, value: number): Tree => {
    if (tree === null) return { left: null, value, right: null };
    if (value < tree.value) return { ...tree, left: insert(tree.left, value) };
    return { ...tree, right: insert(tree.right, value) };
  };
  const grow = (...values: number[]) => values.reduce<Tree | null>(insert, null);
  let visited = 0;
  function* walk(tree: Tree | null, to: Channel<number>): Wait {
    if (tree === null) return;
    yield* walk(tree.left, to);
    visited++;
    yield* to.send(tree.value);
    yield* walk(tree.right, to);
  }
  function* walkAll(tree: Tree | null, to: Channel<number>): Wait {
    yield* walk(tree, to);
    to.close();
  }
  function* same(a: Tree | null, b: Tree | null): Wait<boolean> {
    const [left, right] = [new Channel<number>(), new Channel<number>()];
    return yield* scope(function* () {
      spawn.background(walkAll, a, left);
      spawn.background(walkAll, b, right);
      for (;;) {
        const [x, y] = [yield* left.next(), yield* right.next()];
        if (x.done !== y.done || x.value !== y.value) return false;
        if (x.done) return true;
      }
    });
  }
  const one = grow(5, 3, 8, 1, 4, 7, 9, 2, 6, 10);
  const other = grow(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  expect(runSync(() => same(one, other))).toBe(true);
  expect(runSync(() => same(null, null))).toBe(true);
  expect(runSync(() => same(one, grow(5, 3, 8, 1, 4)))).toBe(false);
  visited = 0;
  expect(runSync(() => same(one, grow(7, 2, 9)))).toBe(false);
  expect(visited).toBeLessThan(6); // not all thirteen
});

test(
  "sleep sort: each number sleeps as long as it is large, and equal ones keep their order",
  { tags: "default-order" },
  async () => {
    const clock = new VirtualClock();
    const sorted = await runVirtually(
      function* () {
        const numbers = [31, 4, 15, 92, 65, 35, 89, 79, 4, 0];
        const awake = new Channel<string>(numbers.length);
        for (const [index, n] of numbers.entries()) {
          spawn(function* () {
            yield* sleep(n);
            yield* awake.send(`${n}#${index}`);
          });
        }
        const order: string[] = [];
        while (order.length < numbers.length) order.push(yield* awake.receive());
        return order;
      },
      { clock },
    );
    expect(sorted).toEqual(["0#9", "4#1", "4#8", "15#2", "31#0", "35#5", "65#4", "79#7", "89#6", "92#3"]);
    expect(clock.now()).toBe(92);
  },
);

/** The consumer of the lesson as a task: it says whether it wants more, and takes its time. */
function* consumer(clock: VirtualClock, log: string[]): Coroutine.Body<boolean, string, number> {
  for (let wanted = true; ;) {
    const n: number = yield wanted;
    if (!wanted) return `had enough before ${n}`;
    if (n < 0) throw new RangeError(`can't take ${n}`);
    yield* sleep(n);
    log.push(`got ${n} at ${clock.now()}`);
    wanted = n !== 3;
  }
}

test("a producer steers a consumer that is a task, by send: each send gives what the consumer yields next", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const end = await run.with({ clock })(function* () {
    const task = spawn(consumer, clock, log);
    for (let n = 5; n > 0; n--) {
      if (!(yield* task.send(n))) break;
    }
    log.push(`the producer stops; the consumer is ${task.state}`);
    try {
      yield* task.send(2);
    } catch (error) {
      return [error instanceof StopIteration && error.value, yield* task];
    }
    return [];
  });
  expect(log).toEqual(["got 5 at 5", "got 4 at 9", "got 3 at 12", "the producer stops; the consumer is waiting"]);
  expect(end).toEqual(["had enough before 2", "had enough before 2"]);
});

test("sends of several producers queue in order; the failure of the consumer answers the one that caused it and all behind", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const answers = await run.with({ clock })(function* () {
    const task = spawn.supervised(consumer, clock, log);
    const producers: Task<unknown, string>[] = [];
    for (const n of [20, 10, -1, 30]) {
      const producer = spawn(function* () {
        try {
          return `${n}: ${yield* task.send(n)} at ${clock.now()}`;
        } catch (error) {
          return `${n}: ${String(error)}`;
        }
      });
      producers.push(producer);
      yield* rest();
    }
    const all: string[] = [];
    for (const producer of producers) all.push(yield* producer);
    try {
      yield* task.send(1);
    } catch (error) {
      all.push(`later: ${String(error)}`);
    }
    return all;
  });
  expect(log).toEqual(["got 20 at 20", "got 10 at 30"]);
  expect(answers).toEqual([
    "20: true at 20",
    "10: true at 30",
    "-1: RangeError: can't take -1",
    "30: RangeError: can't take -1",
    "later: RangeError: can't take -1",
  ]);
});
