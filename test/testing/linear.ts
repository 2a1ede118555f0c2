// Histories of calls that overlap, and whether some order of single steps explains them: Wing's and Gong's search.
import type { World } from "corun/testing";
import { sleep, spawn, type Task } from "corun";

const { env = {} } = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process ?? {};
/** How many schedules are tried of each program, and with which seed; by hand, more and others. */
export const RUNS = Number(env["CORUN_SELF_RUNS"] ?? 500);
export const SEED = Number(env["CORUN_SELF_SEED"] ?? 49);

export const WAITS = "waits";
export const CANCELLED = "cancelled";

export interface Call {
  task: string;
  op: string;
  /** Differs from call to call, so that values can be told apart. */
  arg: number;
  /** The turns, in one count for all, in which it began and ended. */
  from: number;
  to: number;
  /** What it gave, or the name of the error that it threw. */
  outcome: unknown;
}

/** The object as a state that changes in single steps. */
export interface Model<S> {
  start: S;
  /** What `call` may do now: the states that come of it, each with what it gives. None: it waits. */
  steps(state: S, call: Call): [S, unknown][];
  /** What a cancellation may do to a call that was done, but had not returned. Absent: nothing, it stays done. */
  undo?(state: S, call: Call, outcome: unknown): S[];
  /** Whether all may end so, `waiting` being the calls that never return. Absent: if none of them could be done. */
  final?(state: S, waiting: Call[]): boolean;
}

class History {
  readonly calls: Call[];
  #turn = 0;

  constructor(calls: Call[] = []) {
    this.calls = calls;
  }

  /** What `perform` waits for, written down. */
  *call(task: string, op: string, perform: (arg: number) => Iterable<unknown>): Generator<never, unknown, unknown> {
    const arg = this.calls.length + 1;
    const call: Call = { task, op, arg, from: ++this.#turn, to: Number.POSITIVE_INFINITY, outcome: WAITS };
    this.calls.push(call);
    let isCut = true;
    try {
      call.outcome = yield* perform(arg) as Generator<never, unknown, unknown>;
      isCut = false;
    } catch (error) {
      call.outcome = (error as Error).name;
      isCut = false;
    } finally {
      if (isCut) call.outcome = CANCELLED;
      call.to = ++this.#turn;
    }
    return call.outcome;
  }

  /** A table, a call a line, in the order in which they began. */
  toString(): string {
    const line = ({ task, op, arg, from, to, outcome }: Call) =>
      `  ${String(from).padStart(2)}-${String(to).padEnd(8)} ${task}: ${op}(${arg}) -> ${JSON.stringify(outcome)}`;
    return this.calls.map(line).join("\n");
  }
}

const OPEN = 0;
const DONE = 1;

/** Whether some order of single steps explains `calls`. */
export function isLinearizable<S>(calls: readonly Call[], model: Model<S>): boolean {
  /** Of each call: whether it is done; of one that was cancelled after it was done, what it gave until that is undone. */
  type Stage = typeof OPEN | typeof DONE | { gave: unknown };
  const failed = new Set<string>();
  const waiting = calls.filter(({ outcome }) => outcome === WAITS);
  const mayBeLeft = ({ outcome }: Call) => outcome === WAITS || outcome === CANCELLED;

  function isFinal(state: S, stages: Stage[]): boolean {
    if (!stages.every((stage, i) => stage === DONE || (stage === OPEN && mayBeLeft(calls[i]!)))) return false;
    return model.final === undefined
      ? waiting.every((call) => model.steps(state, call).length === 0)
      : model.final(state, waiting);
  }

  /** No other one that must come before has still to be done. */
  function isNext(call: Call, stages: Stage[]): boolean {
    return calls.every((other, i) => {
      const stage = stages[i]!;
      return other.to >= call.from || stage === DONE || (stage === OPEN && mayBeLeft(other));
    });
  }

  function* moves(state: S, stages: Stage[]): Generator<[S, number, Stage], void, undefined> {
    for (const [i, call] of calls.entries()) {
      const stage = stages[i]!;
      if (typeof stage === "object") for (const next of model.undo!(state, call, stage.gave)) yield [next, i, DONE];
      if (stage !== OPEN || call.outcome === WAITS || !isNext(call, stages)) continue;
      for (const [next, outcome] of model.steps(state, call)) {
        if (call.outcome === CANCELLED) yield [next, i, model.undo === undefined ? DONE : { gave: outcome }];
        else if (JSON.stringify(outcome) === JSON.stringify(call.outcome)) yield [next, i, DONE];
      }
    }
  }

  function search(state: S, stages: Stage[]): boolean {
    if (isFinal(state, stages)) return true;
    const key = JSON.stringify([state, stages]);
    if (failed.has(key)) return false;
    for (const [next, i, stage] of moves(state, stages)) if (search(next, stages.with(i, stage))) return true;
    failed.add(key);
    return false;
  }

  return search(
    model.start,
    calls.map(() => OPEN),
  );
}

/** Calls `op` on the object; `arg` differs from call to call. */
export type Perform = (op: string, arg: number, task: string) => Generator<never, unknown, unknown>;

/** Which ops the tasks call, one after the other, and which of them is cancelled at any moment; none: all go on. */
export interface Plan {
  tasks: readonly (readonly string[])[];
  victim: number;
}

/** A plan of some of `ops`, as `t` picks them. */
export function pickPlan(t: World, ops: readonly string[], count = 3): Plan {
  const tasks = Array.from({ length: count }, () => Array.from({ length: 1 + t.pick(2) }, () => t.pick(ops)));
  return { tasks, victim: t.pick(count + 1) };
}

/** Gives what the tasks of a plan did when none of them can go on, and cancels them then. */
export function* carryOut({ tasks, victim }: Plan, perform: Perform) {
  const history = new History();
  const all: Task[] = tasks.map((ops, i) => {
    const name = "abcdef"[i]!;
    const task = spawn(function* () {
      for (const op of ops) yield* history.call(name, op, (arg) => perform(op, arg, name));
    });
    task.name = `${name} ${ops.join(" ")}`;
    return task;
  });
  if (victim < all.length) {
    spawn(function* canceller() {
      all[victim]!.cancel();
    });
  }
  // No time passes until nobody can go on.
  yield* sleep(1);
  const seen = new History(history.calls.map((call) => ({ ...call })));
  for (const task of all) task.cancel();
  yield* sleep(1);
  return seen;
}

/** A plan that `t` picks, carried out. */
export const trial = (t: World, ops: readonly string[], perform: Perform, count = 3): ReturnType<typeof carryOut> =>
  carryOut(pickPlan(t, ops, count), perform);
