// The options in front of a command's first word, parsed; wrong ones are told clearly.
//
// May import: problem, Node's own modules.

import { parseArgs } from "node:util";
import { nearest, Problem } from "./problem.ts";

/** Options without a value, by their long name; `short`: their letter. */
export type Flags = Record<string, { type: "boolean"; short?: string }>;

/**
 * Splits `args` at the first word: the flags in front of it, and the rest, which is left as it is.
 *
 * @throws {Problem} an option that is not in `flags`, with a suggestion
 */
export function parse(args: string[], flags: Flags, help: string): { given: Set<string>; rest: string[] } {
  const word = args.findIndex((arg) => arg === "-" || !arg.startsWith("-"));
  const end = args.indexOf("--");
  const cut = end >= 0 && (word < 0 || end < word) ? end : word < 0 ? args.length : word;
  const { tokens } = parseArgs({ args: args.slice(0, cut), options: flags, strict: false, tokens: true });

  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(flags, token.name)) {
      const meant = nearest(
        token.rawName,
        Object.keys(flags).map((name) => `--${name}`),
      );
      throw new Problem(`unknown option ${token.rawName}; ${meant ? `did you mean ${meant}?` : `see: ${help}`}`, 2);
    }
    if (token.value !== undefined) throw new Problem(`${token.rawName} takes no value`, 2);
    given.add(token.name);
  }
  return { given, rest: args.slice(cut === end ? cut + 1 : cut) };
}
