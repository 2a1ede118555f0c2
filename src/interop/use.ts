// `use(resource)`: disposes of a resource at the end of the scope.
//
// May import: the coroutine and scheduler layers.

import { show } from "../coroutine/errors.ts";
import { requireTask } from "../scheduler/op.ts";
import { defer } from "../scheduler/block.ts";
import { until } from "./until.ts";

/** The method of `resource` under a symbol of the language; where the host has none yet, under that which compilers take. */
function methodOf(resource: object, name: "asyncDispose" | "dispose"): (() => unknown) | null {
  const symbol = (Symbol as Partial<Record<typeof name, symbol>>)[name] ?? Symbol.for(`Symbol.${name}`);
  const method = (resource as Record<symbol, unknown>)[symbol];
  return typeof method === "function" ? () => method.call(resource) as unknown : null;
}

/**
 * Gives `resource` back, and has it disposed of at the end of the innermost scope: by its `Symbol.asyncDispose`, which is
 * waited for, or by its `Symbol.dispose`. With what `defer` was given: last in, first out. `null` and `undefined` are
 * nothing to dispose of.
 *
 * @throws {TypeError} if it has neither
 * @throws {SchedulerError} outside every task
 * @example
 * const closed: string[] = [];
 * await run(function* () {
 *   const file = use({
 *     name: "a.txt",
 *     async [Symbol.asyncDispose]() {
 *       closed.push(this.name);
 *     },
 *   });
 *   file.name; // -> "a.txt"
 * });
 * closed; // -> ["a.txt"]
 *
 * Source: `await using` of JavaScript.
 */
export function use<T extends Disposable | AsyncDisposable | null | undefined>(resource: T): T {
  requireTask("use(…)");
  if (resource === null || resource === undefined) return resource;
  // Read now, as `using` does.
  const disposeAsync = methodOf(resource, "asyncDispose");
  const dispose = methodOf(resource, "dispose");
  if (disposeAsync !== null) defer(() => until(disposeAsync()));
  // What the other kind returns is nothing to wait for.
  else if (dispose !== null) defer(() => void dispose());
  else throw new TypeError(`use(…) needs Symbol.asyncDispose or Symbol.dispose, but got ${show(resource)}`);
  return resource;
}
