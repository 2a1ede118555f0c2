// The engine's inspector, asked in process: only what a dump needs of it.
//
// May import: remote.

import type { RemoteObject } from "./remote.ts";

export interface Session {
  connect(): void;
  disconnect(): void;
  post(method: string, params: object, done: (error: Error | null, result: unknown) => void): void;
  on(event: string, listener: (message: { params: { scriptId: string; url: string } }) => void): void;
}

interface Property {
  name: string;
  value?: RemoteObject;
}
interface Properties {
  result: Property[];
  internalProperties?: Property[];
}

/** Lines and columns count from 0. */
export interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber: number;
}

/** The part of `node:module` that is used. */
interface Module {
  findSourceMap?: (path: string) => SourceMap | undefined;
}
interface SourceMap {
  findEntry(line: number, column: number): { originalSource?: string; originalLine?: number; originalColumn?: number };
}
interface Host {
  process?: { getBuiltinModule?: (name: string) => unknown };
}

/** What the inspector answers, which by its protocol is a `T`. Undefined: there is no answer yet. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function ask<T>(session: Session, method: string, params: object): T | undefined {
  let answer: { error: Error | null; result: unknown } | undefined;
  session.post(method, params, (error, result) => (answer = { error, result }));
  if (answer?.error) throw answer.error;
  return answer?.result as T | undefined;
}

export function propertiesOf(session: Session, { objectId }: RemoteObject): Properties {
  const params = { objectId, ownProperties: true, generatePreview: true };
  return ask<Properties>(session, "Runtime.getProperties", params) ?? { result: [] };
}

/** The files that locations are in. The engine tells them only to a debugger, so one is enabled where it is needed. */
export class Scripts {
  readonly #session: Session;
  #urls: Map<string, string> | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** `file:line:column`, in the source that the file was compiled from where that is known; null: the file is not. */
  placeOf({ scriptId, lineNumber, columnNumber }: Location): string | null {
    const url = (this.#urls ??= this.#load()).get(scriptId);
    if (url === undefined || url === "") return null;
    const module = (globalThis as Host).process?.getBuiltinModule?.("node:module") as Module | undefined;
    const path = url.startsWith("file:") ? decodeURIComponent(new URL(url).pathname) : url;
    const map = module?.findSourceMap?.(url) ?? module?.findSourceMap?.(path);
    const entry = map?.findEntry(lineNumber, columnNumber);
    if (entry?.originalSource === undefined || entry.originalLine === undefined)
      return `${url}:${lineNumber + 1}:${columnNumber + 1}`;
    return `${entry.originalSource}:${entry.originalLine + 1}:${(entry.originalColumn ?? 0) + 1}`;
  }

  #load(): Map<string, string> {
    const urls = new Map<string, string>();
    this.#session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
    ask(this.#session, "Debugger.enable", {});
    ask(this.#session, "Debugger.setSkipAllPauses", { skip: true });
    return urls;
  }
}
