// Pipelines: stages between a source and what its items are for, with backpressure end to end. The class only
// describes; what runs is in the other files of this folder, from puller.ts on.
//
// May import: the scheduler, channel and interop layers; all of this folder.

import { Channel, type ChannelOptions, type ReceiveChannel } from "../channel/channel.ts";
import { isBody } from "../interop/feeds.ts";
import { isThenable } from "../interop/until.ts";
import type { Waitable } from "../scheduler/op.ts";
import { Apply } from "./apply.ts";
import { checkCount, checked, checkFunction, checkTime, type EachOptions } from "./checks.ts";
import { beside, concurrently, eachWork, feed, type Work } from "./concurrent.ts";
import { Expand, Flat } from "./flat.ts";
import type { Given } from "./given.ts";
import { consume, END, type Puller, SKIP } from "./puller.ts";
import { OPEN, openerOf, type Source } from "./source.ts";
import { batcher, lineSplitter } from "./steps.ts";
import { end, type Fold, lastOf, Terminals } from "./terminal.ts";
import { batchedWithin, debounced, limited, pacer, throttled } from "./time.ts";

type Inner<T, U> = (item: T) => Source<U> | PromiseLike<Source<U>>;

const itself = <T>(item: T): T => item;
/** The function of a stage that needs none. Not `itself`: an item that could be waited for must not be. */
const nothing = (): undefined => undefined;

/**
 * A description of how items come from a source, through stages. It does nothing by itself: each terminal (`forEach`,
 * `toArray`, …) is for `yield*` in a task and runs it once more. Stages give a new pipeline and change nothing.
 *
 * The terminal pulls, and each stage works on one item and holds no other: what is pulled ahead is, with `concurrency`
 * n > 1, at most n items; with `buffer(n)`, `open` and `into`, n + 1; with a stage in which time passes (`batch` with
 * `within`, `debounce`, `throttle`, `timeout`), 1.
 *
 * The function of a stage gives a value; or something to wait for, whose value then counts: a promise, an op, a task; or
 * it is a body, `function* (item) { … }`.
 *
 * All that a terminal starts is in a scope. When it ends, be it by a failure, a cancellation, or as `take` has enough,
 * what is under way is cancelled and the source is closed; only when their cleanup is done, the terminal ends. A failure
 * comes out of it as itself.
 */
export class Pipeline<out T> extends Terminals<T> {
  /**
   * What `fn` gives for each item. With `concurrency`, for so many at once; in the order of the items unless `ordered`
   * is false.
   *
   * @example
   * const lengths = pipeline(["one", "three"]).map((word) => Promise.resolve(word.length), { concurrency: 2 });
   * await run(() => lengths.toArray()); // -> [3, 5]
   */
  map<R>(fn: (item: T) => R, options?: EachOptions): Pipeline<Given<R>> {
    return this.#each("map", fn, itself, options);
  }

  /** The items for which `fn` gives something true. */
  filter<S extends T>(fn: (item: T) => item is S, options?: EachOptions): Pipeline<S>;
  filter(fn: (item: T) => unknown, options?: EachOptions): Pipeline<T>;
  filter(fn: (item: T) => unknown, options?: EachOptions): Pipeline<T> {
    return this.#each("filter", fn, (keep, item) => (keep ? item : SKIP), options);
  }

  /**
   * The items of the source that `fn` gives for each item; `fn` may be a body that yields them. With `concurrency`, so
   * many sources are read at once; in order, all of the first, then all of the second, unless `ordered` is false.
   *
   * @example
   * const words = pipeline(["to be", "or not"]).flatMap((line) => line.split(" "));
   * await run(() => words.toArray()); // -> ["to", "be", "or", "not"]
   */
  flatMap<U>(fn: Inner<T, U>, options: EachOptions = {}): Pipeline<U> {
    checkFunction(fn, "flatMap");
    const { concurrency, ordered } = checked(options);
    const inner = (item: T) => innerOf(fn, item);
    if (concurrency === 1) {
      return this.#stage((up) => new Flat(new Apply(up, inner, itself<Pipeline<U>>), (made) => made[OPEN]()));
    }
    const work: Work<T, U> = (item, out) => consume(pipeline([item]).flatMap(fn)[OPEN], (given) => out.send(given));
    return new Pipeline(concurrently(this[OPEN], work, concurrency, ordered));
  }

  /** Calls `fn` for each item, waits for what it gives, and passes the item on. */
  tap(fn: (item: T) => unknown): Pipeline<T> {
    return this.#each("tap", fn, (_, item) => item);
  }

  /** The first `n` items. When it has them, the source is closed without being asked again. */
  take(n: number): Pipeline<T> {
    checkCount(n, 0, "take's n");
    if (n === 0) return pipeline([]);
    return this.#stage((up) => {
      let left = n;
      return new Apply(up, nothing, (_, item, stage) => {
        stage.isOver = --left === 0;
        return item;
      });
    });
  }

  /** The items before the first for which `fn` gives something false. */
  takeWhile(fn: (item: T) => unknown): Pipeline<T> {
    checkFunction(fn, "takeWhile");
    return this.#stage((up) => new Apply(up, fn, (goesOn, item) => (goesOn ? item : END)));
  }

  /** All but the first `n` items. */
  drop(n: number): Pipeline<T> {
    checkCount(n, 0, "drop's n");
    return this.#stage((up) => {
      let left = n;
      return new Apply(up, nothing, (_, item) => (left > 0 ? (left--, SKIP) : item));
    });
  }

  /** The items from the first on for which `fn` gives something false. */
  dropWhile(fn: (item: T) => unknown): Pipeline<T> {
    checkFunction(fn, "dropWhile");
    return this.#stage((up) => {
      let drops: unknown = true;
      const test = (item: T) => drops && fn(item);
      return new Apply(up, test, (given, item) => {
        drops = given;
        return drops ? SKIP : item;
      });
    });
  }

  /** For each item what `fn` makes of it and of what it made of those before; at first of `init`. */
  scan<A>(fn: Fold<A, T>, init: A): Pipeline<A> {
    checkFunction(fn, "scan");
    return this.#stage((up) => {
      let soFar = init;
      const fold = (item: T) => fn(soFar, item);
      return new Apply(up, fold, (given) => (soFar = given as A));
    });
  }

  /**
   * The items whose key did not occur before; without `key`, the items themselves are compared, as a `Set` does. It
   * keeps all keys, unless `consecutive`: then an item is compared with the one before it only.
   */
  distinct(key?: (item: T) => unknown, options: { consecutive?: boolean } = {}): Pipeline<T> {
    if (key !== undefined) checkFunction(key, "distinct");
    return this.#stage((up) => {
      const seen = new Set<unknown>();
      return new Apply(up, key ?? nothing, (given, item) => {
        const it = key === undefined ? item : given;
        if (seen.has(it)) return SKIP;
        if (options.consecutive === true) seen.clear();
        seen.add(it);
        return item;
      });
    });
  }

  /**
   * Arrays of `size` items; the last may have fewer. With `within`, an array is given at the latest so many milliseconds
   * after its first item.
   *
   * @example
   * const batches = await run(() => pipeline([1, 2, 3, 4, 5]).batch(2).toArray());
   * batches; // -> [[1, 2], [3, 4], [5]]
   */
  batch(size: number, options: { within?: number } = {}): Pipeline<T[]> {
    checkCount(size, 1, "a batch's size");
    const { within } = options;
    if (within === undefined) return this.#stage((up) => new Expand(up, batcher<T>(size)));
    return this.#timed("batch's within", within, (input) => batchedWithin(input, size, within));
  }

  /** An item when none has come for `ms` milliseconds after it, and the last one at the end; the others are dropped. */
  debounce(ms: number): Pipeline<T> {
    return this.#timed("debounce", ms, (input) => debounced(input, ms));
  }

  /** An item at once; those that come in the `ms` milliseconds after it are dropped. */
  throttle(ms: number): Pipeline<T> {
    return this.#timed("throttle", ms, (input) => throttled(input, ms));
  }

  /** All items, delayed so that in any `ms` milliseconds there are at most `count`. */
  rate(count: number, ms: number): Pipeline<T> {
    checkCount(count, 1, "rate's count");
    checkTime(ms, "rate");
    return this.#stage((up) => new Apply(up, pacer(count, ms), (_, item) => item));
  }

  /** All items; where one is waited for longer than `ms` milliseconds, a `TimeoutError`. */
  timeout(ms: number): Pipeline<T> {
    return this.#timed("timeout", ms, (input) => limited(input, ms));
  }

  /**
   * Lets what comes before run ahead: a task fills a buffer of `capacity` items. `options` are those of a channel, so a
   * full buffer can also drop the oldest or the newest item, or fail.
   */
  buffer(capacity: number, options?: ChannelOptions<T>): Pipeline<T> {
    const make = () => new Channel<T>(capacity, options);
    make(); // throws here if the options are wrong
    return new Pipeline(() => beside(this[OPEN], make()));
  }

  /** The items of this and of all others as they come. */
  merge<U>(...others: Source<U>[]): Pipeline<T | U> {
    return sources<T | U>(this, others).flatMap(itself, { concurrency: others.length + 1, ordered: false });
  }

  /** The items of this, then those of each other. */
  concat<U>(...others: Source<U>[]): Pipeline<T | U> {
    return sources<T | U>(this, others).flatMap(itself);
  }

  /** Chunks of text, as strings or bytes in UTF-8, made lines without their ends, `\n` or `\r\n`. */
  lines(this: Pipeline<string | ArrayBuffer | ArrayBufferView>): Pipeline<string> {
    return this.#stage((up) => new Expand(up, lineSplitter()));
  }

  /** What `fn` makes of this: for stages of one's own. */
  through<R>(fn: (pipeline: this) => R): R {
    checkFunction(fn, "through", "a function");
    return fn(this);
  }

  /** For `yield*`: calls `fn` for each item; with `concurrency`, for so many at once. */
  forEach(fn: (item: T) => unknown, options: { concurrency?: number } = {}): Waitable<void> {
    return this.#each("forEach", fn, () => SKIP, { ...options, ordered: false }).drain();
  }

  /** For `yield*`: what `fn` makes of all items, from `init` on. */
  reduce<A>(fn: Fold<A, T>, init: A): Waitable<A> {
    return end(() => lastOf(this.scan(fn, init)[OPEN], init));
  }

  /** For `yield*`: the first item, after which the source is closed; `undefined` if there is none. */
  first(): Waitable<T | undefined> {
    return this.take(1).last();
  }

  /** For `yield*`: how many items there are. */
  count(): Waitable<number> {
    return this.reduce((n) => n + 1, 0);
  }

  #stage<U>(make: (up: Puller<T>) => Puller<U>): Pipeline<U> {
    return new Pipeline(() => make(this[OPEN]()));
  }

  /** A stage in which time passes is a body, which receives what comes before. */
  #timed<U>(what: string, ms: number, body: (input: ReceiveChannel<T>) => Generator<U, void, unknown>): Pipeline<U> {
    checkTime(ms, what);
    return pipeline(() => {
      const input = new Channel<T>();
      feed(this[OPEN], input);
      return body(input);
    });
  }

  /** A stage that calls `fn` for each item. `use` is without state. */
  #each<R, U>(
    what: string,
    fn: (item: T) => R,
    use: (given: Given<R>, item: T) => U | typeof SKIP,
    options: EachOptions = {},
  ): Pipeline<U> {
    checkFunction(fn, what);
    const { concurrency, ordered } = checked(options);
    if (concurrency === 1) return this.#stage((up) => new Apply(up, fn, use));
    return new Pipeline(concurrently(this[OPEN], eachWork(fn, use), concurrency, ordered));
  }
}

/** Of merge and concat; what is no source is an error where they are called. */
function sources<T>(first: Source<T>, others: Source<T>[]): Pipeline<Pipeline<T>> {
  return pipeline([first, ...others].map((source) => pipeline(source)));
}

/** What flatMap's `fn` gives for `item`, as a pipeline. */
function innerOf<T, U>(fn: Inner<T, U>, item: T): Pipeline<U> | Promise<Pipeline<U>> {
  if (isBody(fn)) return pipeline<U>(() => fn(item) as Generator<U, unknown, unknown>);
  const source = fn(item);
  return isThenable(source) ? Promise.resolve(source).then((given) => pipeline(given)) : pipeline(source);
}

/**
 * Begins a pipeline.
 *
 * @param source a channel, an iterable, a stream, a body that yields and may wait, or another pipeline
 * @throws {TypeError} if it is none of these
 * @example
 * const squares = pipeline([1, 2, 3, 4])
 *   .filter((n) => n % 2 === 0)
 *   .map((n) => n * n);
 * await run(() => squares.toArray()); // -> [4, 16]
 *
 * Source: JavaScript's iterator helpers; `concurrency` and `ordered` are Rust's `buffered` and `buffer_unordered`.
 */
export function pipeline<T>(source: Source<T>): Pipeline<T> {
  return new Pipeline(openerOf(source));
}
