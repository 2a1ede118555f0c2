// The scheduler: the loop that runs the tasks that are ready (ready.ts), time, and the way in from outside.
//
// The loop ends its turn when nothing is ready or its time is up; it is entered again by a timer of the host, by a
// promise, or by the bell that whoever makes a task ready from outside rings. All these callbacks are made inside the
// loop, so that what the host keeps for a call chain (AsyncLocalStorage) is that of the caller of `run`.
//
// May import: the coroutine layer, budget, choice, clock, host, observer, op, ready, timers; Task as a type.

import { NEXT } from "../coroutine/drive.ts";
import type { Ambient } from "./ambient.ts";
import { budget, refill } from "./budget.ts";
import { type Choice, chooser, drawn, picked } from "./choice.ts";
import { type Clock, hostClock, timeOf } from "./clock.ts";
import { defaults, hop, judge } from "./host.ts";
import { enterTurn, type Turn } from "./op.ts";
import { type Watcher, watcherFor } from "./observer.ts";
import type { SchedulerOptions } from "./options.ts";
import { Ready } from "./ready.ts";
import type { Task } from "./task.ts";
import { Timers } from "./timers.ts";

/** How long the loop runs before it lets the host do something else, in milliseconds. */
const SLICE = 10;
/** Reading the time costs as much as a switch, so it is read once in so many steps, or fewer if they are long. */
const MAX_STEPS = 64;
/** So many waits that are done at once may follow one another, in all tasks together. */
const CREDIT = 256;

export class Scheduler {
  readonly clock: Clock;
  readonly timers: Timers = new Timers();
  /** The choice seam: a whole number from 0, below `count`. */
  readonly choose: (count: number) => number;
  readonly watcher: Watcher | null;
  readonly ambient: Ambient | null;
  readonly #hasHost: boolean;
  readonly #choice: Choice | null;
  #isSuspect = false;
  /** Waits that only the outside can end, without timers. */
  external = 0;
  /** Tasks that have not ended. */
  live = 0;
  started = 0;
  /** The clock's time when the loop last looked, in whole milliseconds of 32 bits, which are cheap to keep. */
  time: number;
  /** Called when the host is to have its turn, and tasks are left. */
  onRest: (() => void) | null = null;
  /** Called when nothing can ever go on. */
  onDeadlock: (verdict: "error" | "warn") => void = () => {};
  /** Called with what was thrown where no task can take it: by a clock, for instance. */
  onCrash: (error: unknown) => void = (error) => {
    throw error;
  };
  readonly #verdict: "error" | "warn";
  readonly #ready = new Ready();
  /** Its step was cut by the end of the slice: it goes on before all that are ready. */
  #interrupted: Task | null = null;
  #looping = false;
  #hopping = false;
  /** How many steps there are from one look at the host's time to the next, and how many are left. */
  #steps = 1;
  #stepsLeft = 1;
  #lookedAt = 0;
  /** How many waits that are done at once are left until others have their turn. */
  #credit = CREDIT;
  #sliceEnd = 0;
  #takeBackTimer: (() => void) | null = null;
  #timerAt = Infinity;
  #ring: (() => void) | null = null;

  constructor(options: SchedulerOptions = {}) {
    this.clock = options.clock ?? hostClock;
    this.#hasHost = options.hasHost ?? true;
    this.#verdict = options.deadlock ?? (this.#hasHost ? defaults.deadlock : "error");
    this.time = timeOf(this.clock) | 0;
    this.watcher = watcherFor(options.observer);
    this.ambient = options.ambient ?? null;
    const choice = (this.#choice = options.choice ?? defaults.choice(options.seed));
    this.choose = choice === null ? chooser(options.seed ?? Math.random() * 2 ** 32) : drawn(choice);
    // Then every wait is a switch.
    if (choice !== null) this.#credit = 0;
  }

  enqueue(task: Task): void {
    this.#ready.add(task);
    if (this.watcher !== null) this.watcher.taskScheduled(task);
    this.nudge();
  }

  /**
   * Counts a wait of `task` that was done at once, with `value`. False when others have waited long enough: then it goes
   * on after them. When the host has, it goes on as the first, so that the order does not hang on the host's time.
   */
  mayGoOn(task: Task, value: unknown): boolean {
    if (!this.#takeCredit()) {
      task.resume(NEXT, value);
      return false;
    }
    if (this.#hasTime()) return true;
    task.status = NEXT;
    task.value = value;
    this.#interrupted = task;
    return false;
  }

  /** Counts something that was done without a switch, and is no wait; false when others, or the host, should have their turn. */
  mayStay(): boolean {
    return this.#takeCredit() && this.#hasTime();
  }

  #takeCredit(): boolean {
    if (--this.#credit > 0) return true;
    this.#credit = this.#choice === null ? CREDIT : 0;
    return false;
  }

  /** A step was taken: whether there is time for another. */
  #hasTime(): boolean {
    return --this.#stepsLeft > 0 || !this.#isSliceOver();
  }

  /** Looks at the host's time, and reckons when to look next, so that it is about a millisecond from now. */
  #isSliceOver(): boolean {
    const before = this.#lookedAt;
    const now = this.#look();
    this.#steps = Math.max(1, Math.min(MAX_STEPS, 4 * this.#steps, Math.trunc(this.#steps / (now - before))));
    const isOver = now >= this.#sliceEnd;
    // Where it is over, the loop looks next, and ends.
    this.#stepsLeft = isOver ? 0 : this.#steps;
    return isOver;
  }

  #look(): number {
    const now = performance.now();
    if (this.clock === hostClock) this.time = now | 0;
    if (now >= budget.until) refill(now);
    return (this.#lookedAt = now);
  }

  /** Something has changed that the loop has to look at, in what the host keeps for the caller of `run`. */
  nudge(): void {
    if (this.#ring !== null && !this.#looping) this.#ring();
  }

  /** For callbacks of the host that were made in the loop: does `change`, and runs what is ready then. */
  enter(change: () => void): void {
    if (this.#looping) return change();
    this.#looping = true;
    try {
      change();
    } catch (error) {
      this.onCrash(error);
    } finally {
      this.#looping = false;
    }
    this.runReady();
  }

  /** Runs what is ready, and sees to it that the host calls again. */
  runReady(): void {
    if (this.#looping || this.#hopping) return;
    this.#looping = true;
    this.#ring = null;
    this.#look();
    // Soon, as nobody knows how long the steps are.
    this.#steps = this.#stepsLeft = 1;
    this.#sliceEnd = this.#hasHost ? this.#lookedAt + SLICE : Infinity;
    const turn: Turn = { task: null };
    // A task may run another scheduler.
    const outer = enterTurn(turn);
    try {
      this.#loop(turn, outer);
      enterTurn(outer);
      this.#looping = false;
      this.watcher?.tell("turnEnded");
      if (this.#hasHost && this.live > 0) this.onRest?.();
      if (!this.#isIdle) this.#hopLater();
      else if (this.#hasHost) this.#rest();
      else if (this.#isStuck) this.enter(() => this.onDeadlock("error"));
    } catch (error) {
      enterTurn(outer);
      this.#looping = false;
      this.onCrash(error);
    }
  }

  /** The loop. Ends when nothing is ready, or when the host is to have its turn. */
  #loop(turn: Turn, outer: Turn): void {
    const { watcher, ambient } = this;
    const choice = this.#choice;
    const ready = this.#ready;
    const store = ambient?.getStore();
    for (;;) {
      let task = this.#interrupted;
      if (task === null) {
        const { last } = ready;
        if (last === null) {
          enterTurn(outer);
          if (!this.#ringTimers() && !this.#jump()) break;
          enterTurn(turn);
          continue;
        }
        task = choice === null ? ready.take(last) : picked(choice, last);
        if (choice !== null) ready.remove(task);
      } else {
        this.#interrupted = null;
      }
      turn.task = task;
      if (watcher !== null) watcher.beforeStep(task);
      if (ambient === null || task.ambient === store) task.step();
      else ambient.run(task.ambient as never, task.step.bind(task)); // a function of its own would cost each step
      if (watcher !== null) watcher.afterStep(task);
      if (!this.#hasTime()) break;
    }
  }

  /** Takes a task out of the queue, in which it stands somewhere. */
  unqueue(task: Task): void {
    if (this.#interrupted === task) this.#interrupted = null;
    else this.#ready.remove(task);
  }

  /** Without a host, time passes where the clock can jump, unless the outside would have to come first. */
  #jump(): boolean {
    const at = this.timers.earliest?.at;
    if (this.#hasHost || at === undefined || this.external > 0 || this.clock.jump === undefined) return false;
    this.clock.jump(at);
    return true;
  }

  get #isIdle(): boolean {
    return this.#ready.last === null && this.#interrupted === null;
  }

  get #isStuck(): boolean {
    return this.#isIdle && this.live > 0 && this.timers.earliest === undefined && this.external === 0;
  }

  /** The verdict is given a turn of the host later, as what started the run may still have to join in from outside. */
  #suspectDeadlock(): void {
    if (this.#isSuspect) return;
    this.#isSuspect = true;
    const isStuck = () => this.#isStuck;
    judge(isStuck, this.#verdict, (verdict) => {
      this.#isSuspect = false;
      if (verdict !== null) this.enter(() => this.onDeadlock(verdict));
    });
  }

  #hopLater(): void {
    this.#hopping = true;
    hop(() => {
      this.#hopping = false;
      this.enter(() => void this.#ringTimers());
    });
  }

  /** Wakes what is due; whether anything was. */
  #ringTimers(): boolean {
    if (this.timers.earliest === undefined) return false;
    const now = this.clock.now();
    this.time = now | 0;
    return this.timers.ring(now);
  }

  /** Nothing is ready: the host's timer and the bell are set. */
  #rest(): void {
    const at = (this.live > 0 ? this.timers.earliest?.at : undefined) ?? Infinity;
    if (at !== this.#timerAt) {
      this.#takeBackTimer?.();
      this.#timerAt = at;
      this.#takeBackTimer =
        at === Infinity
          ? null
          : this.clock.wakeAt(at, () => {
              this.#takeBackTimer = null;
              this.#timerAt = Infinity;
              this.runReady();
            });
    }
    if (this.#isStuck) this.#suspectDeadlock();
    if (this.live > 0) {
      void new Promise<void>((resolve) => {
        this.#ring = resolve;
      }).then(() => this.runReady());
    }
  }
}
