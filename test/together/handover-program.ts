// Random programs over channels: senders, receivers and selects that are cancelled at any step, on channels that are
// closed at any step; and a ledger of what became of each value.
import { Channel, ClosedError, type Overflow, OverflowError, runSync, select, spawn, type Task, yieldNow } from "corun";
import fc from "fast-check";

interface Clause {
  sends: boolean;
  channel: number;
}

type Step =
  | { wait: "yield" }
  | { wait: "one"; clause: Clause }
  | { wait: "select"; clauses: Clause[]; isFair: boolean };

type Action =
  | { act: "yield" }
  | { act: "cancel"; task: number }
  | { act: "close"; channel: number }
  | { act: "trySend" | "tryReceive"; channel: number };

export interface Program {
  channels: { capacity: number; overflow: Overflow }[];
  scripts: Step[][];
  actions: Action[];
}

const clause = fc.record({ sends: fc.boolean(), channel: fc.nat(2) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ wait: "yield" } as const) },
  { weight: 4, arbitrary: clause.map((one) => ({ wait: "one", clause: one }) as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      wait: fc.constant("select" as const),
      // Each channel once: a send and a receive of one channel in a select never meet.
      clauses: fc.uniqueArray(clause, { minLength: 1, maxLength: 3, selector: (one) => one.channel }),
      isFair: fc.boolean(),
    }),
  },
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ act: "yield" } as const) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("cancel" as const), task: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("close" as const), channel: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constantFrom("trySend" as const, "tryReceive" as const), channel: fc.nat(2) }),
  },
);

export const program: fc.Arbitrary<Program> = fc.record({
  channels: fc.array(
    fc.record({
      capacity: fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY),
      overflow: fc.constantFrom<Overflow>("wait", "wait", "dropOldest", "dropNewest", "error"),
    }),
    { minLength: 3, maxLength: 3 },
  ),
  scripts: fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 8 }),
  actions: fc.array(action, { maxLength: 40 }),
});

/** What became of a value. `cut`: its sender was cancelled while it waited, so nobody may have it, and it is undelivered. */
type Fate = "offered" | "sent" | "refused" | "withdrawn" | "cut";

export interface Value {
  readonly sender: number;
  readonly channel: number;
  readonly turn: number;
  fate: Fate;
  received: number;
  lost: number;
}

interface Receipt {
  readonly receiver: number;
  readonly value: Value;
}

/** The receiver and sender that is no task: the one that acts from outside. */
const OUTSIDE = -1;

class Ledger {
  readonly values: Value[] = [];
  readonly receipts: Receipt[] = [];
  /** How many tasks were cancelled that were ready: values may have been given back. */
  revoked = 0;

  offer(sender: number, channel: number): Value {
    const value: Value = { sender, channel, turn: this.values.length, fate: "offered", received: 0, lost: 0 };
    this.values.push(value);
    return value;
  }

  receive(receiver: number, value: Value): void {
    value.received++;
    this.receipts.push({ receiver, value });
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ClosedError || error instanceof OverflowError;
}

function* worker(id: number, script: Step[], channels: Channel<Value>[], ledger: Ledger) {
  for (const each of script) {
    if (each.wait === "yield") {
      yield* yieldNow();
      continue;
    }
    const clauses = each.wait === "one" ? [each.clause] : each.clauses;
    const offers = clauses.map(({ sends, channel }) => (sends ? ledger.offer(id, channel) : null));
    const op = (n: number) => {
      const channel = channels[clauses[n]!.channel]!;
      return offers[n] === null ? channel.receive() : channel.send(offers[n]!);
    };
    try {
      let won = 0;
      let got: Value | void;
      if (each.wait === "one") {
        got = yield* op(0);
      } else {
        const ops = Object.fromEntries(clauses.map((_, n) => [`${n}`, op(n)]));
        const hit = yield* select(ops, { order: each.isFair ? "fair" : "priority" });
        won = Number(hit.key);
        got = hit.value;
      }
      for (const [n, offer] of offers.entries()) if (offer !== null) offer.fate = n === won ? "sent" : "withdrawn";
      if (offers[won] === null) ledger.receive(id, got as Value);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const offer of offers) if (offer !== null) offer.fate = "refused";
    }
  }
}

function actOn(channel: Channel<Value>, index: number, act: "trySend" | "tryReceive", ledger: Ledger): void {
  if (act === "tryReceive") {
    const got = channel.tryReceive();
    if (got?.done === false) ledger.receive(OUTSIDE, got.value);
    return;
  }
  const value = ledger.offer(OUTSIDE, index);
  try {
    value.fate = channel.trySend(value) ? "sent" : "refused";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    value.fate = "refused";
  }
}

function cancel(task: Task, id: number, ledger: Ledger): void {
  if (task.state === "ready") ledger.revoked++;
  if (task.state === "waiting") {
    for (const value of ledger.values) if (value.sender === id && value.fate === "offered") value.fate = "cut";
  }
  task.cancel();
}

/** Whether somebody waits for what is there. */
function isStuck(channel: Channel<Value>): boolean {
  const { length, capacity, senders, receivers, isClosed } = channel.statistics();
  return receivers > 0 ? length > 0 || senders > 0 || isClosed : senders > 0 && length < capacity;
}

export interface Result {
  ledger: Ledger;
  /** Channels on which somebody waited in vain, when all was at rest. */
  stuck: number[];
  /** How many tasks wait in the lines of the channels, when all tasks have ended. */
  left: number;
  /** What was left in the channels, in order. */
  drained: Value[];
}

export function perform({ channels: kinds, scripts, actions }: Program): Result {
  const ledger = new Ledger();
  const channels = kinds.map(
    ({ capacity, overflow }) => new Channel<Value>(capacity, { overflow, onUndelivered: (value) => value.lost++ }),
  );
  const stuck: number[] = [];
  runSync(function* () {
    const tasks: Task[] = scripts.map((script, id) => spawn(() => worker(id, script, channels, ledger)));
    for (const each of actions) {
      if (each.act === "yield") yield* yieldNow();
      else if (each.act === "cancel") cancel(tasks[each.task % tasks.length]!, each.task % tasks.length, ledger);
      else if (each.act === "close") channels[each.channel]!.close();
      else actOn(channels[each.channel]!, each.channel, each.act, ledger);
    }
    while (tasks.some(({ state }) => state === "ready")) yield* yieldNow();
    for (const [index, channel] of channels.entries()) if (isStuck(channel)) stuck.push(index);
    for (const [id, task] of tasks.entries()) cancel(task, id, ledger);
  });
  const drained: Value[] = [];
  for (const channel of channels) {
    for (let got = channel.tryReceive(); got?.done === false; got = channel.tryReceive()) drained.push(got.value);
  }
  for (const value of drained) ledger.receive(OUTSIDE, value);
  const lines = channels.map((channel) => channel.statistics());
  const left = lines.reduce((sum, { senders, receivers }) => sum + senders + receivers, 0);
  return { ledger, stuck, left, drained };
}
