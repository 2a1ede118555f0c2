// Entries as rows of the journal, and back.
//
// Imports nothing; types only.

import type { Answer, Base, Entry, Outcome, Text } from "../port.ts";

/** The columns type, at, turn, id, n, name, data. */
export type Row = readonly [string, number, number, string | null, number | null, string | null, string | null];

/** As they are read. */
export interface Read {
  type: Entry["type"];
  at: number;
  turn: number;
  id: string | null;
  n: number | null;
  name: string | null;
  data: string | null;
}

/** A value that is text already goes into the JSON as it is, and comes out as it was. */
const VALUE = ',"value":';
const REASON = ',"reason":';

function outcomeText(outcome: Outcome): string {
  if (outcome.how === "failed") return JSON.stringify(outcome);
  const [field, text] = outcome.how === "cancelled" ? [REASON, outcome.reason] : [VALUE, outcome.value];
  return `{"how":"${outcome.how}"${text === null ? "" : field + text}}`;
}

function outcomeOf(data: string): Outcome {
  if (data.startsWith('{"how":"failed"')) return JSON.parse(data) as Outcome;
  const how = data.slice(8, data.indexOf('"', 8)) as "yielded" | "returned" | "cancelled";
  const from = 8 + how.length + 1; // behind the quote
  const field = how === "cancelled" ? REASON : VALUE;
  const text = data.startsWith(field, from) ? data.slice(from + field.length, -1) : null;
  return how === "cancelled" ? { how, reason: text } : { how, value: text };
}

/** @param at when the entry is written, for those that have no moment of their own */
export function rowOf(entry: Entry, at: number, turn: number): Row {
  switch (entry.type) {
    case "base":
      return [entry.type, entry.at, entry.turns, null, null, null, JSON.stringify(entry)];
    case "send":
      return [entry.type, entry.at, turn, entry.id, null, null, entry.value];
    case "result":
      return [entry.type, entry.at, turn, null, entry.n, null, outcomeText(entry.outcome)];
    case "timer":
      return [entry.type, entry.at, turn, null, null, null, JSON.stringify(entry.due)];
    case "signal":
      return [entry.type, entry.at, turn, entry.id ?? null, null, entry.name, entry.value];
    case "cancel":
      return [entry.type, entry.at, turn, null, null, null, entry.reason];
    case "asked":
      return [entry.type, at, turn, null, entry.n, `${entry.kind} ${entry.name}`, entry.value ?? null];
    case "withdrawn":
      return [entry.type, at, turn, null, entry.n, null, null];
    case "answer":
      return [entry.type, at, entry.turn, entry.id, null, null, outcomeText(entry.outcome)];
    default:
      return [entry.type, at, turn, null, null, null, outcomeText(entry.outcome)];
  }
}

export function entryOf({ type, at, turn, id, n, name, data }: Read): Entry {
  switch (type) {
    case "base":
      return JSON.parse(data!) as Base;
    case "send":
      return { type, at, id: id!, value: data };
    case "result":
      return { type, at, n: n!, outcome: outcomeOf(data!) };
    case "timer":
      return { type, at, due: JSON.parse(data!) as number };
    case "signal":
      return id === null ? { type, at, name: name!, value: data } : { type, at, name: name!, value: data, id };
    case "cancel":
      return { type, at, reason: data };
    case "asked":
      return askedOf(n!, name!, data);
    case "withdrawn":
      return { type, n: n! };
    case "answer":
      return { type, ...answerOf({ id: id!, turn, data: data! }) };
    default:
      return { type, outcome: outcomeOf(data!) };
  }
}

function askedOf(n: number, told: string, value: Text): Entry {
  const space = told.indexOf(" ");
  const kind = told.slice(0, space) as "step" | "call";
  const name = told.slice(space + 1);
  return kind === "call" ? { type: "asked", n, kind, name, value } : { type: "asked", n, kind, name };
}

export function answerOf({ id, turn, data }: { id: string; turn: number; data: string }): Answer {
  return { turn, id, outcome: outcomeOf(data) };
}
