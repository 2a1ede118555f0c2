// Hamming's problem (Dijkstra; CPython's test suite): all numbers 2^i * 3^j * 5^k in ascending order. The sequence is
// defined by itself: 1, then twice, three times and five times the sequence, merged. Each value is computed once.
import { coroutine, type Coroutine } from "corun";
import { shared, type Stream } from "./lib/shared.ts";

const times = coroutine(function* times(n: number, stream: Stream<number>): Coroutine.Body<number, never, void> {
  for (;;) yield n * stream.next().value;
});

/** Two ascending streams as one; what both have comes once. */
const merge = coroutine(function* merge(a: Stream<number>, b: Stream<number>): Coroutine.Body<number, never, void> {
  let x = a.next().value;
  let y = b.next().value;
  for (;;) {
    const least = Math.min(x, y);
    yield least;
    if (x === least) x = a.next().value;
    if (y === least) y = b.next().value;
  }
});

const hamming: () => Stream<number> = shared(function* (): Coroutine.Body<number, never, void> {
  yield 1;
  return yield* merge(times(2, hamming()), merge(times(3, hamming()), times(5, hamming())));
});

const numbers = hamming();
for (let row = 0; row < 5; row++) {
  console.log(Array.from({ length: 15 }, () => numbers.next().value).join(" "));
}
