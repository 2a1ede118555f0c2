// What ends a server: the first SIGINT or SIGTERM in good order, the second one at once.
//
// May import: Node's own modules.

import process from "node:process";
import type { Log } from "../serve/index.ts";

/** The exit codes that shells have for these: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof CODES;

/** One Ctrl-C may come twice, from the terminal and from an npm in between: within so many milliseconds it is the same. */
const SAME = 100;

export interface Ending {
  /** Is fulfilled when the server is to end. */
  told: Promise<{ reason: string; exitCode: number }>;
  end: (reason: string, exitCode: number) => void;
}

export function untilToldToEnd(log: Log): Ending {
  let end!: Ending["end"];
  const told: Ending["told"] = new Promise((resolve) => {
    end = (reason, exitCode) => resolve({ reason, exitCode });
  });
  let since: number | null = null;
  const hear = (signal: NodeJS.Signals): void => {
    if (since === null) {
      since = performance.now();
      end(signal, 0);
    } else if (performance.now() - since >= SAME) {
      log("warn", "ended at once", { reason: signal });
      process.exit(CODES[signal as Signal]);
    }
  };
  for (const signal of Object.keys(CODES) as Signal[]) process.on(signal, hear);
  return { told, end };
}
