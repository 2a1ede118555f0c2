// A file as lines, in constant memory: the source of the pipeline in ../grep.ts.
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { coroutine, type Coroutine } from "corun";

export type Line = { file: string; number: number; text: string };
/** Yields the size of each chunk that it has read, 0 at the end of the file, and goes on until it is sent "end". */
export type Source = Coroutine<number, void, Wish>;
type Wish = "end" | undefined;

const chunk = Buffer.allocUnsafe(64 * 1024);

/** Sends the lines of `file` to `target`; if it is truncated or replaced meanwhile, it begins again with the new one. */
export const lines = coroutine(function* lines(
  file: string,
  target: Coroutine<void, void, Line>,
): Coroutine.Body<number, void, Wish> {
  let again = true;
  while (again) {
    const descriptor = openSync(file, "r");
    try {
      again = yield* linesOf(file, descriptor, target);
    } finally {
      closeSync(descriptor);
    }
  }
});

/** Returns whether the file must be opened again. */
const linesOf = coroutine(function* linesOf(
  file: string,
  descriptor: number,
  target: Coroutine<void, void, Line>,
): Coroutine.Body<number, boolean, Wish> {
  const decoder = new StringDecoder("utf8"); // keeps a character that is cut at the end of a chunk
  let unfinished = "";
  let number = 0;
  let position = 0;
  let again = false;

  for (;;) {
    const bytes = readSync(descriptor, chunk);
    if (bytes === 0) {
      again = isReplaced(file, descriptor, position);
      if (again || (yield 0) === "end") break;
      continue;
    }
    position += bytes;
    const text = decoder.write(chunk.subarray(0, bytes));
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      target.send({ file, number: ++number, text: chomp(unfinished + text.slice(start, end)) });
      unfinished = "";
      start = end + 1;
    }
    unfinished += text.slice(start); // never searched again, so a line of many chunks costs no more than others
    if ((yield bytes) === "end") return false;
  }

  unfinished += decoder.end();
  if (unfinished !== "") target.send({ file, number: number + 1, text: chomp(unfinished) });
  return again;
});

const chomp = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);

function isReplaced(file: string, descriptor: number, position: number): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  if (!now?.isFile()) return false; // a pipe, or removed: what is open is still good
  return now.size < position || now.ino !== fstatSync(descriptor).ino;
}
