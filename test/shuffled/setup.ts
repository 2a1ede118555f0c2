// Has each test of the project `shuffled` run again and again, each time with its tasks in another order, by chance.
//
// An order is a number: CORUN_SEED, if given, is the first one, and CORUN_RUNS how many are tried; of a test that states
// its `repeats`, as a tag may, not more than those. What the outside does when (promises, timers of the host) is no
// part of it.
import { beforeAll, beforeEach, type RunnerTask, type RunnerTestCase } from "vitest";
import { defaults } from "../../src/scheduler/host.ts";
import { Shuffle } from "./shuffle.ts";

const RUNS = number("CORUN_RUNS") ?? 50;
const FIRST = number("CORUN_SEED") ?? Math.trunc(Math.random() * 2 ** 31);

function number(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new TypeError(`${name} is a whole number from 0, but got ${text}`);
  return Number(text);
}

function repeat(task: RunnerTask): void {
  if (task.type === "suite") task.tasks.forEach(repeat);
  else task.repeats = Math.min(task.repeats ?? Number.POSITIVE_INFINITY, RUNS - 1);
}

// oxlint-disable-next-line no-empty-pattern -- vitest reads this pattern
beforeAll(({}, file) => file.tasks.forEach(repeat));

/** Tests that have failed, by the first error of each. */
const failed = new WeakMap<RunnerTask, { message: string; orders: number[] }>();

beforeEach(({ task }) => {
  const order = FIRST + (task.result?.repeatCount ?? 0);
  const goesOn = task.tags?.includes("at-once") ?? false;
  let runs = 0;
  // Runs that are given one seed do the same.
  defaults.choice = (seed) =>
    new Shuffle(order, `${task.fullName} ${seed === undefined ? ++runs : `seed ${seed}`}`, goesOn);
  const before = task.result?.errors?.length ?? 0;
  return () => {
    const errors = task.result?.errors ?? [];
    if (errors.length === before) return;
    if (!failed.has(task)) failed.set(task, { message: errors[0]!.message, orders: [] });
    const { message, orders } = failed.get(task)!;
    orders.push(order);
    // What fails in one order often fails in many: the errors of the first one are told.
    if (orders.length > 1) errors.length = before;
    errors[0]!.message = `${message}\n\n${told(task, orders)}`;
  };
});

function told(task: RunnerTestCase, [first, ...more]: number[]): string {
  const title = task.fullTestName.replaceAll(/\W/g, ".");
  const command = `npx vitest run --project shuffled ${task.file.name} -t '${title}'`;
  return `in order ${first}, and ${more.length} more of ${RUNS}; again: CORUN_SEED=${first} CORUN_RUNS=1 ${command}`;
}
