// Dijkstra's dining philosophers. If each takes the left fork first, all wait for ever: that is seen, and told. If one of
// them takes the right one first, all eat. `yield* fork.lock()` waits for a fork; in `finally` it is laid down again.
import { DeadlockError, Mutex, run, spawn, yieldNow } from "corun";

const names = ["Plato", "Hypatia", "Kong Zi", "Spinoza", "Simone"];
const MEALS = 3;

function* philosopher(name: string, first: Mutex, second: Mutex, eaten: Map<string, number>) {
  for (let meal = 1; meal <= MEALS; meal++) {
    const one = yield* first.lock();
    try {
      yield* yieldNow(); // time enough for the neighbour to take the other one
      const other = yield* second.lock();
      try {
        eaten.set(name, meal);
      } finally {
        other[Symbol.dispose]();
      }
    } finally {
      one[Symbol.dispose]();
    }
  }
}

/** `polite`: the last one takes the right fork first. */
function* dinner(polite: boolean, eaten: Map<string, number>) {
  const forks = names.map(() => new Mutex());
  for (const [seat, name] of names.entries()) {
    const left = forks[seat]!;
    const right = forks[(seat + 1) % forks.length]!;
    const turned = polite && seat === names.length - 1;
    spawn(philosopher, name, turned ? right : left, turned ? left : right, eaten);
  }
}

for (const polite of [false, true]) {
  const eaten = new Map<string, number>();
  console.log(polite ? "the last one takes the right fork first:" : "each takes the left fork first:");
  try {
    await run(dinner, polite, eaten);
  } catch (error) {
    if (!(error instanceof DeadlockError)) throw error;
    console.log(`  ${error.name}: each waits for a fork that a neighbour holds`);
  }
  console.log(`  meals: ${names.map((name) => `${name} ${eaten.get(name) ?? 0}`).join(", ")}`);
}
