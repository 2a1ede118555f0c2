// A journal as a story: what happened when, and what came of it.
//
// Imports nothing; the durable layer's types.

import type { Entry, Outcome, Text } from "../durable/port.ts";

/** A line of the story. */
interface Line {
  at: number;
  text: string;
}

/** A value that is longer is cut, in characters. */
const LONGEST = 120;

/** The lines of a journal, with times; `zone`: of the times, that of this machine if absent. */
export function story(entries: readonly Entry[], zone?: string): string[] {
  const lines: Line[] = [];
  const names = new Map<number, string>();
  let at = 0;
  let send: Line | null = null;
  for (const entry of entries) {
    if ("at" in entry) at = entry.at;
    // An answer that comes at once stands beside its send.
    if (entry.type === "answer" && send !== null) {
      send.text += ` → ${how(entry.outcome, "answered")}`;
      send = null;
      continue;
    }
    const line = { at, text: textOf(entry, names) };
    send = entry.type === "send" ? line : null;
    lines.push(line);
  }
  return draw(lines, zone);
}

function textOf(entry: Entry, names: Map<number, string>): string {
  switch (entry.type) {
    case "base":
      return entry.generation === 0
        ? `began, with version ${entry.version} of its code`
        : `started over (${entry.generation}) from ${show(entry.state)}, with version ${entry.version} of its code`;
    case "send":
      return `send ${show(entry.value)} (id ${oneLine(entry.id)})`;
    case "signal":
      return `signal ${oneLine(entry.name)} ${show(entry.value)}`;
    case "cancel":
      return `cancel${entry.reason === null ? "" : ` ${show(entry.reason)}`}`;
    case "timer":
      return "woke: a sleep or a deadline was due";
    case "asked":
      names.set(entry.n, oneLine(`${entry.kind} ${entry.name}`));
      return `  ${names.get(entry.n)} began${entry.value === undefined ? "" : ` with ${show(entry.value)}`}`;
    case "result":
      return `  ${names.get(entry.n) ?? `request ${entry.n}`} → ${how(entry.outcome, "gave")}`;
    case "withdrawn":
      return `  ${names.get(entry.n) ?? `request ${entry.n}`} is not needed any more`;
    case "answer":
      return `turn ${entry.turn} → ${how(entry.outcome, "answered")}`;
    default:
      return `ended: ${how(entry.outcome, "returned")}`;
  }
}

function how(outcome: Outcome, verb: string): string {
  switch (outcome.how) {
    case "failed":
      return `failed with ${outcome.error.name}: ${oneLine(outcome.error.message)}`;
    case "cancelled":
      return `cancelled${outcome.reason === null ? "" : ` for ${show(outcome.reason)}`}`;
    case "returned":
      return `${verb === "gave" ? verb : "returned"} ${show(outcome.value)}`;
    default:
      return `${verb} ${show(outcome.value)}`;
  }
}

function show(text: Text): string {
  return text === null ? "undefined" : oneLine(text);
}

/** On one line, and not too long. */
function oneLine(text: string): string {
  const all = plain(text);
  return all.length <= LONGEST ? all : `${all.slice(0, LONGEST - 1)}…`;
}

/** Without characters that change what a terminal shows, or how; an end of a line is one. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`);
}

/** Each line with its time; a day stands over those that are of it. */
function draw(lines: readonly Line[], timeZone: string | undefined): string[] {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", ...zone });
  const date = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone });
  let day = "";
  return lines.flatMap(({ at, text }) => {
    const of = date.format(at);
    const head = of === day ? [] : [of];
    day = of;
    return [...head, `${clock.format(at)}  ${text}`];
  });
}
