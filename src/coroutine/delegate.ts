// `yield* delegate(iterable)`: delegation to a plain iterable that loses no error.
//
// Imports nothing.

/**
 * For `yield*` on an iterable that is not a generator: as plain `yield*`, but an error that is thrown in while the
 * iterator has no `throw` method appears, as itself, at the `yield*`. The language would replace it with a
 * `TypeError` of its own.
 *
 * @param source any iterable, or iterator
 * @returns for `yield*`: what the iterator returns
 * @example
 * const lines = coroutine(function* lines(text: string) {
 *   yield* delegate(text.split("\n"));
 * });
 *
 * Source: Python's `yield from` (PEP 380).
 */
export function delegate<Y, R, S>(source: {
  [Symbol.iterator](): Iterator<Y, R, S>;
}): { [Symbol.iterator](): Iterator<Y, R, S> } {
  return {
    [Symbol.iterator]() {
      const inner = source[Symbol.iterator]();
      return {
        next: (...sent) => inner.next(...sent),
        return: (value) => inner.return?.(value) ?? { value: value as R, done: true },
        throw(error) {
          if (inner.throw) return inner.throw(error);
          inner.return?.();
          throw error;
        },
      };
    },
  };
}
