// The prime sieve of the suite `together` on Corun: a chain of tasks that grows by one with each prime.

import { Channel, coroutine, spawn } from "corun";
import { PRIMES } from "./together-common.mjs";

/** @typedef {Channel<number>} Numbers */

const generate = coroutine(
  /** @param {Numbers} to */
  function* generate(to) {
    for (let n = 2; ; n++) yield* to.send(n);
  },
);

const filter = coroutine(
  /** @param {Numbers} from @param {Numbers} to @param {number} prime */
  function* filter(from, to, prime) {
    for (;;) {
      const n = yield* from.receive();
      if (n % prime !== 0) yield* to.send(n);
    }
  },
);

export const sieve = coroutine(function* sieve() {
  let from = new Channel();
  spawn.background(generate, from);
  for (let found = 1; ; found++) {
    const prime = yield* from.receive();
    if (found === PRIMES) return prime;
    const to = new Channel();
    spawn.background(filter, from, to, prime);
    from = to;
  }
});
