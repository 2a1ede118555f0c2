// What a server counts of itself.
//
// May import: metrics, Node's own modules.

import process from "node:process";
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
  readonly turns: Counter = new Counter(
    "corun_turns_total",
    "Sends that were answered, by how: yielded, returned, failed or cancelled.",
  );
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
  text(instances: readonly Count[]): string {
    const { open } = this;
    return expose([
      this.turns,
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

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
