// The run of a durable coroutine: its scheduler, its clock, the host task that sends to it, and the waits that only an
// event ends.
//
// The host task brings the body to its first `yield`, and from there sends it one value after another. The body is a
// task of its own, so that all of the scheduler holds for it.
//
// May import: the coroutine and scheduler layers, chance, define, port, signals.

import { Coroutine } from "../coroutine/coroutine.ts";
import type { Clock } from "../scheduler/clock.ts";
import { waitsOf, watch } from "../scheduler/deadlock.ts";
import { SchedulerError } from "../scheduler/errors.ts";
import { listen } from "../scheduler/join.ts";
import { activeTask, Op, PENDING, requireTask } from "../scheduler/op.ts";
import { toCoroutine } from "../scheduler/runnable.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { spawn } from "../scheduler/spawn.ts";
import { Task } from "../scheduler/task.ts";
import { Chance } from "./chance.ts";
import type { Definition } from "./define.ts";
import type { Base, Outcome, Request, Text } from "./port.ts";
import { Signals } from "./signals.ts";
import { decode } from "./text.ts";

type AnyGenerator = Generator<unknown, unknown, unknown>;

/** What a run tells its coroutine (live.ts). */
export interface Owner {
  readonly name: string;
  readonly key: string;
  readonly label: string;
  readonly base: Base;
  readonly time: number;
  readonly isReplaying: boolean;
  /** @internal The body came to a `yield`. */
  yielded(value: unknown): void;
  /** @internal */
  asked(request: Request): void;
  /** @internal */
  withdrawn(n: number): void;
  /** @internal The task of the body has ended. */
  over(task: Task): void;
  /** @internal Something outside has made `task` go on, and no event has. */
  strayed(task: Task): void;
}

/** A wait for the result of a request. */
interface Settled {
  settle(outcome: Outcome): void;
}

class JournalScheduler extends Scheduler {
  readonly run: Run;
  /** It has run, so that from now on only what is fed may have it go on. */
  #hasBegun = false;
  /** How many calls from what feeds it are under way, one inside the other. */
  #calls = 0;

  constructor(run: Run, clock: Clock, seed: number) {
    super({ clock, seed, hasHost: false, deadlock: "error" });
    this.run = run;
    // Waits that only the outside can end are counted here. The run counts its own; all others have no place in a journal.
    Object.defineProperty(this, "external", {
      get: () => run.outside,
      set(count: number) {
        if (count === run.outside) return;
        throw new SchedulerError(
          `${run.owner.label} waits for something that no journal has (a promise, an event or a stream of the host): do it in a step(name, fn)`,
        );
      },
    });
  }

  override enqueue(task: Task): void {
    super.enqueue(task);
    if (this.#calls === 0 && this.#hasBegun) this.run.owner.strayed(task);
  }

  override enter(change: () => void): void {
    this.#calls++;
    try {
      super.enter(change);
    } finally {
      this.#calls--;
    }
  }

  override runReady(): void {
    this.#hasBegun = true;
    this.#calls++;
    try {
      super.runReady();
    } finally {
      this.#calls--;
    }
  }
}

export class Run {
  readonly owner: Owner;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly chance: Chance;
  /** The task of the body. */
  task!: Task;
  /** How many waits only an event can end. */
  outside = 0;
  #asked = 0;
  readonly #waits: Map<number, Settled> = new Map();
  #next: NextSend | null = null;
  #sent: { value: Text } | null = null;

  constructor(owner: Owner, definition: Definition) {
    const { base } = owner;
    this.owner = owner;
    this.chance = new Chance(base.salt);
    const clock: Clock = {
      now: () => owner.time,
      wakeAt: () => () => {}, // without a host nobody asks for it
    };
    this.scheduler = new JournalScheduler(this, clock, this.chance.next());
    this.signals = new Signals(this, base.signals);
    this.#sent = base.turn?.sent ?? null;
    const args = base.state === null && base.generation === 0 ? [] : [decode(base.state)];
    const root = new Task(this.scheduler, Coroutine.of(serve(this, definition, args), "engine"), null, 0);
    this.scheduler.enqueue(root);
  }

  /** Runs all that is ready or due. */
  goOn(): void {
    this.scheduler.runReady();
  }

  /** Does `change`, and runs what is ready then. */
  enter(change: () => void): void {
    this.scheduler.enter(change);
  }

  /** What was sent and the body has not taken. */
  get unsent(): { value: Text } | null {
    return this.#sent;
  }

  send(value: Text): void {
    const next = this.#next;
    if (next === null) {
      this.#sent = { value };
    } else {
      this.#next = null;
      this.outside--;
      next.complete(decode(value));
    }
  }

  takeSent(): unknown {
    const sent = this.#sent;
    this.#sent = null;
    return sent === null ? PENDING : decode(sent.value);
  }

  awaitSend(next: NextSend): void {
    this.#next = next;
    this.outside++;
  }

  /** A request is made. Gives its number. */
  ask(wait: Settled, request: (n: number, id: string) => Request): number {
    const n = ++this.#asked;
    const { name, key, base } = this.owner;
    this.#waits.set(n, wait);
    this.outside++;
    this.owner.asked(request(n, `${name}/${key}/${(base.origin ?? 0) + base.generation}.${n}`));
    return n;
  }

  settle(n: number, outcome: Outcome): void {
    const wait = this.#waits.get(n)!;
    this.#waits.delete(n);
    this.outside--;
    wait.settle(outcome);
  }

  withdraw(n: number): void {
    if (!this.#waits.delete(n)) return;
    this.outside--;
    this.owner.withdrawn(n);
  }

  /** What its tasks wait for, as a text. */
  get waits(): string {
    return waitsOf(this.task);
  }
}

/** The run that the running task is in. @throws {SchedulerError} outside a durable coroutine */
export function currentRun(what: string): Run {
  return runOf(requireTask(what), what);
}

/** The run that `task` is in. @throws {SchedulerError} if that is no durable coroutine */
export function runOf(task: Task, what: string): Run {
  const { scheduler } = task;
  if (scheduler instanceof JournalScheduler) return scheduler.run;
  throw new SchedulerError(`${what} belongs to a durable coroutine: open it with an engine, engine.open(body, key)`);
}

/**
 * What a handle does is in the journal of nobody who asks for it in a body.
 *
 * @throws {SchedulerError} in a durable coroutine
 */
export function refuseInBody(what: string): void {
  if (!(activeTask()?.scheduler instanceof JournalScheduler)) return;
  // Without its own key, so that a replay under another one comes to the same.
  throw new SchedulerError(
    `a durable body can't ${what} with a handle: no journal has that, and each replay would do it again; ` +
      "to send and wait for the answer, `yield* call(body, key, value)`; else do it in a step(name, fn)",
  );
}

class NextSend extends Op<unknown> {
  readonly #run: Run;

  constructor(run: Run) {
    super();
    this.#run = run;
  }

  poll(): unknown {
    return this.#run.takeSent();
  }

  enlist(): void {
    this.#run.awaitSend(this);
  }

  withdraw(): void {}

  describe(): string {
    return "a send";
  }
}

/** The host task. */
function* serve(run: Run, definition: Definition, args: unknown[]): AnyGenerator {
  const task = spawn.supervised(Coroutine.of(fromFirstYield(definition, args), definition.name));
  run.task = task;
  watch(run.scheduler, task); // a deadlock is a failure of the body
  listen(task, { ahead: null, behind: null, taskEnded: () => run.owner.over(task) });
  for (let value: unknown; ; value = yield* new NextSend(run)) {
    let yielded: unknown;
    try {
      yielded = yield* task.send(value);
    } catch {
      return; // how it ended was told above
    }
    run.owner.yielded(yielded);
  }
}

/** The first send to a task drops what it yields first: so that is a `yield` of ours. */
function* fromFirstYield(definition: Definition, args: unknown[]): AnyGenerator {
  yield;
  return yield* toCoroutine(definition.body, args, definition.name);
}
