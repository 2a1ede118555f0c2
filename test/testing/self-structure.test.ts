// Scopes, cancellation and combinators under every schedule: trees of tasks that start, wait, fail, cancel one another and
// clean up, as the exploration picks them.
import {
  all,
  any,
  CancelledError,
  coroutine,
  defer,
  race,
  scope,
  settled,
  shield,
  sleep,
  spawn,
  type Task,
  timeout,
  TimeoutError,
  type Waitable,
  yieldNow,
} from "corun";
import { explore, type World } from "corun/testing";
import { expect, test, vi } from "vitest";
import { RUNS, SEED } from "./linear.ts";

vi.setConfig({ testTimeout: 120_000 });

class Wrong extends Error {}

const WAITS = ["yield", "yield", "sleep"];
const STARTS = ["spawn", "spawn", "background", "supervised"] as const;
const BLOCKS = ["scope", "shield", "timeout", "all", "race", "any", "settled"];
const ACTS = ["defer", "cancel", "cancel", "join", "throw"];
const combined: Record<string, (list: Body[]) => Waitable<unknown>> = { all, race, any, settled };

type Body = () => Generator<never, unknown, unknown>;
/** The tasks that were started below some block or task: they end before it. */
type Below = Task[];

const haveEnded = (tasks: Below) => tasks.every(({ state }) => ["done", "failed", "cancelled"].includes(state));

/** A tree, and what has happened in it. */
class Tree {
  readonly t: World;
  readonly steps: readonly string[];
  readonly tasks: Task[] = [];
  readonly open: Set<number> = new Set();
  deferred = 0;
  cleaned = 0;
  thrown = 0;
  #count = 0;
  #budget = 10;

  constructor(t: World, steps: readonly string[]) {
    this.t = t;
    this.steps = steps;
  }

  /** Some steps, with cleanup that may wait. */
  body(depth: number, around: Below[]): Body {
    const { open } = this;
    const t: World = this.t;
    const steps = Array.from({ length: 1 + t.pick(3) }, () => t.pick(this.steps));
    const pauses = t.pick(3);
    const perform = (step: string) => this.#perform(step, depth, around);
    const id = ++this.#count;
    const cleanup = coroutine(function* cleanup() {
      for (let i = 0; i < pauses; i++) yield* i === 0 ? yieldNow() : sleep(1);
      t.check(open.delete(id), "cleanup runs once");
    });
    return function* node() {
      open.add(id);
      let isCut = true;
      try {
        for (const step of steps) yield* perform(step);
        isCut = false;
        return id;
      } catch (error) {
        isCut = false;
        throw error;
      } finally {
        // What a cancellation has started is never cut; what comes after the end of the body may be, unless it is shielded.
        if (isCut) yield* cleanup();
        else yield* shield(cleanup);
      }
    };
  }

  *#perform(step: string, depth: number, around: Below[]): Generator<never, void, unknown> {
    const t: World = this.t;
    if (step === "throw") this.#fail();
    else if (step === "cancel") this.#cancel();
    else if (step === "defer") this.#defer();
    else if (step === "join") yield* this.#join(around.at(-1)!);
    else if (step === "sleep") yield* sleep(1 + t.pick(3));
    else if (step === "yield" || depth === 0 || this.#budget-- <= 0) yield* yieldNow();
    else if (BLOCKS.includes(step)) yield* this.#block(step, depth, around);
    else this.#start(step as (typeof STARTS)[number], depth, around);
  }

  #start(how: (typeof STARTS)[number], depth: number, around: Below[]): void {
    const body = this.body(depth - 1, [...around, []]);
    const task: Task = how === "spawn" ? spawn(body) : spawn[how](body);
    this.tasks.push(task);
    for (const below of around) below.push(task);
  }

  *#block(kind: string, depth: number, around: Below[]): Generator<never, void, unknown> {
    const t: World = this.t;
    const below: Below = [];
    const bodies = [1, 2].map(() => this.body(depth - 1, [...around, below]));
    try {
      if (kind === "scope") yield* scope(bodies[0]!);
      else if (kind === "shield") yield* shield(bodies[0]!);
      else if (kind === "timeout") yield* timeout(1 + t.pick(3), bodies[0]!);
      else yield* combined[kind]!(bodies);
    } catch (error) {
      if (t.pick(2) === 0) throw error;
    } finally {
      t.check(haveEnded(below), `${kind} has ended, what was started in it has not`);
    }
  }

  #fail(): never {
    this.thrown++;
    throw new Wrong("wrong");
  }

  #cancel(): void {
    if (this.tasks.length > 0) this.t.pick(this.tasks).cancel("not wanted");
  }

  *#join(below: Below): Generator<never, void, unknown> {
    const task = below.at(-1);
    if (task === undefined) return;
    try {
      yield* task;
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      this.t.check(task.state === "cancelled", `it was joined as cancelled, but is ${task.state}`);
    }
    this.t.check(haveEnded([task]), `it was joined, but is ${task.state}`);
  }

  #defer(): void {
    const waits = this.t.pick(2) === 0;
    this.deferred++;
    const clean = function* (this: Tree) {
      if (waits) yield* sleep(1);
      this.cleaned++;
    };
    defer(clean.bind(this));
  }
}

/** What may come out of a tree. */
function isOf(error: unknown, thrown: number): boolean {
  if (error instanceof AggregateError) return error.errors.every((each) => isOf(each, thrown));
  if (error instanceof Wrong) return thrown > 0;
  return error instanceof CancelledError || error instanceof TimeoutError;
}

const plain = (steps: readonly string[]) => steps.filter((step) => step !== "throw" && step !== "any");

test.each([
  ["without failures", plain([...WAITS, ...STARTS, ...BLOCKS, ...ACTS])],
  ["with failures", [...WAITS, ...STARTS, ...BLOCKS, ...ACTS]],
  ["of scopes and shields", [...WAITS, "spawn", "spawn", "scope", "shield", "cancel", "cancel", "defer"]],
])("a tree %s leaves nothing behind", async (_, steps) => {
  const program = function* (t: World) {
    const tree = new Tree(t, steps);
    const below: Below = [];
    const root = spawn.supervised(tree.body(3, [below]));
    tree.tasks.push(root);
    try {
      yield* root;
    } catch (error) {
      t.check(isOf(error, tree.thrown), `nobody has thrown ${String(error)}`);
      t.check(!(error instanceof CancelledError) || root.state === "cancelled", "only who is cancelled is told so");
    }
    t.check(haveEnded([root, ...below, ...tree.tasks]), "all tasks have ended");
    t.check(tree.open.size === 0, `the cleanup of ${[...tree.open].join()} did not run to its end`);
    t.check(tree.deferred === tree.cleaned, `${tree.deferred} cleanups, but ${tree.cleaned} ran`);
    const { live, external, timers } = (
      root as unknown as { scheduler: { live: number; external: number; timers: { earliest: unknown } } }
    ).scheduler;
    t.check(live === 1 && external === 0 && timers.earliest === undefined, "no task, wait or timer is left");
  };
  const { runs } = await explore(program, { runs: RUNS, systematic: false, seed: SEED });
  expect(runs).toBe(RUNS);
});
