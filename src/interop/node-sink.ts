// A `Writable` of Node, as what a channel is piped to.
//
// Node tells a failure twice: to the callback of the write or the end, and then as an `error`, which ends the process
// where nobody listens. So whoever has written listens until that can't come any more.
//
// May import: the scheduler layer, the channel layer, node-streams, once; Sink as a type.

import { select } from "../channel/select.ts";
import type { Waitable } from "../scheduler/op.ts";
import { until } from "./until.ts";
import { destroyStream, emitsClose, type NodeWritable } from "./node-streams.ts";
import { once } from "./once.ts";
import type { Sink, Wait } from "./sinks.ts";

type Failure = Error | null | undefined;

export class NodeSink implements Sink {
  readonly gone: Promise<never>;
  readonly #stream: NodeWritable;
  /** Settles when the stream has been closed, or with its failure. */
  readonly #closed: Promise<void>;
  #fail: (error: unknown) => void = () => {};
  #unlisten: () => void = () => {};
  /** How many writes the stream has not answered. */
  #unanswered = 0;
  /** Called when it has stored all. */
  #answered: () => void = () => {};
  /** An `error` is to come. */
  #isFailing = false;
  /** None can come any more. */
  #isOver = false;
  #isReleased = false;

  constructor(stream: NodeWritable) {
    this.#stream = stream;
    this.#isOver = stream.closed === true;
    this.#closed = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#listen(resolve, reject);
    });
    this.gone = this.#closed.then(() => {
      throw closedEarly();
    });
    this.gone.catch(() => {}); // seen where somebody waits for it
  }

  #listen(closed: () => void, failed: (error: unknown) => void): void {
    const stream = this.#stream;
    const over = () => {
      this.#isOver = true;
      this.#unlistenWhenOver();
    };
    const onError = (error: unknown) => {
      failed(error);
      over();
    };
    const onClose = () => {
      closed();
      over();
    };
    stream.on("error", onError);
    stream.on("close", onClose);
    this.#unlisten = () => {
      stream.off("error", onError);
      stream.off("close", onClose);
    };
  }

  *ready(): Wait {
    const stream = this.#stream;
    if (stream.destroyed === true) throw stream.errored ?? closedEarly();
    if (stream.writableNeedDrain === true) yield* this.#unlessGone(once(stream, "drain"));
  }

  write(value: unknown): void {
    // One that it refuses is thrown here, and never answered.
    this.#stream.write(value, (error) => {
      this.#unanswered--;
      this.#told(error);
      if (this.#unanswered === 0 && !this.#isFailing) this.#answered();
      this.#unlistenWhenOver();
    });
    this.#unanswered++;
  }

  *end(): Wait {
    const stream = this.#stream;
    if (stream.writableFinished !== true) yield* this.#unlessGone(until(this.#finish()));
    // It destroys itself, unless there is more to read of it.
    if (stream.destroyed === true && stream.closed === false && emitsClose(stream)) yield* until(this.#closed);
  }

  /** Its failure is that of `gone`. */
  #finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.end((error) => {
        if (error) this.#told(error);
        else resolve();
      });
    });
  }

  *flush(): Wait {
    if (this.#unanswered > 0) yield* this.#unlessGone(until(new Promise<void>((done) => (this.#answered = done))));
    else if (this.#isFailing) yield* until(this.gone);
  }

  *abort(error: unknown): Wait {
    const given = error instanceof Error ? error : undefined;
    this.#isFailing ||= given !== undefined && this.#stream.destroyed === false;
    yield* destroyStream(this.#stream, given);
  }

  release(): void {
    this.#isReleased = true;
    this.#unlistenWhenOver();
  }

  /** A callback has told how it went. */
  #told(error: Failure): void {
    if (!error) return;
    this.#isFailing = true;
    const isLate = (error as { code?: unknown }).code === "ERR_STREAM_DESTROYED";
    this.#fail(isLate ? (this.#stream.errored ?? closedEarly(error)) : error);
  }

  /** What fails after it was released has nobody to be told, but must not end the process. */
  #unlistenWhenOver(): void {
    if (this.#isReleased && (this.#isOver || (this.#unanswered === 0 && !this.#isFailing))) this.#unlisten();
  }

  *#unlessGone(op: Waitable<unknown>): Wait {
    yield* select({ done: op, gone: until(this.gone) }, { order: "priority" });
  }
}

function closedEarly(cause?: Error): Error {
  return new Error("the stream was closed before all was written", cause && { cause });
}
