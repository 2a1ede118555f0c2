// Stages that run beside the one that pulls from them: `feed`, a task that fills a channel, and
// `concurrently`, a task for each item with at most so many at once.
//
// May import: the scheduler layer, the channel layer, flat, given, puller, source.

import { Channel } from "../channel/channel.ts";
import { spawn } from "../scheduler/spawn.ts";
import type { Task } from "../scheduler/task.ts";
import { scope } from "../scheduler/block.ts";
import type { Waitable } from "../scheduler/op.ts";
import { Flat } from "./flat.ts";
import { type Given, waitableOf } from "./given.ts";
import { consume, type Opener, type Puller, SKIP } from "./puller.ts";
import { FromChannel } from "./source.ts";

function* feeder<T>(open: Opener<T>, channel: Channel<T>): Generator<never, void, unknown> {
  yield* consume(open, (item) => channel.send(item));
  // Only a good end is told this way: a failure and a cancellation come by the scope, as themselves.
  channel.close();
}

/** Starts a task that sends all to `channel`, and closes it. */
export function feed<T>(open: Opener<T>, channel: Channel<T>): Task {
  return spawn.background(feeder<T>, open, channel);
}

/** What `open` gives, by a task of its own and `channel`. */
export function beside<T>(open: Opener<T>, channel: Channel<T>): Puller<T> {
  return new FromChannel(channel, feed(open, channel));
}

/** What is done with an item: what it gives is sent to `out`. */
export type Work<T, U> = (item: T, out: Channel<U>) => Waitable<void>;

/** The work of a stage that calls `fn` for each item. `use` is without state: several are in work at once. */
export function eachWork<T, R, U>(fn: (item: T) => R, use: (given: Given<R>, item: T) => U | typeof SKIP): Work<T, U> {
  return function* (item, out) {
    const result = fn(item);
    const waitable = waitableOf(result) as Waitable<Given<R>> | null;
    const used = use(waitable === null ? (result as Given<R>) : yield* waitable, item);
    if (used !== SKIP) yield* out.send(used);
  };
}

interface Job<T, U> {
  open: Opener<T>;
  work: Work<T, U>;
  /** The channels with the results, in their order. */
  outs: Channel<Channel<U>>;
  /** The one for all results, if they need no order. */
  shared: Channel<U> | null;
  /** Holds a value for each item that was started and not taken in full, and one for that to come. */
  busy: Channel<null>;
}

/**
 * Does `work` for at most `concurrency` items at once. An item counts until all that it gave was taken, so that no more
 * than these are ever pulled and not taken.
 */
export function concurrently<T, U>(
  open: Opener<T>,
  work: Work<T, U>,
  concurrency: number,
  ordered: boolean,
): Opener<U> {
  return () => {
    const outs = new Channel<Channel<U>>(Number.POSITIVE_INFINITY);
    const shared = ordered ? null : new Channel<U>();
    const job: Job<T, U> = { open, work, outs, shared, busy: new Channel(concurrency) };
    const task = spawn.background(starter<T, U>, job) as unknown as Task;
    return new Flat(new FromChannel(outs, task), (out) => new FromChannel(out));
  };
}

function* starter<T, U>(job: Job<T, U>): Generator<never, void, unknown> {
  if (job.shared !== null) job.outs.trySend(job.shared);
  yield* scope(() => startEach(job), { name: "pipeline stage" });
  job.shared?.close();
  job.outs.close();
}

function* startEach<T, U>(job: Job<T, U>): Generator<never, void, unknown> {
  const { open, outs, shared, busy } = job;
  yield* busy.send(null);
  yield* consume(open, (item) => {
    const out = shared ?? new Channel<U>();
    if (shared === null) outs.trySend(out);
    spawn(worker<T, U>, job, item, out);
    return busy.send(null);
  });
}

function* worker<T, U>(job: Job<T, U>, item: T, out: Channel<U>): Generator<never, void, unknown> {
  yield* job.work(item, out);
  if (out !== job.shared) out.close();
  job.busy.tryReceive();
}
