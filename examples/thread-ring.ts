// The thread-ring benchmark: 503 coroutines in a ring pass a token on, which counts down; the one that gets 0 names
// itself. `transfer` runs each in the place of the one before, so the stack stays flat however long the token runs.
import { coroutine, type Coroutine, transfer } from "corun";

const size = 503;
const hops = Number(process.argv[2] ?? 5000);

const member = coroutine(function* member(number: number): Coroutine.Body<void, number, number> {
  const next = number % size; // the index of the one after it: numbers begin with 1
  for (let token = yield; ; token = yield* transfer<number>(ring[next]!, token - 1)) {
    if (token === 0) return number;
  }
});

const ring = Array.from({ length: size }, (_, i) => member(i + 1));
for (const each of ring) each.next(); // to their first yield, where they can be given the token

console.log(ring[0]!.next(hops).value);
