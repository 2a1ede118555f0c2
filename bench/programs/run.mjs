// Runs one program in this process, which does nothing else, and prints its figures as JSON. Plain JavaScript, as
// are the programs: what a TypeScript loader adds to functions would be measured with them.

import { now } from "./together-common.mjs";

/**
 * @typedef {object} Task
 * @property {string} module
 * @property {string} program
 * @property {number} [argument]
 * @property {number} [count] how many operations; as many as fill the time if absent
 * @property {number} warmups
 * @property {number} repetitions
 * @property {number} milliseconds of one repetition
 * @property {number} limit in milliseconds: after these it begins nothing more
 */

/** @typedef {(count: number) => Done | Promise<Done>} Loop */
/** @typedef {import("./together-common.mjs").Done} Done */

/** @type {Task} */
const task = JSON.parse(process.argv[2]);
/** @type {{ programs: Record<string, import("./together-common.mjs").Program> }} */
const { programs } = await import(task.module);
const program = programs[task.program];

/** @param {Loop} run @param {number} count */
async function time(run, count) {
  const start = now();
  const given = run(count);
  const done = given instanceof Promise ? await given : given;
  const elapsed = (now() - start) * 1e6;
  if (typeof done === "number") return { nanoseconds: elapsed, each: elapsed / done };
  return { nanoseconds: elapsed, each: done.nanoseconds / done.done };
}

/** @param {Task} task */
async function measure({ argument, count, warmups, repetitions, milliseconds, limit }) {
  const made = await program(argument ?? 0);
  if (typeof made === "number") return [made];
  if (count !== undefined) {
    for (let warm = 0; warm < 5; warm++) await time(made, count / 100);
    return [(await time(made, count)).each];
  }
  const started = now();
  const isOver = () => now() - started > limit;
  // Warm-up: until runs have filled the time several times, as optimised code that meets something new is thrown away
  // and made once more. A run that does not fill it, since the code has become faster, is made longer.
  let fitting = 64;
  let last = await time(made, fitting);
  for (let filled = 0; filled < warmups && now() - started < limit / 2; last = await time(made, fitting)) {
    if (last.nanoseconds >= milliseconds * 1e6) filled++;
    else fitting *= 2;
  }
  const figures = [];
  while (figures.length < repetitions && !isOver()) figures.push((await time(made, fitting)).each);
  return figures.length === 0 ? [last.each] : figures;
}

/** @type {{ figures: number[] } | { none: string }} */
let printed;
try {
  printed = { figures: await measure(task) };
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  printed = { none: "overflow" };
}
process.stdout.write(JSON.stringify(printed));
// What a program left waiting is not waited for.
process.exit();
