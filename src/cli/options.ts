// The options in front of a command's first word, parsed; wrong ones are told clearly.
//
// May import: problem, Node's own modules.

import { parseArgs } from "node:util";
import { nearest, Problem } from "./problem.ts";

/** Options by their long name; `short`: their letter; "string": with a value. */
export type Flags = Record<string, { type: "boolean" | "string"; short?: string }>;

/** What stands in front of the first word, and the rest. */
export interface Parsed {
  given: Set<string>;
  /** What an option was given, the last time. */
  values: Map<string, string>;
  rest: string[];
}

/**
 * Splits `args` at the first word: the options in front of it, and the rest, which is left as it is.
 *
 * @throws {Problem} an option that is not in `flags`, with a suggestion; one without its value, or with one too many
 */
export function parse(args: string[], flags: Flags, help: string): Parsed {
  const cut = firstWord(args, flags);
  const { tokens } = parseArgs({ args: args.slice(0, cut), options: flags, strict: false, tokens: true });

  const given = new Set<string>();
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(flags, token.name)) {
      const meant = nearest(
        token.rawName,
        Object.keys(flags).map((name) => `--${name}`),
      );
      throw new Problem(`unknown option ${token.rawName}; ${meant ? `did you mean ${meant}?` : `see: ${help}`}`, 2);
    }
    const takesValue = flags[token.name]!.type === "string";
    if (takesValue && token.value === undefined) throw new Problem(`${token.rawName} needs a value; see: ${help}`, 2);
    if (!takesValue && token.value !== undefined) throw new Problem(`${token.rawName} takes no value`, 2);
    given.add(token.name);
    if (token.value !== undefined) values.set(token.name, token.value);
  }
  return { given, values, rest: args.slice(args[cut] === "--" ? cut + 1 : cut) };
}

/** Where the options end: at a word that is not the value of one, or at `--`. */
function firstWord(args: string[], flags: Flags): number {
  let at = 0;
  while (at < args.length && args[at] !== "--" && args[at] !== "-" && args[at]!.startsWith("-")) {
    const option = /^--(.+)$/.exec(args[at]!)?.[1];
    const takesNext = option !== undefined && Object.hasOwn(flags, option) && flags[option]!.type === "string";
    at += takesNext ? 2 : 1;
  }
  return Math.min(at, args.length);
}
