// Atomic hand-over: whatever is cancelled or closed at whatever step, each value has one fate, and nobody is left
// waiting. IDs are rows of the conformance table.
import { Channel, Event, Mutex, runSync, select, spawn, yieldNow } from "corun";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perform, program, type Value } from "./handover-program.ts";
import { rest } from "./rest.ts";

/** The values whose fate is not what it must be. */
function wronged(values: readonly Value[]): Value[] {
  const most: Record<Value["fate"], number> = { sent: 1, offered: 1, refused: 0, withdrawn: 0, cut: 1 };
  return values.filter(({ fate, received, lost }) => {
    const had = received + lost;
    if (fate === "cut" && received > 0) return true;
    return fate === "sent" || fate === "cut" ? had !== 1 : had > most[fate];
  });
}

describe("random programs of senders, receivers and selects, cancelled and closed at any step", () => {
  test(
    "each value sent is received once, or reported as undelivered once, also where its send was cancelled; one that was refused, never",
    { tags: "slow", timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(program, (each) => {
          expect(wronged(perform(each).ledger.values)).toEqual([]);
        }),
        { numRuns: 600, seed: 1 },
      );
    },
  );

  test("nobody waits for what is there, and at the end nobody waits at all", { tags: "slow", timeout: 60_000 }, () => {
    fc.assert(
      fc.property(program, (each) => {
        const { stuck, left } = perform(each);
        expect({ stuck, left }).toEqual({ stuck: [], left: 0 });
      }),
      { numRuns: 600, seed: 2 },
    );
  });

  test(
    "each receiver gets what one sender sent on one channel in the order in which it was sent",
    { tags: "slow", timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(program, (each) => {
          const { ledger } = perform(each);
          fc.pre(ledger.revoked === 0); // a value that is given back may come after one that was handed over behind it
          const lastTurn = new Map<string, number>();
          for (const { receiver, value } of ledger.receipts) {
            const key = [receiver, value.sender, value.channel].join();
            expect(value.turn).toBeGreaterThan(lastTurn.get(key) ?? -1);
            lastTurn.set(key, value.turn);
          }
        }),
        { numRuns: 600, seed: 3 },
      );
    },
  );
});

test(
  "GO32: a hundred thousand selects, decided at once or by another task, leave no waiter on the idle channels",
  { tags: "slow", timeout: 30_000 },
  () => {
    runSync(function* () {
      const [idle, busy] = [new Channel<number>(), new Channel<number>()];
      const [mutex, event] = [new Mutex(), new Event()];
      spawn.background(function* () {
        const guard = yield* mutex.lock();
        try {
          for (let n = 0; ; n++) {
            yield* busy.send(n);
            if (n % 3 === 0) yield* yieldNow(); // then the select waits
          }
        } finally {
          guard[Symbol.dispose]();
        }
      });
      yield* rest();
      for (let n = 0; n < 100_000; n++) {
        const hit = yield* select({
          idle: idle.receive(),
          put: idle.send(n),
          lock: mutex.lock(),
          event: event.wait(),
          busy: busy.receive(),
        });
        if (hit.key !== "busy" || hit.value !== n) throw new Error(`at ${n}: ${hit.key}`);
      }
      expect(idle.statistics()).toMatchObject({ senders: 0, receivers: 0, length: 0 });
      expect([mutex.statistics().waiting, event.statistics().waiting]).toEqual([0, 0]);
    });
  },
);
