// Contexts: a value that is there for all that a block calls and starts, without handing it on.
//
// The values in force are a map on the scope, copied when one is added: so reading is one look-up, and a
// task that has got the map at its start sees no later change.
//
// May import: the coroutine layer, block, op, runnable; Scope and Waitable as types.

import { Coroutine } from "../coroutine/coroutine.ts";
import { requireOwnTask } from "./block.ts";
import { activeTask, type Waitable } from "./op.ts";
import { type ResultOf, type Runnable, toCoroutine } from "./runnable.ts";
import type { Scope } from "./scope.ts";

/** Made by {@link createContext}. */
export class Context<T> {
  readonly #default: T;

  /** @internal */
  constructor(value: T) {
    this.#default = value;
  }

  /** The value of the innermost {@link Context.with} around the caller; outside one, or outside every task, the default. */
  get(): T {
    const values = activeTask()?.scope?.context;
    // `has`, as `undefined` is a value.
    return values?.has(this) === true ? (values.get(this) as T) : this.#default;
  }

  /**
   * For `yield*`: runs `body` with `value` in force, also for the tasks that are started in it; for nobody else.
   *
   * It opens no scope: a task that is started in `body` belongs to the scope around, and keeps `value` to its end.
   *
   * @param body a body, a coroutine or something to wait for
   * @returns for `yield*`: what `body` returns
   * @throws what escapes from `body`
   * @throws {SchedulerError} outside every task
   * @throws {TypeError} if `body` is none of these
   */
  with<B extends Runnable<[]>>(value: T, body: B): Waitable<ResultOf<B>> {
    return {
      [Symbol.iterator]: (): Iterator<never, ResultOf<B>, unknown> => {
        const task = requireOwnTask("context.with");
        const scope = task.scope ?? task.own();
        return Coroutine.of(runWith(scope, this, value, body), "context.with")[Symbol.iterator]() as never;
      },
    };
  }
}

function* runWith(scope: Scope, context: unknown, value: unknown, body: unknown): Generator<never, unknown, unknown> {
  const around = scope.context;
  scope.context = new Map(around).set(context, value);
  try {
    return yield* toCoroutine(body, [], "context.with") as Waitable<unknown>;
  } finally {
    scope.context = around;
  }
}

/**
 * Makes a context: a value that tasks inherit from the one that starts them.
 *
 * @param value what `get()` gives where nothing else is in force
 * @example
 * const user = createContext("nobody");
 * const seen = await run(function* () {
 *   const inside = yield* user.with("Ada", function* () {
 *     return yield* spawn(function* () {
 *       return user.get();
 *     });
 *   });
 *   return [inside, user.get()];
 * });
 * seen; // -> ["Ada", "nobody"]
 *
 * Source: Python's `contextvars` (PEP 567), with the block of Java's `ScopedValue` instead of `set`.
 */
export function createContext<T>(value: T): Context<T> {
  return new Context(value);
}
