// A clock whose time passes only when everything that is ready has run: then it jumps to the next moment asked for.
import type { RunOptions } from "corun";

type Clock = NonNullable<RunOptions["clock"]>;

interface Alarm {
  at: number;
  wake: () => void;
}

/** How many turns of the microtask queue the scheduler gets before time goes on: more than one of its wake-ups takes. */
const TURNS = 8;

export class VirtualClock implements Clock {
  #time = 0;
  #alarms: Alarm[] = [];
  #runs = false;

  now(): number {
    return this.#time;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const alarm = { at, wake };
    this.#alarms.push(alarm);
    if (!this.#runs) {
      this.#runs = true;
      void this.#run();
    }
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  async #run(): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
      const [first, ...others] = this.#alarms;
      if (first === undefined) break;
      const next = others.reduce((earliest, each) => (each.at < earliest.at ? each : earliest), first);
      this.#alarms = this.#alarms.filter((each) => each !== next);
      this.#time = Math.max(this.#time, next.at);
      next.wake();
    }
    this.#runs = false;
  }
}
