// `toWritableStream(channel)`: a channel, written by the rest of the world.
//
// May import: the coroutine and scheduler layers, the channel layer, seams.

import { ClosedError } from "../channel/errors.ts";
import type { SendChannel } from "../channel/channel.ts";
import { select } from "../channel/select.ts";
import { Op } from "../scheduler/op.ts";
import { until } from "./until.ts";
import { startService } from "./seams.ts";

const WHAT = "toWritableStream(…)";

/** A write that the channel has not taken. */
interface Write<T> {
  chunk: T;
  /** Is settled when the stream was aborted meanwhile. */
  aborted: Promise<unknown>;
  taken: () => void;
  failed: (error: unknown) => void;
}

/**
 * A Web `WritableStream` that sends to `channel`: a write ends when the channel has taken its value. Closing the stream
 * closes the channel; aborting it closes the channel with the reason. When the channel is closed by somebody else, the next
 * write fails with {@link ClosedError}; and so it does when the innermost scope, to which the stream belongs, has ended.
 *
 * @throws {SchedulerError} outside every task
 * @example
 * const words = await run(function* () {
 *   const channel = new Channel<string>();
 *   const stream = toWritableStream(channel);
 *   spawn(() => until(new Response("to be").body!.pipeThrough(new TextDecoderStream()).pipeTo(stream)));
 *   return yield* channel.receive();
 * });
 * words; // -> "to be"
 */
export function toWritableStream<T>(channel: SendChannel<T>, strategy?: QueuingStrategy<T>): WritableStream<T> {
  const writes = new Writes<T>(channel);
  startService(WHAT, "writable stream", () => writes.serve());
  return new WritableStream<T>(
    {
      write: (chunk, controller) => writes.add(chunk, controller.signal),
      close: () => channel.close(),
      abort: (reason: unknown) => channel.close(reason ?? new ClosedError("the stream was aborted, without a reason")),
    },
    strategy,
  );
}

/** Writes come in one by one: the stream sees to that. */
class Writes<T> {
  readonly #channel: SendChannel<T>;
  #current: Write<T> | null = null;
  #wake: () => void = () => {};
  #isOver = false;

  constructor(channel: SendChannel<T>) {
    this.#channel = channel;
  }

  add(chunk: T, signal: AbortSignal): Promise<void> {
    return new Promise((taken, failed) => {
      if (this.#isOver) return failed(scopeEnded());
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      this.#current = { chunk, aborted, taken, failed };
      this.#wake();
    });
  }

  *serve(): Generator<never, void, unknown> {
    try {
      for (;;) {
        if (this.#current === null) yield* until(new Promise<void>((resolve) => (this.#wake = resolve)));
        else yield* this.#serveOne(this.#current);
      }
    } finally {
      this.#isOver = true;
      this.#current?.failed(scopeEnded());
    }
  }

  *#serveOne(write: Write<T>): Generator<never, void, unknown> {
    const { chunk, aborted, taken, failed } = write;
    const done = (): void => {
      this.#current = null;
      taken();
    };
    const sent = this.#channel.send(chunk);
    // It has been taken, also if the scope ends before this goes on.
    if (sent instanceof Op) sent.revoke = done;
    try {
      yield* select({ sent, aborted: until(aborted) });
      done();
    } catch (error) {
      this.#current = null;
      failed(error);
    }
  }
}

function scopeEnded(): ClosedError {
  return new ClosedError("can't write: the scope that the stream belongs to has ended");
}
