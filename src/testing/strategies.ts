// The strategies that leave it to chance, each in its own way; and the portfolio that has them take turns.
//
// Measured on seven classic faults, none finds all of them soonest: the plain random walk is best for most, and hopeless
// where a task must be late by many steps, which priorities find at once.
//
// May import: bounded, fixed, strategy, random; Task as a type.

import type { Task } from "../scheduler/task.ts";
import { Bounded } from "./bounded.ts";
import { fixedOrders } from "./fixed.ts";
import { type Draw, fraction } from "./random.ts";
import { isSpinning, type Moment, type Strategy } from "./strategy.ts";

abstract class Chance implements Strategy {
  abstract readonly name: string;
  protected draw: Draw = () => 0;

  begin(draw: Draw): void {
    this.draw = draw;
  }

  abstract next(ready: readonly Task[], moment: Moment): number;

  choose(count: number): number {
    return this.draw(count);
  }
}

/** Each task that is ready is as likely as another. */
export class RandomWalk extends Chance {
  readonly name: string = "random";

  next(ready: readonly Task[]): number {
    return this.draw(ready.length);
  }
}

/** The index of the greatest. */
function greatest(ready: readonly Task[], priority: (task: Task) => number): number {
  let best = 0;
  for (let i = 1; i < ready.length; i++) if (priority(ready[i]!) > priority(ready[best]!)) best = i;
  return best;
}

/**
 * Partial order sampling: each step has a priority of its own, drawn when the one before it was made.
 *
 * Source: Yuan, Yang and Gu, "Partial order aware concurrency sampling" (2018), without the new draw for steps that race.
 */
export class OrderSampling extends Chance {
  readonly name: string = "pos";
  /** By the order of the task. */
  #priorities: number[] = [];
  readonly #priority = ({ order }: Task): number => {
    const known = this.#priorities[order];
    return known === undefined || known < 0 ? (this.#priorities[order] = fraction(this.draw)) : known;
  };

  override begin(draw: Draw): void {
    super.begin(draw);
    this.#priorities = [];
  }

  next(ready: readonly Task[]): number {
    const index = greatest(ready, this.#priority);
    this.#priorities[ready[index]!.order] = -1;
    return index;
  }
}

/**
 * Probabilistic concurrency testing: the task with the highest priority runs; priorities are drawn, and at `depth - 1`
 * steps, which are drawn too, the one that would run gets the lowest.
 *
 * Source: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding
 * bugs" (2010); a task that says `yieldNow()` again and again gets the lowest, too, much as in AWS Labs' Shuttle.
 */
export class PriorityTesting extends Chance {
  readonly name: string;
  readonly depth: number;
  #priorities: number[] = [];
  #lowest = 0;
  /** How many steps the longest run had so far: the changes are spread over so many. */
  #length = 4;
  /** The next one last. */
  #changes: number[] = [];
  readonly #priority = (task: Task): number => (this.#priorities[task.order] ??= fraction(this.draw));

  constructor(depth: number) {
    super();
    this.name = `pct ${depth}`;
    this.depth = depth;
  }

  override begin(draw: Draw): void {
    super.begin(draw);
    this.#priorities = [];
    this.#lowest = 0;
    this.#changes = Array.from({ length: this.depth - 1 }, () => 1 + draw(this.#length)).sort((a, b) => b - a);
  }

  next(ready: readonly Task[], moment: Moment): number {
    const { step } = moment;
    if (step > this.#length) this.#length = step;
    if (isSpinning(moment)) this.#lower(moment.last!);
    let index = greatest(ready, this.#priority);
    for (let change = this.#changes.at(-1); change !== undefined && change <= step; change = this.#changes.at(-1)) {
      this.#changes.pop();
      this.#lower(ready[index]!);
      index = greatest(ready, this.#priority);
    }
    return index;
  }

  #lower(task: Task): void {
    this.#priorities[task.order] = --this.#lowest;
  }
}

/** Several that take turns, after some that each have one. */
class Portfolio implements Strategy {
  readonly #first: Strategy[];
  readonly #rotation: Strategy[];
  #now: Strategy;

  constructor(first: Strategy[], rotation: Strategy[]) {
    this.#first = first;
    this.#rotation = rotation;
    this.#now = first[0]!;
  }

  get name(): string {
    return this.#now.name;
  }

  begin(draw: Draw, run: number): void {
    const { length } = this.#first;
    this.#now = run <= length ? this.#first[run - 1]! : this.#rotation[(run - length - 1) % this.#rotation.length]!;
    this.#now.begin(draw, run);
  }

  next(ready: readonly Task[], moment: Moment): number {
    return this.#now.next(ready, moment);
  }

  choose(count: number): number {
    return this.#now.choose(count);
  }
}

/** @param preemptions how often each may stop a task that could go on */
export function portfolio(preemptions: number): Strategy {
  const rotation = [new RandomWalk(), new OrderSampling(), new PriorityTesting(3), new PriorityTesting(5)];
  return new Portfolio(
    fixedOrders().map((each) => bounded(each, preemptions)),
    rotation.map((each) => bounded(each, preemptions)),
  );
}

/** `strategy`, kept to so many pre-emptions. */
export function bounded(strategy: Strategy, preemptions: number): Strategy {
  // Those of the portfolio are, each by itself.
  if (preemptions === Number.POSITIVE_INFINITY || strategy instanceof Portfolio) return strategy;
  const isHasty = strategy instanceof RandomWalk || strategy instanceof OrderSampling;
  return new Bounded(strategy, preemptions, isHasty);
}
