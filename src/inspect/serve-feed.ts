// Tells what happens in a traced program to whoever shows it, while it runs: first all that is known, then what is new.
//
// May import: serve-channels, trace, trace-data, trace-format, trace-reader.

import { channelsAt } from "./serve-channels.ts";
import type { Trace } from "./trace.ts";
import { dataOf } from "./trace-data.ts";
import type { LiveEvents } from "./trace-format.ts";
import { TraceReader } from "./trace-reader.ts";

/** One of the events of a live page, with its name. */
export type Message = { [K in keyof LiveEvents]: { event: K; data: LiveEvents[K] } }[keyof LiveEvents];

/** How often it is looked whether there is something new, in milliseconds; … */
const OFTEN = 100;
/** … and how many times as long as a look takes is waited until the next. */
const SHARE = 10;
/** When so many times as many events as the trace keeps were told, all is told anew, and the old ones are forgotten. */
const TURNS = 4;

/**
 * Has `send` called with what happens from now on. Its timer keeps no process alive.
 *
 * @returns what tells the rest, and ends it
 */
export function feed(tracing: Trace, send: (message: Message) => void): () => void {
  const { ring, lanes } = tracing;
  let reader = new TraceReader(tracing);
  let begunAt = ring.count;
  let seen = ring.count;
  let channels = "";
  send({ event: "trace", data: dataOf(tracing, reader) });

  const tellNew = (): void => {
    if (ring.count === seen) return;
    seen = ring.count;
    if (ring.count - begunAt > TURNS * ring.capacity) {
      begunAt = ring.count;
      reader = new TraceReader(tracing);
      send({ event: "trace", data: dataOf(tracing, reader) });
    } else {
      send({ event: "more", data: reader.read() });
    }
    const data = { channels: channelsAt(lanes.tasks()) };
    const text = JSON.stringify(data);
    if (text !== channels) send({ event: "dump", data });
    channels = text;
  };
  let timer: ReturnType<typeof setTimeout>;
  const later = (ms: number): void => {
    timer = setTimeout(() => {
      const start = performance.now();
      tellNew();
      later(Math.max(OFTEN, SHARE * (performance.now() - start)));
    }, ms);
    (timer as { unref?: () => void }).unref?.();
  };
  later(OFTEN);
  return () => {
    clearTimeout(timer);
    tellNew();
  };
}
