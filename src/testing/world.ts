// The world of one run: what an explored program is given.
//
// May import: the choice seam as a type, errors, texts, watch.

import type { Choice } from "../scheduler/choice.ts";
import { CheckError } from "./errors.ts";
import { shown, textOf } from "./texts.ts";
import { Watched } from "./watch.ts";

/** Made anew for each run of the program. All chance that it gives is part of the schedule. */
export class World {
  readonly #chance: Pick<Choice, "choose">;
  /** Writes the report; null: there is none. */
  readonly #writer: { note(text: string): void } | null;
  readonly #watched: Watched;
  #seed: number | undefined = undefined;

  /** @internal */
  constructor(chance: Pick<Choice, "choose">, writer: { note(text: string): void } | null) {
    this.#chance = chance;
    this.#writer = writer;
    this.#watched = new Watched(writer === null ? null : (text) => writer.note(text));
  }

  /** A whole number from 0, below 2 ** 31, that differs from run to run: for generators of data. */
  get seed(): number {
    return (this.#seed ??= this.#chance.choose(2 ** 31));
  }

  /** @throws {CheckError} with `text`, if `condition` is not so */
  check(condition: unknown, text = "a check does not hold"): void {
    if (!condition) throw new CheckError(textOf(text));
  }

  /** A number from 0 up to 1. */
  random(): number {
    return this.#chance.choose(2 ** 31) / 2 ** 31;
  }

  /**
   * One of `values`; or, of a number, a whole number from 0, below it.
   *
   * @throws {RangeError} if there is nothing to pick from
   */
  pick<T>(values: readonly T[]): T;
  pick(count: number): number;
  pick(from: readonly unknown[] | number): unknown {
    const count = typeof from === "number" ? from : from.length;
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`t.pick needs a list that is not empty, or a positive integer, but got ${textOf(from)}`);
    const index = this.#chance.choose(count);
    return typeof from === "number" ? index : from[index];
  }

  /**
   * Gives `object` back, watched: what is read and written through what this gives stands in the report. Where all that
   * tasks share is watched, or Corun's own, say so with the option `shared: "watched"`: then schedules that differ only in
   * the order of steps that have nothing to do with each other are tried once. Plain objects, lists, maps and sets in it
   * are watched, too. Instances of classes must be given by themselves, and cannot have private fields (`#x`).
   *
   * @param name for the report
   * @throws {TypeError} if it is no object
   */
  watch<T extends object>(object: T, name = "shared"): T {
    if (typeof object !== "object" || object === null)
      throw new TypeError(`t.watch needs an object that tasks share, but got ${shown(object)}`);
    return this.#watched.watch(object, name);
  }

  /** Has `text` stand in the report, where it happened. */
  log(text: string): void {
    this.#writer?.note(textOf(text));
  }
}
