// One exploration: which runs are made, in which order, and when they are enough.
//
// May import: bounded, driver, execute, findings, options, random, result, sizing, systematic.

import { Bounded } from "./bounded.ts";
import { Driver, PRUNED } from "./driver.ts";
import { execute, type Failure, type Program } from "./execute.ts";
import { findingOf, type Made, unlikeItself } from "./findings.ts";
import type { Settings } from "./options.ts";
import { drawOf } from "./random.ts";
import { ExploreResult } from "./result.ts";
import { SizingWalk } from "./sizing.ts";
import { Systematic } from "./systematic.ts";
import { SystematicDriver } from "./systematic-driver.ts";

/** So many of the first runs are made thrice, to see whether they can be repeated. */
const CHECKED = 5;
/** So many runs come before the systematic exploration: those of the portfolio that are fixed. */
const FIRST = 4;
/** From so many random runs it is estimated how many schedules there are. */
const SAMPLES = 8;
/** The estimate may be so many times too high. */
const DOUBT = 4;
/** A walk that has got so far with half of the runs goes on with the others. */
const GETS_ON = 1 / 3;

export class Exploration {
  readonly #program: Program;
  readonly #settings: Settings;
  #run = 0;
  #chances = 0;
  /** How many runs of the present walk were none that would only have repeated another one. */
  #whole = 0;
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
    const { strategy, systematic } = this.#settings;
    if (strategy !== null) yield* this.#byChance(systematic === false ? this.#left : Math.min(FIRST, this.#half));
    if (systematic === true) yield* this.#walks();
    if (systematic !== "if small") return;
    if (yield* this.#isSmall()) yield* this.#walkIfSmall();
    if (this.#found === null) yield* this.#byChance(this.#left);
  }

  /** So many runs are kept for the walk of a small program. */
  get #half(): number {
    return Math.trunc(this.#settings.runs / 2);
  }

  get #left(): number {
    return this.#settings.runs - this.#run;
  }

  *#byChance(runs: number): Generator<void, void, undefined> {
    const { maxSteps, seed, own } = this.#settings;
    const strategy = this.#settings.strategy!;
    for (let i = 0; i < runs; i++) {
      strategy.begin(drawOf(seed, ++this.#run), ++this.#chances);
      const driver = new Driver(strategy, maxSteps);
      const failure = execute(this.#program, driver, null);
      if (own !== null && own.fault !== null) throw own.fault;
      this.#judge(failure, driver);
      yield;
    }
  }

  /** Whether there may be so few schedules that all can be tried. */
  *#isSmall(): Generator<void, boolean, undefined> {
    const { maxSteps, seed, preemptions, sleeps } = this.#settings;
    if (sleeps) return true;
    const samples = Math.min(SAMPLES, Math.max(0, this.#half - FIRST));
    const walk = new SizingWalk();
    const strategy = preemptions === Number.POSITIVE_INFINITY ? walk : new Bounded(walk, preemptions, false);
    let sum = 0;
    for (let i = 0; i < samples; i++) {
      strategy.begin(drawOf(seed, ++this.#run), i);
      const driver = new Driver(strategy, maxSteps);
      this.#judge(execute(this.#program, driver, null), driver);
      sum += driver.wasCut ? Number.POSITIVE_INFINITY : walk.size;
      yield;
    }
    return samples === 0 || sum / samples <= DOUBT * this.#half;
  }

  /** Walks all schedules with half of the runs, or with all, if that gets on. */
  *#walkIfSmall(): Generator<void, void, undefined> {
    const tree = this.#tree();
    yield* this.#walk(tree, Math.min(this.#half, this.#left));
    if (!tree.isOver && tree.progress >= GETS_ON) yield* this.#walk(tree, this.#left);
  }

  /** Walks all schedules; with other numbers again, as often as runs are left, where one was drawn of too many. */
  *#walks(): Generator<void, void, undefined> {
    for (let tree = this.#tree(); this.#left > 0 && !tree.isOver;) {
      yield* this.#walk(tree, this.#left);
      if (tree.isOver && tree.isDrawn) tree = this.#tree();
    }
  }

  #tree(): Systematic {
    this.#whole = 0;
    return new Systematic(this.#settings);
  }

  /** Walks on, as far as `budget` runs go. */
  *#walk(tree: Systematic, budget: number): Generator<void, void, undefined> {
    const { maxSteps, seed, preemptions, sleeps } = this.#settings;
    for (let i = 0; i < budget && !tree.isOver; i++) {
      tree.begin(drawOf(seed, ++this.#run));
      if (this.#isWhole(tree, maxSteps)) this.#whole++;
      tree.advance();
      yield;
    }
    if (!tree.isOver || tree.isDrawn || tree.isCut) return;
    const bound = tree.isBounded ? ` with at most ${preemptions} pre-emptions` : "";
    const order = sleeps ? ", but for the order of steps that have nothing to do with each other" : "";
    this.#found = new ExploreResult(this.#whole, seed, true, bound + order);
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
    if (driver.wasCut) tree.isCut = true;
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
