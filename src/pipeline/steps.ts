// The steps of Expand: what comes of an item, and of the end. Each call makes one with a state of its own.
//
// May import: the coroutine layer, puller.

import { show } from "../coroutine/errors.ts";
import { END } from "./puller.ts";

/** Arrays of `size` items, and at the end of what is left. */
export function batcher<T>(size: number): (item: T | typeof END) => readonly T[][] {
  let batch: T[] = [];
  return (item) => {
    if (item !== END && batch.push(item) < size) return [];
    const full = batch;
    batch = [];
    return full.length === 0 ? [] : [full];
  };
}

/** The lines that end in a chunk, and at the end the last one, if it has no line end. */
export function lineSplitter(): (chunk: unknown) => readonly string[] {
  const decoder = new TextDecoder(); // keeps a character that is cut at the end of a chunk
  let rest = "";
  return (chunk) => {
    if (chunk === END) {
      rest += decoder.decode();
      return rest === "" ? [] : [rest];
    }
    const lines = textOf(chunk, decoder).split("\n");
    const last = lines.pop()!;
    if (lines.length === 0) {
      rest += last; // not searched again, so a line of many chunks costs no more than others
      return lines;
    }
    lines[0] = rest + lines[0]!;
    rest = last;
    return lines.map(chomp);
  };
}

function textOf(chunk: unknown, decoder: TextDecoder): string {
  if (typeof chunk === "string") return chunk;
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return decoder.decode(chunk, { stream: true });
  throw new TypeError(`lines() splits strings and bytes, but got ${show(chunk)}`);
}

const chomp = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);
