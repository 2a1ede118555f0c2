// Who is who in a trace: tasks, coroutines that are resumed by hand, and the code outside, each with a number.
//
// Numbers: 0 nobody, 1 the code outside, then coroutines; the tasks of the n-th run have n * 2^32 and their turn.
// Of tasks nothing is kept here: those that live are found from the roots of the runs, of others the events tell.
//
// May import: the coroutine and scheduler layers.

import type { Coroutine } from "../coroutine/coroutine.ts";
import { neededBy } from "../scheduler/report.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Task } from "../scheduler/task.ts";

export const NOBODY = 0;
export const PROGRAM = 1;
const RUN = 2 ** 32;
/** Runs are numbered with so many bits (trace-ring.ts). */
const MOST_RUNS = 2 ** 24 - 1;

/** The number of a lane: of a task, or, in the run 0, one of those that belong to none. */
export const idOf = (run: number, lane: number): number => run * RUN + lane;
export const runOf = (id: number): number => (id / RUN) | 0;
/** Its number in its run, in 32 bits. */
export const laneOf = (id: number): number => id | 0;

/** The code outside, or a coroutine. That may be forgotten by everybody, so it is not held. */
export interface Hand {
  readonly id: number;
  name: string;
  readonly parent: number;
  readonly site: number;
  /** The numbers of the first and of the last event that it is in. */
  readonly first: number;
  last: number;
  /** How it ended; null: it has not. */
  end: "closed" | "failed" | null;
}

/** A task that lives, as it is now. */
export interface Live {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly state: Task["state"];
  readonly waitsFor: string | null;
  /** The first of those that must act before it can go on. */
  readonly needs: readonly number[];
}

/** A page shows eight, and that there are more. */
const MOST_NEEDED = 9;

export class Lanes {
  readonly hands: Map<number, Hand> = new Map();
  readonly #roots: Set<Task> = new Set();
  readonly #runs: WeakMap<Scheduler, number> = new WeakMap();
  readonly #coroutines: WeakMap<Coroutine, number> = new WeakMap();
  readonly #capacity: number;
  /** When there are so many coroutines, those are forgotten whose events are lost. */
  #limit: number;
  #runCount = 0;
  #coroutineCount = PROGRAM;
  /** The run that was asked for last. */
  #scheduler: Scheduler | null = null;
  #run = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#limit = 2 * capacity;
  }

  ofTask(task: Task): number {
    return idOf(this.runOf(task), task.order);
  }

  /** The number of the run that `task` belongs to, from 1; that of the task in it is its turn. */
  runOf({ scheduler }: Task): number {
    if (scheduler !== this.#scheduler) this.#look(scheduler);
    return this.#run;
  }

  #look(scheduler: Scheduler): void {
    let run = this.#runs.get(scheduler);
    if (run === undefined) this.#runs.set(scheduler, (run = this.#runCount = (this.#runCount % MOST_RUNS) + 1));
    this.#scheduler = scheduler;
    this.#run = run;
  }

  begun(root: Task): void {
    this.#roots.add(root);
  }

  ended(root: Task): void {
    this.#roots.delete(root);
  }

  /** All tasks that live. */
  tasks(): Task[] {
    const found: Task[] = [];
    const next = [...this.#roots];
    for (let task = next.pop(); task !== undefined; task = next.pop()) {
      found.push(task);
      for (let { scope } = task; scope !== null && scope.task === task; scope = scope.parent) next.push(...scope.tasks);
    }
    return found;
  }

  live(): Live[] {
    return this.tasks().map((task) => {
      const { parent, name, state, wait } = task;
      const waitsFor = state === "waiting" ? (wait?.describe() ?? "a send") : null;
      const needs = neededBy(task)
        .slice(0, MOST_NEEDED)
        .map((each) => this.ofTask(each));
      const starter = parent === null ? NOBODY : this.ofTask(parent);
      return { id: this.ofTask(task), parent: starter, name, state, waitsFor, needs };
    });
  }

  /** Of a coroutine; of null, the code outside. It takes part in `event`. */
  hand(coroutine: Coroutine | null, parent: number, site: number, event: number): Hand {
    let id = coroutine === null ? PROGRAM : this.#coroutines.get(coroutine);
    if (id === undefined) this.#coroutines.set(coroutine!, (id = ++this.#coroutineCount));
    let hand = this.hands.get(id);
    if (hand === undefined) {
      this.hands.set(id, (hand = { id, name: "program", parent, site, first: event, last: event, end: null }));
      if (this.hands.size > this.#limit) this.#forget(event - this.#capacity);
    }
    if (coroutine !== null) hand.name = coroutine.name;
    hand.last = event;
    return hand;
  }

  #forget(first: number): void {
    for (const { id, last } of this.hands.values()) if (last < first && id !== PROGRAM) this.hands.delete(id);
    this.#limit = this.hands.size + 2 * this.#capacity;
  }
}
