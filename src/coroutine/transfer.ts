// `yield* transfer(target, value)`: the symmetric switch.
//
// May import: coroutine, drive, errors, frames.

import { Coroutine } from "./coroutine.ts";
import { instruct, runningRoot } from "./drive.ts";
import { CoroutineError, show } from "./errors.ts";
import { ACTIVE, CREATED, rootOf, SUSPENDED, Switch, HELD } from "./frames.ts";

/** What {@link transfer} gives: for `yield*` inside a coroutine. */
export interface Transfer<Got> {
  [Symbol.iterator](): Iterator<never, Got, unknown>;
}

/**
 * Runs `target` in the place of the coroutine that runs now, which stays suspended here until it is transferred to
 * or resumed. What `target` then yields, returns or throws goes to the hand that resumed the present one.
 * A transfer to oneself gives `value` back.
 *
 * @param target a coroutine that has not started, or is suspended
 * @param value what its pending `transfer` or `yield` gives
 * @returns for `yield*`: the value that is sent or transferred back
 * @throws {TypeError} a value for a target that has not started
 * @throws {CoroutineError} `CLOSED`: the target has ended; `FOREIGN`: it is no coroutine, or is suspended inside
 *   another; `ALREADY_RUNNING`
 * @example
 * const ping = coroutine(function* ping(): Coroutine.Body<string> {
 *   yield `got ${yield* transfer(pong(), undefined)}`;
 * });
 * const pong = coroutine(function* pong() {
 *   yield "pong ran in the place of ping";
 * });
 * ping().next().value; // -> "pong ran in the place of ping"
 *
 * Source: POSIX `swapcontext`, greenlet's `switch`.
 */
export function transfer<Got = unknown, S = unknown>(target: Coroutine<unknown, unknown, S>, value?: S): Transfer<Got> {
  return new TransferTo(target, value) as unknown as Transfer<Got>;
}

class TransferTo extends Switch {
  readonly target: Coroutine;
  readonly cargo: unknown;
  switched = false;

  constructor(target: Coroutine, cargo: unknown) {
    super();
    this.target = target;
    this.cargo = cargo;
  }

  [Symbol.iterator](): TransferTo {
    return this.switched ? new TransferTo(this.target, this.cargo) : this;
  }

  next(value: unknown): unknown {
    if (this.switched) {
      this.switched = false;
      return { value, done: true };
    }
    if (this.isToOneself()) return { value: this.cargo, done: true };
    this.switched = true;
    return instruct(this);
  }

  throw(error: unknown): never {
    this.switched = false;
    throw error;
  }

  isToOneself(): boolean {
    const { target, cargo } = this;
    // By far the most frequent case first.
    if (target instanceof Coroutine && target.status === SUSPENDED && runningRoot() !== null) return false;
    if (runningRoot() === null) {
      throw new CoroutineError(
        "NOT_DELEGATED",
        "transfer(…) switches from one coroutine to another: `yield*` it inside one",
      );
    }
    if (!(target instanceof Coroutine)) {
      throw new CoroutineError("FOREIGN", `transfer needs a coroutine to switch to, but got ${show(target)}`);
    }
    if (target.state === "running") return true;
    const reason = obstacle(target);
    if (reason !== null) throw new CoroutineError(reason[0], `can't transfer to ${target.toString()}: ${reason[1]}`);
    if (target.status & CREATED && cargo !== undefined) {
      throw new TypeError(
        `can't transfer ${show(cargo)} to ${target.toString()}: it has not started, so nothing waits for a value`,
      );
    }
    return false;
  }
}

/** What stands against a switch to `target`: an error's code and text. */
function obstacle(target: Coroutine): ["CLOSED" | "FOREIGN" | "ALREADY_RUNNING", string] | null {
  if (target.state === "closed") return ["CLOSED", "it has ended"];
  const root = rootOf(target);
  if (root.status & HELD) return ["ALREADY_RUNNING", "a task runs it"];
  if (root.status === ACTIVE) return ["ALREADY_RUNNING", "it waits for a coroutine that it resumed"];
  if (root !== target) return ["FOREIGN", `it is suspended inside ${root.toString()}; transfer to that one`];
  return null;
}
