// The help of the command as a whole; each command has its own beside its code.
//
// May import: package.

import { version } from "./package.ts";

/** A command, as the table in main.ts lists it. */
export interface Command {
  name: string;
  /** What stands behind the name on the command line. */
  usage: string;
  /** One line, without a full stop. */
  summary: string;
  load: () => Promise<{
    help: string;
    /** Does it; what it throws is reported, and the process ends. */
    main: (args: string[]) => Promise<void>;
  }>;
}

/** What `corun` and `corun --help` print. */
export function overview(commands: Command[]): string {
  const rows = [
    ...commands.map(({ name, usage, summary }) => [`${name} ${usage}`, summary] as const),
    ["help [command]", "say more about a command"] as const,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return `corun ${version()}: coroutines for TypeScript

Usage: corun <command> …

Commands
${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}

Options
  -h, --help     show this
  -V, --version  show the version

Examples
  corun run main.ts              run a program
  corun run main.ts 5 --verbose  what follows the program is its own
  corun help run                 what a program can be, and what happens to it
`;
}
