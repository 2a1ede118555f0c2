// What a pipeline can begin with, each as a puller.
//
// May import: the coroutine, scheduler, channel and interop layers, puller.

import { Coroutine } from "../coroutine/coroutine.ts";
import { coroutine } from "../coroutine/define.ts";
import type { ReceiveChannel } from "../channel/channel.ts";
import { Op, type Waitable } from "../scheduler/op.ts";
import { toCoroutine } from "../scheduler/runnable.ts";
import { spawn } from "../scheduler/spawn.ts";
import { Task } from "../scheduler/task.ts";
import { ask } from "../interop/asked.ts";
import type { Many } from "../interop/channel-from.ts";
import { checkStep, type Feed, feedOf, noSource } from "../interop/feeds.ts";
import { END, type Opener, type Puller, type Signal, WAIT } from "./puller.ts";

/** What has the items of a pipeline; under {@link OPEN}: another pipeline. */
export type Source<T> = ReceiveChannel<T> | Many<T> | { [OPEN](): Puller<T> } | (() => Generator<T, unknown, unknown>);

/** The method of a pipeline that begins a run. */
export const OPEN: unique symbol = Symbol("corun.pipeline.open");

class FromIterable<T> implements Puller<T> {
  #iterator: Iterator<T> | null;

  constructor(iterable: Iterable<T>) {
    this.#iterator = iterable[Symbol.iterator]();
  }

  next(): T | Signal {
    const iterator = this.#iterator;
    if (iterator === null) return END;
    this.#iterator = null; // one that throws is not closed
    const result = checkStep(iterator.next());
    if (result.done === true) return END;
    const { value } = result;
    this.#iterator = iterator;
    return value;
  }

  wait(): never {
    throw new TypeError("an iterable never waits");
  }

  close(): undefined {
    const iterator = this.#iterator;
    this.#iterator = null;
    iterator?.return?.();
    return undefined;
  }
}

/** What gives one result after the other, each to be waited for. */
abstract class Arriving<T> implements Puller<T> {
  #result: IteratorResult<T, unknown> | null = null;

  next(): T | Signal {
    const result = this.#result ?? this.take();
    if (result === undefined) return WAIT;
    if (result.done === true) {
      this.#result = result;
      return END;
    }
    this.#result = null;
    return result.value;
  }

  /** What is there at once. */
  take(): IteratorResult<T, unknown> | undefined {
    return undefined;
  }

  abstract ask(): Waitable<IteratorResult<T, unknown>>;
  abstract close(): Waitable<unknown> | undefined;

  *wait(): Generator<never, void, unknown> {
    try {
      this.#result = checkStep(yield* this.ask());
    } catch (error) {
      this.#result = { value: undefined, done: true }; // one that throws is not closed
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.#result?.done === true;
  }
}

/** What a channel receives. With `feeder`: the task that feeds it, which ends with this. */
export class FromChannel<T> extends Arriving<T> {
  readonly #channel: ReceiveChannel<T>;
  readonly #feeder: Task | undefined;

  constructor(channel: ReceiveChannel<T>, feeder?: Task) {
    super();
    this.#channel = channel;
    this.#feeder = feeder;
  }

  override take(): IteratorResult<T, unknown> | undefined {
    return this.#channel.tryReceive();
  }

  ask(): Waitable<IteratorResult<T, unknown>> {
    return this.#channel.next();
  }

  close(): Waitable<unknown> | undefined {
    return this.#feeder?.cancel();
  }
}

/** Async iterables and streams, as channels are fed from them. */
class FromFeed<T> extends Arriving<T> {
  readonly #feed: Feed;
  #isClosed = false;

  constructor(feed: Feed) {
    super();
    this.#feed = feed;
  }

  ask(): Waitable<IteratorResult<T, unknown>> {
    return this.#feed.next() as Waitable<IteratorResult<T, unknown>>;
  }

  *close(): Generator<never, void, unknown> {
    if (this.hasEnded || this.#isClosed) return;
    yield* this.#feed.release();
    this.#isClosed = true; // if a cancellation cuts that, the next one waits for it
  }
}

/** What a body yields. It runs as a task, and only while it is asked. */
class FromBody<T> extends Arriving<T> {
  readonly #task: Task;

  constructor(body: unknown) {
    super();
    this.#task = spawn.background(primed, body);
  }

  ask(): Waitable<IteratorResult<T, unknown>> {
    return ask(this.#task) as Waitable<IteratorResult<T, unknown>>;
  }

  close(): Waitable<unknown> {
    return this.#task.cancel();
  }
}

/** `task.send` drops the first value that a task yields: it is this one. */
const primed = /* @__PURE__ */ coroutine(
  function* (body: unknown): Generator<unknown, void, unknown> {
    yield undefined;
    yield* toCoroutine(body, [], "pipeline");
  },
  { name: "pipeline source" },
);

/** What begins a run of `source`. @throws {TypeError} if it is none */
export function openerOf<T>(source: Source<T>): Opener<T> {
  if (typeof source === "function" || source instanceof Coroutine) return () => new FromBody(source);
  if (typeof source === "string") return () => new FromIterable(source);
  if (typeof source === "object" && source !== null && !(source instanceof Op) && !(source instanceof Task)) {
    if (OPEN in source) return () => source[OPEN]();
    if ("tryReceive" in source) return () => new FromChannel(source);
    if (Symbol.iterator in source) return () => new FromIterable(source);
    if (Symbol.asyncIterator in source || "getReader" in source) return () => new FromFeed(feedOf(source)!);
  }
  throw new TypeError(noSource(source, "pipeline(…)"));
}
