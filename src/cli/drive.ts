// Runs the default export of a program under the scheduler.
//
// May import: interrupt, output, problem, Node's own modules; the public surface, as types.

import process from "node:process";
import type { coroutine, run, shield, spawn, Task } from "../index.ts";
import { Interrupt, type Interruption, interruption } from "./interrupt.ts";
import { outputGone } from "./output.ts";
import { Problem } from "./problem.ts";

/** The copy of corun that the program imports: what it waits for works under that one's scheduler only. */
export interface Library {
  coroutine: typeof coroutine;
  run: typeof run;
  shield: typeof shield;
  spawn: typeof spawn;
}

/** A body, or what `coroutine` gives. */
export type Main = (...args: string[]) => Generator<unknown, unknown, unknown>;

/**
 * Runs `main` with `args` to its end. If it is interrupted, the process ends with it.
 *
 * @param where the program, for messages
 * @param tell what the task and those below it do, in lines
 * @throws what it fails with; {@link Problem} when it waits for what nothing is left to bring
 */
export async function drive(
  library: Library,
  main: Main,
  args: string[],
  where: string,
  tell: (task: Task) => Promise<string[]>,
): Promise<void> {
  const interrupted = interruption();
  const { signal } = interrupted;
  let task: Task | undefined;
  const start = () => library.run.with({ signal })(root(library, main, args, (found) => (task = found)));
  const what = async (text: string) =>
    new Problem([`${where} can't go on: ${text}`, ...(task === undefined ? [] : await tell(task))].join("\n"));
  try {
    await unlessStuck(start, interrupted, what);
  } catch (error) {
    // Cancelled is how it has to end then; anything else is a failure of its cleanup.
    if (!signal.aborted || !isOf(error, signal.reason)) throw withCause(signal.reason, error);
  } finally {
    if (signal.aborted) await outputGone(); // a second signal still ends it at once
    interrupted.release();
  }
  if (signal.reason instanceof Interrupt) process.exit(signal.reason.exitCode);
  if (signal.aborted) throw signal.reason;
}

/** Starts `main` as a task, and resumes it when it has yielded: nobody else would. */
function root({ coroutine, shield, spawn }: Library, main: Main, args: string[], started: (task: Task) => void) {
  return coroutine(
    function* () {
      const task: Task = spawn(main, ...args);
      started(task);
      // Shielded, as also what is cancelled may have a shield of its own, in which it yields.
      yield* shield(() => resume(task));
    },
    { name: "corun run" },
  )();
}

function* resume(task: Task): Generator<never, void, unknown> {
  try {
    for (;;) yield* task.send(undefined);
  } catch (error) {
    // Its end is no error here; how it ended comes out of the run.
    if (!["done", "failed", "cancelled"].includes(task.state)) throw error;
  }
}

const NEVER = "a promise that nothing is left to settle";

/** Gives what `start` gives. If Node has nothing left to do before, cancels with a {@link Problem}; if again, throws one. */
async function unlessStuck<T>(
  start: () => Promise<T>,
  { signal, cancel }: Interruption,
  problem: (what: string) => Promise<Problem>,
): Promise<T> {
  let reject!: (problem: Problem) => void;
  const standstill = new Promise<never>((_, fail) => (reject = fail));
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const stuck = await problem(`${signal.aborted ? "its cleanup waits" : "it waits"} for ${NEVER}`);
    isLooking = false;
    if (signal.aborted) reject(stuck);
    // Not at once: Node asks again only if something has happened since.
    else setImmediate(cancel, stuck);
  };
  const listener = (): void => void look();
  process.on("beforeExit", listener);
  try {
    return await Promise.race([start(), standstill]);
  } finally {
    process.removeListener("beforeExit", listener);
  }
}

/** Whether `error` only says that a cancellation for `reason` was done. */
function isOf(error: unknown, reason: unknown): boolean {
  return error === reason || (error as { reason?: unknown } | null)?.reason === reason;
}

/** What to throw if the cleanup of a cancellation for `reason` ended in `error`. */
function withCause(reason: unknown, error: unknown): unknown {
  if (!(reason instanceof Problem) || error instanceof Problem) return error;
  return new Problem(reason.message.replace(/(?=\n|$)/, ". Its cleanup failed, too"), 1, { cause: error });
}
