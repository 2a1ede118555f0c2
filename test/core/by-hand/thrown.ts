import { CoroutineError } from "corun";

/** What `attempt` throws; fails if it does not. */
export function thrownBy(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The code of the CoroutineError that `attempt` throws, or else what it throws. */
export function codeOf(attempt: () => unknown): unknown {
  const error = thrownBy(attempt);
  return error instanceof CoroutineError ? error.code : error;
}
