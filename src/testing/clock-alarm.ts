// Somebody who is to be woken by a virtual clock.
//
// Imports nothing; Timer as a type.

import type { Timer } from "../scheduler/timers.ts";

export class Alarm implements Timer {
  readonly at: number;
  place = -1;
  turn = 0;
  isOff = false;
  ring: () => void = () => {};

  constructor(at: number, wake: () => void) {
    this.at = at;
    // So it is called in what the host keeps for the one who asked, whoever moves the clock.
    void new Promise<void>((resolve) => {
      this.ring = resolve;
    }).then(() => (this.isOff ? undefined : wake()));
  }
}
