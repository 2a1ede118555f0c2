// What ends a pipeline: the part of its class that needs no stage.
//
// May import: the scheduler layer, the channel layer, concurrent, puller, source.

import { Channel, type ChannelOptions, type ReceiveChannel, type SendChannel } from "../channel/channel.ts";
import { leaving } from "../channel/outside.ts";
import { CancelledError } from "../scheduler/errors.ts";
import { run } from "../scheduler/run.ts";
import { defer, scope } from "../scheduler/block.ts";
import type { Waitable } from "../scheduler/op.ts";
import { feed } from "./concurrent.ts";
import { consume, type Opener } from "./puller.ts";
import { OPEN } from "./source.ts";

/** What folds items: from what it made so far and an item, the next. */
export type Fold<A, T> = (soFar: A, item: T) => A | Waitable<A> | PromiseLike<A>;

export abstract class Terminals<out T> {
  /** @internal Begins a run. */
  readonly [OPEN]: Opener<T>;

  /** @internal */
  constructor(open: Opener<T>) {
    this[OPEN] = open;
  }

  /** For `yield*`: all items. */
  toArray(): Waitable<T[]> {
    return end(() => gather(this[OPEN]));
  }

  /** For `yield*`: the last item; `undefined` if there is none. */
  last(): Waitable<T | undefined> {
    return end(() => lastOf(this[OPEN], undefined));
  }

  /** For `yield*`: pulls all, for what the stages do. */
  drain(): Waitable<void> {
    return end(() => consume(this[OPEN], () => undefined));
  }

  /**
   * For `yield*`: sends all to `channel`, and closes it; with the failure or a {@link CancelledError}, if it does not
   * come to the end.
   */
  into(channel: SendChannel<T>): Waitable<void> {
    return end(() => sendAll(this[OPEN], channel));
  }

  /**
   * A plain call in a task: a channel with all items. A task in the background of the innermost scope feeds it, which
   * ends with that scope; a failure is one of the scope.
   *
   * @param options those of a channel, and its `capacity`; 0 if absent
   * @throws {SchedulerError} outside every task
   */
  open(options: ChannelOptions<T> & { capacity?: number } = {}): ReceiveChannel<T> {
    const channel = new Channel<T>(options.capacity, options);
    feed(this[OPEN], channel);
    // For receivers outside of the scope: those inside have ended by then.
    defer(() => channel.close(new CancelledError("what feeds the channel", undefined)));
    return channel;
  }

  /** For code outside any task, with `for await`: a run of its own, which is cancelled when the loop is left. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const channel = new Channel<T>();
    const values = channel[Symbol.asyncIterator]();
    const all = readIn((signal) => run.with({ signal })(() => this.into(channel)), values);
    return leaving(all, () => void values.return());
  }
}

/** Gives `values` while what `start` starts goes on, and stops that where it is left. */
async function* readIn<T>(
  start: (signal: AbortSignal) => Promise<void>,
  values: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  // Its failure has a handler from now on: a slow loop sees it late.
  const failure = start(stop.signal).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    yield* values;
  } finally {
    stop.abort();
    const failed = await failure;
    if (failed !== null && !(failed.error instanceof CancelledError)) throw failed.error;
  }
}

/** A terminal. */
export function end<R>(body: () => Generator<never, R, unknown>): Waitable<R> {
  return scope(body, { name: "pipeline" });
}

function* gather<T>(open: Opener<T>): Generator<never, T[], unknown> {
  const items: T[] = [];
  yield* consume(open, (item) => void items.push(item));
  return items;
}

export function* lastOf<T, I>(open: Opener<T>, initial: I): Generator<never, T | I, unknown> {
  let last: T | I = initial;
  yield* consume(open, (item) => {
    last = item;
  });
  return last;
}

function* sendAll<T>(open: Opener<T>, channel: SendChannel<T>): Generator<never, void, unknown> {
  try {
    // A scope inside: a failure of what it starts comes out here as an error, not as a cancellation.
    yield* scope(() => consume(open, (item) => channel.send(item)), { name: "pipeline" });
    channel.close();
  } catch (error) {
    channel.close(error);
    throw error;
  } finally {
    channel.close(new CancelledError("the pipeline into the channel", undefined)); // closed already, but for this
  }
}
