// The hand that resumes the sources of ../grep.ts.
import { once } from "node:events";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Source } from "./lines.ts";

/**
 * Resumes `sources`, by the names of their files, to the ends of their files; with `follow` again and again, until
 * `stop`. Gives whether all could be read; what could not is told on stderr.
 */
export async function drive(sources: [string, Source][], follow: boolean, stop: AbortSignal): Promise<boolean> {
  let fine = true;
  for (
    let more = true;
    more;
    more = follow && !stop.aborted && sources.some(([, source]) => source.state !== "closed")
  ) {
    for (const [file, source] of sources) {
      try {
        while (!stop.aborted && source.next().value) await turn();
        if (!follow) end(source);
      } catch (error) {
        console.error(`grep: ${file}: ${(error as Error).message}`);
        fine = false; // it is closed now, so that to resume it again does nothing
      }
    }
    // Polled, as `tail -f` does where the system offers nothing better: that works on all of them.
    if (follow) await setTimeout(100, undefined, { signal: stop }).catch(() => {});
  }
  for (const [, source] of sources) end(source);
  return fine;
}

/** The host's turn, between chunks: it is when a Ctrl-C is noticed, or that nobody reads our output any more. */
async function turn(): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
  else await setImmediate();
}

function end(source: Source): void {
  if (source.state === "created") source.close();
  else source.next("end");
}
