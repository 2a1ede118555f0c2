// What a coroutine is doing: from its journal, from the process if it is served here, and from Restate.
//
// May import: the durable core, engine/engine, engine as a type, held, journal, kind.

import type { Inspection, Underway } from "../engine/engine.ts";
import type { Live } from "../live.ts";
import type { Entry } from "../port.ts";
import type { RestateEngine } from "./engine.ts";
import { heldOf } from "./held.ts";
import type { Kept } from "./journal.ts";
import { parkedBy, readJournal } from "./kind.ts";
import { identity } from "./requests.ts";

const NEW = { state: "new", turns: 0, generation: 0, version: "", wakeAt: null, at: 0 } as const;

export function entriesOf(kept: Kept | null): Entry[] {
  return kept === null ? [] : kept.parts.flat();
}

export async function look(engine: RestateEngine, name: string, key: string): Promise<Inspection> {
  const { ingress, endpoint, queue } = engine;
  const kept = await readJournal({ ingress }, name, key);
  const run = kept?.run ?? null;
  const active = endpoint?.active(name, key) ?? null;
  const restored = kept === null || active !== null ? null : restoredOf(engine, name, key, kept);
  const live = active ?? restored?.live ?? null;
  const problem = restored?.problem ?? null;
  const turn = active?.turn ?? run?.turn ?? null;
  const row = kept?.meta.row ?? NEW;
  const waits = queue.count(`${name}/${key}`) - (turn === null ? 0 : 1);
  return {
    name,
    key,
    ...row,
    turns: turn?.turn ?? row.turns,
    state: problem !== null ? "parked" : turn !== null ? "busy" : row.state,
    turn,
    waits: live?.waits || null,
    requests: live === null ? [] : underway(engine, live),
    queued: Math.max(0, waits),
    entries: entriesOf(kept).length,
    outcome: live?.ended ?? null,
    problem: problem ?? (await failureOf(engine, name, key)),
  };
}

function restoredOf(
  engine: RestateEngine,
  name: string,
  key: string,
  kept: Kept,
): { live: Live | null; problem: string | null } | null {
  const definition = engine.definition(name);
  if (definition === undefined) return null;
  try {
    return { live: heldOf(definition, key, kept).live, problem: null };
  } catch (error) {
    return { live: null, problem: parkedBy(error).error.message };
  }
}

function underway({ endpoint }: RestateEngine, live: Live): Underway[] {
  return [...live.pending.values()].map((request) => {
    const { attempts = 0, lastError = null } = endpoint?.steps.running(identity(live, request)) ?? {};
    return { n: request.n, kind: request.kind, name: request.name, attempts, lastError };
  });
}

/** What Restate tries again and again, without telling anybody. */
async function failureOf({ admin }: RestateEngine, name: string, key: string): Promise<string | null> {
  if (admin === null) return null;
  for (const { handler, status, attempts, failure } of await admin.unfinished(name, key)) {
    if (failure === null && status !== "paused") continue;
    return `in Restate, ${handler} is ${status} after ${attempts} attempts: ${failure ?? "by an operator"}`;
  }
  return null;
}
