// More than a thousand tasks are ready: what a task makes ready runs before the rest, for a while.

import { Channel, coroutine, type ReceiveChannel, run, runSync, type SendChannel, sleep, spawn, yieldNow } from "corun";
import { expect, test, vi } from "vitest";

/** So many ready tasks are more than enough. */
const CROWD = 2000;

test("a tree of a hundred thousand tasks keeps few of them at a time", { tags: ["default-order", "large"] }, () => {
  const alive = { now: 0, most: 0 };
  const node = coroutine(function* (to: SendChannel<number>, first: number, size: number): Generator<never, void> {
    alive.most = Math.max(alive.most, ++alive.now);
    if (size === 1) {
      yield* to.send(first);
    } else {
      const from = new Channel<number>();
      for (let i = 0; i < 10; i++) spawn(node, from, first + (i * size) / 10, size / 10);
      yield* to.send(yield* sumOf(from, 10));
    }
    alive.now--;
  });
  const sum = runSync(function* () {
    const from = new Channel<number>();
    spawn(node, from, 0, 100_000);
    return yield* from.receive();
  });
  expect(sum).toBe((100_000 * 99_999) / 2);
  expect(alive.now).toBe(0);
  expect(alive.most).toBeLessThan(10_000);
});

function* sumOf(from: ReceiveChannel<number>, count: number): Generator<never, number, unknown> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield* from.receive();
  return sum;
}

test(
  "in a crowd the tasks that one starts run next, in the order in which it started them",
  { tags: "default-order" },
  () => {
    const order: string[] = [];
    const leaf = coroutine(function* (name: string): Generator<never, void> {
      order.push(name);
      if (name.length < 2) for (const end of "abc") spawn(leaf, name + end);
    });
    let others = 0;
    runSync(function* () {
      const other = coroutine(function* () {
        others++;
        yield* yieldNow();
      });
      spawn(function* () {
        for (const name of "abc") spawn(leaf, name);
        yield* yieldNow();
        order.push(`after ${others} others`);
      });
      for (let i = 0; i < CROWD; i++) spawn(other);
    });
    expect(order.slice(0, 12)).toEqual(["a", "aa", "ab", "ac", "b", "ba", "bb", "bc", "c", "ca", "cb", "cc"]);
    // Who yields, yields to all.
    expect(order.slice(12)).toEqual([`after ${CROWD} others`]);
  },
);

test("where few are ready, first in is first out", { tags: "default-order" }, () => {
  const order: string[] = [];
  const leaf = coroutine(function* (name: string): Generator<never, void> {
    order.push(name);
    if (name.length < 2) for (const end of "abc") spawn(leaf, name + end);
  });
  runSync(function* () {
    for (const name of "abc") spawn(leaf, name);
  });
  expect(order).toEqual(["a", "b", "c", "aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"]);
});

test("a task that starts thousands at once has them run in their order", { tags: ["default-order", "large"] }, () => {
  const order: number[] = [];
  const child = coroutine(function* (id: number) {
    order.push(id);
  });
  const start = (from: number) =>
    spawn(function* () {
      for (let i = 0; i < 3000; i++) spawn(child, from + i);
    });
  runSync(function* () {
    start(0);
    start(3000);
  });
  expect(order).toHaveLength(6000);
  const blocks = [order.filter((id) => id < 3000), order.filter((id) => id >= 3000)];
  for (const block of blocks) expect(block.every((id, at) => id === block[0]! + at)).toBe(true);
});

test("two that wake one another without end do not hold up a crowd", { tags: "default-order" }, () => {
  const others = { left: CROWD };
  let trips = 0;
  const other = coroutine(function* () {
    for (let i = 0; i < 10; i++) yield* yieldNow();
    others.left--;
  });
  const player = coroutine(function* (to: SendChannel<number>, from: ReceiveChannel<number>) {
    for (; others.left > 0; trips++) {
      yield* to.send(1);
      yield* from.receive();
    }
  });
  runSync(function* () {
    const there = new Channel<number>();
    const back = new Channel<number>();
    for (let i = 0; i < CROWD; i++) spawn(other);
    spawn.background(function* () {
      for (;;) yield* back.send(yield* there.receive());
    });
    yield* player(there, back);
  });
  // In turn with the others they would come to some ten; so they have 256 steps at a time.
  expect(trips).toBeGreaterThan(100);
  expect(trips).toBeLessThan(10 * 256);
});

test("nor do a task that is asked and its asker, without end", { tags: "default-order" }, () => {
  let served = 0;
  let asked = 0;
  runSync(function* () {
    const counter = spawn.background(function* (): Generator<number, void, number> {
      for (;;) yield 1;
    });
    spawn.background(function* () {
      // Without the bound it would never end where the crowd is held up.
      while (asked < 100_000) {
        yield* counter.send(1);
        asked++;
      }
    });
    for (let i = 0; i < CROWD; i++) {
      spawn(function* () {
        served++;
      });
    }
  });
  expect(served).toBe(CROWD);
  expect(asked).toBeLessThan(50_000);
});

test("the order in a crowd does not hang on the host's time", { tags: ["default-order", "large"] }, async () => {
  const program = coroutine(function* () {
    const order: number[] = [];
    const receiver = coroutine(function* (id: number, from: ReceiveChannel<number>) {
      for (let i = 0; i < 3; i++) order.push(id * 10 + (yield* from.receive()));
    });
    const sender = coroutine(function* (id: number) {
      const channels = Array.from({ length: 5 }, () => new Channel<number>(1));
      for (const [at, channel] of channels.entries()) spawn(receiver, id * 10 + at, channel);
      for (let i = 0; i < 3; i++) for (const channel of channels) yield* channel.send(i);
    });
    for (let id = 0; id < CROWD; id++) spawn(sender, id);
    yield* yieldNow();
    return order;
  });
  const whole = runSync(program);
  const host = busyHost();
  try {
    expect(await run(program)).toEqual(whole);
  } finally {
    host.clock.mockRestore();
  }
  expect(host.looks).toBeGreaterThan(CROWD);
});

test("one that the outside wakes stands behind all of a crowd", { tags: "default-order" }, async () => {
  const begun: number[] = [];
  let before = 0;
  const host = busyHost();
  try {
    await run(function* () {
      for (let i = 0; i < 2 * CROWD; i++) {
        spawn(function* () {
          begun.push(i);
        });
      }
      yield* sleep(1000);
      before = begun.length;
    });
  } finally {
    host.clock.mockRestore();
  }
  expect(before).toBe(2 * CROWD);
});

/** Each look at the time finds that the loop's own is over, and that of every timer. */
function busyHost() {
  const real = performance.now.bind(performance);
  const host = { looks: 0, clock: vi.spyOn(performance, "now") };
  host.clock.mockImplementation(() => real() + 20 * ++host.looks);
  return host;
}
