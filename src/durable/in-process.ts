// The engine for tests: keeps its journals in memory, and is as fast as that.
//
// May import: chance, checks, engine.

import { type Clock } from "../scheduler/clock.ts";
import { saltOf } from "./chance.ts";
import { checkCount } from "./checks.ts";
import type { DurableBody, SentOf, YieldedOf } from "./define.ts";
import type { Engine, Handle } from "./engine/engine.ts";
import { Keeper } from "./engine/keeper.ts";
import { MemoryStore } from "./engine/memory.ts";
import type { Reply } from "./engine/reply.ts";
import { wallClock } from "./engine/wall-clock.ts";

/** A {@link Handle} that tasks can wait for at once: `yield* handle.send(5)`; so a program with it can be explored. */
export interface NearHandle<Y = unknown, S = unknown> extends Handle<Y, S> {
  send(...args: Parameters<Handle<Y, S>["send"]>): Reply<Y>;
  post(...args: Parameters<Handle<Y, S>["post"]>): Reply<void>;
  signal(...args: Parameters<Handle["signal"]>): Reply<void>;
  cancel(reason?: unknown): Reply<void>;
}

/** An {@link Engine} in this process. */
export interface InProcess extends Engine {
  open<B extends DurableBody>(body: B, key: string): NearHandle<YieldedOf<B>, SentOf<B>>;
  open(name: string, key: string): NearHandle;
}

export interface InProcessOptions {
  /** Where its time comes from: a `VirtualClock` of "corun/testing", for instance. The host's if absent. */
  clock?: Clock;
  /** How many coroutines that only wait are kept live; the others are brought back by a replay. All, if absent. */
  maxLive?: number;
  /** So many turns without an `again` give a warning; 10,000 if absent. */
  warnAfter?: number;
}

/**
 * An engine whose journals end with the process: for tests, and for looking at how a durable coroutine behaves. All that
 * holds for the others holds for it, but for what they survive. Chance in its coroutines is the same each time.
 *
 * @throws {TypeError} if an option is none
 * @example
 * import { durable, inProcess } from "corun/durable";
 * const counter = durable("counter", function* (): Coroutine.Body<number, void, number> {
 *   for (let sum = 0; ; ) sum += yield sum;
 * });
 * const engine = inProcess();
 * await engine.open(counter, "a").send(5); // -> 5
 * await engine.open(counter, "b").send(1); // -> 1
 * await engine.open(counter, "a").send(1); // -> 6
 * await engine.close();
 */
export function inProcess(options: InProcessOptions = {}): InProcess {
  const { clock = wallClock(), maxLive = Number.POSITIVE_INFINITY, warnAfter = 10_000 } = options;
  checkCount(maxLive, 0, "maxLive");
  checkCount(warnAfter, 0, "warnAfter");
  let sends = 0;
  return new Keeper(new MemoryStore(), {
    clock,
    tick: null,
    newId: () => `send-${++sends}`,
    newSalt: saltOf,
    maxLive,
    warnAfter,
  }) as Engine as InProcess;
}
