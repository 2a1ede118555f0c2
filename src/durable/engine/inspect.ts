// What a coroutine is doing: from its live self, or from its journal where there is none.
//
// May import: store; types.

import type { Entry, Outcome, Turn } from "../port.ts";
import type { Actor } from "./actor.ts";
import type { Inspection, ListOptions, Summary, Underway } from "./engine.ts";
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

/** @param actors those of this process: only it knows who is parked */
export function list(store: Store, actors: readonly Actor[], options: ListOptions): Summary[] {
  const { name = null, state = null, after = null, limit = 100 } = options;
  const parked = new Set(actors.filter(({ problem }) => problem !== null).map(({ label }) => label));
  const isParked = (row: Row) => parked.has(`${row.name}/${row.key}`);
  if (state !== "parked") return store.list({ name, state, after, limit }).map((row) => summary(row, isParked(row)));
  const found = actors.flatMap((actor) => (actor.problem === null ? [] : (store.find(actor.name, actor.key) ?? [])));
  const wanted = found.filter((row) => name === null || row.name === name);
  return wanted.slice(0, limit).map((row) => summary(row, true));
}

function summary(row: Row, isParked: boolean): Summary {
  const { name, key, turns, generation, version, wakeAt, at, state } = row;
  return { name, key, state: isParked ? "parked" : state, turns, generation, version, wakeAt, at };
}
