// The run as Go's crash and synctest tests have it: virtual time, deadlock, ends of channels by type.
// IDs are rows of the conformance table.
import {
  Channel,
  DeadlockError,
  type ReceiveChannel,
  runSync,
  scope,
  type SendChannel,
  sleep,
  spawn,
  type Waitable,
} from "corun";
import { VirtualClock } from "corun/testing";
import { expect, expectTypeOf, test } from "vitest";
import { failureOf, runVirtually } from "./outcome.ts";

test("GO38: each end of a channel has a type of its own: misuse does not compile", () => {
  const channel = new Channel<number>(1);
  const sending: SendChannel<number> = channel;
  const receiving: ReceiveChannel<number> = channel;
  const misuse = function* (): Generator<never, void> {
    // @ts-expect-error: receives from the sending end
    yield* sending.receive();
    // @ts-expect-error
    sending.tryReceive();
    // @ts-expect-error: looks for the next value at the sending end
    yield* sending.next();
    // @ts-expect-error: sends to the receiving end
    yield* receiving.send(1);
    // @ts-expect-error
    receiving.trySend(1);
    // @ts-expect-error: closes the receiving end
    receiving.close();
    // @ts-expect-error: a value of another type
    yield* sending.send("1");
    // @ts-expect-error: an end does not become the whole
    const whole: Channel<number> = receiving;
    // @ts-expect-error: nor the other end
    const other: SendChannel<number> = receiving;
    void [whole, other];
  };
  expectTypeOf(misuse).toBeFunction();
  expectTypeOf(receiving.receive()).toEqualTypeOf<Waitable<number>>();
  // What sends less may stand for what sends more; what receives more for what receives less.
  expectTypeOf<SendChannel<number | string>>().toExtend<SendChannel<number>>();
  expectTypeOf<SendChannel<number>>().not.toExtend<SendChannel<number | string>>();
  expectTypeOf<ReceiveChannel<number>>().toExtend<ReceiveChannel<number | string>>();
  runSync(function* () {
    yield* sending.send(1);
    expect(yield* receiving.receive()).toBe(1);
  });
});

test("GO44: a run's clock starts at a fixed moment, its tasks see that, and a sleep advances it exactly", async () => {
  for (let time = 0; time < 2; time++) {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const began = Date.now();
    await runVirtually(
      function* () {
        seen.push(clock.now());
        const child = spawn(function* () {
          seen.push(clock.now());
          yield* sleep(86_400_000);
          seen.push(clock.now());
        });
        yield* child;
        yield* sleep(0.25);
        seen.push(clock.now());
      },
      { clock },
    );
    expect(seen).toEqual([0, 0, 86_400_000, 86_400_000.25]);
    expect(Date.now() - began).toBeLessThan(60_000);
  }
});

/** What a run whose `main` starts a child that waits for ever, and then does `rest`, fails with. */
async function deadlock(rest: () => Generator<never, void, unknown>): Promise<string> {
  const failure = await failureOf(function* main() {
    spawn(function* child() {
      yield* new Channel<void>(0, { name: "results" }).receive();
    });
    yield* sleep(5);
    yield* rest();
  });
  expect(failure).toBeInstanceOf(DeadlockError);
  return (failure as DeadlockError).message;
}

function* returns() {}

function* waits() {
  yield* new Channel<void>(0, { name: "jobs" }).send();
}

test(
  "GO46: when all wait and no timer is left, the run fails and names who waits: the root with its children, or these alone",
  { tags: "slow" },
  async () => {
    const both = await deadlock(waits);
    expect(both).toContain("main waits for send to jobs");
    expect(both).toContain("child waits for receive from results");
    const onlyChild = await deadlock(returns);
    expect(onlyChild).toContain("child waits for receive from results");
    expect(onlyChild).not.toContain("main waits");
  },
);

test(
  "GO43: a root that has ended with children that can never end is a deadlock with a text of its own",
  { tags: "slow" },
  async () => {
    const ended = await deadlock(returns);
    expect(ended).not.toBe(await deadlock(waits));
    // … and their cleanup runs before it is told.
    const log: string[] = [];
    const failure = await failureOf(function* main() {
      spawn(function* child() {
        try {
          yield* new Channel<void>().receive();
        } finally {
          yield* sleep(5);
          log.push("child cleaned up");
        }
      });
      log.push("main is gone");
    });
    expect(failure).toBeInstanceOf(DeadlockError);
    expect(log).toEqual(["main is gone", "child cleaned up"]);
  },
);

test("GO46: a timer that is still to come keeps a run from being called deadlocked", async () => {
  const got = await runVirtually(function* () {
    const channel = new Channel<string>();
    spawn(function* () {
      yield* sleep(1e9);
      yield* channel.send("late");
    });
    return yield* channel.receive();
  });
  expect(got).toBe("late");
});

test(
  "GO46: a scope whose tasks can never end is a deadlock too, and they are named, not the root that waits for them",
  { tags: "slow" },
  async () => {
    const failure = await failureOf(function* main() {
      yield* scope(function* () {
        spawn(function* child() {
          yield* new Channel<void>(0, { name: "results" }).receive();
        });
      });
    });
    expect(String(failure)).toContain("child waits for receive from results");
    expect(String(failure)).not.toContain("main waits");
  },
);

test(
  "GO47: sleeps that end at one moment end in the order in which they began, in every run",
  { tags: "default-order" },
  async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const order: number[] = [];
      await runVirtually(
        function* () {
          for (let n = 0; n < 20; n++) {
            spawn(function* () {
              yield* sleep(n % 2 === 0 ? 10 : 5);
              if (n % 2 !== 0) yield* sleep(5);
              order.push(n);
            });
          }
          yield* sleep(20);
        },
        { seed },
      );
      orders.add(order.join());
    }
    expect([...orders]).toEqual(["0,2,4,6,8,10,12,14,16,18,1,3,5,7,9,11,13,15,17,19"]);
  },
);
