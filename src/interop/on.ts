// `on(target, event)`: a channel of events.
//
// May import: the coroutine and scheduler layers, the channel layer, fed-channel, emitters, seams.

import type { Channel, ChannelOptions, Overflow } from "../channel/channel.ts";
import { OverflowError } from "../channel/errors.ts";
import { requireTask } from "../scheduler/op.ts";
import { type Emitter, type EventOf, listen } from "./emitters.ts";
import { FedChannel } from "./fed-channel.ts";
import { atScopeEnd } from "../scheduler/block.ts";
import { expectOutside } from "./seams.ts";

/** How many events wait to be received, where nothing else is said. */
const CAPACITY = 1024;

export interface OnOptions<T> extends Omit<ChannelOptions<T>, "overflow"> {
  /** How many events wait to be received: 1024 if absent. */
  capacity?: number;
  /** What is lost when there are more: `"error"`, the default: nothing silently, the receiver gets an {@link OverflowError}. */
  overflow?: Exclude<Overflow, "wait">;
}

/**
 * A channel of the events that `target` sends from now on: of an `EventTarget` the event, of an `EventEmitter` the
 * array of what it emits.
 *
 * The listener is removed, and the channel closed, when the innermost scope ends; or when you close the channel. An event
 * can't wait for room: the channel holds 1024, or `capacity`, and with the next one fails, so that the receiver gets
 * what it holds and then an {@link OverflowError}; unless `overflow` says what may be lost. When an emitter emits
 * `"error"`, the channel is closed with that.
 *
 * While it listens, no task counts as deadlocked.
 *
 * @throws {TypeError} if `target` sends no events, or `overflow` is `"wait"`
 * @throws {SchedulerError} outside every task
 * @example
 * const target = new EventTarget();
 * const types = await run(function* () {
 *   const pings = on(target, "ping");
 *   setTimeout(() => target.dispatchEvent(new globalThis.Event("ping")), 1);
 *   return (yield* pings.receive()).type;
 * });
 * types; // -> "ping"
 *
 * Source: Node's `events.on`, with a bound.
 */
export function on<T extends EventTarget, K extends string>(
  target: T,
  event: K,
  options?: OnOptions<EventOf<T, K>>,
): Channel<EventOf<T, K>>;
export function on<E extends Event>(target: EventTarget, event: string, options?: OnOptions<E>): Channel<E>;
export function on<A extends unknown[] = unknown[]>(
  target: Emitter,
  event: string | symbol,
  options?: OnOptions<A>,
): Channel<A>;
export function on(target: unknown, event: string | symbol, options: OnOptions<never> = {}): unknown {
  const what = `on(${String(event)})`;
  requireTask(what);
  const { capacity = CAPACITY, overflow = "error", name = what, ...rest } = options;
  if ((overflow as Overflow) === "wait") {
    throw new TypeError(
      `${what} can't have its events wait: choose an overflow of "error", "dropOldest" or "dropNewest", or a capacity of Infinity`,
    );
  }
  const channel = new FedChannel<unknown>(capacity, { ...(rest as ChannelOptions<unknown>), overflow, name });
  const unlisten = listen(target, event, what, {
    event: (value) => deliver(channel, value, rest.onUndelivered as ((value: unknown) => void) | undefined),
    error: (error) => channel.fail(error),
  });
  const unexpect = expectOutside();
  const takeBack = atScopeEnd(what, () => channel.close());
  channel.onClose = () => {
    unlisten();
    takeBack();
    unexpect();
  };
  // Some send to who begins to listen: that may have closed it.
  if (channel.isClosed) channel.onClose();
  return channel;
}

/** The sender of an event is not to be disturbed: what is wrong is told to the receiver. */
function deliver(
  channel: FedChannel<unknown>,
  value: unknown,
  onUndelivered: ((value: unknown) => void) | undefined,
): void {
  try {
    channel.trySend(value);
  } catch (error) {
    if (!(error instanceof OverflowError)) throw error;
    channel.fail(error);
    onUndelivered?.(value);
  }
}
