// Coroutines that are resumed by hand, for a trace: while one is on, the methods of all coroutines tell it. They are
// the coroutine layer's own again when it is off, so that it costs nothing then.
//
// May import: the coroutine layer.

import { Coroutine } from "../coroutine/coroutine.ts";
import { runningRoot } from "../coroutine/drive.ts";
import { ARMED, CREATED, HELD, rootOf, type Switch } from "../coroutine/frames.ts";
import { transfer } from "../coroutine/transfer.ts";

/** Is told of resumes by hand. */
export interface Hands {
  /** `coroutine` is resumed, by a call of `method`. */
  resumed(coroutine: Coroutine, method: string, value: unknown): void;
  /** The stack that was resumed last has yielded `value`, or its coroutine `coroutine` has ended with it. */
  cameBack(coroutine: Coroutine, how: "yielded" | "returned" | "threw", value: unknown): void;
  transferred(target: Coroutine, value: unknown): void;
}

type Method = (this: Coroutine, ...args: unknown[]) => unknown;
type Methods = Record<string | symbol, Method>;

const told: Hands[] = [];
let restore: (() => void) | null = null;

/** Has `hands` told from now on. Gives what takes that back. */
export function watchHands(hands: Hands): () => void {
  told.push(hands);
  restore ??= instrument();
  return () => {
    const at = told.indexOf(hands);
    if (at >= 0) told.splice(at, 1);
    if (told.length > 0 || restore === null) return;
    restore();
    restore = null;
  };
}

/** Set by `send`, which calls `next`. */
let sends = false;

function instrument(): () => void {
  const methods = Coroutine.prototype as unknown as Methods;
  const switches = Object.getPrototypeOf(transfer(undefined as never)) as Methods;
  const restores = [
    replace(methods, "send", telling),
    replace(methods, "next", (original) => watched(original, "next")),
    replace(methods, "throw", (original) => watched(original, "throw")),
    replace(methods, "return", (original) => watched(original, "return")),
    replace(methods, "close", (original) => watched(original, "close")),
    replace(methods, Symbol.dispose, (original) => watched(original, "close")),
    replace(switches, "next", switching),
  ];
  return () => {
    for (const each of restores) each();
  };
}

function replace(on: Methods, name: string | symbol, by: (original: Method) => Method): () => void {
  const property = Object.getOwnPropertyDescriptor(on, name)!;
  Object.defineProperty(on, name, { ...property, value: by(property.value as Method) });
  return () => Object.defineProperty(on, name, property);
}

function telling(original: Method): Method {
  return function send(...args) {
    sends = true;
    try {
      return original.apply(this, args);
    } finally {
      sends = false;
    }
  };
}

function watched(original: Method, name: string): Method {
  return function (...args) {
    const method = sends ? "send" : name;
    sends = false;
    if (!isResume(this, name, args)) return original.apply(this, args);
    for (const each of told) each.resumed(this, method, args[0]);
    let result: unknown;
    try {
      result = original.apply(this, args);
    } catch (error) {
      for (const each of told) each.cameBack(this, "threw", error);
      throw error;
    }
    const isResult = name !== "close";
    const { done, value } = (isResult ? result : { done: true, value: result }) as IteratorResult<unknown>;
    for (const each of told) each.cameBack(this, done === true ? "returned" : "yielded", value);
    return result;
  };
}

/** Whether a call resumes a coroutine: it may also be one that is refused, or a `yield*` that delegates. */
function isResume(coroutine: Coroutine, name: string, args: unknown[]): boolean {
  const { status } = coroutine;
  // As the coroutine layer tells delegation from iteration.
  if (name === "next" && (status & ARMED) !== 0 && args.length === 1 && runningRoot() !== null) return false;
  if ((status & CREATED) !== 0) {
    if ((status & HELD) !== 0) return false;
    return name === "next" ? args[0] === undefined : true;
  }
  return coroutine.state === "suspended" && (rootOf(coroutine).status & HELD) === 0;
}

function switching(original: Method): Method {
  return function (...args) {
    const result = original.apply(this, args);
    if (result === (this as unknown)) {
      const { target, cargo } = this as unknown as Switch;
      for (const each of told) each.transferred(target as Coroutine, cargo);
    }
    return result;
  };
}
