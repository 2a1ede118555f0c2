// Options and words in any order, parsed; wrong ones are told clearly.
//
// May import: problem, Node's own modules.

import { parseArgs } from "node:util";
import { nearest, Problem } from "./problem.ts";

/** Options by their long name. `many`: may be given more than once. */
export type Options = Record<string, { type: "boolean" | "string"; short?: string; many?: boolean }>;

export interface Arguments {
  /** What is no option, in its order. */
  words: string[];
  flags: ReadonlySet<string>;
  /** What an option was given, the last time. */
  text: (name: string) => string | undefined;
  /** Each time. */
  texts: (name: string) => string[];
  /** A whole number, in its bounds. */
  number: (name: string, bounds: { least: number; most: number; unit?: string }) => number | undefined;
}

/** No argument has a NUL. */
const NUMBER = "\0";

/** @throws {Problem} an option that is not in `options`, with a suggestion; one that lacks its value, or has one too many */
export function readArguments(args: string[], options: Options, command: string): Arguments {
  // A negative number is a word.
  const safe = args.map((arg) => (/^-\d/.test(arg) ? NUMBER + arg : arg));
  const { tokens } = parseArgs({ args: safe, options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const flags = new Set<string>();
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value.replace(NUMBER, ""));
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw unknown(token.rawName, options, command);
    if (option.type === "boolean") {
      if (token.value !== undefined) throw new Problem(`${token.rawName} takes no value`, 2);
      flags.add(token.name);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
      throw new Problem(`${token.rawName} needs a value; see: ${command} --help`, 2);
    }
    const values = given.get(token.name) ?? [];
    if (values.length > 0 && !option.many) throw new Problem(`${token.rawName} is given more than once`, 2);
    given.set(token.name, [...values, token.value.replace(NUMBER, "")]);
  }
  const text = (name: string): string | undefined => given.get(name)?.at(-1);
  return {
    words,
    flags,
    text,
    texts: (name) => given.get(name) ?? [],
    number: (name, bounds) => numberOf(name, text(name), bounds),
  };
}

function unknown(rawName: string, options: Options, command: string): Problem {
  const meant = nearest(
    rawName,
    Object.keys(options).map((name) => `--${name}`),
  );
  return new Problem(`unknown option ${rawName}; ${meant ? `did you mean ${meant}?` : `see: ${command} --help`}`, 2);
}

function numberOf(
  name: string,
  text: string | undefined,
  { least, most, unit = "" }: { least: number; most: number; unit?: string },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const what = unit === "" ? "a whole number" : `a whole number of ${unit}`;
  throw new Problem(`--${name} must be ${what} from ${least} to ${most}, but is ${JSON.stringify(text)}`, 2);
}
