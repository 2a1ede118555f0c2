// `once(target, event)`: waits for one event.
//
// May import: the scheduler layer, emitters.

import type { Op } from "../scheduler/op.ts";
import { until } from "./until.ts";
import { type Emitter, type EventOf, listen } from "./emitters.ts";

/**
 * Waits for the next event: gives the event of an `EventTarget`, of an `EventEmitter` the array of what it emits. It
 * listens from when it is waited for, and no longer than it waits: also in a `select`, and when its task is cancelled.
 *
 * When an emitter emits `"error"`, it throws that.
 *
 * For what comes in between, listen with {@link on}.
 *
 * @throws {TypeError} if `target` sends no events; when it is waited for
 * @example
 * const target = new EventTarget();
 * setTimeout(() => target.dispatchEvent(new globalThis.Event("open")), 1);
 * const seen = await run(function* () {
 *   return (yield* once(target, "open")).type;
 * });
 * seen; // -> "open"
 *
 * Source: Node's `events.once`.
 */
export function once<T extends EventTarget, K extends string>(target: T, event: K): Op<EventOf<T, K>>;
export function once<E extends Event>(target: EventTarget, event: string): Op<E>;
export function once<A extends unknown[] = unknown[]>(target: Emitter, event: string | symbol): Op<A>;
export function once(target: unknown, event: string | symbol): Op<unknown> {
  return until((signal) => next(target, event, signal));
}

function next(target: unknown, event: string | symbol, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let unlisten: (() => void) | null = null;
    let isHeard = false;
    const heard = (settle: (value: unknown) => void) => (value: unknown) => {
      isHeard = true;
      unlisten?.();
      settle(value);
    };
    unlisten = listen(target, event, `once(${String(event)})`, { event: heard(resolve), error: heard(reject) });
    // Some send what they have sent already to who begins to listen.
    if (isHeard) unlisten();
    else signal.addEventListener("abort", unlisten);
  });
}
