// Money goes from one account to another, and an auditor adds them up. Both lock two accounts, in opposite orders: that
// works on most days. When it does not, the run ends with a report that says who waits for whom, and on which line.
import { Channel, DeadlockError, Mutex, run, sleep, spawn } from "corun";

class Account {
  balance = 100;
  readonly lock: Mutex;

  constructor(name: string) {
    this.lock = new Mutex({ name });
  }
}

function* locked<T>(account: Account, body: () => Generator<never, T, unknown>) {
  const guard = yield* account.lock.lock();
  try {
    return yield* body();
  } finally {
    guard[Symbol.dispose]();
  }
}

function* network() {
  yield* sleep(1);
}

function* transfer(from: Account, to: Account, amount: number) {
  yield* locked(from, function* debit() {
    from.balance -= amount;
    yield* network();
    yield* locked(to, function* credit() {
      to.balance += amount;
    });
  });
}

function* audit(accounts: Account[], sums: Channel<number>, sum = 0): Generator<never, void, unknown> {
  const [account, ...rest] = accounts;
  if (account === undefined) return yield* sums.send(sum);
  return yield* locked(account, function* add() {
    yield* network();
    yield* audit(rest, sums, sum + account.balance);
  });
}

function* bank() {
  const [savings, current] = [new Account("savings"), new Account("current")];
  const sums = new Channel<number>(0, { name: "sums" });
  spawn(transfer, savings, current, 20);
  spawn(audit, [current, savings], sums);
  console.log(`all of it: ${yield* sums.receive()}`);
}

try {
  await run(bank);
} catch (error) {
  if (!(error instanceof DeadlockError)) throw error;
  // As it is, but for the times and the folder, which differ.
  console.log(error.message.replace(/for \d+ ms/g, "for 1 ms").replace(/(?:file:\/\/)?\/\S*\/(?=[\w-]+\.ts)/g, ""));
}
