// Chance that can be repeated: every number of an exploration comes from one seed.
//
// May import: the choice seam.

import { chooser } from "../scheduler/choice.ts";

/** A whole number from 0, below `count`. */
export type Draw = (count: number) => number;

/** The generator of the run `run` of an exploration with `seed`. */
export function drawOf(seed: number, run: number): Draw {
  // Neighbouring runs must not have neighbouring seeds, as their numbers would be alike.
  let mixed = Math.imul(seed ^ (run + 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return chooser(mixed ^ (mixed >>> 16));
}

/** A number from 0 up to 1. */
export function fraction(draw: Draw): number {
  return draw(2 ** 31) / 2 ** 31;
}
