// What the scheduler asks of its host, whichever that is: a turn for others, and whether anything is under way.
//
// Imports nothing.

interface Host {
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: typeof MessageChannel;
  process?: { getActiveResourcesInfo?: () => string[] };
}

const host = globalThis as Host;

/**
 * Calls `callback` after the host has had its turn, by the fastest way that it has. Not by `scheduler.yield`: what waits
 * there goes before all else of the page, so that timers and input would starve.
 */
export const hop: (callback: () => void) => void =
  host.setImmediate !== undefined
    ? (callback) => void host.setImmediate!(callback)
    : host.MessageChannel !== undefined
      ? byMessage(new host.MessageChannel())
      : (callback) => void setTimeout(callback, 0);

function byMessage({ port1, port2 }: MessageChannel): (callback: () => void) => void {
  const callbacks: (() => void)[] = [];
  // Unlike addEventListener, this also starts the port.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  port1.onmessage = () => callbacks.shift()!();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(null);
  };
}

/** Timers of schedulers that are set in the host. */
let ownTimers = 0;

/** Calls `callback` after `ms` milliseconds. Gives what takes that back. */
export function later(ms: number, callback: () => void): () => void {
  let isSet = true;
  const clear = () => {
    if (isSet) ownTimers--;
    isSet = false;
  };
  ownTimers++;
  const timer = setTimeout(() => {
    clear();
    callback();
  }, ms);
  return () => {
    clear();
    clearTimeout(timer);
  };
}

/** What keeps the host's loop alive, by kind; empty where the host does not tell. */
function underWay(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of host.process?.getActiveResourcesInfo?.() ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const atStart = underWay();

/**
 * Whether the program has something under way in the host (a timer, a socket, a server) whose callback may still call
 * in: something that was not there when this was loaded, and is no timer of a scheduler. False where the host does not tell.
 */
export function mayCallIn(): boolean {
  for (const [kind, count] of underWay()) {
    const own = kind === "Timeout" ? ownTimers : 0;
    if (count - own > (atStart.get(kind) ?? 0)) return true;
  }
  return false;
}

/** Calls `callback` after `ms` milliseconds, if the host is still there then: this does not keep it alive. */
export function lookLater(ms: number, callback: () => void): void {
  const timer: unknown = setTimeout(callback, ms);
  if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
}
