// A saga: money goes from one account to another, by way of a bank that may refuse. Each account is a durable coroutine,
// so is each transfer; what has been done is undone in the reverse order when a later part fails. A transfer that comes
// twice with one id happens once.
import type { Coroutine } from "corun";
import { call, durable, inProcess, step } from "corun/durable";

/** Sent what to add; yields the balance, or says why it can't. */
const account = durable("account", function* account(): Coroutine.Body<number | string, void, number> {
  let balance = 100;
  for (let answer: number | string = balance; ;) {
    const change = yield answer;
    if (balance + change < 0) {
      answer = `only ${balance} are there`;
    } else {
      balance += change;
      answer = balance;
    }
  }
});

interface Transfer {
  from: string;
  to: string;
  amount: number;
}

function approve({ from, to, amount }: Transfer): void {
  if (to === "mallory") throw new Error(`the bank stops ${amount} from ${from} to ${to}`);
}

const transfers = durable("transfers", function* transfers(): Coroutine.Body<string, void, Transfer> {
  for (let said = ""; ;) {
    const transfer = yield said;
    const { from, to, amount } = transfer;
    const undo: (() => Generator<never, void, unknown>)[] = [];
    try {
      const left = yield* call(account, from, -amount);
      if (typeof left === "string") throw new Error(left);
      undo.push(function* () {
        yield* call(account, from, amount);
      });
      yield* step("approve", () => approve(transfer));
      yield* call(account, to, amount);
      said = `${amount} from ${from} to ${to}`;
    } catch (error) {
      for (const each of undo.toReversed()) yield* each();
      said = `no transfer: ${(error as Error).message}`;
    }
  }
});

const engine = inProcess();
const desk = engine.open(transfers, "desk");
const told = async (transfer: Transfer, id: string) => console.log(`${id}: ${await desk.send(transfer, { id })}`);

await told({ from: "ada", to: "bob", amount: 30 }, "1");
await told({ from: "ada", to: "bob", amount: 30 }, "1"); // as after a lost answer
await told({ from: "ada", to: "mallory", amount: 50 }, "2");
await told({ from: "ada", to: "bob", amount: 80 }, "3");
for (const who of ["ada", "bob", "mallory"]) console.log(`${who} has ${await engine.open(account, who).send(0)}`);
await engine.close();
