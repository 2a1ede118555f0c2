// Coroutines whose turns wait for one another, so that none of them can ever go on.
//
// One is stuck if its turn waits for nothing but calls, and all those that it calls are stuck. So those that can be reached
// from it by calls are looked at: if one of them waits for anything else, that may still free all.
//
// Imports nothing; types only.

import type { CallRequest, Request } from "../port.ts";
import type { Actor } from "./actor.ts";
import type { Keeper } from "./keeper.ts";

interface Circle {
  /** That of the actor, which closes it. */
  readonly request: CallRequest;
  /** Those in it, with the actor as the first and the last. */
  readonly labels: readonly string[];
}

type Calls = ReadonlyMap<Actor, readonly CallRequest[]>;

/**
 * A circle of calls that `actor` is in, if it and all others in it are stuck.
 *
 * @param fresh calls of its that are to be made now
 */
export function circleOf(keeper: Keeper, actor: Actor, fresh: ReadonlySet<Request>): Circle | null {
  const stuck = stuckFrom(keeper, actor, fresh);
  for (const request of stuck?.get(actor) ?? []) {
    const way = wayBack(keeper, stuck!, request, actor);
    if (way !== null) return { request, labels: [actor.label, ...way.map(({ label }) => label)] };
  }
  return null;
}

/** Those that `actor` waits for, however far away, with their calls; null if one of them may go on. */
function stuckFrom(keeper: Keeper, actor: Actor, fresh: ReadonlySet<Request>): Calls | null {
  const stuck = new Map<Actor, readonly CallRequest[]>();
  const next = [actor];
  for (let each = next.pop(); each !== undefined; each = next.pop()) {
    if (stuck.has(each)) continue;
    const calls = each.work.onlyCalls(each === actor ? fresh : null);
    if (calls === null) return null;
    stuck.set(each, calls);
    for (const { to } of calls) {
      const called = keeper.known(to.name, to.key);
      if (called === null) return null;
      next.push(called);
    }
  }
  return stuck;
}

/** From the one that `request` calls to `actor`; null: it does not lead there. */
function wayBack(keeper: Keeper, stuck: Calls, request: CallRequest, actor: Actor): Actor[] | null {
  const first = keeper.known(request.to.name, request.to.key)!;
  const from = new Map<Actor, Actor | null>([[first, null]]);
  for (const each of from.keys()) {
    if (each === actor) return wayTo(actor, from);
    for (const { to } of stuck.get(each)!) {
      const called = keeper.known(to.name, to.key)!;
      if (!from.has(called)) from.set(called, each);
    }
  }
  return null;
}

function wayTo(actor: Actor, from: ReadonlyMap<Actor, Actor | null>): Actor[] {
  const way: Actor[] = [];
  for (let each: Actor | null = actor; each !== null; each = from.get(each)!) way.unshift(each);
  return way;
}
