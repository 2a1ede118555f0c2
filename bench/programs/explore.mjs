// Small programs under many schedules: `<program>/<way>`. An operation is a schedule.

import { Channel, Mutex, scope, sleep, spawn, yieldNow } from "../../dist/index.js";
import { explore } from "../../dist/testing/index.js";

function* switcher() {
  for (let i = 0; i < 3; i++) yield* yieldNow();
}

function* switches() {
  for (let i = 0; i < 3; i++) spawn(switcher);
}

/** @param {Channel} done @param {Mutex} mutex */
function* worker(done, mutex) {
  yield* yieldNow();
  const guard = yield* mutex.lock();
  yield* sleep(1);
  guard[Symbol.dispose]();
  yield* done.send(1);
}

function* workers() {
  const done = new Channel();
  const mutex = new Mutex();
  for (let i = 0; i < 3; i++) spawn(worker, done, mutex);
  for (let i = 0; i < 3; i++) yield* done.receive();
}

/** @param {Mutex} mutex */
function* locker(mutex) {
  const guard = yield* mutex.lock();
  yield* yieldNow();
  guard[Symbol.dispose]();
}

function* lockers() {
  const mutex = new Mutex();
  yield* scope(function* () {
    for (let i = 0; i < 5; i++) spawn(locker, mutex);
  });
}

const WAYS = {
  portfolio: { systematic: false },
  random: { strategy: "random" },
  pos: { strategy: "pos" },
  pct: { strategy: "pct" },
  systematic: { strategy: "systematic" },
};

/** @type {Record<string, import("./together-common.mjs").Program>} */
export const programs = {};
for (const [name, body] of Object.entries({ switches, workers, lockers })) {
  for (const [way, options] of Object.entries(WAYS)) {
    programs[`${name}/${way}`] = () => {
      let seed = 0;
      return async (count) => {
        let done = 0;
        // A small program may have fewer schedules than that: it is explored again.
        while (done < count) {
          const { runs } = await explore(body, { ...options, runs: count - done, seed: ++seed });
          done += runs;
        }
        return done;
      };
    };
  }
}
