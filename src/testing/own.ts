// A strategy of the user's own. What it gives is checked: where it may not, that is told, and not taken for the program's.
//
// May import: strategy, texts; Task as a type.

import type { Task } from "../scheduler/task.ts";
import type { Moment, Strategy } from "./strategy.ts";
import { shown, wholly } from "./texts.ts";

/** What a strategy has done that it may not. */
export class StrategyFault extends TypeError {
  static {
    this.prototype.name = "TypeError";
  }
}

export class OwnStrategy implements Strategy {
  readonly name: string;
  readonly #given: Strategy;
  /** The program may catch what is thrown by a draw: so it is kept. */
  fault: StrategyFault | null = null;

  constructor(given: Strategy) {
    this.#given = given;
    this.name = shown(given.name);
  }

  begin(draw: (count: number) => number, run: number): void {
    this.#ask("begin", () => this.#given.begin(draw, run));
  }

  next(ready: readonly Task[], at: Moment): number {
    const index = this.#ask("next", () => this.#given.next(ready, at));
    const { length } = ready;
    if (isBelow(length, index)) return index;
    const allowed = `the index of one of the ${length} tasks that are ready, 0 to ${length - 1}`;
    throw this.#faulty("next", `must give ${allowed}, but gave ${shown(index)}`);
  }

  choose(count: number): number {
    const value = this.#ask("choose", () => this.#given.choose(count));
    if (isBelow(count, value)) return value;
    throw this.#faulty("choose", `must give a whole number from 0 to ${count - 1}, but gave ${shown(value)}`);
  }

  #ask<T>(method: string, ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw this.#faulty(method, `threw ${wholly(error)}`, { cause: error });
    }
  }

  #faulty(method: string, what: string, options?: ErrorOptions): StrategyFault {
    const fault = new StrategyFault(`explore: ${method}() of the strategy ${this.name} ${what}`, options);
    return (this.fault ??= fault);
  }
}

function isBelow(count: number, value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
}
