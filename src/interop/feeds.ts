// The sources that a channel can be fed from: one shape for all of them.
//
// May import: the coroutine, scheduler and channel layers, asked, node-streams.

import { Channel } from "../channel/channel.ts";
import { Coroutine } from "../coroutine/coroutine.ts";
import { isCoroutineFunction, isGeneratorFunction } from "../coroutine/define.ts";
import { show } from "../coroutine/errors.ts";
import { Op, type Waitable } from "../scheduler/op.ts";
import { isGenerator, told } from "../scheduler/runnable.ts";
import { Task } from "../scheduler/task.ts";
import { until } from "./until.ts";
import { ask, type Asked, startAsked } from "./asked.ts";
import { destroyStream, hasMethods, isNodeReadable, type NodeReadable } from "./node-streams.ts";

type Step = IteratorResult<unknown, unknown>;

/** Where values come from. */
export interface Feed {
  /** The next value or the end, at once or to be waited for. */
  next(): Step | Waitable<Step>;
  /** Lets go of a source that has neither ended nor failed; with cleanup that waits. */
  release(): Generator<never, void, unknown>;
}

/** The part of a `ReadableStream` that is used: not every browser's can be iterated. */
interface Reader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** The feed of `source`, which it takes hold of now; null: it is no source. */
export function feedOf(source: unknown): Feed | null {
  if (source instanceof Channel) return new ChannelFeed(source);
  // These are iterable so that they can be waited for.
  if (source instanceof Op || source instanceof Task) return null;
  if (isBody(source) || source instanceof Coroutine || isGenerator(source)) return new BodyFeed(source);
  if (hasMethods(source, "getReader")) return new ReaderFeed(source.getReader() as Reader);
  if (isNodeReadable(source)) return new StreamFeed(source);
  if (hasMethods(source, Symbol.asyncIterator))
    return new AsyncFeed(source[Symbol.asyncIterator]() as AsyncIterator<unknown>);
  if (typeof source === "string" || hasMethods(source, Symbol.iterator))
    return new IteratorFeed(source[Symbol.iterator]() as Iterator<unknown>);
  return null;
}

/** A body that yields: a generator function, or what `coroutine` gives. */
export function isBody(value: unknown): boolean {
  return isCoroutineFunction(value) || isGeneratorFunction(value);
}

/** The text of the error for what is no source. */
export function noSource(value: unknown, what: string): string {
  const text = `${what} needs an iterable, an async iterable, a stream, a channel, or a body that yields`;
  if (typeof value === "object" && value !== null && "then" in value) {
    return `${text}, but got ${show(value)}: wait for it with \`yield* until(promise)\`, or give a function () => promise`;
  }
  return `${text}, but got ${value instanceof Task ? value.toString() : told(value)}`;
}

class IteratorFeed implements Feed {
  readonly #iterator: Iterator<unknown>;

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator;
  }

  next(): Step {
    return this.#iterator.next();
  }

  // oxlint-disable-next-line require-yield
  *release(): Generator<never, void, unknown> {
    this.#iterator.return?.();
  }
}

class AsyncFeed implements Feed {
  readonly #iterator: AsyncIterator<unknown>;

  constructor(iterator: AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  next(): Waitable<Step> {
    return until(this.#iterator.next());
  }

  *release(): Generator<never, void, unknown> {
    yield* until(this.#iterator.return?.());
  }
}

/** Of Node. Its iterator is not closed, as that queues behind a `next` that may never be answered. */
class StreamFeed extends AsyncFeed {
  readonly #stream: NodeReadable;

  constructor(stream: NodeReadable) {
    // Without that the end of what can be read would end also what can be written.
    super(stream.iterator({ destroyOnReturn: false }));
    this.#stream = stream;
  }

  override release(): Generator<never, void, unknown> {
    return destroyStream(this.#stream);
  }
}

class ReaderFeed implements Feed {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  next(): Waitable<Step> {
    return until(this.#reader.read()) as Waitable<Step>;
  }

  *release(): Generator<never, void, unknown> {
    yield* until(this.#reader.cancel());
    this.#reader.releaseLock();
  }
}

/** Another channel, which others may go on using. */
class ChannelFeed implements Feed {
  readonly #channel: Channel<unknown>;

  constructor(channel: Channel<unknown>) {
    this.#channel = channel;
  }

  next(): Waitable<Step> {
    return this.#channel.next();
  }

  *release(): Generator<never, void, unknown> {}
}

/** A body that yields, and may wait: a task of the one that feeds. */
class BodyFeed implements Feed {
  readonly #body: unknown;
  #task: Asked | null = null;

  constructor(body: unknown) {
    this.#body = body;
  }

  next(): Waitable<Step> {
    return ask((this.#task ??= startAsked(this.#body, [], "Channel.from")), undefined);
  }

  *release(): Generator<never, void, unknown> {
    if (this.#task !== null) yield* this.#task.cancel();
    // One that was started by hand, and was not reached by the task.
    if (typeof this.#body !== "function") (this.#body as Generator).return(undefined);
  }
}
