// `pipeTo(channel, stream)`: a task writes a stream.
//
// May import: the coroutine and scheduler layers, the channel layer, sinks.

import type { ReceiveChannel } from "../channel/channel.ts";
import { select } from "../channel/select.ts";
import { coroutine } from "../coroutine/define.ts";
import { CancelledError } from "../scheduler/errors.ts";
import { shield } from "../scheduler/block.ts";
import { requireTask, type Waitable } from "../scheduler/op.ts";
import { nearestCancelled } from "../scheduler/scope.ts";
import { until } from "./until.ts";
import type { NodeWritable } from "./node-streams.ts";
import { checkSink, type Sink, sinkOf } from "./sinks.ts";

export interface PipeOptions {
  /** Whether the stream is ended with the channel; `false`: left open, also on failure. `true` if absent. */
  end?: boolean;
}

/**
 * For `yield*`: writes all that `channel` gives to a Web `WritableStream` or a `Writable` of Node. It takes a value only
 * when the stream has room, and ends when all is written and the stream has ended.
 *
 * When the channel fails or the task is cancelled, the stream is aborted, or destroyed, with that, and it is waited for.
 * When the stream fails, or does not take a value, it throws that; what was written and not stored is lost, the channel
 * stays as it is.
 *
 * @param options `end: false`: the stream stays open
 * @throws {TypeError} if `writable` is neither, or is locked
 * @throws what the channel was closed with, or the stream fails with
 * @example
 * const written: string[] = [];
 * await run(function* () {
 *   const words = new Channel<string>();
 *   spawn(pipeTo(words, new WritableStream({ write: (word) => void written.push(word) })));
 *   for (const word of ["to", "be"]) yield* words.send(word);
 *   words.close();
 * });
 * written; // -> ["to", "be"]
 *
 * Source: `ReadableStream.pipeTo`; Node's `pipeline`.
 */
export function pipeTo<T>(
  channel: ReceiveChannel<T>,
  writable: WritableStream<T> | NodeWritable,
  options: PipeOptions = {},
): Waitable<void> {
  checkSink(writable, "pipeTo(…)");
  return pipe(channel, writable, options.end ?? true);
}

const pipe = /* @__PURE__ */ coroutine(
  function* (channel: ReceiveChannel<unknown>, writable: WritableStream | NodeWritable, ends: boolean) {
    const sink = sinkOf(writable);
    let failure: { error: unknown } | null = null;
    let isDone = false;
    try {
      yield* writeAll(channel, sink);
      yield* ends ? sink.end() : sink.flush();
      isDone = true;
    } catch (error) {
      failure = { error };
      throw error;
    } finally {
      if (!isDone && ends) {
        // Without a failure it is being cancelled.
        const { error } = failure ?? {
          error: new CancelledError("pipeTo", nearestCancelled(requireTask("pipeTo").scope)?.reason),
        };
        yield* shield(() => sink.abort(error));
      }
      sink.release();
    }
  },
  { name: "pipeTo" },
);

function* writeAll(channel: ReceiveChannel<unknown>, sink: Sink): Generator<never, void, unknown> {
  for (;;) {
    yield* sink.ready();
    const clauses = { gone: until(sink.gone), next: channel.next() };
    const { value } = yield* select(clauses, { order: "priority" });
    if (value.done === true) return;
    sink.write(value.value);
  }
}
