// Runs programs in this process, which take turns, and prints the figures of each as JSON: see `Group` in bench/lib/plan.ts.

import { now } from "./together-common.mjs";

/**
 * @typedef {object} Task
 * @property {{ module: string, program: string }[]} programs
 * @property {number} [argument] of all of them
 * @property {number} warmups
 * @property {number} repetitions
 * @property {number} milliseconds of one repetition of one program
 * @property {number} limit in milliseconds: after these it begins nothing more
 */

/** @typedef {import("./together-common.mjs").Done} Done */

/** The time in nanoseconds that `part` of these, which are in milliseconds, do not exceed. @param {number[]} latencies @param {number} part */
function percentile(latencies, part) {
  latencies.sort((a, b) => a - b);
  return latencies[Math.ceil(latencies.length * part) - 1] * 1e6;
}

/** A program, and what it has measured. */
class Turns {
  #loop;
  /** How many operations fill the time. */
  #fitting = 64;
  /** @type {{ nanoseconds: number, each: number, p50?: number, p99?: number }[]} */
  #measured = [];

  /** @param {number | ((count: number) => Done | Promise<Done>)} made the figure itself, or the loop */
  constructor(made) {
    if (typeof made === "number") this.#measured.push({ nanoseconds: made, each: made });
    else this.#loop = made;
  }

  async take() {
    if (this.#loop === undefined) return;
    const start = now();
    const done = await this.#loop(this.#fitting);
    const nanoseconds = (now() - start) * 1e6;
    if (typeof done === "number") {
      this.#measured.push({ nanoseconds, each: nanoseconds / done });
      return;
    }
    const { latencies } = done;
    const percentiles =
      latencies === undefined ? {} : { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
    this.#measured.push({ nanoseconds, each: done.nanoseconds / done.done, ...percentiles });
  }

  /** Until runs have filled the time several times; only the last is kept. @param {Task} task @param {number} until */
  async warmUp({ warmups, milliseconds }, until) {
    await this.take();
    for (let filled = 0; filled < warmups && now() < until; await this.take()) {
      if (this.#measured.at(-1).nanoseconds >= milliseconds * 1e6) filled++;
      else this.#fitting *= 2;
    }
    this.#measured.splice(0, this.#measured.length - 1);
  }

  /** The warm-up was long enough to measure, too, where there was no time for more. */
  get printed() {
    const measured = this.#measured.length > 1 ? this.#measured.slice(1) : this.#measured;
    const figures = measured.map(({ each }) => each);
    if (measured[0].p50 === undefined) return { figures };
    return { figures, p50: measured.map(({ p50 }) => p50), p99: measured.map(({ p99 }) => p99) };
  }
}

/** @type {Task} */
const task = JSON.parse(process.argv[2]);
const all = [];
for (const { module, program } of task.programs) {
  /** @type {{ programs: Record<string, import("./together-common.mjs").Program> }} */
  const { programs } = await import(module);
  all.push(new Turns(await programs[program](task.argument ?? 0)));
}
const started = now();
for (const [i, turns] of all.entries()) {
  await turns.warmUp(task, started + (task.limit * (i + 1)) / all.length / 2);
}
for (let repetition = 0; repetition < task.repetitions && now() - started < task.limit; repetition++) {
  for (const turns of repetition % 2 === 0 ? all : all.toReversed()) await turns.take();
}
process.stdout.write(JSON.stringify(all.map(({ printed }) => printed)));
// What a program left waiting is not waited for.
process.exit();
