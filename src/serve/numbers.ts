// What a server counts of itself.
//
// May import: metrics, Node's own modules.

import process from "node:process";
import type { Counts } from "../durable/engine/tally.ts";
import { Counter, expose, Gauge, Histogram } from "./metrics.ts";

/** In seconds: from a turn that has nothing to wait for to one that waits for people. */
const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How many coroutines of a name are in a state. */
export interface Count {
  readonly name: string;
  readonly state: string;
  readonly count: number;
}

export class Numbers {
  readonly refused: Counter = new Counter("corun_refused_total", "Requests that were not done, by why.");
  readonly latency: Histogram = new Histogram(
    "corun_send_seconds",
    "From the arrival of a send to its answer.",
    LATENCIES,
  );
  /** Sends that have come and have no answer yet, by name. */
  readonly open: Map<string, number> = new Map();
  readonly #start: number = Date.now() / 1000;

  /** The page for Prometheus. */
  text(instances: readonly Count[], done: readonly Counts[]): string {
    const { open } = this;
    return expose([
      ...families(done),
      this.refused,
      this.latency,
      new Gauge("corun_queue", "Sends that have come and have no answer yet.", () =>
        Array.from(open, ([name, count]) => [{ name }, count] as const),
      ),
      new Gauge("corun_instances", "Coroutines that there are, by state.", () =>
        instances.map(({ name, state, count }) => [{ name, state }, count] as const),
      ),
      new Gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", () => [
        [{}, this.#start],
      ]),
      new Gauge("process_resident_memory_bytes", "Memory of the process.", () => [[{}, process.memoryUsage.rss()]]),
      new Gauge("process_cpu_seconds_total", "Time on a processor.", () => [[{}, cpu()]], "counter"),
    ]);
  }
}

/** What the engine has counted. */
function families(done: readonly Counts[]): Gauge[] {
  const byOutcome = (of: (counts: Counts) => Readonly<Record<string, number>>) => () =>
    done.flatMap((counts) =>
      Object.entries(of(counts)).map(([outcome, count]) => [{ name: counts.name, outcome }, count] as const),
    );
  const byName = (of: (counts: Counts) => number) => () => done.map((each) => [{ name: each.name }, of(each)] as const);
  const counter = (name: string, help: string, read: ReturnType<typeof byName>) =>
    new Gauge(name, help, read, "counter");
  return [
    counter(
      "corun_turns_total",
      "Turns that have ended, by how: yielded, returned, failed or cancelled.",
      byOutcome(({ turns }) => turns),
    ),
    counter(
      "corun_steps_total",
      "Attempts of steps that have ended, by how: returned or failed.",
      byOutcome(({ steps }) => steps),
    ),
    counter(
      "corun_replays_total",
      "How often a coroutine was brought back from its journal.",
      byName(({ replays }) => replays),
    ),
    counter(
      "corun_replayed_entries_total",
      "Entries of journals that replays went through.",
      byName(({ entries }) => entries),
    ),
  ];
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
