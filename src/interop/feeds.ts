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
import { isThenable, until } from "./until.ts";
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
  if (source instanceof Channel) return channelFeed(source);
  // These are iterable so that they can be waited for.
  if (source instanceof Op || source instanceof Task) return null;
  if (isBody(source) || source instanceof Coroutine || isGenerator(source)) return bodyFeed(source);
  if (hasMethods(source, "getReader")) return readerFeed(source.getReader() as Reader);
  if (isNodeReadable(source)) return streamFeed(source);
  if (hasMethods(source, Symbol.asyncIterator))
    return asyncFeed(source[Symbol.asyncIterator]() as AsyncIterator<unknown>);
  if (typeof source === "string" || hasMethods(source, Symbol.iterator))
    return iteratorFeed(source[Symbol.iterator]() as Iterator<unknown>);
  return null;
}

/** A body that yields: a generator function, or what `coroutine` gives. */
export function isBody(value: unknown): boolean {
  return isCoroutineFunction(value) || isGeneratorFunction(value);
}

/** What the `next` of an iterator gave. @throws {TypeError} if it is no object, as a loop does */
export function checkStep<S>(step: S): S {
  if (typeof step === "object" ? step !== null : typeof step === "function") return step;
  throw new TypeError(`an iterator gives {value, done}, but got ${show(step)}`);
}

/** The text of the error for what is no source. */
export function noSource(value: unknown, what: string): string {
  const got = value instanceof Task ? value.toString() : isThenable(value) ? show(value) : told(value);
  const advice = isThenable(value)
    ? ": wait for it with `yield* until(promise)`, or give a function () => promise"
    : hasMethods(value, "on") || hasMethods(value, "addEventListener")
      ? ": for its events, on(target, event)"
      : "";
  return `${what} needs an iterable, an async iterable, a stream, a channel, or a body that yields, but got ${got}${advice}`;
}

function iteratorFeed(iterator: Iterator<unknown>): Feed {
  return {
    next: () => iterator.next(),
    // oxlint-disable-next-line require-yield
    *release() {
      iterator.return?.();
    },
  };
}

function asyncFeed(iterator: AsyncIterator<unknown>): Feed {
  return {
    next: () => until(iterator.next()),
    *release() {
      yield* until(iterator.return?.());
    },
  };
}

/** Of Node. Its iterator is not closed, as that queues behind a `next` that may never be answered. */
function streamFeed(stream: NodeReadable): Feed {
  // Without that the end of what can be read would end also what can be written.
  const iterator = stream.iterator({ destroyOnReturn: false });
  return { ...asyncFeed(iterator), release: () => destroyStream(stream) };
}

function readerFeed(reader: Reader): Feed {
  return {
    next: () => until(reader.read()) as Waitable<Step>,
    *release() {
      yield* until(reader.cancel());
      reader.releaseLock();
    },
  };
}

/** Another channel, which others may go on using. */
function channelFeed(channel: Channel<unknown>): Feed {
  return { next: () => channel.next(), *release() {} };
}

/** A body that yields, and may wait: a task of the one that feeds. */
function bodyFeed(body: unknown): Feed {
  let task: Asked | null = null;
  return {
    next: () => ask((task ??= startAsked(body, [], "Channel.from"))),
    *release() {
      if (task !== null) yield* task.cancel();
      // One that was started by hand, and was not reached by the task.
      if (typeof body !== "function") (body as Generator).return(undefined);
    },
  };
}
