// A run that is recorded: what each step did, for the report; its schedule; and a trace, to compare two runs.
//
// May import: departing, driver, paths, states, texts; Op and Task as types.

import type { Observer } from "../scheduler/observer.ts";
import type { Op } from "../scheduler/op.ts";
import { CANCELLED, DONE, FAILED, WAITING } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import { Departures } from "./departing.ts";
import { Driver } from "./driver.ts";
import type { Paths } from "./paths.ts";
import type { Departure } from "./schedule.ts";
import type { Strategy } from "./strategy.ts";
import { briefly } from "./texts.ts";

/** What one task did from one switch to the next. */
export interface Row {
  path: string;
  did: string[];
}

export class Recorder extends Driver implements Observer {
  readonly paths: Paths;
  readonly rows: Row[] = [];
  /** A line a step. */
  readonly trace: string[] = [];
  /** Rows from here on are what is done because the run has failed; undefined: it has not. */
  failedAt: number | undefined = undefined;
  readonly #departures: Departures = new Departures();
  /** What the present step has done so far. */
  #did: string[] = [];
  #root: Task | null = null;

  constructor(strategy: Pick<Strategy, "next" | "choose">, paths: Paths, maxSteps: number) {
    super(
      {
        next: (ready, moment) => {
          const index = strategy.next(ready, moment);
          if (ready[index] !== undefined) this.#departures.picked(ready, moment, index, paths.of(ready[index]));
          return index;
        },
        choose: (count) => {
          const value = strategy.choose(count);
          this.#departures.drew(value);
          return value;
        },
      },
      maxSteps,
    );
    this.paths = paths;
  }

  get departures(): Departure[] {
    return this.#departures.found;
  }

  /** The names of the tasks, by path. */
  get names(): ReadonlyMap<string, string> {
    return new Map([...this.paths.all].map(([task, path]) => [path, `${task.name}#${task.order}`]));
  }

  /** Something that the present step wants to be seen in the report. */
  note(text: string): void {
    this.#did.push(text);
  }

  runStarted(root: Task): void {
    this.#root = root;
  }

  taskSpawned(task: Task): void {
    const path = this.paths.of(task);
    if (task.parent !== null) this.note(`starts ${path} ${task.name}`);
  }

  beforeStep(): void {
    if (this.failedAt === undefined && hasFailed(this.#root!)) this.failedAt = this.rows.length;
  }

  afterStep(task: Task): void {
    const did = this.#did;
    this.#did = [];
    did.push(outcomeOf(task));
    const path = this.paths.of(task);
    this.trace.push(`${task.name} (task ${path}): ${did.join("; ")}`);
    const row = this.rows.at(-1);
    if (row?.path === path && this.failedAt === undefined) row.did.push(...did);
    else this.rows.push({ path, did });
    this.beforeStep();
  }
}

/** What a task came to at the end of a step. */
function outcomeOf(task: Task): string {
  const { status, wait, value } = task;
  if (status === DONE) return "ends";
  if (status === FAILED) return `fails: ${briefly(value)}`;
  if (status === CANCELLED) return "is cancelled";
  if (status === WAITING) return `waits for ${wait === null ? "a send" : numbered(wait)}`;
  return wait === null ? "goes on" : doneAtOnce(wait);
}

/** What a task has waited for that was there at once. */
function doneAtOnce(wait: Op<unknown>): string {
  const text = wait.describe();
  const [lock] = text.split(" held by task ", 1);
  if (lock !== text) return `takes ${lock}`; // it is held by the task itself now
  return text.startsWith("task ") ? `joins ${numbered(wait)}` : text;
}

/** What `wait` is for, with the numbers of the tasks that it names: several may have the same name. */
function numbered(wait: Op<unknown>): string {
  let text = wait.describe();
  if (!/\btask /.test(text)) return text;
  wait.needs(({ name, order }) => {
    text = text.replace(`task ${name}`, () => `task ${name}#${order}`);
  });
  return text;
}

function hasFailed(root: Task): boolean {
  if (root.status === FAILED) return true;
  let { scope } = root;
  while (scope !== null && scope.parent !== null) scope = scope.parent;
  return scope !== null && scope.failures !== null;
}
