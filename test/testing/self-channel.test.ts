// Channels under every schedule, against a queue that changes in single steps.
import { Channel, type Overflow, select } from "corun";
import { explore, type World } from "corun/testing";
import { describe, expect, test, vi } from "vitest";
import {
  type Call,
  CANCELLED,
  carryOut,
  isLinearizable,
  type Model,
  pickPlan,
  type Plan,
  RUNS,
  SEED,
} from "./linear.ts";

vi.setConfig({ testTimeout: 120_000 });

interface Queue {
  buffer: number[];
  lost: number[];
  /** When it was closed; a send that waited before is served. */
  closedAt: number | null;
  /** A rendezvous: what a sender gives now, and until when it does. Whoever takes it must have come before. */
  handed: { value: number; until: number } | null;
}

/** What one clause of a select, or a call of its own, may do. */
function sends(
  { buffer, closedAt, handed, lost }: Queue,
  { arg, from, to }: Call,
  capacity: number,
  overflow: Overflow,
) {
  const state = { buffer, closedAt, handed, lost };
  if (handed !== null) return [];
  if (closedAt !== null && from > closedAt) return [[state, "ClosedError"]] as [Queue, unknown][];
  const all: [Queue, unknown][] = [];
  if (buffer.length === 0) all.push([{ ...state, handed: { value: arg, until: to } }, "sent"]);
  if (buffer.length < capacity) all.push([{ ...state, buffer: [...buffer, arg] }, "sent"]);
  else if (overflow === "dropOldest" && buffer.length > 0)
    all.push([{ ...state, buffer: [...buffer.slice(1), arg], lost: [...lost, buffer[0]!] }, "sent"]);
  else if (overflow === "dropNewest" || overflow === "dropOldest")
    all.push([{ ...state, lost: [...lost, arg] }, "sent"]);
  else if (overflow === "error") all.push([state, "OverflowError"]);
  return all;
}

function receives(state: Queue, { from }: Call): [Queue, unknown][] {
  const { buffer, closedAt, handed } = state;
  if (handed !== null) return handed.until > from ? [[{ ...state, handed: null }, handed.value]] : [];
  if (buffer.length > 0) return [[{ ...state, buffer: buffer.slice(1) }, buffer[0]]];
  return closedAt === null ? [] : [[state, "ClosedError"]];
}

function modelOf(capacity: number, overflow: Overflow): Model<Queue> {
  return {
    start: { buffer: [], lost: [], closedAt: null, handed: null },
    steps(state, call) {
      const { handed, buffer } = state;
      const canWait = handed === null;
      switch (call.op) {
        case "send":
          return sends(state, call, capacity, overflow);
        case "receive":
          return receives(state, call);
        case "either":
          return [...sends(state, call, capacity, overflow), ...receives(state, call)];
        case "trySend": {
          const done = sends(state, call, capacity, overflow);
          return canWait && buffer.length >= capacity && overflow === "wait" ? [...done, [state, "refused"]] : done;
        }
        case "tryReceive": {
          const done = receives(state, call);
          return canWait && buffer.length === 0 && state.closedAt === null ? [...done, [state, "empty"]] : done;
        }
        default:
          return canWait ? [[{ ...state, closedAt: state.closedAt ?? call.from }, "closed"]] : [];
      }
    },
    undo(state, call, outcome) {
      // A send that was done stays so.
      if (typeof outcome !== "number") return [state];
      if (state.handed !== null) return [];
      // It goes to the next one in line, or back to the head.
      const passed = { ...state, handed: { value: outcome, until: call.to } };
      const buffer = [outcome, ...state.buffer];
      if (buffer.length <= capacity || !overflow.startsWith("drop")) return [passed, { ...state, buffer }];
      const lost = overflow === "dropOldest" ? buffer.shift()! : buffer.pop()!;
      return [passed, { ...state, buffer, lost: [...state.lost, lost] }];
    },
    final(state, waiting) {
      if (state.handed !== null) return false;
      const givers = waiting.filter(({ op }) => op !== "receive");
      const takers = waiting.filter(({ op }) => op !== "send");
      // A select does not meet itself.
      if (givers.some((giver) => takers.some((taker) => giver !== taker))) return false;
      const stuck = (call: Call) => sends(state, call, capacity, overflow).every(([{ handed }]) => handed !== null);
      return givers.every(stuck) && takers.every((call) => receives(state, call).length === 0);
    },
  };
}

function* performOn(channel: Channel<number>, op: string, arg: number): Generator<never, unknown, unknown> {
  switch (op) {
    case "send":
      yield* channel.send(arg);
      return "sent";
    case "receive":
      return yield* channel.receive();
    case "either": {
      const { key, value } = yield* select({ put: channel.send(arg), got: channel.receive() });
      return key === "put" ? "sent" : value;
    }
    case "trySend":
      return channel.trySend(arg) ? "sent" : "refused";
    case "tryReceive": {
      const got = channel.tryReceive();
      if (got === undefined) return "empty";
      if (got.done) return yield* channel.receive();
      return got.value;
    }
    default:
      channel.close();
      return "closed";
  }
}

const kinds: [kind: string, capacity: number, overflow: Overflow][] = [
  ["rendezvous", 0, "wait"],
  ["buffered for one", 1, "wait"],
  ["buffered for two", 2, "wait"],
  ["conflated", 1, "dropOldest"],
  ["dropping the oldest of two", 2, "dropOldest"],
  ["dropping the newest", 1, "dropNewest"],
  ["dropping what nobody waits for", 0, "dropNewest"],
  ["refusing what it can't hold", 1, "error"],
];
const OPS = ["send", "send", "receive", "receive", "either", "trySend", "tryReceive", "close"];

/** A program whose tasks do on a channel what `plan` says, and what must be so in the end. */
function programOf(capacity: number, overflow: Overflow, plan: (t: World) => Plan) {
  return function* (t: World) {
    const lost: number[] = [];
    const channel = new Channel<number>(capacity, { overflow, onUndelivered: (value) => lost.push(value) });
    const history = yield* carryOut(plan(t), (op, arg) => performOn(channel, op, arg));
    t.check(isLinearizable(history.calls, modelOf(capacity, overflow)), `no order explains\n${history.toString()}`);
    const { senders, receivers } = channel.statistics();
    t.check(senders + receivers === 0, "nobody stands in line");
    // What was sent was received, is there, or is told to be lost: once.
    const got = history.calls.map(({ outcome }) => outcome).filter((outcome) => typeof outcome === "number");
    const rest: number[] = [];
    for (let next = channel.tryReceive(); next && !next.done; next = channel.tryReceive()) rest.push(next.value);
    const seen = [...got, ...rest, ...lost];
    t.check(new Set(seen).size === seen.length, `a value is there twice: ${seen.join()}\n${history.toString()}`);
    const missing = history.calls.find(({ arg, outcome }) => outcome === "sent" && !seen.includes(arg));
    t.check(missing === undefined, `${missing?.arg} is lost without a word\n${history.toString()}`);
  };
}

describe("KT49: whatever tasks do on a channel, one step after another explains it", () => {
  test.each(kinds)("%s", async (_, capacity, overflow) => {
    const program = programOf(capacity, overflow, (t) => pickPlan(t, OPS));
    const { runs } = await explore(program, { runs: RUNS, systematic: false, seed: SEED });
    expect(runs).toBe(RUNS);
  });

  // The last one may be cancelled at any moment.
  test.each<[string[][], number]>([
    [[["send"], ["receive"]], 0],
    [[["send", "send"], ["receive", "receive"], ["receive"]], 2],
    [[["trySend"], ["receive"], ["either"]], 0],
    [[["send"], ["close"], ["receive"]], 0],
    [[["receive"], ["send"], ["send"]], 0],
    [[["receive"], ["receive"], ["send"]], 1],
    [[["either"], ["either"], ["either"]], 0],
  ])("all schedules of %j with capacity %i, while the last task is cancelled", async (tasks, capacity) => {
    const program = programOf(capacity, "wait", () => ({ tasks, victim: tasks.length - 1 }));
    const found = await explore(program, { strategy: "systematic" });
    expect(found.complete).toBe(true);
  });
});

describe("the checker finds", () => {
  const call = (task: string, op: string, arg: number, from: number, to: number, outcome: unknown): Call => ({
    task,
    op,
    arg,
    from,
    to,
    outcome,
  });
  const never = Number.POSITIVE_INFINITY;
  const model = (capacity: number) => modelOf(capacity, "wait");

  test("a rendezvous that does not wait", () => {
    const calls = [call("a", "send", 1, 1, 2, "sent"), call("b", "receive", 2, 3, 4, 1)];
    expect(isLinearizable(calls, model(0))).toBe(false);
    expect(isLinearizable(calls, model(1))).toBe(true);
  });

  test("values that overtake", () => {
    const calls = [
      call("a", "send", 1, 1, 2, "sent"),
      call("a", "send", 2, 3, 4, "sent"),
      call("b", "receive", 3, 5, 6, 2),
    ];
    expect(isLinearizable(calls, model(2))).toBe(false);
  });

  test("a waiter that was forgotten", () => {
    const calls = [call("a", "send", 1, 1, 2, "sent"), call("b", "receive", 2, 3, never, "waits")];
    expect(isLinearizable(calls, model(1))).toBe(false);
  });

  test("a cancelled receive that took something", () => {
    const calls = [
      call("a", "send", 1, 1, 2, "sent"),
      call("b", "receive", 2, 3, 4, CANCELLED),
      call("c", "tryReceive", 3, 5, 6, "empty"),
    ];
    expect(isLinearizable(calls, model(1))).toBe(false);
    // While it is under way, it may have it.
    expect(isLinearizable([calls[0]!, { ...calls[1]!, to: 7 }, calls[2]!], model(1))).toBe(true);
  });
});
