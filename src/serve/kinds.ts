// What the service needs of the copy of corun that the coroutines come from: with another copy's classes, `instanceof`
// would not know that one's errors.
//
// Imports nothing; types only.

import type { StopIteration } from "../coroutine/errors.ts";
import type { DurableError } from "../durable/errors.ts";
import type { CancelledError } from "../scheduler/errors.ts";

type Class<T> = abstract new (...args: never[]) => T;

/** The classes of the errors that the service tells apart. */
export interface Kinds {
  readonly DurableError: Class<DurableError>;
  readonly StopIteration: Class<StopIteration>;
  readonly CancelledError: Class<CancelledError>;
}
