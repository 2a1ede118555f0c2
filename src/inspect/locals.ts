// The local variables of suspended bodies, by the engine's inspector. Node only: there its answers come at once. Deno's
// come later, other engines have none.
//
// May import: the coroutine layer, as types; Task as a type.

import type { Frame } from "../coroutine/frames.ts";
import type { Task } from "../scheduler/task.ts";
import { previewOf, type RemoteObject } from "./remote.ts";

/** The variables of a body: their values as short texts. */
export interface FrameLocals {
  /** The name of the body, or coroutine. */
  readonly frame: string;
  /** Of inner blocks first. */
  readonly variables: Readonly<Record<string, string>>;
}

/** By task; or why there are none. */
export type LocalsOutcome = ReadonlyMap<Task, readonly FrameLocals[]> | string;

/** So many bodies are looked into, as each takes a quarter of a millisecond. */
const BODIES = 100;
const VARIABLES = 30;

interface Session {
  connect(): void;
  disconnect(): void;
  post(method: string, params: object, done: (error: Error | null, result: unknown) => void): void;
}
interface Host {
  process?: { getBuiltinModule?: (name: string) => unknown };
}
interface Property {
  name: string;
  value?: RemoteObject;
}
interface Properties {
  result: Property[];
  internalProperties?: Property[];
}

/** Where the inspector's answers are found: nobody else is to see the bodies. */
const SLOT = Symbol.for("corun.inspect.bodies");
const GROUP = "corun.inspect";

export function localsOf(tasks: readonly Task[]): LocalsOutcome {
  const found: { task: Task; frame: Frame }[] = [];
  for (const task of tasks) {
    for (let frame = task.hasEnded ? null : task.root.leaf; frame !== null; frame = frame.caller)
      if (found.length < BODIES) found.push({ task, frame });
  }
  const session = openSession();
  if (session === null) return "not available on this engine";
  const locals = new Map<Task, FrameLocals[]>();
  try {
    session.connect();
    const variables = variablesOf(
      session,
      found.map(({ frame }) => frame.gen),
    );
    if (variables === null) return "not available on this engine";
    for (const [index, { task, frame }] of found.entries()) {
      if (!locals.has(task)) locals.set(task, []);
      locals.get(task)!.push({ frame: frame.name, variables: variables[index]! });
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

/** Null: the inspector does not answer at once. */
function variablesOf(session: Session, generators: readonly object[]): Record<string, string>[] | null {
  Reflect.set(globalThis, SLOT, generators);
  try {
    const expression = `globalThis[Symbol.for(${JSON.stringify(SLOT.description)})]`;
    const list = ask<{ result: RemoteObject }>(session, "Runtime.evaluate", { expression, objectGroup: GROUP });
    if (list?.result.objectId === undefined) return null;
    const handles = propertiesOf(session, list.result).result;
    return generators.map((_, index) => {
      const handle = handles.find(({ name }) => name === String(index))?.value;
      return handle === undefined ? {} : bodyVariables(session, handle);
    });
  } finally {
    Reflect.deleteProperty(globalThis, SLOT);
    ask(session, "Runtime.releaseObjectGroup", { objectGroup: GROUP });
  }
}

function bodyVariables(session: Session, generator: RemoteObject): Record<string, string> {
  const variables: Record<string, string> = {};
  const scopes = propertiesOf(session, generator).internalProperties?.find(({ name }) => name === "[[Scopes]]")?.value;
  if (scopes === undefined) return variables;
  for (const { value: scope } of propertiesOf(session, scopes).result) {
    if (scope === undefined || !/^(?:Block|Catch|Local)\b/.test(scope.description ?? "")) continue;
    for (const { name, value } of propertiesOf(session, scope).result) {
      // Of two of one name, the inner one is seen.
      if (name in variables || Object.keys(variables).length >= VARIABLES) continue;
      variables[name] = previewOf(value);
    }
    if (/^Local\b/.test(scope.description!)) break;
  }
  return variables;
}

function propertiesOf(session: Session, { objectId }: RemoteObject): Properties {
  const params = { objectId, ownProperties: true, generatePreview: true };
  return ask<Properties>(session, "Runtime.getProperties", params) ?? { result: [] };
}

/** Undefined: there is no answer yet. */
function ask<T>(session: Session, method: string, params: object): T | undefined {
  let answer: { error: Error | null; result: unknown } | undefined;
  session.post(method, params, (error, result) => (answer = { error, result }));
  if (answer?.error) throw answer.error;
  return answer?.result as T | undefined;
}
