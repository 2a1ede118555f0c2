// Runs a program on virtual time, and tells how it ended.
import { run, type RunOptions } from "corun";
import { VirtualClock } from "corun/testing";

export type Program<R> = () => Generator<unknown, R, unknown>;

/** Runs `main` on a clock of its own. */
export function runVirtually<R>(main: Program<R>, options: RunOptions = {}): Promise<R> {
  return run.with({ clock: new VirtualClock(), ...options })(main);
}

/** What a run of `main` rejects with. */
export async function failureOf(main: Program<unknown>, options: RunOptions = {}): Promise<unknown> {
  try {
    await runVirtually(main, options);
  } catch (error) {
    return error;
  }
  throw new Error("the run did not fail");
}
