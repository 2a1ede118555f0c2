import { all, sleep, yieldNow, spawn, until, Mutex } from "corun";
import { explore, type ExploreError, replay, type World } from "corun/testing";
import { test } from "vitest";

const errorOf = (p: Promise<unknown>): Promise<ExploreError> =>
  p.then(
    () => {
      throw new Error("no failure");
    },
    (e) => e,
  );

test("try", async () => {
  const lost = function* (t: World) {
    let balance = 0;
    const deposit = function* () {
      const before = balance;
      yield* sleep(1);
      balance = before + 1;
    };
    yield* all([deposit, deposit]);
    t.check(balance === 2, `2 deposits, but the balance is ${balance}`);
  };
  const e = await errorOf(explore(lost));
  console.log(e.message);
  console.log((await errorOf(replay(e.schedule, lost))).message);
  console.log(
    (
      await errorOf(
        explore(function* (t: World) {
          const forks = Array.from({ length: 5 }, () => new Mutex());
          for (let i = 0; i < 5; i++)
            spawn(function* philosopher() {
              using a = yield* forks[i]!.lock();
              using b = yield* forks[(i + 1) % 5]!.lock();
            });
        }),
      )
    ).message,
  );
  console.log(
    (
      await errorOf(
        explore(function* () {
          yield* until(new Promise(() => {}));
        }),
      )
    ).message,
  );
  console.log(
    (
      await errorOf(
        explore(function* () {
          for (;;) yield* yieldNow();
        }),
      )
    ).message,
  );
  let n = 0;
  console.log(
    (
      await errorOf(
        explore(function* () {
          if (n++ % 2) yield* sleep(1);
          else yield* sleep(2);
        }),
      )
    ).message,
  );
});
