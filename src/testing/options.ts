// How an exploration can be set up, and what is assumed where nothing is said.
//
// May import: own, strategies, strategy, texts.

import { OwnStrategy } from "./own.ts";
import { bounded, OrderSampling, portfolio, PriorityTesting, RandomWalk } from "./strategies.ts";
import type { Strategy } from "./strategy.ts";
import { shown } from "./texts.ts";

export interface ExploreOptions {
  /** How many schedules are tried at most. If absent, 1000; of a systematic exploration 100,000. */
  runs?: number;
  /**
   * Of all chance: with the same seed, the same schedules are tried. If absent, the environment variable `CORUN_SEED`;
   * else another one each time. The report of a failure says it.
   */
  seed?: number;
  /**
   * How schedules are chosen. `"portfolio"`, if absent: four extreme ones, then the three that follow in turn.
   * `"random"`: each task that is ready is as likely as another; `"pos"`: partial order sampling; `"pct"`, or
   * `{ pct: depth }`: priorities that change `depth - 1` times (3). `"systematic"`: all schedules, one by one. Or a {@link Strategy} of your own.
   */
  strategy?: "portfolio" | "random" | "pos" | "pct" | "systematic" | { pct: number } | Strategy;
  /**
   * Whether all schedules are tried, one by one: `true`, after the extreme ones, as many as `runs` lets; `"if small"`, if
   * absent: where they seem to be few enough for that; `false`: only what the strategy chooses.
   */
  systematic?: boolean | "if small";
  /** Only schedules in which tasks are stopped at most so often though they could go on. If absent, any number. */
  preemptions?: number;
  /**
   * `"watched"`: all that tasks share is Corun's own (channels, locks, …) or was given to `t.watch`. Then of schedules that
   * differ only in the order of steps that have nothing to do with each other, one is tried. Not together with
   * `preemptions`. If absent, `"anything"`.
   */
  shared?: "anything" | "watched";
  /** After so many steps, a run goes on in a fair order; after as many again, it is taken for endless. 10,000 if absent. */
  maxSteps?: number;
}

/** The options, with nothing left open. */
export interface Settings {
  runs: number;
  seed: number;
  /** Null: only the systematic exploration. */
  strategy: Strategy | null;
  /** The strategy that is the user's own, if any. */
  own: OwnStrategy | null;
  systematic: boolean | "if small";
  preemptions: number;
  sleeps: boolean;
  maxSteps: number;
}

export const MAX_STEPS = 10_000;

const NAMES: readonly string[] = ["runs", "seed", "strategy", "systematic", "preemptions", "shared", "maxSteps"];

/** @param what the function that was given `options` */
export function checkOptions(options: unknown, what: string, example: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`${what}: the options are an object, ${example}, but got ${shown(options)}`);
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`${what} has no option ${JSON.stringify(unknown)}; there are ${NAMES.join(", ")}`);
}

export function settingsOf(options: ExploreOptions): Settings {
  const { maxSteps = MAX_STEPS, strategy = "portfolio", shared = "anything" } = options;
  const preemptions = preemptionsOf(options, shared);
  const isSystematic = strategy === "systematic";
  const { runs = isSystematic ? 100_000 : 1000 } = options;
  const { systematic = strategy === "portfolio" ? "if small" : false } = options;
  checkCount(runs, "explore: runs");
  checkCount(maxSteps, "explore: maxSteps");
  const { seed = seedOfEnvironment() ?? Math.trunc(Math.random() * 2 ** 32) } = options;
  if (!Number.isSafeInteger(seed)) throw new TypeError(`explore: seed is a whole number, but got ${shown(seed)}`);
  if (![true, false, "if small"].includes(systematic))
    throw new TypeError(`explore: systematic is true, false or "if small", but got ${shown(systematic)}`);
  const own = isOwn(strategy) ? new OwnStrategy(strategy) : null;
  return {
    runs,
    seed,
    maxSteps,
    systematic: isSystematic || systematic,
    preemptions,
    sleeps: shared === "watched",
    own,
    strategy: isSystematic ? null : bounded(own ?? strategyOf(strategy, preemptions), preemptions),
  };
}

/** Within which bound, given what tasks share. */
function preemptionsOf({ preemptions }: ExploreOptions, shared: unknown): number {
  if (preemptions !== undefined && !(Number.isSafeInteger(preemptions) && preemptions >= 0))
    throw new TypeError(`explore: preemptions is a whole number from 0, but got ${shown(preemptions)}`);
  if (shared !== "anything" && shared !== "watched")
    throw new TypeError(`explore: shared is "anything" or "watched", but got ${shown(shared)}`);
  if (shared === "watched" && preemptions !== undefined)
    throw new TypeError('explore: preemptions and shared: "watched" do not go together: a bound would leave out more');
  return preemptions ?? Number.POSITIVE_INFINITY;
}

/** @param what which option of what */
export function checkCount(count: unknown, what: string): void {
  if (!Number.isSafeInteger(count) || (count as number) < 1)
    throw new TypeError(`${what} is a whole number from 1, but got ${shown(count)}`);
}

type Given = NonNullable<ExploreOptions["strategy"]>;

function isOwn(given: Given): given is Strategy {
  if (typeof given !== "object" || given === null || "pct" in given) return false;
  return (["begin", "next", "choose"] as const).every((method) => typeof given[method] === "function");
}

function strategyOf(given: Given, preemptions: number): Strategy {
  if (given === "portfolio") return portfolio(preemptions);
  if (given === "random") return new RandomWalk();
  if (given === "pos") return new OrderSampling();
  if (given === "pct") return new PriorityTesting(3);
  if (typeof given === "object" && given !== null && "pct" in given) {
    checkCount(given.pct, "explore: the depth of pct");
    return new PriorityTesting(given.pct);
  }
  throw new TypeError(
    `explore: strategy is "portfolio", "random", "pos", "pct", "systematic", { pct: depth } or a Strategy, but got ${shown(given)}`,
  );
}

function seedOfEnvironment(): number | undefined {
  const text = environment("CORUN_SEED");
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new TypeError(`CORUN_SEED is a whole number, but got ${shown(text)}`);
  return Number(text);
}

/** A variable of the environment; undefined where there is none, or the host does not let us read it. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    const text = process?.env?.[name];
    return text === "" ? undefined : text;
  } catch {
    return undefined; // Deno, without leave to read it
  }
}
