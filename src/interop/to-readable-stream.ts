// `toReadableStream(channel)`: a channel, read by the rest of the world.
//
// May import: the coroutine and channel layers, seams.

import { abandon } from "../channel/abandon.ts";
import { Channel, type ReceiveChannel } from "../channel/channel.ts";
import { show } from "../coroutine/errors.ts";
import { expectOutside } from "./seams.ts";

/**
 * A Web `ReadableStream` of what `channel` gives: it takes a value when it is read, ends when the channel is closed and
 * drained, and fails with what that was closed with. In Node, `Readable.fromWeb(toReadableStream(channel))`, or at once
 * `Readable.from(channel)`.
 *
 * Cancelling the stream closes the channel: later sends throw, and what is in it, or waits to be sent, goes to its
 * `onUndelivered`; or it closes the subscription. Until the stream has ended, no task counts as deadlocked.
 *
 * @param channel a channel, or what a broadcast or a pipeline opens
 * @param strategy how much the stream takes ahead, as for `new ReadableStream`: nothing if absent
 * @throws {TypeError} if `channel` is none of these
 * @example
 * const text = await run(function* () {
 *   const words = new Channel<string>();
 *   spawn(function* () {
 *     for (const word of ["to", "be"]) yield* words.send(word);
 *     words.close();
 *   });
 *   const bytes = toReadableStream(words).pipeThrough(new TextEncoderStream());
 *   return yield* until(new Response(bytes).text());
 * });
 * text; // -> "tobe"
 */
export function toReadableStream<T>(channel: ReceiveChannel<T>, strategy?: QueuingStrategy<T>): ReadableStream<T> {
  if (typeof (channel as Partial<typeof channel> | null)?.[Symbol.asyncIterator] !== "function")
    throw new TypeError(`toReadableStream(…) needs a channel or a subscription, but got ${show(channel)}`);
  const values = channel[Symbol.asyncIterator]();
  const unexpect = expectOutside();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const { value, done } = await values.next();
          if (done !== true) return controller.enqueue(value);
          unexpect();
          controller.close();
        } catch (error) {
          unexpect();
          throw error;
        }
      },
      async cancel() {
        try {
          if (channel instanceof Channel) abandon(channel as Channel<unknown>);
        } finally {
          unexpect();
          await values.return();
        }
      },
    },
    strategy ?? { highWaterMark: 0 },
  );
}
