// How a virtual clock can be set up, and what is assumed where nothing is said.
//
// May import: clock-time, texts.

import { checkSize } from "./clock-time.ts";
import { shown } from "./texts.ts";

export interface VirtualClockOptions {
  /**
   * Whether time passes by itself, to the next moment that somebody waits for, as soon as all is idle. If absent: unless a
   * `rate` is given.
   */
  auto?: boolean;
  /** How many of its milliseconds pass in a real one; 0 if absent: it stands. */
  rate?: number;
  /**
   * How long, in real milliseconds, time holds still for what the host says that it has under way (a request, a file, a
   * server, the next turn of a run that computes; no timer); 100 if absent. What has not called in until then is waited
   * for again only when it changes.
   */
  patience?: number;
}

const NAMES: readonly string[] = ["auto", "rate", "patience"];

/** @throws {TypeError} if something in `options` is none */
export function clockOptions(options: VirtualClockOptions): Required<VirtualClockOptions> {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`VirtualClock: the options are an object, { auto: false }, but got ${shown(options)}`);
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`VirtualClock has no option ${JSON.stringify(unknown)}; there are ${NAMES.join(", ")}`);
  const { rate = 0, auto = rate === 0, patience = 100 } = options;
  if (typeof auto !== "boolean") throw new TypeError(`a clock's auto is true or false, but got ${shown(auto)}`);
  checkSize(rate, "a clock's rate");
  checkSize(patience, "a clock's patience");
  return { rate, auto, patience };
}
