// The Fibonacci numbers as a stream that feeds itself (CPython's test suite): 1, 2, then the sum of the stream and of
// the same stream one step ahead.
import { coroutine, type Coroutine } from "corun";
import { shared, type Stream } from "./lib/shared.ts";

const sum = coroutine(function* sum(a: Stream<number>, b: Stream<number>): Coroutine.Body<number, never, void> {
  for (;;) yield a.next().value + b.next().value;
});

function tail<T>(stream: Stream<T>): Stream<T> {
  stream.next();
  return stream;
}

const fibonacci: () => Stream<number> = shared(function* (): Coroutine.Body<number, never, void> {
  yield 1;
  yield 2;
  return yield* sum(fibonacci(), tail(fibonacci()));
});

const numbers = fibonacci();
console.log(Array.from({ length: 17 }, () => numbers.next().value).join(" "));
