// The sieve of Eratosthenes as a chain of coroutines, from Lua's own test suite: each prime that comes out of the
// chain adds a filter to its end, which lets its multiples fall.
import { coroutine, type Coroutine } from "corun";

const upTo = coroutine(function* upTo(limit: number) {
  for (let n = 2; n <= limit; n++) yield n;
});

const without = coroutine(function* without(prime: number, numbers: Coroutine<number, void>) {
  for (const n of numbers) if (n % prime !== 0) yield n;
});

const primes: number[] = [];
let chain = upTo(80);
for (let next = chain.next(); !next.done; next = chain.next()) {
  primes.push(next.value);
  chain = without(next.value, chain);
}
console.log(primes.join(" "));
console.log(`${primes.length} primes, the last is ${primes.at(-1)}`);
