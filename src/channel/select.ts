// Select: waits for exactly one of several ops.
//
// Every op that may be done now is asked once, in an order that is drawn (or as written); if none can be, all
// stand in their lines, and the first that is done withdraws the others before anybody else runs. Those that call a
// function of the user's then (an `until`) come last, as that may make another one done.
//
// May import: the scheduler layer.

import { isTracked } from "../scheduler/footprint.ts";
import { type Chooser, Op, PENDING, type Waitable } from "../scheduler/op.ts";
import { told } from "../scheduler/runnable.ts";
import type { Task } from "../scheduler/task.ts";

type ValueOf<C> = C extends { [Symbol.iterator](): Iterator<unknown, infer R, unknown> } ? R : never;

/** What a select gives: which clause, and its value. */
export type Selected<C> = {
  [K in keyof C & (string | number)]: NonNullable<C[K]> extends never
    ? never
    : { key: `${K}`; value: ValueOf<NonNullable<C[K]>> };
}[keyof C & (string | number)];

class Select extends Op<unknown> implements Chooser {
  readonly #keys: string[];
  readonly #ops: Op<unknown>[];
  readonly #isFair: boolean;
  readonly #otherwise: { key: string; value: unknown } | null;
  #won: Op<unknown> | null = null;
  /** It is decided, or given up: what else is done now, by the withdrawal of the others, is undone. */
  #isOver = false;

  constructor(keys: string[], ops: Op<unknown>[], isFair: boolean, otherwise: { key: string; value: unknown } | null) {
    super();
    this.#keys = keys;
    this.#ops = ops;
    this.#isFair = isFair;
    this.#otherwise = otherwise;
  }

  poll(task: Task): unknown {
    const ops = this.#ops;
    let result: unknown;
    this.#won = null;
    this.#isOver = false;
    try {
      for (const op of ops) {
        op.checkFree();
        op.chooser = this;
        op.task = task;
      }
      const count = this.#isFair ? this.#draw(task) : ops.length;
      for (let i = 0; i < count; i++) {
        const value = ops[i]!.poll(task);
        if (value === PENDING) continue;
        this.#won = ops[i]!;
        return (result = { key: this.#keys[i], value });
      }
      return (result = this.#otherwise ?? PENDING);
    } finally {
      if (result !== PENDING) this.#release();
    }
  }

  #release(): void {
    for (const op of this.#ops) if (op.chooser === this) op.chooser = null;
  }

  /**
   * Puts those that may be done now to the front, and gives how many they are. Each order of them is as likely as
   * another, so that each that is ready is.
   */
  #draw(task: Task): number {
    let count = 0;
    for (let i = 0; i < this.#ops.length; i++) if (this.#ops[i]!.mayBeDone(task)) this.#swap(i, count++);
    for (let i = count - 1; i > 0; i--) this.#swap(i, task.scheduler.choose(i + 1));
    return count;
  }

  #swap(i: number, j: number): void {
    if (i === j) return;
    const keys = this.#keys;
    const ops = this.#ops;
    [keys[i], keys[j]] = [keys[j]!, keys[i]!];
    [ops[i], ops[j]] = [ops[j]!, ops[i]!];
  }

  enlist(task: Task): void {
    try {
      let doesCallOut = false;
      for (const op of this.#ops) {
        if (op.callsOut) doesCallOut = true;
        else op.enlist(task);
      }
      if (!doesCallOut) return;
      for (const op of this.#ops) {
        if (!op.callsOut) continue;
        op.enlist(task);
        // By what it called, another one was chosen, or this one.
        if (!this.#isOver) continue;
        if (op !== this.#won) op.withdraw();
        return;
      }
    } catch (error) {
      this.withdraw();
      throw error;
    }
  }

  override get callsOut(): boolean {
    return this.#ops.some((op) => op.callsOut);
  }

  withdraw(): void {
    this.#isOver = true;
    for (const op of this.#ops) op.withdraw();
    this.#release();
  }

  override dropped(): void {
    for (const op of this.#ops) {
      try {
        op.dropped();
      } catch (error) {
        this.task!.own().fail(error, 0); // of a callback of the user's: the others are told all the same
      }
    }
  }

  override told(): void {
    this.#won?.told();
  }

  override touch(): void {
    for (const op of this.#ops) op.touch(true);
  }

  override revoke(value: unknown): void {
    this.#won?.revoke((value as { value: unknown }).value);
  }

  chosen(op: Op<unknown>, value: unknown, error: unknown, failed: boolean): void {
    if (isTracked()) this.touch();
    if (this.#isOver) {
      if (!failed) op.revoke(value);
      return;
    }
    this.#isOver = true;
    const ops = this.#ops;
    let key = "";
    for (let i = 0; i < ops.length; i++) {
      if (ops[i] === op) key = this.#keys[i]!;
      else ops[i]!.withdraw();
    }
    this.#won = op;
    this.#release();
    if (failed) this.fail(error);
    else this.complete({ key, value });
  }

  override needs(tell: (task: Task, held?: string) => void): void {
    for (const op of this.#ops) op.needs(tell);
  }

  override get needsOne(): boolean {
    return true;
  }

  describe(): string {
    return `select(${this.#ops.map((op, i) => `${this.#keys[i]}: ${op.describe()}`).join(", ")})`;
  }
}

export interface SelectOptions<O> {
  /** `"fair"` (the default): any clause that is ready, by the scheduler's seeded choice; `"priority"`: the first as written. */
  order?: "fair" | "priority";
  /** Never waits: if no clause is ready, gives `{key: "otherwise", value}`. */
  otherwise?: O;
}

/**
 * Waits for exactly one of `clauses`; the others are withdrawn, without a trace. `null` switches a clause off; with none
 * left it waits for ever.
 *
 * @returns for `yield*`: `{key, value}`, a discriminated union
 * @throws what the chosen clause throws
 * @example
 * const hit = await run(function* () {
 *   const jobs = new Channel<string>();
 *   return yield* select({ job: jobs.receive(), idle: sleep(5) });
 * });
 * hit.key; // -> "idle"
 *
 * Source: Go's select; `priority` and clauses that send from Concurrent ML and Kotlin.
 */
export function select<const C extends Record<string, Waitable<unknown> | null | undefined>, O = never>(
  // Mapped, so that a clause that is `null` at first does not decide the type.
  clauses: { [K in keyof C]: C[K] | null | undefined },
  options: SelectOptions<O> = {},
): Waitable<Selected<C> | ([O] extends [never] ? never : { key: "otherwise"; value: O })> {
  if (typeof clauses !== "object" || clauses === null)
    throw new TypeError(`select needs clauses, {key: op, …}, but got ${told(clauses)}`);
  const { order = "fair" } = options;
  if (order !== "fair" && order !== "priority")
    throw new TypeError(`a select's order is "fair" or "priority", but got ${told(order)}`);
  // Arrays of the right length, if all are on: one that grows from none has room for 17, which costs more than all the rest.
  let keys = Object.keys(clauses);
  let ops: unknown[] = Object.values(clauses);
  let isOff = false;
  for (let i = 0; i < ops.length; i++) {
    ops[i] = opOf(ops[i] as Waitable<unknown> | null | undefined, keys[i]!);
    if (ops[i] === null) isOff = true;
  }
  if (isOff) {
    keys = keys.filter((_, i) => ops[i] !== null);
    ops = ops.filter((op) => op !== null);
  }
  const otherwise = "otherwise" in options ? { key: "otherwise", value: options.otherwise } : null;
  if (otherwise !== null && keys.includes("otherwise"))
    throw new TypeError("select: a clause can't be called otherwise with the option `otherwise`: rename it");
  return new Select(keys, ops as Op<unknown>[], order === "fair", otherwise) as never;
}

/** Null: the clause is off. */
function opOf(clause: Waitable<unknown> | null | undefined, key: string): Op<unknown> | null {
  if (clause === null || clause === undefined) return null;
  const op: unknown = clause[Symbol.iterator]?.();
  if (op instanceof Op) return op as Op<unknown>;
  const what = told(clause);
  const advice = what === "a Promise" ? "did you mean until(promise)?" : "spawn it, and select its task";
  throw new TypeError(`select needs ops (send, receive, sleep, a task, …), but "${key}" is ${what}; ${advice}`);
}
