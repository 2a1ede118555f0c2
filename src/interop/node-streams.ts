// What this layer uses of Node's streams. Told by their shape, as nothing here may import from `node:`.
//
// May import: scheduler.

import { until } from "./until.ts";

/** What Node's streams have in common. */
export interface NodeStream {
  destroy(error?: Error): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Whether it has let go of what it held; not there on very old ones. */
  readonly closed?: boolean;
}

/** A `Readable` of Node, which can be iterated in a way that leaves it open. */
export interface NodeReadable extends NodeStream {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterator<unknown>;
}

/** A `Writable` of Node, a socket, a response. */
export interface NodeWritable extends NodeStream {
  write(chunk: unknown, callback?: (error?: Error | null) => void): boolean;
  end(callback?: (error?: Error | null) => void): unknown;
  readonly destroyed?: boolean;
  /** What it was destroyed with. */
  readonly errored?: Error | null;
  readonly writableNeedDrain?: boolean;
  readonly writableFinished?: boolean;
}

export function hasMethods<K extends PropertyKey>(value: unknown, ...names: K[]): value is Record<K, () => unknown> {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Partial<Record<K, unknown>>)[name] === "function");
}

export function isNodeReadable(value: unknown): value is NodeReadable {
  return hasMethods(value, "destroy", "on", "off", "read", "iterator");
}

export function isNodeWritable(value: unknown): value is NodeWritable {
  return hasMethods(value, "destroy", "on", "off", "write", "end");
}

/** Destroys `stream`, and waits until it has let go of what it held. @throws what that fails with */
export function* destroyStream(stream: NodeStream, error?: Error): Generator<never, void, unknown> {
  // Listens before anything can happen: without a listener an `error` event would end the process.
  const closed = stream.closed === false && emitsClose(stream) ? untilClosed(stream, error) : undefined;
  stream.destroy(error);
  if (closed !== undefined) yield* until(closed);
}

/** Node has no other way to ask that. */
export function emitsClose(stream: object): boolean {
  const states = stream as Record<string, { emitClose?: boolean } | undefined>;
  return (states["_readableState"] ?? states["_writableState"])?.emitClose !== false;
}

function untilClosed(stream: NodeStream, given: Error | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown) => {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      if (error !== given) reject(error);
    };
    const closed = () => {
      stream.off("error", failed);
      stream.off("close", closed);
      resolve();
    };
    stream.on("error", failed);
    stream.on("close", closed);
  });
}
