// What happens when nobody reads the command's output any more, as in `corun … | head -1`.
//
// May import: report, Node's own modules.

import process from "node:process";
import { report } from "./report.ts";

const leave = (): void => process.exit(0);
let readerGone = leave;

/** Listens for it: the process ends quietly, unless {@link onReaderGone} says otherwise or the program listens itself. */
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (process.stdout.listenerCount("error") > 1) return;
    if (error.code === "EPIPE") return readerGone();
    report(error);
    process.exit(1);
  });
}

/** Has `act` called instead, each time that something could not be written. Gives what takes that back. */
export function onReaderGone(act: () => void): () => void {
  readerGone = act;
  return () => {
    readerGone = leave;
  };
}

/** Waits until all that was written has gone out: Node would not, where the process is ended by `process.exit`. */
export async function outputGone(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(gone));
}

function gone(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  // With an error it has gone, too: whoever read it has.
  return new Promise((resolve) => void stream.write("", () => resolve()));
}
