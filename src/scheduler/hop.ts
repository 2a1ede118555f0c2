// A hop: lets the host do what is due (timers, input, rendering), and goes on.
//
// Imports nothing.

interface Host {
  setImmediate?: (callback: () => void) => unknown;
  scheduler?: { yield?: () => Promise<void> };
}

const host = globalThis as Host;

/** Calls `callback` after the host has had its turn, by the fastest way that it has. */
export const hop: (callback: () => void) => void =
  host.setImmediate !== undefined
    ? (callback) => void host.setImmediate!(callback)
    : host.scheduler?.yield !== undefined
      ? (callback) => void host.scheduler!.yield!().then(callback)
      : byMessage();

function byMessage(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const callbacks: (() => void)[] = [];
  // Unlike addEventListener, this also starts the port.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  port1.onmessage = () => callbacks.shift()!();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(null);
  };
}
