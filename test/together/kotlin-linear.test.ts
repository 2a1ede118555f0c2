// Every sequence of a few operations on a channel, of every kind, against a plain queue. Where each operation is a
// task of its own, the sequences are the interleavings of all programs of that length. IDs are rows of the
// conformance table.
import { Channel, type Overflow, runSync, select, spawn, type Task } from "corun";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ModelChannel, type Outcome } from "./channel-model.ts";
import { rest } from "./rest.ts";

const OPERATIONS = [
  "send",
  "receive",
  "selectSend",
  "selectReceive",
  "trySend",
  "tryReceive",
  "close",
  "cancelFirst",
  "cancelLast",
] as const;
type Operation = (typeof OPERATIONS)[number];

const kinds: [kind: string, capacity: number, overflow: Overflow][] = [
  ["rendezvous", 0, "wait"],
  ["buffered for one", 1, "wait"],
  ["buffered for two", 2, "wait"],
  ["unlimited", Number.POSITIVE_INFINITY, "wait"],
  ["conflated", 1, "dropOldest"],
  ["dropping the oldest of two", 2, "dropOldest"],
  ["dropping the newest", 1, "dropNewest"],
  ["dropping what nobody waits for", 0, "dropNewest"],
  ["refusing what it can't hold", 1, "error"],
];

const REFUSALS: Record<string, Outcome> = { ClosedError: "closed", OverflowError: "full" };

function refusal(error: unknown): Outcome {
  const outcome = REFUSALS[(error as Error).name];
  if (outcome === undefined) throw error;
  return outcome;
}

function* perform(channel: Channel<number>, operation: Operation, turn: number): Generator<never, Outcome, unknown> {
  const idle = new Channel<never>();
  try {
    switch (operation) {
      case "send":
        yield* channel.send(turn);
        return "sent";
      case "selectSend":
        yield* select({ idle: idle.receive(), put: channel.send(turn) });
        return "sent";
      case "selectReceive":
        return (yield* select({ idle: idle.receive(), got: channel.receive() })).value;
      default:
        return yield* channel.receive();
    }
  } catch (error) {
    return refusal(error);
  }
}

function at(channel: Channel<number>, operation: Operation, turn: number): Outcome {
  try {
    if (operation === "trySend") return channel.trySend(turn) ? "sent" : "refused";
    const got = channel.tryReceive();
    return got === undefined ? "empty" : got.done ? "closed" : got.value;
  } catch (error) {
    return refusal(error);
  }
}

/** What a real channel does. */
function actual(operations: readonly Operation[], capacity: number, overflow: Overflow) {
  const lost: number[] = [];
  const channel = new Channel<number>(capacity, { overflow, onUndelivered: (value) => lost.push(value) });
  const outcomes: Outcome[] = [];
  let seen: Outcome[] = [];
  let lostBefore: number[] = [];
  runSync(function* () {
    const tasks: Task[] = [];
    const waiting = () => tasks.filter(({ state }) => state === "waiting");
    for (const [turn, operation] of operations.entries()) {
      if (operation === "close") channel.close();
      else if (operation === "cancelFirst") waiting()[0]?.cancel();
      else if (operation === "cancelLast") waiting().at(-1)?.cancel();
      else if (operation.startsWith("try")) outcomes[turn] = at(channel, operation, turn);
      else {
        tasks.push(
          spawn(function* () {
            outcomes[turn] = "waiting";
            let isCut = true;
            try {
              outcomes[turn] = yield* perform(channel, operation, turn);
              isCut = false;
            } finally {
              if (isCut) outcomes[turn] = "cancelled";
            }
          }),
        );
      }
      yield* rest();
    }
    seen = outcomes.slice();
    lostBefore = lost.slice();
    for (const task of waiting()) task.cancel();
  });
  const { length, senders, receivers } = channel.statistics();
  return { outcomes: seen, lost: lostBefore, length, left: [senders, receivers] };
}

/** What the plain queue does. */
function expected(operations: readonly Operation[], capacity: number, overflow: Overflow) {
  const model = new ModelChannel(capacity, overflow);
  for (const [turn, operation] of operations.entries()) {
    const waiting = () => [...model.senders, ...model.receivers].toSorted((a, b) => a - b);
    if (operation === "close") model.close();
    else if (operation === "cancelFirst" || operation === "cancelLast") {
      const one = waiting().at(operation === "cancelFirst" ? 0 : -1);
      if (one !== undefined) model.cancel(one);
    } else if (operation.endsWith("end") || operation.endsWith("Send")) model.send(turn, operation !== "trySend");
    else model.receive(turn, operation !== "tryReceive");
  }
  return { outcomes: model.outcomes, lost: model.lost, length: model.buffer.length, left: [0, 0] };
}

const FEW: readonly Operation[] = ["send", "receive", "trySend", "tryReceive", "close", "cancelFirst"];

/** All sequences of a few operations; those that wait are every other time clauses of a select. */
function sequences(length: number): Operation[][] {
  if (length === 0) return [[]];
  const last = FEW.map((operation) => {
    if (length % 2 === 1) return operation;
    return operation === "send" ? "selectSend" : operation === "receive" ? "selectReceive" : operation;
  });
  return sequences(length - 1).flatMap((rest) => last.map((operation) => [...rest, operation]));
}

test.each(kinds)(
  "KT49: a channel that is %s does in every order of four operations what a queue does",
  { tags: "slow", timeout: 60_000 },
  (_, capacity, overflow) => {
    const different = sequences(4).find(
      (each) => JSON.stringify(actual(each, capacity, overflow)) !== JSON.stringify(expected(each, capacity, overflow)),
    );
    expect(different).toBeUndefined();
  },
);

test.each(kinds)(
  "KT49: a channel that is %s does in any order of many operations what a queue does",
  { tags: "slow", timeout: 60_000 },
  (_, capacity, overflow) => {
    const many = fc.array(fc.constantFrom(...OPERATIONS), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(many, (operations) => {
        expect(actual(operations, capacity, overflow)).toEqual(expected(operations, capacity, overflow));
      }),
      { numRuns: 150, seed: 49 },
    );
  },
);
