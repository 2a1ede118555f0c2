// What is done with a channel from which nobody will receive any more.
//
// May import: Channel as a type.

import type { Channel } from "./channel.ts";

/** Closes `channel`, and drops what it holds and what waits to be sent; and what may come back later. */
export function abandon(channel: Channel<unknown>): void {
  channel.close();
  channel.isAbandoned = true;
  while (channel.hasNext(null)) channel.undelivered(channel.take(null));
}
