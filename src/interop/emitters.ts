// What sends events: the DOM's targets and Node's emitters, told by their shape.
//
// May import: the coroutine layer.

import { show } from "../coroutine/errors.ts";

/** An `EventEmitter` of Node, or what has its methods. */
export interface Emitter {
  on(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
  off(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
}

/**
 * The event that `target` gives its `on…` listener: for `"click"` that of `onclick`. Of several names one of theirs; and
 * never the text that `onerror` may be given in place of an event.
 */
export type EventOf<T, K extends string> = K extends unknown
  ? T extends { [P in `on${K}`]: infer Handler }
    ? NonNullable<Handler> extends (event: infer E) => unknown
      ? Exclude<E, string>
      : Event
    : Event
  : never;

interface Listeners {
  /** Is given the event of a target, the arguments of an emitter. */
  event: (value: unknown) => void;
  /** An emitter has emitted `error`. */
  error: (error: unknown) => void;
}

/** Listens until the function that it gives is called. @throws {TypeError} if nothing can be listened to */
export function listen(target: unknown, event: string | symbol, what: string, listeners: Listeners): () => void {
  if (isTarget(target)) {
    if (typeof event !== "string") throw new TypeError(`${what} needs the name of an event, but got ${show(event)}`);
    target.addEventListener(event, listeners.event);
    return () => target.removeEventListener(event, listeners.event);
  }
  if (isEmitter(target)) return listenToEmitter(target, event, listeners);
  throw new TypeError(`${what} needs an EventTarget or an EventEmitter, but got ${show(target)}`);
}

function listenToEmitter(emitter: Emitter, event: string | symbol, listeners: Listeners): () => void {
  const emitted = (...args: unknown[]) => listeners.event(args);
  const failed = (error: unknown) => listeners.error(error);
  emitter.on(event, emitted);
  if (event !== "error") emitter.on("error", failed);
  return () => {
    emitter.off(event, emitted);
    emitter.off("error", failed);
  };
}

/** With `dispatchEvent`: a `MessagePort` of Node has the methods of both kinds, and is a target. */
function isTarget(value: unknown): value is EventTarget {
  return hasMethods(value, "addEventListener", "removeEventListener", "dispatchEvent");
}

function isEmitter(value: unknown): value is Emitter {
  return hasMethods(value, "on", "off");
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
