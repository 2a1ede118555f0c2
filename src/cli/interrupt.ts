// What ends a program from outside: Ctrl-C, SIGTERM, a reader of its output that has gone. The first of them cancels,
// so that cleanup runs; a second signal ends the process at once.
//
// May import: output, report, Node's own modules.

import process from "node:process";
import { onReaderGone } from "./output.ts";
import { say } from "./report.ts";

/** The exit codes that shells have for these: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof CODES;

/**
 * One Ctrl-C may come twice: from the terminal, which tells all processes in the foreground, and from an npm among
 * them, which passes it on. What comes within so many milliseconds is the same one.
 */
const SAME = 100;
/** How long cleanup may take, in milliseconds, before the user is told what the process is still doing. */
const PATIENCE = 1000;

/** The reason of a cancellation from outside. */
export class Interrupt extends Error {
  /** Of the process, once its cleanup has ended. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }

  static {
    this.prototype.name = "Interrupt";
  }
}

/** Listens for what ends a program. */
export interface Interruption {
  /** Is aborted, with an {@link Interrupt}, when the program is to end. */
  signal: AbortSignal;
  /** Aborts it for another reason. */
  cancel: (reason: Error) => void;
  /** Nothing is listened for any more. */
  release: () => void;
}

export function interruption(): Interruption {
  const controller = new AbortController();
  let since = 0;
  let notice: NodeJS.Timeout | undefined;

  const cancel = (reason: Error): void => {
    if (controller.signal.aborted) return;
    since = performance.now();
    notice = setTimeout(() => say("cleanup is running; press Ctrl-C again to end at once"), PATIENCE).unref();
    controller.abort(reason);
  };
  const hear = (signal: NodeJS.Signals): void => {
    const code = CODES[signal as Signal];
    if (process.listenerCount(signal) > 1) return; // the program decides
    if (!controller.signal.aborted) cancel(new Interrupt(`interrupted by ${signal}`, code));
    else if (performance.now() - since >= SAME) process.exit(code);
  };

  const signals = Object.keys(CODES) as Signal[];
  // In front of the program's own listeners: one that listens only once must still be there to be counted.
  for (const signal of signals) process.prependListener(signal, hear);
  const forget = onReaderGone(() => cancel(new Interrupt("nobody reads the output any more", 0)));
  const release = (): void => {
    clearTimeout(notice);
    for (const signal of signals) process.removeListener(signal, hear);
    forget();
  };
  return { signal: controller.signal, cancel, release };
}
