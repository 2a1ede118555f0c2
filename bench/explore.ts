// How many schedules `explore` tries a second, of small programs: `npm run -s build && node --import tsx bench/explore.ts`.
// Measured of the compiled package. The aim is 50,000 of four tasks.

import type * as Corun from "../src/index.ts";
import type * as Testing from "../src/testing/index.ts";

const dist = (file: string): string => new URL(`../dist/${file}`, import.meta.url).href;
const { Channel, Mutex, scope, sleep, spawn, yieldNow } = (await import(dist("index.js"))) as typeof Corun;
const { explore } = (await import(dist("testing/index.js"))) as typeof Testing;

type Body = Generator<unknown, void, unknown>;

const RUNS = 20_000;
const ROUNDS = 5;

function* switcher(): Body {
  for (let i = 0; i < 3; i++) yield* yieldNow();
}

function* worker(done: Corun.Channel<number>, mutex: Corun.Mutex): Body {
  yield* yieldNow();
  const guard = yield* mutex.lock();
  yield* sleep(1);
  guard[Symbol.dispose]();
  yield* done.send(1);
}

function* locker(mutex: Corun.Mutex): Body {
  const guard = yield* mutex.lock();
  yield* yieldNow();
  guard[Symbol.dispose]();
}

const programs: Record<string, () => Body> = {
  *"4 tasks that switch"() {
    for (let i = 0; i < 3; i++) spawn(switcher);
  },
  *"4 tasks, a lock, a channel, time"() {
    const done = new Channel<number>();
    const mutex = new Mutex();
    for (let i = 0; i < 3; i++) spawn(worker, done, mutex);
    for (let i = 0; i < 3; i++) yield* done.receive();
  },
  *"a scope of 5 workers and a lock"() {
    const mutex = new Mutex();
    yield* scope(function* () {
      for (let i = 0; i < 5; i++) spawn(locker, mutex);
    });
  },
};

const ways: Record<string, Testing.ExploreOptions> = {
  portfolio: { systematic: false },
  random: { strategy: "random" },
  pos: { strategy: "pos" },
  pct: { strategy: "pct" },
  systematic: { strategy: "systematic" },
};

/** The best of some rounds, in schedules a second. */
async function speedOf(program: () => Body, options: Testing.ExploreOptions): Promise<number> {
  let best = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const began = performance.now();
    const { runs } = await explore(program, { ...options, runs: RUNS, seed });
    best = Math.max(best, (runs / (performance.now() - began)) * 1000);
  }
  return best;
}

const names = Object.keys(ways);
console.log(`${"schedules a second".padEnd(34)}${names.map((name) => name.padStart(12)).join("")}`);
for (const [title, program] of Object.entries(programs)) {
  const cells: string[] = [];
  for (const name of names)
    cells.push(
      Math.round(await speedOf(program, ways[name]!))
        .toLocaleString("en")
        .padStart(12),
    );
  console.log(`${title.padEnd(34)}${cells.join("")}`);
}
