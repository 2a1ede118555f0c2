// Runs one program in this process, which does nothing else, and prints its figures as JSON. Plain JavaScript, as
// are the programs: what a TypeScript loader adds to functions would be measured with them.

/**
 * @typedef {object} Task
 * @property {"native" | "corun"} side
 * @property {string} program
 * @property {number} [argument]
 * @property {number} [count] how many operations; as many as fill the time if absent
 * @property {number} repetitions
 * @property {number} milliseconds of one repetition
 */

/** @type {Task} */
const task = JSON.parse(process.argv[2]);
/** @type {{ programs: Record<string, import("./native.mjs").Program> }} */
const { programs } = await import(`./${task.side}.mjs`);
const program = programs[task.program];

/** @param {(count: number) => number} run @param {number} count */
function time(run, count) {
  const start = performance.now();
  const done = run(count);
  const nanoseconds = (performance.now() - start) * 1e6;
  return { nanoseconds, each: nanoseconds / done };
}

/** @param {Task} task */
function measure({ argument, count, repetitions, milliseconds }) {
  const made = program(argument ?? 0);
  if (typeof made === "number") return [made];
  if (count !== undefined) {
    for (let warm = 0; warm < 5; warm++) time(made, count / 100);
    return [time(made, count).each];
  }
  // Warm-up: until one run fills the time, and then for as long again as two of them, as optimised code that meets
  // something new is thrown away and made once more.
  let fitting = 64;
  while (time(made, fitting).nanoseconds < milliseconds * 1e6) fitting *= 2;
  for (let warm = 0; warm < 2; warm++) time(made, fitting);
  return Array.from({ length: repetitions }, () => time(made, fitting).each);
}

/** @type {{ figures: number[] } | { none: string }} */
let printed;
try {
  printed = { figures: measure(task) };
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  printed = { none: "overflow" };
}
console.log(JSON.stringify(printed));
