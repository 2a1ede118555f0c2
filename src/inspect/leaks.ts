// Leaks: coroutines that were dropped in the middle, so that their cleanup never runs, and tasks that wait very long.
//
// A coroutine that nobody can reach any more is collected without a word, as the engine does it with generators: its
// `finally` does not run. While it is watched for, each coroutine that is made gets an eye on its generator, which sees
// whether it was started and has ended, and which holds neither.
//
// May import: the coroutine and scheduler layers, dump.

import { Coroutine } from "../coroutine/coroutine.ts";
import { stackOf } from "../coroutine/trail.ts";
import { stackBelow, usersOwn } from "../scheduler/probe.ts";
import type { TaskReport } from "../scheduler/report.ts";
import { dump, type DumpedTask } from "./dump.ts";

/** A coroutine that was collected while it was suspended. */
export interface Dropped {
  readonly name: string;
  /** Where it was made, for instance `at main (file:///app/main.ts:5:3)`; null: that is not known. */
  readonly madeAt: string | null;
}

/** What {@link leaks} gives. */
export interface Leaks {
  /** Coroutines that were collected while they were suspended, since {@link watchLeaks} was called. */
  readonly dropped: readonly Dropped[];
  /** Tasks that have waited for longer than was asked. */
  readonly waiting: readonly TaskReport[];
}

interface Eye {
  name: string;
  made: { stack?: unknown };
  hasStarted: boolean;
  hasEnded: boolean;
}

const dropped: Dropped[] = [];
/** So many are kept. */
const KEPT = 1000;

/**
 * Watches for coroutines that are dropped in the middle, also those of tasks whose run nobody can wake any more. The
 * engine tells of them when it collects them, which may be much later, or never. For development: making a coroutine takes
 * some microseconds more.
 *
 * One whose body has nothing to clean up, as a generator without end that is asked for some values, does no harm; `tell`
 * may look at its name.
 *
 * @param tell is given each that is found; a warning on the console if absent
 * @returns what ends it
 * @example
 * import { watchLeaks } from "corun/inspect";
 * const stop = watchLeaks(({ name, madeAt }) => console.log(`${name} was dropped, made ${madeAt}`));
 * stop();
 */
export function watchLeaks(tell: (leak: Dropped) => void = warn): () => void {
  const registry = new FinalizationRegistry<Eye>(({ name, made, hasStarted, hasEnded }) => {
    if (!hasStarted || hasEnded) return;
    const leak: Dropped = { name, madeAt: usersOwn(stackOf(made), 1)[0] ?? null };
    if (dropped.push(leak) > KEPT) dropped.shift();
    tell(leak);
  });
  const original = Object.getOwnPropertyDescriptor(Coroutine, "of")!;
  const make = original.value as typeof Coroutine.of;
  const watched: typeof make = (gen, name) => {
    const coroutine = make.call(Coroutine, gen, name);
    const eye: Eye = { name, made: stackBelow(watched), hasStarted: false, hasEnded: false };
    watchBody(coroutine, eye);
    registry.register(coroutine, eye);
    return coroutine;
  };
  Object.defineProperty(Coroutine, "of", { ...original, value: watched });
  return () => {
    const now = Object.getOwnPropertyDescriptor(Coroutine, "of")!;
    if (now.value === watched) Object.defineProperty(Coroutine, "of", original);
  };
}

/** The driver reads a coroutine's generator to resume it, and lets go of it when that has ended. */
function watchBody(coroutine: Coroutine, eye: Eye): void {
  let { gen } = coroutine;
  Object.defineProperty(coroutine, "gen", {
    configurable: true,
    get() {
      eye.hasStarted = true;
      return gen;
    },
    set(value: typeof gen) {
      eye.hasEnded = true;
      gen = value;
    },
  });
}

function warn({ name, madeAt }: Dropped): void {
  const where = madeAt === null ? "" : `, made ${madeAt},`;
  console.warn(
    `corun: coroutine ${name}${where} was dropped while it was suspended: its cleanup, if it has any, never runs`,
  );
}

/**
 * Tells what has probably been forgotten: tasks that wait for long, and coroutines that were dropped.
 *
 * @param options `waiting`: milliseconds, a minute if absent; tasks that have waited longer are told
 * @example
 * import { leaks } from "corun/inspect";
 * const names = await run(function* () {
 *   spawn.background(function* forgotten() {
 *     yield* new Channel<void>().receive();
 *   });
 *   yield* sleep(50);
 *   return leaks({ waiting: 20 }).waiting.map((task) => task.name);
 * });
 * names; // -> ["forgotten"]
 */
export function leaks(options: { waiting?: number } = {}): Leaks {
  const { waiting = 60_000 } = options;
  const found: TaskReport[] = [];
  const look = (task: DumpedTask): void => {
    // Whoever waits for its own tasks is not what hangs.
    if (task.waited > waiting && !task.waitsFor?.startsWith("the tasks of ")) found.push(task);
    for (const scope of task.scopes) scope.tasks.forEach(look);
  };
  for (const { root } of dump({ tasks: Number.POSITIVE_INFINITY }).runs) look(root);
  return { dropped: [...dropped], waiting: found };
}
