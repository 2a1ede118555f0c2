// What a channel can be piped to: Web and Node streams, in one shape.
//
// May import: the coroutine and scheduler layers, node-sink, node-streams.

import { show } from "../coroutine/errors.ts";
import { until } from "./until.ts";
import { NodeSink } from "./node-sink.ts";
import { isNodeWritable, type NodeWritable } from "./node-streams.ts";

export type Wait = Generator<never, void, unknown>;

export interface Sink {
  /** Rejects when nothing can be written any more. */
  readonly gone: Promise<never>;
  /** Ends when there is room. */
  ready(): Wait;
  /** Its failure is that of `gone`. @throws where the stream refuses `value` itself */
  write(value: unknown): void;
  /** Ends the stream when all is written, and ends when that has let go of what it held. */
  end(): Wait;
  /** Ends when all is written. */
  flush(): Wait;
  /** Ends the stream though not all is written. */
  abort(error: unknown): Wait;
  /** Lets go of the stream. */
  release(): void;
}

function isWeb(target: unknown): target is WritableStream<unknown> {
  return typeof target === "object" && typeof (target as Partial<WritableStream> | null)?.getWriter === "function";
}

/** @throws {TypeError} if `target` is no stream to write to, or somebody else writes to it */
export function checkSink(target: unknown, what: string): void {
  if (isWeb(target) ? !target.locked : isNodeWritable(target)) return;
  const seen = isWeb(target) ? "one that is locked" : show(target);
  throw new TypeError(`${what} needs a WritableStream or a Writable of Node, but got ${seen}`);
}

/** Takes hold of `target`. */
export function sinkOf(target: WritableStream<unknown> | NodeWritable): Sink {
  return isWeb(target) ? new WebSink(target.getWriter()) : new NodeSink(target);
}

/** Of a promise whose failure comes another way. */
function ignoreFailure(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

class WebSink implements Sink {
  readonly gone: Promise<never>;
  readonly #writer: WritableStreamDefaultWriter<unknown>;
  #last: Promise<void> = Promise.resolve();

  constructor(writer: WritableStreamDefaultWriter<unknown>) {
    this.#writer = writer;
    this.gone = writer.closed.then(() => {
      throw new Error("the stream was closed by somebody else");
    });
    ignoreFailure(this.gone); // seen where somebody waits for it
  }

  *ready(): Wait {
    yield* until(this.#writer.ready);
  }

  write(value: unknown): void {
    this.#last = this.#writer.write(value);
    ignoreFailure(this.#last);
  }

  *end(): Wait {
    yield* until(this.#writer.close());
  }

  *flush(): Wait {
    yield* until(this.#last);
  }

  *abort(error: unknown): Wait {
    yield* until(this.#writer.abort(error));
  }

  release(): void {
    this.#writer.releaseLock();
  }
}
