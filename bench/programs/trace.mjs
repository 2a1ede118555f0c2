// One program under one kind of tracing, in this process, which does nothing else: prints nanoseconds an operation.
// Arguments: the program, the kind, the folder of the built package.

import { now } from "./together-common.mjs";

const [program, kind, folder = "../../dist"] = process.argv.slice(2);
const { Channel, run, spawn, yieldNow } = await import(`${folder}/index.js`);

const TASKS = 10;

/** @param {number} times */
function* yielder(times) {
  for (let i = 0; i < times; i++) yield* yieldNow();
}

/** @param {number} count */
function* switches(count) {
  for (let i = 0; i < TASKS; i++) spawn(yielder, count / TASKS);
}

/** @param {unknown} from @param {unknown} to */
function* echo(from, to) {
  for (;;) yield* to.send(yield* from.receive());
}

/** @param {number} count */
function* roundTrips(count) {
  const there = new Channel();
  const back = new Channel();
  spawn.background(echo, there, back);
  for (let i = 0; i < count; i++) {
    yield* there.send(i);
    yield* back.receive();
  }
}

function* nothing() {}

/** @param {number} count */
function* spawns(count) {
  for (let i = 0; i < count; i++) yield* spawn(nothing);
}

const programs = { switches, roundTrips, spawns };

const options = {
  order: { time: false },
  "order, no values": { time: false, values: false },
  time: {},
  sites: { sites: true },
}[kind];
const observer = kind === "an observer of nothing" ? { runStarted() {} } : undefined;
if (options !== undefined) (await import(`${folder}/inspect/index.js`)).trace(options);

/** @param {number} count */
async function measure(count) {
  const start = now();
  await (observer ? run.with({ observer }) : run)(programs[program], count);
  return ((now() - start) * 1e6) / count;
}

const count = kind === "sites" ? 5000 : 200_000;
for (let i = 0; i < 4; i++) await measure(count);
const figures = [];
for (let i = 0; i < 7; i++) figures.push(await measure(count));
figures.sort((a, b) => a - b);
console.log(figures[3]);
