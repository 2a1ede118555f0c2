// The local variables of suspended bodies, by the engine's inspector. Node only: there its answers come at once. Deno's
// come later, other engines have none.
//
// May import: the scheduler layer, inspector, remote; the coroutine layer, as types.

import type { Frame } from "../coroutine/frames.ts";
import type { Task } from "../scheduler/task.ts";
import { placesOf } from "../scheduler/probe.ts";
import { ask, type Location, propertiesOf, Scripts, type Session } from "./inspector.ts";
import { previewOf, type RemoteObject } from "./remote.ts";

/** What the inspector tells of a body. */
export interface FrameLocals {
  /** The name of the body, or coroutine. */
  readonly frame: string;
  /** Its variables, those of inner blocks first: their values as short texts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where it is suspended, if that is a bare `yield`: for instance `file:///app/main.ts:12:30`. */
  readonly yieldsAt?: string;
}

/** By task; or why there are none. */
export type LocalsOutcome = ReadonlyMap<Task, readonly FrameLocals[]> | string;

/** So many bodies are looked into, as each takes a quarter of a millisecond. */
const BODIES = 100;
const VARIABLES = 30;

interface Host {
  process?: { getBuiltinModule?: (name: string) => unknown };
}
/** Where the inspector's answers are found: nobody else is to see the bodies. */
const SLOT = Symbol.for("corun.inspect.bodies");
const GROUP = "corun.inspect";

export function localsOf(tasks: readonly Task[]): LocalsOutcome {
  const found: { task: Task; frame: Frame }[] = [];
  for (const task of tasks) {
    if (found.length >= BODIES) break;
    for (const { frame, lines } of placesOf(task)) if (lines.length > 0) found.push({ task, frame });
  }
  const session = openSession();
  if (session === null) return "not available on this engine";
  const locals = new Map<Task, FrameLocals[]>();
  try {
    session.connect();
    const bodies = bodiesOf(
      session,
      found.map(({ frame }) => frame.gen),
    );
    if (bodies === null) return "not available on this engine: its inspector does not answer at once";
    const scripts = new Scripts(session);
    for (const [index, { task, frame }] of found.entries()) {
      const { variables, location } = bodies[index]!;
      const isInYield = frame === task.root.leaf && task.wait === null;
      const place = isInYield && location !== undefined ? scripts.placeOf(location) : null;
      if (!locals.has(task)) locals.set(task, []);
      locals.get(task)!.push({ frame: frame.name, variables, ...(place === null ? {} : { yieldsAt: place }) });
    }
    return locals;
  } catch (error) {
    return `not available: ${String(error)}`;
  } finally {
    session.disconnect();
  }
}

function openSession(): Session | null {
  try {
    const inspector = (globalThis as Host).process?.getBuiltinModule?.("node:inspector") as
      | { Session?: new () => Session }
      | undefined;
    return inspector?.Session === undefined ? null : new inspector.Session();
  } catch {
    return null; // a host that has the module, and not what it is for
  }
}

interface Evaluated {
  result: RemoteObject;
}

interface Body {
  variables: Record<string, string>;
  location?: Location | undefined;
}

/** Null: the inspector does not answer at once. */
function bodiesOf(session: Session, generators: readonly object[]): Body[] | null {
  Reflect.set(globalThis, SLOT, generators);
  try {
    const expression = `globalThis[Symbol.for(${JSON.stringify(SLOT.description)})]`;
    const list = ask<Evaluated>(session, "Runtime.evaluate", { expression, objectGroup: GROUP });
    if (list?.result.objectId === undefined) return null;
    const handles = propertiesOf(session, list.result).result;
    return generators.map((_, index) => {
      const handle = handles.find(({ name }) => name === String(index))?.value;
      return handle === undefined ? { variables: {} } : bodyOf(session, handle);
    });
  } finally {
    Reflect.deleteProperty(globalThis, SLOT);
    ask(session, "Runtime.releaseObjectGroup", { objectGroup: GROUP });
  }
}

function bodyOf(session: Session, generator: RemoteObject): Body {
  const variables: Record<string, string> = {};
  const { internalProperties = [] } = propertiesOf(session, generator);
  const internal = (wanted: string) => internalProperties.find(({ name }) => name === wanted)?.value;
  const location = internal("[[GeneratorLocation]]")?.value as Location | undefined;
  const scopes = internal("[[Scopes]]");
  if (scopes === undefined) return { variables, location };
  for (const { value: scope } of propertiesOf(session, scopes).result) {
    if (scope === undefined || !/^(?:Block|Catch|Local)\b/.test(scope.description ?? "")) continue;
    for (const { name, value } of propertiesOf(session, scope).result) {
      // Of two of one name, the inner one is seen.
      if (name in variables || Object.keys(variables).length >= VARIABLES) continue;
      variables[name] = previewOf(value);
    }
    if (/^Local\b/.test(scope.description!)) break;
  }
  return { variables, location };
}
