// The prime sieve of Hoare's CSP, 1978, as it came to Go: a chain of tasks over channels, one for each prime. It hands
// on what its prime does not divide, so what comes out at the end is the next prime.
import { Channel, run, spawn } from "corun";

function* count(to: Channel<number>) {
  for (let n = 2; ; n++) yield* to.send(n);
}

function* filter(prime: number, from: Channel<number>, to: Channel<number>) {
  for (;;) {
    const n = yield* from.receive();
    if (n % prime !== 0) yield* to.send(n);
  }
}

await run(function* sieve() {
  const primes: number[] = [];
  let end = new Channel<number>(); // no buffer: a number is handed from task to task
  spawn.background(count, end);
  while (primes.length < 25) {
    const prime = yield* end.receive();
    primes.push(prime);
    const next = new Channel<number>();
    spawn.background(filter, prime, end, next);
    end = next;
  }
  console.log(primes.join(" "));
  // All 26 tasks go on for ever; they are in the background, so the end of this body cancels them.
});
