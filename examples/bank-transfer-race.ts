// A transfer looks at two accounts, waits for the bank, and writes what it makes of what it has seen. `explore` runs two of
// them under many schedules, and tells which order of steps loses money. With a lock it says: there is none.
// Also: npx corun explore examples/bank-transfer-race.ts race
import { Mutex, scope, sleep, spawn } from "corun";
import { explore, type ExploreError, type World } from "corun/testing";

/** How long the bank takes, in milliseconds. Here, it takes no time. */
const ASKING = 20;

interface Bank {
  ada: number;
  bob: number;
}

function* transfer(bank: Bank, amount: number) {
  const { ada, bob } = bank;
  yield* sleep(ASKING); // the fault: what was seen may no longer be so
  bank.ada = ada - amount;
  bank.bob = bob + amount;
}

function* guarded(bank: Bank, amount: number, mutex: Mutex) {
  const guard = yield* mutex.lock();
  try {
    yield* transfer(bank, amount);
  } finally {
    guard[Symbol.dispose]();
  }
}

function check(t: World, { ada, bob }: Bank) {
  t.check(ada === 60 && bob === 140, `40 were to go from Ada to Bob, but they have ${ada} and ${bob}`);
}

export function* race(t: World) {
  const bank = t.watch({ ada: 100, bob: 100 }, "bank");
  yield* scope(function* () {
    spawn(transfer, bank, 30);
    spawn(transfer, bank, 10);
  });
  check(t, bank);
}

export function* fixed(t: World) {
  const bank = t.watch({ ada: 100, bob: 100 }, "bank");
  const mutex = new Mutex();
  yield* scope(function* () {
    spawn(guarded, bank, 30, mutex);
    spawn(guarded, bank, 10, mutex);
  });
  check(t, bank);
}

try {
  await explore(race, { seed: 1 });
} catch (error) {
  console.log((error as ExploreError).message);
}
console.log();
console.log("with a lock,", String(await explore(fixed, { seed: 1 })));
