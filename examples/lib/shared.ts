// One endless sequence for many readers: for streams that feed themselves.
import { coroutine, type Coroutine } from "corun";

export type Stream<T> = Coroutine<T, never, void>;

/**
 * What this gives can be called any number of times: each call reads the sequence of `body` from its beginning, but
 * `body` runs once, and only as far as the reader that is ahead of all others has come.
 */
export function shared<T>(body: () => Coroutine.Body<T, never, void>): () => Stream<T> {
  const source = coroutine(body)();
  const seen: T[] = [];
  return coroutine(function* reader(): Coroutine.Body<T, never, void> {
    for (let i = 0; ; i++) {
      if (i === seen.length) seen.push(source.next().value);
      yield seen[i]!;
    }
  });
}
