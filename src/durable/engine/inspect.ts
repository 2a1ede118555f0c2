// What a coroutine is doing: from its live self, or from its journal where there is none.
//
// May import: checks, order, store; types.

import { checkList } from "../checks.ts";
import type { Entry, Outcome, Turn } from "../port.ts";
import type { Actor } from "./actor.ts";
import type { Inspection, ListOptions, Summary, Underway } from "./engine.ts";
import { compare } from "./order.ts";
import type { Row, Store } from "./store.ts";

const NEW = { generation: 0, version: "", turns: 0, wakeAt: null, at: 0, entries: 0 } as const;

/** @param actor that of this process, if there is one */
export function inspect(store: Store, actor: Actor | null, name: string, key: string): Inspection {
  const found = store.find(name, key);
  const problem = actor?.problem?.message ?? null;
  const queued = actor?.sends.queued ?? 0;
  const common = { name, key, queued, problem };
  if (found === null) return { ...NEW, ...common, state: "new", turn: null, waits: null, requests: [], outcome: null };
  const { version, generation, turns, wakeAt, at } = found;
  const entries = store.count(found);
  const row = { ...common, version, generation, turns, wakeAt, at, entries };
  const state = problem === null ? found.state : "parked";
  const live = actor?.live ?? null;
  if (live === null) return { ...row, state, waits: null, ...told(store.journal(found)) };
  const requests = [...live.pending.values()].map(({ n, kind, name }) => ({
    n,
    kind,
    name,
    ...actor!.work.underway(n),
  }));
  return { ...row, state, turn: live.turn, waits: live.waits || null, requests, outcome: live.ended };
}

/** What a journal tells. */
function told(journal: readonly Entry[]): { turn: Turn | null; requests: Underway[]; outcome: Outcome | null } {
  const requests = new Map<number, Underway>();
  let turn: Turn | null = null;
  let turns = 0;
  let outcome: Outcome | null = null;
  for (const entry of journal) {
    if (entry.type === "base") ({ turn, turns } = entry);
    else if (entry.type === "send") turn = { turn: ++turns, id: entry.id };
    else if (entry.type === "answer") turn = null;
    else if (entry.type === "ended") ({ outcome } = entry);
    else if (entry.type === "asked") {
      const { n, kind, name } = entry;
      requests.set(n, { n, kind, name, attempts: 0, lastError: null });
    } else if (entry.type === "result" || entry.type === "withdrawn") requests.delete(entry.n);
  }
  return { turn: turn && { turn: turn.turn, id: turn.id }, requests: [...requests.values()], outcome };
}

/**
 * @param actors those of this process: only it knows who is parked
 * @throws {TypeError} if an option is none
 */
export function list(store: Store, actors: readonly Actor[], options: ListOptions): Summary[] {
  checkList(options);
  const parked = actors.filter(({ problem }) => problem !== null);
  const rows = options.state === "parked" ? listParked(store, parked, options) : listOthers(store, parked, options);
  const labels = new Set(parked.map(labelOf));
  return rows.map((row) => summary(row, labels.has(labelOf(row))));
}

function listParked(store: Store, parked: readonly Actor[], { name, after, limit = 100 }: ListOptions): Row[] {
  const wanted = parked
    .filter((actor) => name === undefined || actor.name === name)
    .filter((actor) => after === undefined || compare(actor, after) > 0)
    .sort(compare);
  const found: Row[] = [];
  for (const actor of wanted) {
    if (found.length === limit) break;
    const row = store.find(actor.name, actor.key);
    if (row !== null) found.push(row);
  }
  return found;
}

/** In a store, one that is parked has the state in which it was before: it is passed over where a state is asked for. */
function listOthers(store: Store, parked: readonly Actor[], options: ListOptions): Row[] {
  const { name = null, state = null, limit = 100 } = options;
  let { after = null } = options;
  if (state === null) return store.list({ name, state, after, limit });
  const labels = new Set(parked.map(labelOf));
  const found: Row[] = [];
  for (let size = limit; size === limit && found.length < limit;) {
    const page = store.list({ name, state, after, limit });
    found.push(...page.filter((row) => !labels.has(labelOf(row))));
    size = page.length;
    after = page.at(-1) ?? null;
  }
  return found.slice(0, limit);
}

function labelOf({ name, key }: { name: string; key: string }): string {
  return JSON.stringify([name, key]);
}

function summary(row: Row, isParked: boolean): Summary {
  const { name, key, turns, generation, version, wakeAt, at, state } = row;
  return { name, key, state: isParked ? "parked" : state, turns, generation, version, wakeAt, at };
}
