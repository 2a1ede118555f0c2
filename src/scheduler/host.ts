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

/** What keeps the host's loop alive, by kind; empty where the host does not tell. */
function underWay(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of host.process?.getActiveResourcesInfo?.() ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const atStart = /* @__PURE__ */ underWay();

/** Whether the host tells what is under way. Some have the function, and it tells nothing. */
const hostTells: boolean = /* @__PURE__ */ (() => {
  const timer = setTimeout(() => {}, 0);
  const tells = (underWay().get("Timeout") ?? 0) > (atStart.get("Timeout") ?? 0);
  clearTimeout(timer);
  return tells;
})();

/** What is done at a deadlock where the run does not say: an error only where the host tells whether it is one. */
export const defaults: { deadlock: "error" | "warn" } = { deadlock: hostTells ? "error" : "warn" };

/** Looks that are to come. */
let looks = 0;

/** Calls `callback` after `ms` milliseconds, which then may ask `mayCallIn`. */
export function lookLater(ms: number, callback: () => void): void {
  looks++;
  setTimeout(() => {
    callback();
    looks--; // only now, as the host counts a timer while it calls back
  }, ms);
}

/**
 * Whether the program has something under way in the host (a timer, a socket, a server, another run that sleeps) whose
 * callback may still call in: something that was not there when this was loaded. False where the host does not tell.
 */
export function mayCallIn(): boolean {
  for (const [kind, count] of underWay()) {
    const own = kind === "Timeout" ? looks : 0;
    if (count - own > (atStart.get(kind) ?? 0)) return true;
  }
  return false;
}
