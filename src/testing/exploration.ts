// One exploration: which runs are made, in which order, and when they are enough.
//
// May import: driver, execute, findings, options, random, result, strategies, systematic.

import type { Task } from "../scheduler/task.ts";
import { Driver, PRUNED } from "./driver.ts";
import { execute, type Failure, type Program } from "./execute.ts";
import { findingOf, type Made, unlikeItself } from "./findings.ts";
import type { Settings } from "./options.ts";
import { type Draw, drawOf } from "./random.ts";
import { ExploreResult } from "./result.ts";
import { RandomWalk } from "./strategies.ts";
import { Systematic } from "./systematic.ts";
import { SystematicDriver } from "./systematic-driver.ts";

/** So many of the first runs are made thrice, to see whether they can be repeated. */
const CHECKED = 5;
/** So many runs come before the systematic exploration: those of the portfolio that are fixed. */
const FIRST = 4;
/** From so many random runs it is estimated how many schedules there are. */
const SAMPLES = 8;

export class Exploration {
  readonly #program: Program;
  readonly #settings: Settings;
  #run = 0;
  #chances = 0;
  /** Of the runs that did not fail. */
  #first: Made | null = null;
  #last: Made | null = null;
  /** What is said of the walk, once it was over. */
  #found: ExploreResult | null = null;

  constructor(program: Program, settings: Settings) {
    this.#program = program;
    this.#settings = settings;
  }

  get result(): ExploreResult {
    return this.#found ?? new ExploreResult(this.#run, this.#settings.seed, false, "");
  }

  /** Yields after each run. @throws {ExploreError} when one fails */
  *runs(): Generator<void, void, undefined> {
    const { strategy, systematic, sleeps } = this.#settings;
    if (strategy !== null) yield* this.#byChance(systematic === false ? this.#left : Math.min(FIRST, this.#left));
    if (systematic === true) {
      yield* this.#walk(this.#left);
    } else if (systematic === "if small") {
      const isSmall = sleeps || 1.5 * (yield* this.#estimate()) <= this.#left;
      if (isSmall) yield* this.#walk(Math.trunc((sleeps ? 0.5 : 0.75) * this.#left));
      if (this.#found === null) yield* this.#byChance(this.#left);
    }
  }

  get #left(): number {
    return this.#settings.runs - this.#run;
  }

  *#byChance(runs: number): Generator<void, void, undefined> {
    const { maxSteps, seed } = this.#settings;
    const strategy = this.#settings.strategy!;
    for (let i = 0; i < runs; i++) {
      strategy.begin(drawOf(seed, ++this.#run), ++this.#chances);
      const driver = new Driver(strategy, maxSteps);
      this.#judge(execute(this.#program, driver, null), driver);
      yield;
    }
  }

  /** How many schedules there are, by Knuth's estimator: the mean of the products of all that a random run could choose. */
  *#estimate(): Generator<void, number, undefined> {
    const { maxSteps, seed } = this.#settings;
    const samples = Math.min(SAMPLES, this.#left);
    let sum = 0;
    for (let i = 0; i < samples; i++) {
      const walk = new SizingWalk();
      walk.begin(drawOf(seed, ++this.#run));
      const driver = new Driver(walk, maxSteps);
      this.#judge(execute(this.#program, driver, null), driver);
      sum += driver.wasCut ? Number.POSITIVE_INFINITY : walk.size;
      yield;
    }
    return samples === 0 ? Number.POSITIVE_INFINITY : sum / samples;
  }

  /** Walks all schedules, as far as `budget` runs go. */
  *#walk(budget: number): Generator<void, void, undefined> {
    const { maxSteps, seed, preemptions, sleeps } = this.#settings;
    const tree = new Systematic({ preemptions, sleeps });
    let whole = 0;
    for (let i = 0; i < budget && !tree.isOver; i++) {
      tree.begin(drawOf(seed, ++this.#run));
      if (this.#isWhole(tree, maxSteps)) whole++;
      tree.advance();
      yield;
    }
    if (!tree.isOver || tree.isPartial) return;
    const bound = tree.isBounded ? ` with at most ${preemptions} pre-emptions` : "";
    const order = sleeps ? ", but for the order of steps that have nothing to do with each other" : "";
    this.#found = new ExploreResult(whole, seed, true, bound + order);
  }

  /** Makes one run of the walk; false: it would only have repeated another one. */
  #isWhole(tree: Systematic, maxSteps: number): boolean {
    const driver = this.#settings.sleeps ? new SystematicDriver(tree, maxSteps) : new Driver(tree, maxSteps);
    const make = () => execute(this.#program, driver, null);
    let failure: Failure | null;
    try {
      failure = driver instanceof SystematicDriver ? driver.during(make) : make();
    } catch (error) {
      if (error === PRUNED) return false;
      throw error;
    }
    if (driver.wasCut) tree.isPartial = true;
    this.#judge(failure, driver);
    return true;
  }

  #judge(failure: Failure | null, driver: Driver): void {
    const { seed, runs, maxSteps } = this.#settings;
    const where = { seed, run: this.#run, runs };
    if (failure !== null) {
      // What outlives the runs may show only in a later one: so the first and the last that did not fail are repeated, too.
      const passed = [this.#first, this.#last].filter((made) => made !== null);
      throw findingOf(this.#program, failure, driver, passed, maxSteps, where);
    }
    this.#first ??= driver;
    this.#last = driver;
    if (this.#run > CHECKED) return;
    const error = unlikeItself(this.#program, driver, maxSteps, where);
    if (error !== null) throw error;
  }
}

/** A random run that reckons how many there may be. */
class SizingWalk extends RandomWalk {
  size = 1;

  override begin(draw: Draw): void {
    super.begin(draw);
    this.size = 1;
  }

  override next(ready: readonly Task[]): number {
    this.size *= ready.length;
    return super.next(ready);
  }

  override choose(count: number): number {
    this.size *= count;
    return super.choose(count);
  }
}
