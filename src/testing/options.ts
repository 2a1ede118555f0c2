// How an exploration can be set up, and what is assumed where nothing is said.
//
// May import: errors of the coroutine layer, strategies, strategy.

import { show } from "../coroutine/errors.ts";
import { bounded, OrderSampling, portfolio, PriorityTesting, RandomWalk } from "./strategies.ts";
import type { Strategy } from "./strategy.ts";

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
  systematic: boolean | "if small";
  preemptions: number;
  sleeps: boolean;
  maxSteps: number;
}

export function settingsOf(options: ExploreOptions): Settings {
  const { maxSteps = 10_000, strategy = "portfolio", preemptions, shared = "anything" } = options;
  const isSystematic = strategy === "systematic";
  const { runs = isSystematic ? 100_000 : 1000 } = options;
  const systematic = isSystematic || (options.systematic ?? (strategy === "portfolio" ? "if small" : false));
  checkCount(runs, "runs");
  checkCount(maxSteps, "maxSteps");
  const seed = options.seed ?? seedOfEnvironment() ?? Math.trunc(Math.random() * 2 ** 32);
  if (!Number.isSafeInteger(seed)) throw new TypeError(`explore: seed is a whole number, but got ${show(seed)}`);
  if (preemptions !== undefined && !(Number.isSafeInteger(preemptions) && preemptions >= 0))
    throw new TypeError(`explore: preemptions is a whole number from 0, but got ${show(preemptions)}`);
  if (!["anything", "watched"].includes(shared))
    throw new TypeError(`explore: shared is "anything" or "watched", but got ${show(shared)}`);
  if (![true, false, "if small"].includes(systematic))
    throw new TypeError(`explore: systematic is true, false or "if small", but got ${show(systematic)}`);
  if (shared === "watched" && preemptions !== undefined)
    throw new TypeError('explore: preemptions and shared: "watched" do not go together: a bound would leave out more');
  const most = preemptions ?? Number.POSITIVE_INFINITY;
  return {
    runs,
    seed,
    maxSteps,
    systematic,
    preemptions: most,
    sleeps: shared === "watched",
    strategy: strategy === "systematic" ? null : strategyOf(strategy, most),
  };
}

function checkCount(count: unknown, name: string): void {
  if (!Number.isSafeInteger(count) || (count as number) < 1)
    throw new TypeError(`explore: ${name} is a whole number from 1, but got ${show(count)}`);
}

type Chosen = Exclude<ExploreOptions["strategy"], "systematic" | undefined>;

function strategyOf(given: Chosen, preemptions: number): Strategy {
  return given === "portfolio" ? portfolio(preemptions) : bounded(single(given), preemptions);
}

function single(given: Exclude<Chosen, "portfolio">): Strategy {
  if (given === "random") return new RandomWalk();
  if (given === "pos") return new OrderSampling();
  if (given === "pct") return new PriorityTesting(3);
  if (typeof given === "object" && given !== null && "pct" in given) {
    checkCount(given.pct, "the depth of pct");
    return new PriorityTesting(given.pct);
  }
  if (typeof given === "object" && given !== null && "next" in given && "choose" in given && "begin" in given)
    return given;
  throw new TypeError(
    `explore: strategy is "portfolio", "random", "pos", "pct", "systematic", { pct: depth } or a Strategy, but got ${show(given)}`,
  );
}

function seedOfEnvironment(): number | undefined {
  const text = environment("CORUN_SEED");
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new TypeError(`CORUN_SEED is a whole number, but got ${show(text)}`);
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
