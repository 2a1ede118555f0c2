// Classic programs of concurrency with known answers: those whose tasks come together in groups.
import { Channel, runSync, select, sleep, spawn } from "corun";
import { VirtualClock } from "corun/testing";
import { expect, test } from "vitest";
import { runVirtually } from "./outcome.ts";

type Wait<R = void> = Generator<never, R, unknown>;

test("cigarette smokers: each pair on the table is taken by the smoker who has the third, and by nobody else", () => {
  const INGREDIENTS = ["tobacco", "paper", "matches"];
  const smoked: string[] = [];
  const missing = Array.from({ length: 60 }, (_, n) => (n * n + n) % 3);
  runSync(function* () {
    const table = INGREDIENTS.map(() => new Channel<void>(1));
    const smokers = INGREDIENTS.map(() => new Channel<void>());
    const finished = new Channel<void>();
    // A pusher an ingredient: whichever comes second knows which pair it is, and wakes the one who lacks it.
    const seen = new Set<number>();
    for (const [one, placed] of table.entries()) {
      spawn.background(function* () {
        for (;;) {
          yield* placed.receive();
          seen.add(one);
          if (seen.size < 2) continue;
          const has = INGREDIENTS.findIndex((_, n) => !seen.has(n));
          seen.clear();
          yield* smokers[has]!.send();
        }
      });
    }
    for (const [has, wake] of smokers.entries()) {
      spawn.background(function* () {
        for (;;) {
          yield* wake.receive();
          smoked.push(INGREDIENTS[has]!);
          yield* finished.send();
        }
      });
    }
    for (const [turn, has] of missing.entries()) {
      const pair = [0, 1, 2].filter((n) => n !== has);
      if (turn % 2 === 0) pair.reverse();
      for (const n of pair) yield* table[n]!.send();
      yield* finished.receive();
    }
  });
  expect(smoked).toEqual(missing.map((n) => INGREDIENTS[n]));
});

/** Waits for `size` members, then has Santa see them all, and lets them go. */
function* gather(size: number, arrivals: Channel<string>, door: Channel<string[]>, gone: Channel<void>): Wait {
  for (;;) {
    const group: string[] = [];
    while (group.length < size) group.push(yield* arrivals.receive());
    yield* door.send(group);
    for (let n = 0; n < size; n++) yield* gone.send();
  }
}

test("the Santa Claus problem: nine reindeer or three elves wake him, and the reindeer go first when both are there", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  await runVirtually(
    function* () {
      const make = () => ({
        arrivals: new Channel<string>(),
        door: new Channel<string[]>(),
        gone: new Channel<void>(),
      });
      const [reindeer, elves] = [make(), make()];
      for (const [size, group] of [
        [9, reindeer],
        [3, elves],
      ] as const) {
        spawn.background(gather, size, group.arrivals, group.door, group.gone);
      }
      const members: [name: string, group: typeof elves, away: number][] = [
        ...Array.from({ length: 9 }, (_, n) => [`reindeer ${n}`, reindeer, 100 + n] as [string, typeof elves, number]),
        ...Array.from({ length: 10 }, (_, n) => [`elf ${n}`, elves, 30 + n] as [string, typeof elves, number]),
      ];
      for (const [name, { arrivals, gone }, away] of members) {
        spawn.background(function* () {
          for (;;) {
            yield* sleep(away);
            yield* arrivals.send(name);
            yield* gone.receive();
          }
        });
      }
      spawn.background(function* santa() {
        for (;;) {
          const hit = yield* select(
            { deliver: reindeer.door.receive(), consult: elves.door.receive() },
            { order: "priority" },
          );
          log.push(`${clock.now()} ${hit.key} ${hit.value.length}: ${hit.value[0]}`);
          yield* sleep(hit.key === "deliver" ? 50 : 20);
        }
      });
      yield* sleep(170);
    },
    { clock },
  );
  // At 112 the reindeer, who are complete since 108, go before the elves, who are three since 92.
  expect(log).toEqual([
    "32 consult 3: elf 0",
    "52 consult 3: elf 3",
    "72 consult 3: elf 6",
    "92 consult 3: elf 9",
    "112 deliver 9: reindeer 0",
    "162 consult 3: elf 2",
  ]);
});
