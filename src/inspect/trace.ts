// `trace()`: writes down what tasks and coroutines do, who made whom run, and what was handed over.
//
// May import: the coroutine and scheduler layers, trace-chrome, trace-data, trace-format, trace-hands, tracer.

import { show } from "../coroutine/errors.ts";
import { observeAll } from "../scheduler/observer.ts";
import { chromeOf, type ChromeTrace } from "./trace-chrome.ts";
import { dataOf } from "./trace-data.ts";
import { KINDS, type TraceData, type TraceKind, type TraceLane } from "./trace-format.ts";
import type { Live } from "./trace-lanes.ts";
import { watchHands } from "./trace-hands.ts";
import { Tracer } from "./tracer.ts";

export interface TraceOptions {
  /** How many events are kept, the last ones; made up to a power of two. 65,536 if absent. */
  events?: number;
  /** Whether the time is read, once a switch; the order is known without. `true` if absent. */
  time?: boolean;
  /** Whether short previews of what is handed over are kept. `true` if absent. */
  values?: boolean;
  /**
   * Whether the line of each wait is noted. That takes some 30 µs each; where it has taken more than two seconds, and more
   * time than the program itself, lines are left out.
   */
  sites?: boolean;
  /**
   * `true` if absent: all runs that start while it is on, and all resumes by hand. `false`: only the runs that are given it,
   * as their `observer`.
   */
  all?: boolean;
  /** Shown as the title of the page. */
  title?: string;
}

/** Something that happened, of a {@link TraceKind}. */
export interface TraceEvent {
  kind: TraceKind;
  /** In microseconds since the trace began; without time the events are counted. */
  at: number;
  /** Who did it; null: code outside. */
  lane: TraceLane | null;
  /** Whom it concerns, too. */
  other: TraceLane | null;
  /** The wait, the method that was called, or the state at the end. */
  label: string | null;
  /** The preview of a value that was handed over. */
  value: string | null;
  /** `file:line:column` */
  place: string | null;
}

/** A trace that is on until it is stopped; what {@link trace} gives. It can be read at any time. */
export class Trace extends Tracer {
  readonly title: string;
  #release: (() => void) | null = null;
  #stoppedAt: number | null = null;
  /** The tasks that lived then. */
  #left: Live[] | null = null;

  /** @internal */
  constructor(options: TraceOptions) {
    const { events = 2 ** 16, time = true, values = true, sites = false, all = true, title = "trace" } = options;
    if (!Number.isInteger(events) || events < 1 || events > 2 ** 26)
      throw new TypeError(`a trace keeps a number of events from 1 to ${2 ** 26}, but got ${show(events)}`);
    super({ capacity: 2 ** Math.ceil(Math.log2(events)), time, values, sites });
    this.title = title;
    if (!all) return;
    const releases = [observeAll(this), watchHands(this)];
    this.#release = () => {
      for (const each of releases) each();
    };
  }

  /** Nothing more is written down; what was can still be read. */
  stop(): void {
    this.isOff = true;
    this.#release?.();
    this.#release = null;
    this.release();
    this.#stoppedAt ??= this.clock();
    this.#left ??= this.lanes.live();
  }

  /** `using tracing = trace()`: stops at the end of the block. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /** What happened, in order; of a trace that was longer than it keeps: the last of it. */
  events(): TraceEvent[] {
    const { steps, lanes, labels, values, sites } = this.toJSON();
    return steps.map(([at, kind, lane, other, site, value, label]) => ({
      kind: KINDS[kind]!,
      at,
      lane: lanes[lane] ?? null,
      other: lanes[other] ?? null,
      label: labels[label] ?? null,
      value: values[value] ?? null,
      place: site < 0 ? null : `${sites[site]!.file}:${sites[site]!.line}:${sites[site]!.column}`,
    }));
  }

  /** As data of this package's own format, which its page shows; also what `JSON.stringify` asks for. */
  toJSON(): TraceData {
    return dataOf(this);
  }

  /** @internal */
  end(): number {
    return this.#stoppedAt ?? this.clock();
  }

  /** @internal */
  live(): Live[] {
    return this.#left ?? this.lanes.live();
  }

  /** In Chrome's format, for ui.perfetto.dev and chrome://tracing: write its JSON to a file. */
  toChrome(): ChromeTrace {
    return chromeOf(this.toJSON());
  }
}

/**
 * Writes down what tasks and coroutines do from now on: in all runs that start while it is on, and by hand. A switch of
 * tasks costs about twice as much meanwhile, and as before when it is stopped.
 *
 * @returns the trace: `events()`, `toChrome()`, `toJSON()`; `stop()` it, or write `using`
 * @throws {TypeError} if `events` is no number of events
 * @example
 * import { trace } from "corun/inspect";
 * const tracing = trace();
 * await run(function* main() {
 *   const numbers = new Channel<number>(0, { name: "numbers" });
 *   spawn(function* sender() {
 *     yield* numbers.send(7);
 *   });
 *   yield* numbers.receive();
 * });
 * tracing.stop();
 * const woken = tracing.events().find((event) => event.kind === "wake")!;
 * `${woken.lane!.name} wakes ${woken.other!.name} with ${woken.value}`; // -> "sender wakes main with 7"
 */
export function trace(options: TraceOptions = {}): Trace {
  return new Trace(options);
}
