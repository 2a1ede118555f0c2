// The frame stack: what one is, its states, and what bodies say to the driver. drive.ts runs it.
//
// A coroutine that delegates with `yield*` and the one that it delegates to are two frames of one
// stack. A stack is named by its outermost frame, the root. `root.leaf` is the innermost frame, and
// each frame points to the one below it, its `caller`. So a resume reaches the innermost body in
// one step however deep it is, and nothing recurses.
//
// Invariants, between any two steps of the driver
//   a root          caller === null; status CREATED, SUSPENDED, HELD, ACTIVE or CLOSED
//   any other frame caller !== null; status DELEGATED, with DELEGATING while a frame is above it;
//                   its own `leaf` is itself and means nothing
//   SUSPENDED       root.leaf is the innermost frame
//   ACTIVE          only the driver knows the innermost frame; root.leaf is the root if that is it
//   CLOSED, ENDED   gen is FINISHED: nothing that the body held is referenced any more
//
// Stores into objects that live long are kept out of a call and return (a young frame stored in an
// old object costs the garbage collector's write barrier, some 15 ns): hence no register for "the
// frame that runs now", and instructions that are objects of their own.
//
// May import: errors.

import { CoroutineError } from "./errors.ts";

/** What the driver knows of a coroutine. The class that users hold is `Coroutine`. */
export interface Frame {
  readonly name: string;
  gen: Generator<unknown, unknown, unknown>;
  status: number;
  /** Of a root: the innermost frame of its stack; null while it runs and that is not the root. */
  leaf: Frame | null;
  /** The frame that delegates to this one. */
  caller: Frame | null;
  /**
   * Of a root that is being closed: the frame whose turn it is; frames above it are its cleanup. Of another frame:
   * itself, if closing stops when this frame has ended, and the one below goes on.
   */
  closing: Frame | null;
  toString(): string;
}

/** What a frame's body has to say when it is resumed. */
export type Result = IteratorResult<unknown, unknown>;

export const CLOSED = 0;
export const CREATED = 1;
export const SUSPENDED = 2;
/** With CREATED or SUSPENDED: `[Symbol.iterator]()` was called, and the `next` that follows tells who asks. */
export const ARMED = 4;
export const ACTIVE = 8;
export const DELEGATED = 16;
/** With DELEGATED: a frame is above. */
export const DELEGATING = 32;
/** Closed, and its outcome is on the way to the caller, whose `yield*` will ask for it. */
export const ENDED = 64;

/** Of a root, alone or with CREATED: a task runs it, and nobody else may. */
export const HELD = 128;

/** What a frame is closed with. One that ends with another value said `return` in its `finally`. */
export const TOKEN: unique symbol = Symbol("corun.close");

/** What ends a frame where the language has swallowed its close: it runs through helpers whose cleanup waits. */
export const LOST: Error = /* @__PURE__ */ Object.assign(
  /* @__PURE__ */ new Error("the task is cancelled, which was lost in a plain generator: let this error pass"),
  { name: "CancelledError" },
);

const FINISHED: Generator<unknown, undefined, unknown> = (function* () {})() as typeof FINISHED;
FINISHED.return(undefined);

/**
 * What a body tells the driver, as the result object that an iterator of ours gives to `yield*`,
 * which the language passes on untouched. `done` is falsy but not `false`, so one comparison tells
 * a yielded value from all else; and no user code sees it, as `yield*` never reads `value`.
 */
export abstract class Instruction {
  declare readonly done: false;

  static {
    Object.assign(this.prototype, { done: 0 });
  }

  get value(): unknown {
    if (REWRAPS) return this;
    throw notDelegated();
  }
}

export function notDelegated(): CoroutineError {
  return new CoroutineError(
    "NOT_DELEGATED",
    "a plain generator that delegates to a coroutine can't be iterated inside another: wrap it with coroutine(…), or `yield*` it",
  );
}

/**
 * Whether the host's `yield*` reads `value` and makes a result of its own, against the specification. JavaScriptCore
 * does (Safari, Bun): there the driver finds the instruction as the value of a result.
 */
export const REWRAPS: boolean = (() => {
  let reads = false;
  const result = {
    done: false,
    get value(): unknown {
      return (reads = true);
    },
  };
  const source = { [Symbol.iterator]: () => ({ next: () => result }) };
  (function* () {
    yield* source;
  })().next();
  return reads;
})();

/** `yield* callee`: push it on the stack. */
export class Call extends Instruction {
  readonly callee: Frame;

  constructor(callee: Frame) {
    super();
    this.callee = callee;
  }
}

/** `yield* transfer(target, cargo)`: run the stack of `target` in the place of this one. */
export abstract class Switch extends Instruction {
  abstract readonly target: Frame;
  abstract readonly cargo: unknown;
}

/** `yield* op`: the stack waits. Only a task can; a hand that resumes gets an error for the body instead. */
export const WAIT: Instruction = new (class Wait extends Instruction {})();

/**
 * Set while it is looked where bodies are suspended: the `next` that their `yield*` calls then has this answer, given
 * whose it is, and does nothing itself.
 */
export const probe: { answer: ((called: { next: unknown }) => Result) | null } = { answer: null };

/** The outermost frame of the stack that `frame` is in. O(depth), so never on the hot path. */
export function rootOf(frame: Frame): Frame {
  while (frame.caller !== null) frame = frame.caller;
  return frame;
}

/** Lets go of all that the body held. A frame that is ENDED keeps its caller until that has the outcome. */
export function end(frame: Frame, status: number): void {
  frame.status = status;
  frame.gen = FINISHED;
  frame.leaf = frame;
  frame.closing = null;
}
