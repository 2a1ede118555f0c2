// Streams as coroutines: what the programs are put together from.

import { coroutine, type Coroutine } from "corun";

/** The next `n` values. The stream stays open, unlike after a loop that is left. */
export function firstN<T>(stream: Iterator<T>, n: number): T[] {
  return Array.from({ length: n }, () => take(stream));
}

export function take<T>(stream: Iterator<T>): T {
  const { value, done } = stream.next();
  if (done) throw new Error("the stream has ended");
  return value;
}

export const intsFrom = coroutine(function* intsFrom(first: number): Coroutine.Body<number> {
  for (let n = first; ; n++) yield n;
});

export const excludeMultiples = coroutine(function* excludeMultiples(
  n: number,
  ints: Iterable<number>,
): Coroutine.Body<number> {
  for (const i of ints) if (i % n !== 0) yield i;
});

export const times = coroutine(function* times(factor: number, numbers: Iterable<number>): Coroutine.Body<number> {
  for (const n of numbers) yield factor * n;
});

/** Both streams in ascending order, what is in both once. */
export const merge = coroutine(function* merge(a: Iterator<number>, b: Iterator<number>): Coroutine.Body<number> {
  let [x, y] = [take(a), take(b)];
  for (;;) {
    const least = Math.min(x, y);
    yield least;
    if (x === least) x = take(a);
    if (y === least) y = take(b);
  }
});

/** What `source` has given so far, kept, so that it can be read again and again, also by `source` itself. */
export class LazyList<T> {
  readonly known: T[] = [];
  readonly #source: Iterator<T>;
  readonly #read = coroutine(function* read(list: LazyList<T>): Coroutine.Body<T> {
    for (let i = 0; ; i++) yield list.at(i);
  });

  constructor(source: Iterator<T>) {
    this.#source = source;
  }

  at(index: number): T {
    while (index >= this.known.length) this.known.push(take(this.#source));
    return this.known[index] as T;
  }

  [Symbol.iterator](): Coroutine<T> {
    return this.#read(this);
  }
}

/** `n` streams of all that `source` gives. What all have taken is let go of. */
export function tee<T>(source: Iterator<T>, n: number): Coroutine<T>[] {
  const queues: T[][] = Array.from({ length: n }, () => []);
  const branch = coroutine(function* branch(queue: T[]): Coroutine.Body<T> {
    for (;;) {
      if (queue.length === 0) {
        const value = take(source);
        for (const each of queues) each.push(value);
      }
      yield queue.shift() as T;
    }
  });
  return queues.map((queue) => branch(queue));
}

/** The numbers with no prime factor but 2, 3 and 5, by trial division. */
export function hammingByDivision(count: number): number[] {
  const found: number[] = [];
  for (let n = 1; found.length < count; n++) {
    let rest = n;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) found.push(n);
  }
  return found;
}
