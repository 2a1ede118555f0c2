// Coroutines that are over when nobody has sent to them for as long as `ms` milliseconds.

import { timeout, TimeoutError } from "corun";
import { again, durable } from "corun/durable";

function* visit(): Generator<number, never, unknown> {
  for (let n = 0; ; n++) yield n;
}

/** Gives `over` when its time is up. */
function* limited<R>(ms: number, over: () => R): Generator<number, R, unknown> {
  try {
    return yield* timeout(ms, visit);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return over();
  }
}

/** `session` ends; `renewed` begins anew, and then has no end. */
export function idleFor(ms: number) {
  const session = durable("session", function* () {
    return yield* limited(ms, () => "expired");
  });
  const renewed = durable("renewed", function* (isOld: boolean = false): Generator<number, never, unknown> {
    return isOld ? yield* visit() : yield* limited(ms, () => again(true));
  });
  return { session, renewed };
}
