// What is done with a channel from which nobody will receive any more.
//
// May import: Channel as a type.

import type { Channel } from "./channel.ts";

/** Closes `channel`, and drops what it holds and what waits to be sent; and what may come back later. */
export function abandon(channel: Channel<unknown>): void {
  channel.close();
  channel.abandoned = true;
  const errors: unknown[] = [];
  while (channel.hasNext(null)) {
    try {
      channel.undelivered(channel.take(null));
    } catch (error) {
      errors.push(error); // of the user's callback: the others are told, too, and no sender is left waiting
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failures of what was not received`);
  if (errors.length === 1) throw errors[0];
}
