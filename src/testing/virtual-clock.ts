// A clock that a test has in its hand: its time passes when all is idle, when told to, or at a rate of the real one.
//
// May import: its parts (clock-*.ts), the scheduler's errors, sleep and timers.

import type { Clock } from "../scheduler/clock.ts";
import { DeadlockError } from "../scheduler/errors.ts";
import { checkMilliseconds } from "../scheduler/sleep.ts";
import { Timers } from "../scheduler/timers.ts";
import { Alarm } from "./clock-alarm.ts";
import { Holds } from "./clock-hold.ts";
import { Idleness, nobodyIsLeft } from "./clock-idle.ts";
import { RunsOnClock } from "./clock-runs.ts";
import { clockOptions, type VirtualClockOptions } from "./clock-options.ts";
import { Time } from "./clock-time.ts";

/** After so many moves a program seems to sleep for ever. */
const MANY = 100_000;
/** A longer delay than this overflows in every host; the clock looks again then. */
const LONGEST_DELAY = 2 ** 31 - 1;
const HELD = "nothing is under way that could release it: call what hold() gave";

/**
 * A clock for tests: hours pass in no time, in the same order each time. It starts at 0, and serves `run.with({ clock })`
 * and `runSync.with({ clock })`, also several runs at once.
 *
 * By itself, time passes when all is idle: no task is ready, promises that were settled have been heard, and the host has
 * had its turn. Then it is the next moment that somebody waits for. With `{ auto: false }` only the test moves it, by
 * {@link advance}; with a `rate` it goes with the real time.
 *
 * A clock that only the test moves never makes a test hang: when a run waits for it, and nothing is under way that could
 * still move it, the run fails with a {@link DeadlockError} that says who waits for how long.
 *
 * @throws {RangeError} if `rate` or `patience` is negative or not finite
 * @throws {TypeError} if an option is none
 * @example
 * import { VirtualClock } from "corun/testing";
 * const clock = new VirtualClock();
 * await run.with({ clock })(function* () {
 *   yield* sleep(3_600_000);
 * });
 * clock.now(); // -> 3_600_000
 *
 * Source: Trio, `MockClock`; kotlinx.coroutines, `TestCoroutineScheduler`.
 */
export class VirtualClock implements Clock {
  /**
   * Makes it `to`, at once; only forward. For runs without a host; absent where time does not pass by itself.
   *
   * @throws {RangeError} if that is past
   */
  readonly jump?: (to: number) => void;
  readonly #auto: boolean;
  readonly #idleness: Idleness;
  readonly #runs: RunsOnClock = new RunsOnClock(this);
  readonly #alarms: Timers = new Timers();
  readonly #time: Time = new Time();
  readonly #holds: Holds = new Holds(() => {
    this.#stirs++;
    this.#attend();
  });
  /** Counts what happens, so that idleness can be told. */
  #stirs = 0;
  /** The moves that tests have asked for, one after the other. */
  #moves: Promise<void> = Promise.resolve();
  #moving = 0;
  /** Whether somebody sees to the alarms: time that passes by itself, or the look whether nobody is left. */
  #isAttended = false;
  #realTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: VirtualClockOptions = {}) {
    const { rate, auto, patience } = clockOptions(options);
    this.#time.rate = rate;
    this.#auto = auto;
    this.#idleness = new Idleness(patience);
    if (auto) this.jump = (to) => this.#time.jump(to);
  }

  /** Milliseconds since it was made. */
  now(): number {
    if (this.#runs.asked()) this.#stirs++;
    return this.#time.now();
  }

  /** How many of its milliseconds pass in a real one; may be changed. @throws {RangeError} if negative or not finite */
  get rate(): number {
    return this.#time.rate;
  }

  set rate(rate: number) {
    this.#time.rate = rate;
    this.#attend();
  }

  /** Has `wake` called at `at`. What runs say to their clock; a test uses `sleep`. */
  wakeAt(at: number, wake: () => void): () => void {
    const alarm = new Alarm(at, wake);
    this.#alarms.add(alarm);
    this.#stirs++;
    this.#attend();
    return () => {
      alarm.isOff = true;
      this.#stirs++;
      this.#alarms.remove(alarm);
    };
  }

  /**
   * Lets `ms` milliseconds pass. It becomes one moment after the other at which somebody wakes, and each time all that
   * gets ready runs, until all is idle. What waits for the last moment is woken, too, as by timers of the host that are
   * faked; with `{ before: true }` it is not, and goes on with {@link runCurrent}, or when its run has anything else to do.
   * Who waits for the same moment is woken in the order in which they asked.
   *
   * Called from a task, too: `yield* until(clock.advance(10))`.
   *
   * @param ms more than the largest number there is, in sum, is as much as that
   * @returns a promise, fulfilled when all that got ready has run
   * @throws {TypeError} if `ms` is no number
   * @throws {RangeError} if it is negative or infinite
   * @example
   * import { VirtualClock } from "corun/testing";
   * const clock = new VirtualClock({ auto: false });
   * const done = run.with({ clock })(function* () {
   *   yield* sleep(1000);
   *   return "rested";
   * });
   * await clock.advance(999);
   * await clock.advance(1);
   * await done; // -> "rested"
   */
  async advance(ms: number, options: { before?: boolean } = {}): Promise<void> {
    checkMilliseconds(ms, "advance");
    if (ms < 0) throw new RangeError(`time goes only forward, but advance got ${ms}`);
    if (ms === Number.POSITIVE_INFINITY)
      throw new RangeError("advance(Infinity) would not end: use advanceUntilIdle()");
    await this.#move(async () => {
      const target = Math.min(this.#time.now() + ms, Number.MAX_VALUE);
      const isDue = (at: number) => (options.before === true ? at < target : at <= target);
      while (isDue(this.#earliest)) await this.#ring(this.#earliest);
      this.#time.set(target);
    });
  }

  /**
   * Wakes who waits for the present moment, and lets all that is ready run, until all is idle. No time passes.
   *
   * @returns a promise, fulfilled when all that got ready has run
   */
  runCurrent(): Promise<void> {
    return this.#move(async () => {
      const time = this.#time.now();
      while (this.#earliest <= time) await this.#ring(time);
    });
  }

  /**
   * Lets time pass until nobody waits for it.
   *
   * @returns a promise, fulfilled when all that got ready has run
   * @throws {RangeError} after 100,000 moments, as a task seems to sleep for ever
   */
  advanceUntilIdle(): Promise<void> {
    return this.#move(async () => {
      for (let count = 0; this.#earliest !== Number.POSITIVE_INFINITY; count++) {
        if (count === MANY)
          throw new RangeError(
            `somebody still waits for the clock after ${MANY} moments, at ${this.#time.now()}: use advance(ms) where a task sleeps for ever`,
          );
        await this.#ring(this.#earliest);
      }
    });
  }

  /**
   * Time does not pass by itself, nor by `advance`, until what this gives is called: while something real is waited for.
   * That may be done with `using`, too.
   *
   * @example
   * import { VirtualClock } from "corun/testing";
   * const clock = new VirtualClock();
   * const release = clock.hold();
   * const done = run.with({ clock })(() => sleep(10));
   * await new Promise((resolve) => setTimeout(resolve, 2));
   * clock.now(); // -> 0
   * release();
   * await done;
   * clock.now(); // -> 10
   */
  hold(): (() => void) & Disposable {
    const release = this.#holds.take();
    return Object.assign(release, { [Symbol.dispose]: release });
  }

  get #earliest(): number {
    return this.#alarms.earliest?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Makes it `time`, wakes who waited for it, and lets them run. */
  async #ring(time: number): Promise<void> {
    this.#time.set(time);
    this.#ringDue();
    await this.#settle();
  }

  #ringDue(): void {
    const time = this.#time.now();
    for (let alarm = this.#alarms.earliest; alarm !== undefined && alarm.at <= time; alarm = this.#alarms.earliest) {
      this.#alarms.remove(alarm);
      this.#stirs++;
      alarm.ring();
    }
  }

  /** Waits until all is idle. False: it is held, and nobody is left to release it. */
  async #idle(): Promise<boolean> {
    do {
      if (this.#holds.isHeld && !(await this.#holds.end())) return false;
      await this.#idleness.wait(() => this.#stirs);
    } while (this.#holds.isHeld);
    return true;
  }

  /** One move at a time; before it, what is ready runs. */
  async #move(move: () => Promise<void>): Promise<void> {
    this.#moving++;
    this.#stirs++;
    const done = this.#moves.then(() => this.#settle()).then(move);
    const ended = () => {
      this.#moving--;
      this.#stirs++;
      this.#attend();
    };
    this.#moves = done.then(ended, ended);
    await done;
  }

  async #settle(): Promise<void> {
    if (!(await this.#idle())) throw new DeadlockError(HELD);
  }

  /** Sees to it that somebody cares for the alarms that stand. */
  #attend(): void {
    clearTimeout(this.#realTimer);
    if (this.#earliest === Number.POSITIVE_INFINITY) return;
    if (this.#time.rate > 0) {
      const delay = Math.min(this.#time.realUntil(this.#earliest), LONGEST_DELAY);
      this.#realTimer = setTimeout(() => {
        this.#ringDue();
        this.#attend();
      }, delay);
    }
    if (this.#isAttended || this.#needsNobody) return;
    this.#isAttended = true;
    void this.#lookAfterAlarms();
  }

  get #needsNobody(): boolean {
    return this.#moving > 0 || this.#earliest === Number.POSITIVE_INFINITY || (this.#time.rate > 0 && !this.#auto);
  }

  /** Lets time pass by itself, or fails the runs that wait for what nobody does any more. */
  async #lookAfterAlarms(): Promise<void> {
    while (!this.#needsNobody) {
      const stirs = this.#stirs;
      const isForgotten = () => this.#stirs === stirs && !this.#needsNobody;
      const isStuck = this.#auto ? !(await this.#idle()) : await nobodyIsLeft(isForgotten);
      if (this.#needsNobody) break;
      const verdict = isStuck ? this.#runs.fail((ms) => this.#advice(ms)) : "passes";
      // Nobody knows who waits.
      if (verdict === "unknown") break;
      if (verdict === "failed") continue;
      // By itself, or for the cleanup of a run that has failed.
      if (this.#auto || isStuck) {
        this.#time.set(this.#earliest);
        this.#ringDue();
      }
    }
    this.#isAttended = false;
  }

  #advice(ms: number): string {
    const now = this.#time.now();
    if (this.#holds.isHeld) return `the virtual clock is held at ${now}, and ${HELD}`;
    return `the virtual clock stands at ${now}, and nothing is under way that could move it (call advance(${ms}), or leave out { auto: false }, so that time passes by itself)`;
  }
}
