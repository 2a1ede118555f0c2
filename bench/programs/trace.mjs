// Programs that are traced, or not: `<program>/<kind>`. The trace is for the whole process, which does nothing else.

import { Channel, run, spawn, yieldNow } from "../../dist/index.js";
import { trace } from "../../dist/inspect/index.js";

const TASKS = 10;

/** @param {number} times */
function* yielder(times) {
  for (let i = 0; i < times; i++) yield* yieldNow();
}

/** @param {number} count */
function* switches(count) {
  for (let i = 0; i < TASKS; i++) spawn(yielder, Math.ceil(count / TASKS));
}

/** @param {Channel} from @param {Channel} to */
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

/** What is noted of each event; `null`: nothing. */
const KINDS = {
  off: null,
  listening: null,
  "order, no values": { time: false, values: false },
  order: { time: false },
  time: {},
  lines: { sites: true },
};

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {};
for (const [name, body] of Object.entries({ switches, roundTrips, spawns })) {
  for (const [kind, options] of Object.entries(KINDS)) {
    programs[`${name}/${kind}`] = () => {
      if (options !== null) trace(options);
      const start = kind === "listening" ? run.with({ observer: { runStarted() {} } }) : run;
      return async (count) => {
        await start(body, count);
        return count;
      };
    };
  }
}
