// Select: waits for exactly one of several ops.
//
// Every op is asked once, in an order that is drawn (or as written); if none can be done at once, all
// stand in their lines, and the first that is done withdraws the others before anybody else runs.
//
// May import: the scheduler layer.

import { show } from "../coroutine/errors.ts";
import { type Chooser, Op } from "../scheduler/op.ts";
import type { Waitable } from "../scheduler/structure.ts";
import type { Task } from "../scheduler/task.ts";

type Clauses = Record<string, Waitable<unknown> | null | undefined>;
type ValueOf<C> = C extends { [Symbol.iterator](): Iterator<unknown, infer R, unknown> } ? R : never;

/** What a select gives: which clause, and its value. */
export type Selected<C extends Clauses> = {
  [K in keyof C & string]: NonNullable<C[K]> extends never ? never : { key: K; value: ValueOf<NonNullable<C[K]>> };
}[keyof C & string];

interface Clause {
  key: string;
  op: Op<unknown>;
}

class Select extends Op<unknown> implements Chooser {
  readonly #clauses: Clause[];
  readonly #isFair: boolean;
  readonly #otherwise: { value: unknown } | null;
  #won: Op<unknown> | null = null;

  constructor(clauses: Clause[], isFair: boolean, otherwise: { value: unknown } | null) {
    super();
    this.#clauses = clauses;
    this.#isFair = isFair;
    this.#otherwise = otherwise;
    for (const { op } of clauses) op.chooser = this;
  }

  poll(task: Task): boolean {
    for (const { key, op } of this.#isFair ? shuffled(this.#clauses, task) : this.#clauses) {
      op.task = task;
      if (!op.poll(task)) continue;
      this.result = { key, value: op.result };
      op.result = undefined;
      this.#won = op;
      return true;
    }
    if (this.#otherwise === null) return false;
    this.result = { key: "otherwise", value: this.#otherwise.value };
    return true;
  }

  enlist(task: Task): void {
    this.#won = null;
    try {
      for (const { op } of this.#clauses) op.enlist(task);
    } catch (error) {
      this.withdraw();
      throw error;
    }
  }

  withdraw(): void {
    for (const { op } of this.#clauses) op.withdraw();
  }

  override revoke(value: unknown): void {
    this.#won?.revoke((value as { value: unknown }).value);
  }

  chosen(op: Op<unknown>, value: unknown, error: unknown, failed: boolean): void {
    const { key } = this.#clauses.find((clause) => clause.op === op)!;
    for (const clause of this.#clauses) if (clause.op !== op) clause.op.withdraw();
    this.#won = op;
    if (failed) this.fail(error);
    else this.complete({ key, value });
  }

  describe(): string {
    return `select(${this.#clauses.map(({ key, op }) => `${key}: ${op.describe()}`).join(", ")})`;
  }
}

function shuffled(clauses: Clause[], task: Task): Clause[] {
  const order = clauses.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(task.scheduler.random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
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
export function select<const C extends Clauses, O = never>(
  clauses: C,
  options: SelectOptions<O> = {},
): Waitable<Selected<C> | ([O] extends [never] ? never : { key: "otherwise"; value: O })> {
  const listed: Clause[] = [];
  for (const [key, clause] of Object.entries(clauses)) {
    if (clause === null || clause === undefined) continue;
    const op: unknown = clause[Symbol.iterator]?.();
    if (!(op instanceof Op)) {
      throw new TypeError(
        `select needs ops (send, receive, sleep, a task, …), but "${key}" is ${show(clause)}; spawn it, and select its task`,
      );
    }
    listed.push({ key, op });
  }
  const otherwise = "otherwise" in options ? { value: options.otherwise } : null;
  return new Select(listed, options.order !== "priority", otherwise) as never;
}
