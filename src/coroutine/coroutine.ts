// The coroutine object: Python's generator protocol (PEP 342, 380, 479) with Lua's states, over the
// frame stack of frames.ts. A coroutine is its own iterator.
//
// May import: errors, frames, drive, trail.

// For all declarations of the package: `Symbol.dispose` in a program that names no library with it.
/// <reference lib="esnext.disposable" preserve="true" />

import { checkDelivered, CLOSE, instruct, NEXT, resumeStack, runningRoot, THROW } from "./drive.ts";
import { CoroutineError, inspectable, show, StopIteration } from "./errors.ts";
import {
  ACTIVE,
  ARMED,
  Call,
  CLOSED,
  CREATED,
  DELEGATED,
  DELEGATING,
  end,
  ENDED,
  type Frame,
  HELD,
  probe,
  type Result,
  rootOf,
  SUSPENDED,
  TOKEN,
} from "./frames.ts";
import { trace } from "./trail.ts";

/** What a coroutine is doing; `normal`: it has resumed another one and waits for it (Lua's word). */
export type CoroutineState = "created" | "running" | "suspended" | "normal" | "closed";

export declare namespace Coroutine {
  /**
   * The type to annotate a body with: it yields `Y`, returns `R` and is sent `S`.
   *
   * @example
   * const echo = coroutine(function* (): Coroutine.Body<string, void, string> {
   *   for (let heard = ""; ; ) heard = yield heard.toUpperCase();
   * });
   */
  type Body<Y = unknown, R = void, S = unknown> = Generator<Y, R, S>;
}

// Declared as a generator, so that it stands wherever a generator is wanted, under every `lib`.
export interface Coroutine<Y = unknown, R = unknown, S = unknown> extends Generator<Y, R, S> {}

/**
 * A routine that stops in the middle, hands a value out, and goes on where it stopped with the value
 * that it is sent. `Y` is what it yields, `R` what it returns, `S` what it is sent. Made by calling
 * what {@link coroutine} gives.
 *
 * Inside another coroutine, `yield* c` delegates to it: values, sends, throws and close go to the
 * innermost body in one step, at any depth; what it returns is the result.
 */
export class Coroutine<Y = unknown, R = unknown, S = unknown> {
  /** Shown in errors and dumps; may be changed. */
  name: string;
  /** @internal */
  gen: Generator<unknown, unknown, unknown>;
  /** @internal */
  status: number = CREATED;
  /** @internal */
  leaf: Frame | null = this;
  /** @internal */
  caller: Frame | null = null;
  /** @internal */
  closing: Frame | null = null;

  protected constructor(gen: Generator<unknown, unknown, unknown>, name: string) {
    this.name = name;
    this.gen = gen;
  }

  /** @internal */
  static of(gen: Generator<unknown, unknown, unknown>, name: string): Coroutine {
    return new Coroutine(gen, name);
  }

  static {
    // The iterator helpers (`map`, `take`, …) of hosts that have them, as generators inherit them.
    Object.setPrototypeOf(this.prototype, Object.getPrototypeOf(Object.getPrototypeOf([].values())));
    Object.assign(this.prototype, { [Symbol.toStringTag]: "Coroutine" });
    inspectable(this.prototype);
  }

  /**
   * Resumes the coroutine: the `yield` where it is suspended gives `value`. Returns what it yields next.
   *
   * @throws {StopIteration} if the body returns instead (`.value` is what it returned), or had ended before
   * @throws {TypeError} if it has not started and `value` is not `undefined`: no `yield` waits for it yet. It stays fresh
   * @throws {CoroutineError} `ALREADY_RUNNING` if it is running, or waits for one that it resumed
   * @throws whatever escapes from the body
   * @example
   * const c = coroutine(function* (): Coroutine.Body<number, void, number> {
   *   for (let sum = 0; ; ) sum += yield sum;
   * })();
   * c.next(); // to its first yield
   * c.send(5); // -> 5
   * c.send(2); // -> 7
   *
   * Source: Python, `generator.send` (PEP 342).
   */
  send(value: S): Y {
    if (this.status & ARMED) this.status ^= ARMED;
    const result = this.next(value);
    if (result.done) throw new StopIteration(result.value);
    return result.value;
  }

  /**
   * The same in JavaScript's protocol: gives `{value, done}`, also at the end and after it.
   *
   * @throws {TypeError} if it has not started and `value` is not `undefined`
   * @throws {CoroutineError} `ALREADY_RUNNING`
   */
  next(...sent: [] | [value: S]): IteratorResult<Y, R>;
  next(value?: unknown): IteratorResult<Y, R> {
    return (
      this.status === SUSPENDED ? resumeStack(this, NEXT, value) : this.#nextUnlessSuspended(value, arguments.length)
    ) as IteratorResult<Y, R>;
  }

  #nextUnlessSuspended(value: unknown, given: number): Result {
    if (this.status & ARMED) {
      this.status ^= ARMED;
      // By specification, `yield*` calls `next` with one argument and iteration with none.
      if (given === 1 && runningRoot() !== null) return instruct(new Call(this));
    }
    if (this.status === ENDED) {
      // The `yield*` of the caller asks for the result, which the driver gave it to pass on.
      this.#settled();
      return { value, done: true };
    }
    if (this.status === CLOSED) return { value: undefined, done: true };
    if (this.status === CREATED && value !== undefined) {
      throw new TypeError(`can't send ${show(value)} to ${this.toString()}: it has not started; call next() first`);
    }
    return this.#resume(NEXT, value);
  }

  /**
   * Resumes the coroutine with `error` thrown where it is suspended; one that has not started, or has ended, throws it back.
   *
   * @returns what it yields next, or returns, if it catches the error
   * @throws `error`, or what escapes from the body instead
   * @throws {CoroutineError} `ALREADY_RUNNING`
   */
  throw(error: unknown): IteratorResult<Y, R> {
    if (this.status === CREATED || this.status === (CREATED | ARMED)) end(this, CLOSED);
    if (this.status === ENDED) {
      trace(error, this.caller!);
      this.#settled();
    }
    if (this.status === CLOSED) throw error;
    return this.#resume(THROW, error) as IteratorResult<Y, R>;
  }

  /**
   * JavaScript's way to {@link close} it: gives `{value, done: true}`, unless the outermost body returns another
   * value from its `finally`.
   *
   * @throws as `close` does
   */
  return(value?: NoInfer<R>): IteratorResult<Y, R> {
    return { value: this.#close(value) as R, done: true };
  }

  /**
   * Ends the coroutine where it is suspended, innermost body first: its `finally` blocks run, nothing else does.
   * One that has not started, has ended or is being closed: no effect.
   *
   * @returns what the outermost body returns from its own `finally`, if it does
   * @throws {CoroutineError} `CLOSE_IGNORED` if a body yields instead of ending (it is dead all the same);
   *   `ALREADY_RUNNING`
   * @throws what a `finally` block throws; of several errors the last
   *
   * Source: Python, `generator.close` (PEP 342, and 3.13 for the result).
   */
  close(): R | undefined {
    return this.#close(undefined) as R | undefined;
  }

  #close(value: unknown): unknown {
    if (this.status === CREATED || this.status === (CREATED | ARMED)) end(this, CLOSED);
    if (this.status === ENDED) this.#settled();
    if (this.status === CLOSED) return value;
    const root = rootOf(this);
    if (root.status === ACTIVE && root.closing !== null) return value;
    const result = this.#resume(CLOSE, undefined);
    return result.value === TOKEN ? value : result.value;
  }

  #settled(): void {
    this.status = CLOSED;
    this.caller = null;
  }

  #resume(mode: number, value: unknown): Result {
    if (probe.answer !== null) return probe.answer(this);
    checkDelivered();
    const root = rootOf(this);
    if (root.status === ACTIVE || root.status & HELD) {
      const reason =
        root.status & HELD ? "by hand: a task runs it; use task.send(…) or task.cancel()" : "before it yields";
      throw new CoroutineError(
        "ALREADY_RUNNING",
        `${this.toString()} can't be resumed, closed or delegated to ${reason}`,
      );
    }
    return root === this ? resumeStack(this, mode, value) : this.#resumeWithin(root, mode, value);
  }

  /** Resumes the upper part of the suspended stack of `root`, from this frame on, as a stack of its own. */
  #resumeWithin(root: Frame, mode: number, value: unknown): Result {
    const caller = this.caller!;
    this.caller = null;
    this.leaf = root.leaf;
    root.leaf = null;
    root.status = ACTIVE;
    try {
      return resumeStack(this, mode, value);
    } finally {
      root.status = SUSPENDED;
      if (this.status === SUSPENDED) {
        root.leaf = this.leaf;
        this.status = this.leaf === this ? DELEGATED : DELEGATED | DELEGATING;
        this.leaf = this;
        this.caller = caller;
      } else {
        // It has ended, or another stack has taken it: the caller's `yield*` will ask it itself.
        root.leaf = caller;
        if (caller !== root) caller.status = DELEGATED;
      }
    }
  }

  /** What it is doing now. */
  get state(): CoroutineState {
    if (this.status & CREATED) return "created";
    if (this.status === CLOSED || this.status === ENDED) return "closed";
    const root = rootOf(this);
    if (root.status !== ACTIVE) return "suspended";
    const innermost = root === this ? this.leaf === this : !(this.status & DELEGATING);
    return innermost && root === runningRoot() ? "running" : "normal";
  }

  /** The coroutine that its `yield*` is suspended in; `null` while it runs, is at a `yield` of its own, or has ended. */
  get delegate(): Coroutine | null {
    const root = rootOf(this);
    let frame = root.status === ACTIVE ? null : root.leaf;
    while (frame !== null && frame !== this && frame.caller !== this) frame = frame.caller;
    return frame === this ? null : (frame as Coroutine | null);
  }

  /** For instance `<coroutine consumer suspended>`. */
  toString(): string {
    return `<coroutine ${this.name} ${this.state}>`;
  }

  /** Itself: iteration resumes it with nothing and closes it on an early exit; `yield*` inside a coroutine delegates. */
  [Symbol.iterator](): Generator<Y, R, S> {
    if (this.status === SUSPENDED || this.status === CREATED) this.status |= ARMED;
    return this;
  }

  /** `using c = …`: closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.#close(undefined);
  }
}

/**
 * The coroutine that runs now: the one that was resumed, of those that delegate to one another the outermost;
 * `null` outside every coroutine. Source: Lua, `coroutine.running`.
 */
export function current(): Coroutine | null {
  return runningRoot() as Coroutine | null;
}
