// `dump()`: what every task does now: what it waits for, since when, who must act, on which line, in which scope.
//
// May import: the scheduler layer, dump-text, locals, queues.

import { bodies, stackOf } from "../coroutine/trail.ts";
import { activeTask } from "../scheduler/op.ts";
import { linesOf, stackBelow, usersOwn } from "../scheduler/probe.ts";
import { circleIn, heldBy, neededBy, reportOf, type TaskReport } from "../scheduler/report.ts";
import { runningRoots } from "../scheduler/running.ts";
import { Scope } from "../scheduler/scope.ts";
import { CREATED } from "../coroutine/frames.ts";
import { RUNNING, WAITING } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import { textOf } from "./dump-text.ts";
import { type FrameLocals, localsOf, type LocalsOutcome } from "./locals.ts";
import { queueOf } from "./queues.ts";

/** A task in a {@link Dump}. */
export interface DumpedTask extends TaskReport {
  /** It has not run yet. */
  readonly isFresh: boolean;
  /** It, or what it runs in a scope of its own, is cancelled; what runs still is cleanup, or in a shield. */
  readonly isCancelled: boolean;
  /** How long the line is in which it waits, for instance `holds 0 of 1; 2 receive`; null: it stands in none. */
  readonly queue: string | null;
  /** Its open scopes, outermost first, the first being that of the task itself. */
  readonly scopes: readonly DumpedScope[];
  /** With `locals`: the variables of its bodies, innermost first. */
  readonly locals?: readonly FrameLocals[];
}

/** A scope in a {@link Dump}. */
export interface DumpedScope {
  readonly name: string;
  readonly isCancelled: boolean;
  readonly isShielded: boolean;
  /** Milliseconds until its deadline; null: it has none. */
  readonly timeLeft: number | null;
  readonly tasks: readonly DumpedTask[];
  /** How many tasks in it, and below, are not shown. */
  readonly omitted: number;
}

/** A run in a {@link Dump}, or the part of it that was asked for. */
export interface DumpedRun {
  readonly root: DumpedTask;
  /** How many tasks of the run have not ended. */
  readonly live: number;
  /** How many of its waits only code outside can end: promises, events. */
  readonly external: number;
  /** Milliseconds until its next timer; null: there is none. */
  readonly nextTimer: number | null;
  /** The ids of tasks that wait for one another, and so can't go on unless one is cancelled; mostly empty. */
  readonly cycle: readonly number[];
}

export interface DumpOptions {
  /** A task, with all below it, or a scope. All runs of the process if absent. */
  of?: Task<unknown, unknown, never> | Scope;
  /**
   * Adds the values of local variables, where the engine tells them (Node): of the first hundred bodies. It looks by the
   * engine's inspector, which is opened for that; it may slow the process down afterwards.
   */
  locals?: boolean;
  /** How many tasks are shown at most; 1,000 if absent. */
  tasks?: number;
}

/** What {@link dump} gives: a text by `String(…)`, data by `JSON.stringify(…)`. */
export class Dump {
  readonly runs: readonly DumpedRun[];
  /** Why there are no locals, where they were asked for; or null. */
  readonly noLocals: string | null;

  /** @internal */
  constructor(runs: readonly DumpedRun[], noLocals: string | null) {
    this.runs = runs;
    this.noLocals = noLocals;
  }

  toString(): string {
    return textOf(this);
  }

  toJSON(): { runs: readonly DumpedRun[]; noLocals?: string } {
    return { runs: this.runs, ...(this.noLocals === null ? {} : { noLocals: this.noLocals }) };
  }

  static {
    Object.assign(this.prototype, {
      [Symbol.for("nodejs.util.inspect.custom")](this: Dump) {
        return this.toString();
      },
    });
  }
}

/**
 * Tells what every task does now: its state, what it waits for, for how long, who must act before it can go on, what it
 * holds, where it is suspended, and where it was started. Nothing of the program is changed, and nothing waits.
 *
 * A run that was started and has not let its host have a turn yet is told only to the tasks in it.
 *
 * @returns a {@link Dump}: print it, or take its data
 * @example
 * import { dump } from "corun/inspect";
 * const text = await run(function* main() {
 *   const jobs = new Channel<string>(0, { name: "jobs" });
 *   spawn.background(function* worker() {
 *     yield* jobs.receive();
 *   });
 *   yield* sleep(1);
 *   return String(dump());
 * });
 * text.includes("worker#2 waits for receive from jobs"); // -> true
 */
export function dump(options: DumpOptions = {}): Dump {
  const dumper = new Dumper(options.tasks ?? 1000);
  const starts = options.of === undefined ? all() : [options.of instanceof Scope ? options.of.task : options.of];
  const runs = starts.map((task) => dumper.run(task, options.of instanceof Scope ? options.of : null));
  const locals: LocalsOutcome | null = options.locals === true ? localsOf(dumper.shown.map(([task]) => task)) : null;
  if (locals !== null && typeof locals !== "string") {
    for (const [task, dumped] of dumper.shown) {
      const found = locals.get(task);
      if (found === undefined) continue;
      const lines = [...dumped.lines];
      const place = found[0]?.yieldsAt;
      // Only the inspector knows the line of a bare yield.
      if (place !== undefined) lines[0] = `at ${found[0]!.frame} (${place}), in a yield`;
      Object.assign(dumped, { locals: found, lines });
    }
  }
  return new Dump(runs, typeof locals === "string" ? locals : null);
}

/** The roots of all runs, and of the one in which this is called. */
function all(): Task[] {
  const roots = new Set(runningRoots());
  for (let task = activeTask(); task !== null; task = task.parent) if (task.owner === null) roots.add(task);
  return [...roots];
}

class Dumper {
  readonly shown: [Task, DumpedTask][] = [];
  #left: number;
  #held: Map<Task, Set<string>> = new Map();
  /** Of the run's clock, for all its tasks. */
  #now = 0;

  constructor(limit: number) {
    this.#left = limit;
  }

  run(task: Task, only: Scope | null): DumpedRun {
    const { scheduler } = task;
    this.#now = scheduler.clock.now();
    const tasks = below(task);
    this.#held = heldBy(tasks);
    const circle = circleIn(tasks, (each) => (each.wait?.needsOne === true ? [] : neededBy(each)));
    const timer = scheduler.timers.earliest;
    this.#left--;
    return {
      root: this.#task(task, only),
      live: scheduler.live,
      external: scheduler.external,
      nextTimer: timer === undefined ? null : Math.max(0, timer.at - this.#now),
      cycle: circle.map((each) => each.order),
    };
  }

  #task(task: Task, only: Scope | null): DumpedTask {
    const report = reportOf(task, this.#held, this.#now);
    const scopes = scopesOf(task).filter((scope) => only === null || scope === only);
    const dumped: DumpedTask = {
      ...report,
      lines: task.status === RUNNING ? linesOfRunning(task) : report.lines,
      isFresh: (task.root.status & CREATED) !== 0 && !task.hasEnded,
      isCancelled: scopesOf(task).some((scope) => scope.cancelled),
      queue: task.status === WAITING ? queueOf(task) : null,
      scopes: [],
    };
    this.shown.push([task, dumped]);
    return Object.assign(dumped, { scopes: scopes.map((scope) => this.#scope(scope)) });
  }

  #scope(scope: Scope): DumpedScope {
    const tasks: DumpedTask[] = [];
    let omitted = 0;
    for (const task of scope.tasks) {
      if (--this.#left >= 0) tasks.push(this.#task(task, null));
      else omitted += below(task).length;
    }
    const { name, cancelled: isCancelled, shielded: isShielded, deadlineAt } = scope;
    const timeLeft = deadlineAt === Number.POSITIVE_INFINITY ? null : deadlineAt - this.#now;
    return { name, isCancelled, isShielded, timeLeft, tasks, omitted };
  }
}

/** The open scopes of `task`, outermost first. */
function scopesOf(task: Task): Scope[] {
  const scopes: Scope[] = [];
  for (let { scope } = task; scope !== null && scope.task === task; scope = scope.parent) scopes.unshift(scope);
  return scopes;
}

/** `task` and all tasks below it. */
function below(task: Task): Task[] {
  const found = [task];
  for (const each of found) for (const scope of scopesOf(each)) found.push(...scope.tasks);
  return found;
}

/** The one that asks is on the host's stack. */
function linesOfRunning(task: Task): string[] {
  if (task !== activeTask()) return linesOf(task);
  return usersOwn(bodies(task.name, stackOf(stackBelow(dump)).split("\n")).join("\n"), 0);
}
