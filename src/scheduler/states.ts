// What a task is doing. One that is ready has the mode in which its stack is to be resumed as its status.
//
// Imports nothing.

export type TaskState = "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";

/** NEXT, THROW and CLOSE, 0 to 2: it is ready; then come … */
export const RUNNING = 3;
export const WAITING = 4;
/** From here on it has ended. */
export const DONE = 5;
export const FAILED = 6;
export const CANCELLED = 7;

/** By status. */
export const STATES: readonly TaskState[] = [
  "ready",
  "ready",
  "ready",
  "running",
  "waiting",
  "done",
  "failed",
  "cancelled",
];

/** Flags of a task: it is cancelled when the body of its scope has ended; */
export const BACKGROUND = 1;
/** its failure waits for whoever joins it; */
export const SUPERVISED = 2;
/** a cancellation came while it was running: its next wait is where it enters; */
export const INTERRUPTED = 4;
/** somebody has asked how it ended; */
export const OBSERVED = 8;
/** its body has ended, and what its scope has to do at its end runs. */
export const ENDING = 16;
/** its innermost body is being closed, and it is looked whether the language swallows that (swallowed.ts). */
export const WATCHED = 32;
/** From here on they count its open scopes that are cancelled. */
export const CANCELLED_SCOPE = 64;
