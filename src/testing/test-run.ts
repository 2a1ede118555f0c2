// A run for a test: with a virtual clock, a fixed seed, and a limit that says which tasks were still active.
//
// May import: texts, virtual-clock, the scheduler's errors, observer, report, run, states; Task as a type.

import { TimeoutError } from "../scheduler/errors.ts";
import { TasksEnd } from "../scheduler/end-scope.ts";
import { observeAll } from "../scheduler/observer.ts";
import { heldBy, reportOf, tell } from "../scheduler/report.ts";
import { run, type RunOptions } from "../scheduler/run.ts";
import type { ResultOf, Runnable } from "../scheduler/runnable.ts";
import { WAITING } from "../scheduler/states.ts";
import type { Task } from "../scheduler/task.ts";
import { shown } from "./texts.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface TestOptions extends RunOptions {
  /** How long it may take, in real milliseconds, whatever its clock says; 5000 if absent, `Infinity`: no limit. */
  timeout?: number;
}

/** How long cleanup may take when the time is over, in real milliseconds. */
const GRACE = 1000;
/** So many tasks are told. */
const TOLD = 20;

/**
 * Runs the body of a test: on a {@link VirtualClock}, so that no time is lost and order does not hang on it, and with the
 * same seed each time, unless the options say otherwise. A body that does not end is cancelled when the real time is over,
 * and the error names the tasks that were still active, and what each waited for. (Code that never waits can't be ended.)
 *
 * @param body a body, a coroutine function, a coroutine, or something to wait for
 * @param options those of `run.with`, and `timeout`
 * @returns a promise of what `body` returns; rejected with its failure
 * @throws {TimeoutError} if it has not ended in time; its cleanup has, or has had a second more
 * @throws {TypeError} if `timeout` is no number above 0, or the options are no object
 * @example
 * import { runTest } from "corun/testing";
 * const waited = await runTest(function* () {
 *   const before = now();
 *   yield* sleep(3_600_000);
 *   return now() - before;
 * });
 * waited; // -> 3_600_000
 *
 * Source: kotlinx.coroutines, `runTest`.
 */
export async function runTest<B extends Runnable<[]>>(body: B, options: TestOptions = {}): Promise<ResultOf<B>> {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`runTest: the options are an object, { timeout: 1000 }, but got ${shown(options)}`);
  const { timeout = 5000, ...rest } = options;
  if (typeof timeout !== "number" || !(timeout > 0))
    throw new TypeError(`a test's timeout is in milliseconds, above 0, but got ${shown(timeout)}`);
  const { root, done } = start(body, { clock: new VirtualClock(), seed: 0, ...rest });
  // A body that can't be run has failed, and has no task.
  if (root === null || timeout === Number.POSITIVE_INFINITY) return (await done) as ResultOf<B>;
  const limit = new Limit(timeout);
  const isOver = await Promise.race([
    done.then(
      () => false,
      () => false,
    ),
    limit.over,
  ]);
  limit.lift();
  if (isOver) await end(root, done, timeout);
  return (await done) as ResultOf<B>;
}

function start(body: Runnable<[]>, options: RunOptions): { root: Task | null; done: Promise<unknown> } {
  let root: Task | null = null;
  // The first is this one; the body may start others at once.
  const observed = observeAll({ runStarted: (task) => void (root ??= task) });
  const done = run.with(options)(body);
  observed();
  return { root, done };
}

interface Process {
  once?: (event: "beforeExit", listener: () => void) => void;
  off?: (event: "beforeExit", listener: () => void) => void;
}

/** A limit in real time. The host does not count it, as it is nothing that could end a deadlock. */
class Limit {
  readonly over: Promise<boolean>;
  #over: () => void = () => {};
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #process: Process | undefined = (globalThis as { process?: Process }).process;

  constructor(ms: number) {
    this.over = new Promise((resolve) => {
      this.#over = () => resolve(true);
    });
    this.#timer = setTimeout(this.#over, Math.min(ms, 2 ** 31 - 1));
    (this.#timer as { unref?: () => void }).unref?.();
    // So nothing may keep the host: when it would leave, it is over, too.
    this.#process?.once?.("beforeExit", this.#over);
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#process?.off?.("beforeExit", this.#over);
  }
}

/** Cancels it, and throws who was active. */
async function end(root: Task, done: Promise<unknown>, timeout: number): Promise<void> {
  const told = tellActive(root);
  const error = new TimeoutError(
    `the test has not ended within ${timeout} real milliseconds, at ${root.scheduler.clock.now()} of its clock; active were\n${told}`,
  );
  root.cancelNow(error);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`their cleanup has not ended ${GRACE} ms later`), GRACE);
  });
  const ended = done.then(
    () => null,
    (reason: unknown) => {
      if (root.value !== error) error.cause = reason;
      return null;
    },
  );
  const note = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (note !== null) error.message += `\n  ${note}`;
  throw error;
}

/** What is known of the tasks that have not ended, but for those that only wait for their own. */
function tellActive(root: Task): string {
  const active = below(root).filter((task) => !(task.status === WAITING && task.wait instanceof TasksEnd));
  const held = heldBy(active);
  const now = root.scheduler.clock.now();
  const lines = active
    .slice(0, TOLD)
    .map((task) =>
      task.status === WAITING ? tell(reportOf(task, held, now)) : `  ${task.name}#${task.order} is ${task.state}`,
    );
  if (active.length > TOLD) lines.push(`  and ${active.length - TOLD} more`);
  return lines.join("\n");
}

/** `root` and all tasks below it, in the order of their start. */
function below(root: Task): Task[] {
  const found: Task[] = [root];
  for (const task of found) {
    for (let { scope } = task; scope !== null && scope.task === task; scope = scope.parent!) {
      found.push(...scope.tasks);
    }
  }
  return found.toSorted((a, b) => a.order - b.order);
}
