// The driver: the only place that resumes a body. `resumeStack` is the path that every `next` and `send`
// takes, kept small so that it is inlined; `driveStack` is the loop, for all that is not a plain yield:
// calls and returns between frames, transfers, errors, closing.
//
// May import: errors, frames.

import { CoroutineError, noteExit, StopIteration } from "./errors.ts";
import type { Instruction } from "./frames.ts";
import {
  ACTIVE,
  Call,
  CLOSED,
  DELEGATED,
  DELEGATING,
  end,
  ENDED,
  type Frame,
  HELD,
  LOST,
  notDelegated,
  type Result,
  REWRAPS,
  SUSPENDED,
  Switch,
  TOKEN,
  WAIT,
} from "./frames.ts";

/** How the innermost frame is to be resumed … */
export const NEXT = 0;
export const THROW = 1;
export const CLOSE = 2;
/** … or what it has done already, resumed by `resumeStack`. */
const GAVE = 3;
const THREW = 4;

/**
 * The `next` of all generators. Every generator function has a hidden class of its own, so looking `next` up on each
 * body is slow in a program that has many.
 */
const resumeBody = Object.getPrototypeOf(function* () {}).prototype.next as (
  this: Frame["gen"],
  value: unknown,
) => Result;

/** Those who run tasks tell which runs, and take what a body of it throws while it is closed: the next is closed all the same. */
export const tasks: { root: () => Frame | null; cleanupFailed: (error: unknown) => void } = {
  root: () => null,
  cleanupFailed: () => {},
};

/** The root of the stack that runs now; null: none does; `true`: that of the task, as a store of that costs no write barrier. */
let running: Frame | true | null = null;

export function runningRoot(): Frame | null {
  return running === true ? tasks.root() : running;
}

/** Whether the stack that runs now is that of a task itself, and none that a hand has resumed. */
export function isInTask(): boolean {
  return running === true;
}

/** The stack that the loop has suspended last: where it is a wait, a hand has to tell it that it can't. */
let waiting: Frame | null = null;

// V8 folds what a module keeps for itself.
const rewraps = REWRAPS;
const wait = WAIT;

/** The `done` of a plain yield, which needs no look by the loop. Where the host rewraps results, every one does. */
const PLAIN = REWRAPS ? null : false;

/** Where the host rewraps results: the instruction that a body gave and the loop has not seen yet. */
let undelivered: Instruction | null = null;

/** For the iterators that give instructions: each goes through here. */
export function instruct<I extends Instruction>(instruction: I): I {
  if (REWRAPS) {
    checkDelivered();
    undelivered = instruction;
  }
  return instruction;
}

/** Whether the loop has not seen the last instruction. */
export function isUndelivered(): boolean {
  return undelivered !== null;
}

/** Throws if some iteration has swallowed the last instruction. */
export function checkDelivered(): void {
  if (undelivered === null) return;
  undelivered = null;
  throw notDelegated();
}

/**
 * Runs the stack of `root`, which is not ACTIVE, until a body yields to the hand that resumed it or
 * the root ends. Gives what was yielded or returned; throws what escaped.
 */
export function resumeStack(root: Frame, mode: number, value: unknown): Result {
  if (mode !== NEXT) return resumeInLoop(root, mode, value, null)!;
  const resumer = running;
  root.status = ACTIVE;
  running = root;
  let result: Result;
  try {
    result = resumeBody.call(root.leaf!.gen, value);
  } catch (error) {
    running = resumer;
    root.status = CLOSED; // which it stays if the host's stack is so full that the loop can't be entered
    return resumeInLoop(root, THREW, error, null)!;
  }
  running = resumer;
  if (result.done !== PLAIN) return resumeInLoop(root, GAVE, result, null)!;
  root.status = SUSPENDED;
  return result;
}

/**
 * The part of `resumeStack` that is not simply a yield; null: `task`, the stack that a task runs, waits. Any other is
 * resumed by hand, which can't, and gets an error.
 */
function resumeInLoop(root: Frame, mode: number, value: unknown, task: Frame | null): Result | null {
  let result = driveTracked(root, mode, value, task);
  while (result === WAIT) {
    const stack = waiting!;
    waiting = null;
    if (stack === task) return null;
    const error = new CoroutineError(
      "WAIT_BY_HAND",
      `${stack.toString()} waits, but is resumed by hand: start it with run(…), or spawn(…) it and use task.send(…)`,
    );
    result = driveTracked(stack, THROW, error, task);
  }
  return result;
}

/** As {@link resumeStack}, for a task; null: the stack waits. */
export function runStack(root: Frame, mode: number, value: unknown): Result | null {
  if (mode !== NEXT || rewraps) return resumeInLoop(root, mode, value, root);
  const resumer = running;
  root.status = ACTIVE;
  running = true;
  let result: Result;
  try {
    result = resumeBody.call(root.leaf!.gen, value);
  } catch (error) {
    running = resumer;
    root.status = CLOSED;
    return resumeInLoop(root, THREW, error, root);
  }
  running = resumer;
  if (result === wait) {
    root.status = HELD;
    return null;
  }
  if (result.done !== true || root.leaf !== root) return resumeInLoop(root, GAVE, result, root);
  end(root, CLOSED);
  return result;
}

function driveTracked(root: Frame, mode: number, value: unknown, task: Frame | null): Result {
  const resumer = running;
  root.status = ACTIVE;
  running = root === task || root;
  try {
    return driveStack(root, mode, value, task);
  } finally {
    running = resumer;
    // Only when the host's stack overflowed inside the driver itself: what is left of it is dead.
    if (root.status === ACTIVE) root.status = CLOSED;
  }
}

/** The loop. Each turn resumes the innermost frame, or takes what it has done, and finds the frame that is next. */
function driveStack(root: Frame, mode: number, value: unknown, task: Frame | null): Result {
  let frame = root.leaf!;
  for (;;) {
    if (mode < GAVE) {
      if (mode === CLOSE) root.closing = frame;
      try {
        value =
          mode === NEXT
            ? resumeBody.call(frame.gen, value)
            : mode === THROW
              ? frame.gen.throw(value)
              : frame.gen.return(TOKEN);
        mode = GAVE;
      } catch (error) {
        value = error;
        mode = THREW;
      }
    }

    if (mode === THREW && value === LOST) {
      mode = GAVE;
      value = { value: undefined, done: true };
    }
    if (mode === GAVE) {
      let result = value as Result;
      if (REWRAPS && undelivered !== null) {
        const delivered = (result as { value: unknown }).value === undelivered;
        result = undelivered as Result;
        undelivered = null;
        if (!delivered) {
          // Some iteration in the body swallowed it.
          mode = THROW;
          value = notDelegated();
          continue;
        }
      }
      if (result.done === true) {
        // The body returned: its caller gets the value, unless it is the caller's turn to be closed.
        if (frame === root) {
          end(frame, CLOSED);
          return result;
        }
        mode = NEXT;
        value = result.value;
        if (root.closing === frame) {
          if (frame.closing === null) mode = CLOSE;
          root.closing = null;
        }
        frame = below(frame, root);
        continue;
      }
      if (result instanceof Call) {
        frame = push(result.callee, frame, root);
        mode = NEXT;
        value = undefined;
        continue;
      }
      if (root.closing === null || result === WAIT) {
        root.leaf = frame;
        root.status = root === task ? HELD : SUSPENDED;
        if (result === WAIT) waiting = root;
        if (!(result instanceof Switch)) return result;
        root = running = result.target;
        root.status = ACTIVE;
        frame = root.leaf!;
        mode = NEXT;
        value = result.cargo;
        continue;
      }
      value = new CoroutineError(
        "CLOSE_IGNORED",
        `${frame.toString()} yielded while it was being closed: a \`finally\` must not yield`,
      );
    }

    // The body threw, or is dropped with the error above: its caller gets the error.
    undelivered = null;
    if (value instanceof StopIteration) {
      value = new CoroutineError(
        "STOP_ITERATION",
        `a StopIteration escaped from ${frame.toString()}: catch it where \`send\` is called`,
        { cause: value },
      );
    }
    if (frame === root) {
      end(frame, CLOSED);
      noteExit(value);
      throw value;
    }
    const closing = root.closing === frame;
    const stops = frame.closing !== null;
    frame = below(frame, root);
    mode = THROW;
    if (!closing) continue;
    root.closing = stops ? null : frame;
    if (root !== task || stops) continue;
    // No `catch` of a task is entered while it is cancelled.
    tasks.cleanupFailed(value);
    mode = CLOSE;
  }
}

/** Puts `callee` on `frame`, with the frames that it has above it if it was started before; gives the innermost. */
function push(callee: Frame, frame: Frame, root: Frame): Frame {
  const leaf = callee.leaf!;
  if (frame === root) root.leaf = null;
  else frame.status = DELEGATED | DELEGATING;
  callee.leaf = callee;
  callee.caller = frame;
  callee.status = leaf === callee ? DELEGATED : DELEGATED | DELEGATING;
  return leaf;
}

/** Ends `frame` and gives the one below, whose turn it is. */
function below(frame: Frame, root: Frame): Frame {
  const caller = frame.caller!;
  end(frame, ENDED);
  if (caller === root) root.leaf = root;
  else caller.status = DELEGATED;
  return caller;
}
