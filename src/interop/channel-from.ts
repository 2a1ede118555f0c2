// `Channel.from(source)`: a channel that is fed from an iterable, a stream, another channel or a body.
//
// May import: the coroutine and scheduler layers, the channel layer, fed-channel, feeds, seams.

import type { Channel, ChannelOptions } from "../channel/channel.ts";
import { ClosedError, OverflowError } from "../channel/errors.ts";
import { abortSignal } from "./abort-signal.ts";
import { atScopeEnd } from "../scheduler/block.ts";
import { requireTask } from "../scheduler/op.ts";
import { until } from "./until.ts";
import { FedChannel } from "./fed-channel.ts";
import { checkStep, type Feed, feedOf, isBody, noSource } from "./feeds.ts";
import { type Service, startService } from "./seams.ts";

const WHAT = "Channel.from(…)";

/** Many values, one after the other; a `ReadableStream` counts also where it is not async iterable. */
export type Many<T> =
  | Iterable<T>
  | AsyncIterable<T>
  // Inferred from what is written where it is piped to: what is read is `undefined` at the end.
  | { getReader(): Readers<NoInfer<T>>; pipeTo(destination: WritableStream<T>): unknown }
  | { getReader(): Readers<NoInfer<T>> };

interface Readers<T> {
  read(): Promise<{ done: false; value: T } | { done: true; value?: unknown }>;
}

/** What {@link from} takes. */
export type Source<T> = Many<T> | ((signal: AbortSignal) => Many<T> | PromiseLike<Many<T>>);

export interface FromOptions<T> extends ChannelOptions<T> {
  /** How many values are read ahead, besides one in hand. 0 if absent. */
  capacity?: number;
}

/**
 * A channel of the values of `source`, which is read as fast as the channel takes them. It is closed at the end of the
 * source, with the error if that fails.
 *
 * The source belongs to the innermost scope. When the body and the tasks of that have ended, or when the channel is
 * closed before, the source is let go: its `return()`, `cancel()` or `destroy()` is called, and the scope waits until
 * that is done. A value in hand then goes to `onUndelivered`.
 *
 * @param source
 *   an iterable or async iterable; a Web `ReadableStream`; a `Readable` of Node; another channel, which is not closed;
 *   a coroutine or a body that yields, which may wait; or a function that gives one of these, or a promise of it. The
 *   function is given a signal that is aborted when the source is no longer wanted: an async generator that waits for
 *   something else can be ended by nothing else
 * @param options `capacity`: how many values are read ahead (0); and those of a channel. With an `overflow` other than
 *   `"wait"` the source is read at its own pace
 * @throws {TypeError} if `source` is none of these
 * @throws {SchedulerError} outside every task
 * @example
 * async function* countdown() {
 *   try {
 *     for (let n = 3; ; n--) yield n;
 *   } finally {
 *     await Promise.resolve(); // cleanup is waited for
 *   }
 * }
 * const first = await run(function* () {
 *   const numbers = Channel.from(countdown());
 *   return [yield* numbers.receive(), yield* numbers.receive()];
 * });
 * first; // -> [3, 2]
 *
 * Source: Kotlin's `produceIn`; Trio's `as_safe_channel` for the cleanup.
 */
export function from<T>(source: Source<T>, options: FromOptions<T> = {}): Channel<T> {
  requireTask(WHAT);
  const { capacity = 0, name = "channel of a source", ...rest } = options;
  const channel = new FedChannel<T>(capacity, { ...rest, name });
  const maker = typeof source === "function" && !isBody(source) ? (source as Maker) : null;
  const feed = maker ?? mustFeed(source);
  const service = startService(WHAT, `source of ${name}`, (self) => pump(self, feed, channel, options.onUndelivered));
  channel.onClose = () => service.stop();
  return channel;
}

type Maker = (signal: AbortSignal) => unknown;

function mustFeed(source: unknown): Feed {
  const feed = feedOf(source);
  if (feed === null) throw new TypeError(noSource(source, WHAT));
  return feed;
}

/** Takes values from `source` and sends them on. */
function* pump<T>(
  service: Service,
  source: Feed | Maker,
  channel: FedChannel<T>,
  onUndelivered: ((value: T) => void) | undefined,
): Generator<never, void, unknown> {
  // Null: there is none yet, or it has ended or failed, and has nothing to let go.
  let feed = typeof source === "function" ? null : source;
  let isAsked = false;
  let error: unknown = new ClosedError(`${channel.name} has ended before its source, with its scope`);
  try {
    if (typeof source === "function") feed = mustFeed(yield* until(source(abortSignal())));
    while (!service.isStopped) {
      isAsked = true;
      const step = checkStep(feed!.next());
      const { value, done } = Symbol.iterator in step ? checkStep(yield* step) : step;
      isAsked = false;
      if (done === true) {
        feed = error = null;
        break;
      }
      yield* channel.send(value as T);
    }
  } catch (thrown) {
    error = thrown;
    if (isAsked) feed = null;
  } finally {
    // What ends here by itself need not be stopped.
    channel.onClose = null;
    if (error === null) channel.close();
    else channel.fail(error);
    // A sender keeps what overflows: nobody else has it here.
    if (error instanceof OverflowError && feed !== null) onUndelivered?.(error.value as T);
    // At the end of the task, where it is never cut.
    if (feed !== null) atScopeEnd(WHAT, () => feed!.release());
  }
}
