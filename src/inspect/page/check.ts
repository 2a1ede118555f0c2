// Whether what the page was given is a trace that it can show. It says what is wrong, so that nobody looks at a blank page.
//
// May import: trace-format, as types.

import type { TraceData } from "../trace-format.ts";

/** What is wrong with the data: a key of the texts, and what was seen. */
export class BadData extends Error {
  readonly problem: "notJson" | "notTrace" | "wrongVersion" | "broken";
  readonly seen: string;

  constructor(problem: BadData["problem"], seen: string) {
    super(`${problem}: ${seen}`);
    this.problem = problem;
    this.seen = seen;
  }
}

const LISTS = ["lanes", "steps", "labels", "values", "sites"] as const;
/** How many numbers a step has. */
const WIDTH = 7;

/** @throws {BadData} */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadData("notJson", error instanceof Error ? error.message : String(error));
  }
}

/** @throws {BadData} if `data` is no trace of the version that the page knows */
export function checkTrace(data: unknown): TraceData {
  if (typeof data !== "object" || data === null || !("version" in data))
    throw new BadData("notTrace", JSON.stringify(data).slice(0, 80));
  if (data.version !== 1) throw new BadData("wrongVersion", JSON.stringify(data.version));
  checkLists(data);
  const trace = data as TraceData;
  if (typeof trace.title !== "string") throw new BadData("broken", "title");
  if (typeof trace.end !== "number") throw new BadData("broken", "end");
  if (typeof trace.sources !== "object" || trace.sources === null) throw new BadData("broken", "sources");
  return trace;
}

/** @throws {BadData} */
export function checkLists(data: object): void {
  for (const name of LISTS) {
    const list: unknown = (data as Record<string, unknown>)[name];
    if (!Array.isArray(list)) throw new BadData("broken", name);
  }
  const { steps } = data as { steps: unknown[] };
  const bad = steps.findIndex((row) => !Array.isArray(row) || row.length !== WIDTH || !row.every(Number.isFinite));
  if (bad >= 0) throw new BadData("broken", `steps[${bad}] = ${JSON.stringify(steps[bad])}`);
}
